"""What is wrong or missing in OpenStreetMap data, before anyone models on it."""
