"""What happened in a call: typed, versioned events."""
