"""What all languages share in reading and saying values: conventions, finds, rules, groups of digits."""
