"""From a YAML file to a script, or to the whole list of what is wrong with it."""
