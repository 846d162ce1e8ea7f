"""Folders of arrays that are whole or not there, and the records in them."""
