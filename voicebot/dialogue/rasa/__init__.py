"""Rasa as the policy: compiler, training, conformance, host and the policy that asks it."""
