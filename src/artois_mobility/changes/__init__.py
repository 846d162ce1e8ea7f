"""The schema of every kind of change that a planner may write into a scenario file."""
