"""People on the water's edge: ways across it, along it and to it."""
