"""US English."""
