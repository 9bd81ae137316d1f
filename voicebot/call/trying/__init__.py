"""Recordings tried as calls: the real session on audio from a file, in time that is told and not waited for."""
