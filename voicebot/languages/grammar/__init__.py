"""What reading and saying values have in common in every language: conventions, finds, rules, groups of digits."""
