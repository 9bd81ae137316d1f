"""Tables, database and migrations."""
