"""Asterisk's own configuration files, read by the rules of Asterisk's own parser (``main/config.c``).

``lines`` takes comments and byte order marks away, ``sections`` follows templates and includes, ``folder`` reads the
disk. What a reading could not see (a program's output, a database, a file without permission) is noted, so that "it is
missing" is only concluded where everything that could define it was read.
"""
