"""The interactive part of the report's page: what it is given, and the scripts that show it."""
