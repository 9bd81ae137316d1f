"""Rehearsal: a simulated carrier and speaking personas, called over real SIP and RTP."""
