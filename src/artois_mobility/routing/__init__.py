"""Searches on a network: times between nodes, places and tables of both."""
