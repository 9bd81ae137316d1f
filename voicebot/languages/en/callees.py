"""What simulated people and machines say in English where their persona file does not."""

from __future__ import annotations

from typing import Final

from voicebot.languages.answering import Callees

CALLEES: Final = Callees(
    hello="hello?",
    back_channel="uh-huh.",
    voicemail="Hi, you have reached {name}. I can't come to the phone right now. Please leave a message after the"
    " tone.",
    screening="Hi, the person you are calling is using a screening service. Please state your name and the reason"
    " for your call.",
    passed_on="Thank you. Please hold while I try to connect you.",
    pause=",;.",
    yes=frozenset(["yes", "yeah", "yep", "yup", "sure", "ok", "okay", "correct", "right", "speaking"]),
    no=frozenset(["no", "nope", "nah", "wrong", "not", "never"]),
)
