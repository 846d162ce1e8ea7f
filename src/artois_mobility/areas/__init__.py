"""Areas reached within so many minutes."""
