"""Whether words count as the callee's, given whose speech they may be; and whether they tell how loud the callee is.

Pure. Level tells most of it (``voicebot.speech.listening.nearest``); where it does not, the question does: a television
seldom answers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voicebot import languages
from voicebot.call.meaning import normal
from voicebot.call.turn_events import Meaning
from voicebot.speech.listening.nearest.picture import Who

_SURE: Final = {Who.ALONE: 0.5, Who.UNSURE: 0.7}
"""The first answer that a level is learnt from is at least so sure: more where others are heard as well."""


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance, as far as it matters whose it is.

    Parameters
    ----------
    who
        Whose speech it is by its level.
    means
        What the words are to the turn.
    answers
        They answer the question that is open and has been asked, or ask for something that is honoured at any time.
    strange
        They are about something that no caller is asked about.
    over_us
        They were said while we spoke.
    sure
        How sure the recogniser was of the words, or the policy of their meaning, whichever is less; 0 to 1.
    """

    who: Who
    means: Meaning
    answers: bool = False
    strange: bool = False
    over_us: bool = False
    sure: float = 1.0


def counts(said: Said) -> bool:
    """Return whether words are taken for the callee's."""
    answer = said.answers and said.means is Meaning.ANSWER
    match said.who:
        case Who.PERSON:
            return True
        case Who.ALONE:
            return answer or not (said.over_us or said.strange or said.means is Meaning.UNCLEAR)
        case Who.UNSURE:
            return answer
        case Who.NOBODY | Who.ROOM | Who.ECHO:
            return False


def teaches(said: Said, text: str, language: str) -> bool:
    """Return whether an utterance shows how loud the callee is: a sure answer does, and so does "Hello?" on its own.

    Parameters
    ----------
    text, language
        The words; BCP 47 tag.
    """
    if not said.who.may_be_the_person:
        return False
    if normal(text) in languages.of(language).manners.greetings:
        return True
    if said.means is not Meaning.ANSWER or said.strange:
        return False
    return said.who is Who.PERSON or (said.answers and not said.over_us and said.sure >= _SURE[said.who])


def dismissed(who: Who, *, heeded: bool) -> bool:
    """Return whether an utterance that is over belongs to the room after all.

    Parameters
    ----------
    who
        Whose speech it is by its level.
    heeded
        Its words counted, or showed how loud the callee is.
    """
    return who is not Who.PERSON and not heeded
