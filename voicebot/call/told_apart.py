"""Whose words count: nobody's before it is known that a person is there, and never a recording's. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from voicebot.agi.phone import Disposition, HangUp, Origin
from voicebot.call.hearing import Hearing
from voicebot.call.turn_events import Decided, Meaning
from voicebot.dialogue.talk import Utterance
from voicebot.languages.answering import Unreachable

UNKNOWN: Final = "it is not known yet whether a person is there"
_SAYS_SOMETHING: Final = (Meaning.ANSWER, Meaning.UNCLEAR, Meaning.STRAY)
_DISPOSITIONS: Final = {
    Unreachable.NOT_IN_SERVICE: Disposition.UNREACHABLE_NUMBER,
    Unreachable.SUSPENDED: Disposition.NO_ANSWER,
    Unreachable.SWITCHED_OFF: Disposition.NO_ANSWER,
    Unreachable.BUSY: Disposition.BUSY,
    Unreachable.BARRED: Disposition.REJECTED,
    Unreachable.NO_ANSWER: Disposition.NO_ANSWER,
}


class Answers:
    """Lets a person's answers through, and keeps the newest one back while it is not known who speaks."""

    def __init__(self) -> None:
        self._held: Decided | None = None

    def weigh(self, decided: Decided, utterance: Utterance, hearing: Hearing | None) -> tuple[Decided, str]:
        """Return what an utterance is to the turn, seeing who may have said it, and why it does not count, if so.

        Parameters
        ----------
        decided
            What it is if a person said it.
        utterance
            Keys, silence and machine detections come from the engine and are passed on unchanged.
        hearing
            Ears of this call.
        """
        self._held = None
        if not utterance.text or decided.meaning not in _SAYS_SOMETHING or hearing is None:
            return decided, ""
        recorded = hearing.refuses(utterance.text)
        if recorded:
            return replace(decided, meaning=Meaning.NOTHING, urgent=False, takes_back=False), recorded
        if hearing.person:
            return decided, ""
        self._held = replace(decided, held=True)
        return self._held, UNKNOWN

    def released(self, at: float, hearing: Hearing) -> Decided | None:
        """A person is there: return what was kept back, so that it counts; a long speech on picking up does not."""
        held, self._held = self._held, None
        if held is None:
            return None
        if hearing.spoke_at_length:
            return replace(held, at=at, meaning=Meaning.NOTHING, urgent=False, held=False)
        return replace(held, at=at, held=False)


def last_word(utterance: Utterance, hearing: Hearing | None, at: float) -> bool:
    """Whether a person said this, and hung up."""
    if hearing is None or hearing.refuses(utterance.text):
        return False
    hearing.hung_up(at)
    return hearing.person


def announced(hang_up: HangUp, reason: Unreachable, why: str) -> HangUp:
    """Return the end of a call that only the network's announcement answered: as if it had not been answered."""
    return replace(
        hang_up, disposition=_DISPOSITIONS[reason], origin=Origin.NETWORK, explanation=f"announcement: {why}"
    )
