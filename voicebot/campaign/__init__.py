"""Leads, claims, pacing and the dialer."""
