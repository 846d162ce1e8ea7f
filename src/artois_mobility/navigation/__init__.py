"""Answers on water: voyages, the largest vessels between two places, tables of locks."""
