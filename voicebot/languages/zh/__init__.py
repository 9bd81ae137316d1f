"""Mandarin as spoken on the mainland."""
