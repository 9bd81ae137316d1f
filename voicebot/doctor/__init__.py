"""What can be wrong with an installation, each with its cure: one file a subject, ``checking`` runs them."""
