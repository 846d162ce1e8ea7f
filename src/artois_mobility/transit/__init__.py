"""Public transport: timetables in GTFS, and journeys over them and over the walking network."""
