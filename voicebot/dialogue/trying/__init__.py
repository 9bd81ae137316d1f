"""Trying scripts in text: written conversations and their expected results, run with a call's own components."""
