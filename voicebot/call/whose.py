"""Whether words count as the callee's, given whose speech they may be; and whether they tell how loud the callee is.

Pure. Level tells most of it (``voicebot.speech.listening.nearest``); where it does not, the question does: a television
seldom answers it.
"""

from __future__ import annotations

from voicebot import languages
from voicebot.call.meaning import normal
from voicebot.call.turn_events import Meaning
from voicebot.speech.listening.nearest.picture import Who


def counts(who: Who, means: Meaning, *, answers: bool) -> bool:
    """Return whether words are taken for the callee's.

    Parameters
    ----------
    who
        Whose speech it is by its level.
    means
        What the words are to the turn.
    answers
        They answer the question that is open, or ask for something that is honoured at any time.
    """
    match who:
        case Who.PERSON:
            return True
        case Who.ALONE:
            return means is not Meaning.UNCLEAR
        case Who.UNSURE:
            return answers and means is Meaning.ANSWER
        case Who.NOBODY | Who.ROOM | Who.ECHO:
            return False


def teaches(who: Who, means: Meaning, text: str, language: str, *, answers: bool) -> bool:
    """Return whether an utterance shows how loud the callee is: a sure answer does, and so does "Hello?" on its own.

    Parameters
    ----------
    who, means, answers
        As for ``counts``.
    text, language
        What was said; BCP 47 tag.
    """
    if not who.may_be_the_person:
        return False
    if normal(text) in languages.of(language).manners.greetings:
        return True
    return means is Meaning.ANSWER and (answers or who is Who.PERSON)


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
