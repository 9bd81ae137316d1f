"""Models: which there are, where they come from, whether they work."""
