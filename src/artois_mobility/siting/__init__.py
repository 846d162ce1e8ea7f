"""Where the next sites should stand."""
