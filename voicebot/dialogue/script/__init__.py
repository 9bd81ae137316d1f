"""The script language: what a YAML file says, and what follows from it before anyone is called."""
