"""OpenStreetMap files as columns, and how to get current ones; nothing is interpreted here."""
