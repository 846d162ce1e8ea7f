"""Answers on water: the largest vessel between two places."""
