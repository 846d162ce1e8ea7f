"""Freight: quays, what lies nearest to them by road, and barges against trucks."""
