"""A private Asterisk: its files, and the process that runs it."""
