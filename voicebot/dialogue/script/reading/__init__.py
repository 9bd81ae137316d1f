"""From a YAML file to a script, or to a list of everything that is wrong with it."""
