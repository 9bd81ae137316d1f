"""One conversation: where it stands, what is said next."""
