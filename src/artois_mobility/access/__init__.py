"""What people can reach: minutes to the nearest sites of each category."""
