"""Models: the catalogue, their sources, archives and configurations."""
