"""Asterisk's edge: AMI, FastAGI, AudioSocket, hang-up causes, trunks, configuration lint."""
