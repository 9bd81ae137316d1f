"""voicebot: a telephony-first voicebot on Asterisk for payment reminders and early collections."""

__version__ = "0.1.0"
