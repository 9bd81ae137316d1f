"""Simulated carrier and personas: scripts and engine tried over real SIP and RTP."""
