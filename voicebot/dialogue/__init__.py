"""Scripts: model, table, checks, policies, entities and their wording."""
