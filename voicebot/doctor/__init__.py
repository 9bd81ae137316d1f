"""Checks of an installation; each problem comes with its cure. One file per subject, ``checking`` runs them."""
