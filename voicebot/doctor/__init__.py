"""What can be wrong with an installation, each with its cure."""
