"""Coqui TTS: a service in an environment of its own, and the voice that asks it.

``host``, ``piper`` and ``fetch`` are programs for Coqui's environment; nothing here imports them.
"""
