"""What a persona says: the line for each question, and the keys, halves and machines' words that are made of it. Pure.

*When* it is said is another matter: over audio ``machine`` decides that, as text there is nothing to decide.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from voicebot import languages
from voicebot.languages import Language
from voicebot.rehearsal.aloud import Words, pieces, words
from voicebot.rehearsal.persona import Behaviour, Persona

NO_CUES: Final = frozenset({"pickup", "greeting", "screening", "wav"})
"""Keys of ``says`` that answer no question."""
_LIKE: Final = {"collection": "reminder", "reminder": "collection", "confirm_part": "confirm", "callback_time": "when"}
"""Cue -> cue whose lines answer it where a persona has none of its own: a script's main question goes by the script's
name, a part of the amount is read back like all of it, and a day is a day."""


class Answers:
    """What a persona answers in one call; each question that is put again brings the next line of its cue."""

    def __init__(self, persona: Persona) -> None:
        self._says = persona.says
        self._used: Counter[str] = Counter()

    def to(self, cue: str) -> str | None:
        """Return the next line for a cue, the last one again and again; ``None`` where the persona has none."""
        for key in (cue, _LIKE.get(cue, ""), "any"):
            lines = self._says.get(key)
            if key and lines:
                number = min(self._used[key], len(lines) - 1)
                self._used[key] += 1
                return lines[number]
        return None


def recorded(persona: Persona) -> str:
    """Return the name of the recording that is played on picking up; empty where there is none."""
    return persona.says.get("wav", ("",))[0]


def voicemail_greeting(persona: Persona) -> str:
    """Return what a persona's answering machine says before the tone."""
    lines = persona.says.get("greeting") or persona.says.get("any")
    return lines[0] if lines else languages.of(persona.language).callees.voicemail.format(name=persona.lead.name)


def screening_question(persona: Persona) -> str:
    """Return what a persona's call screener asks."""
    lines = persona.says.get("screening")
    return lines[0] if lines else languages.of(persona.language).callees.screening


def halves(text: str, language: Language) -> tuple[str, str]:
    """Split an answer where a person would pause; the second half is empty for very short answers.

    The cut is after the mark nearest to the middle, else before the middle word (or character).
    """
    parts = text.split() if language.spaced else [*text]
    joint = " " if language.spaced else ""
    if len(parts) < (4 if language.spaced else 5):
        return text, ""
    middle, marks = len(parts) / 2, tuple(language.callees.pause)
    pauses = [number for number in range(1, len(parts)) if parts[number - 1].endswith(marks)]
    cut = min(pauses, key=lambda number: abs(number - middle)) if pauses else round(middle)
    first = joint.join(parts[:cut]).rstrip("".join(marks))
    return f"{first}{marks[0]}", joint.join(parts[cut:])


def keys(text: str, language: Language) -> str:
    """Return the keys that a line stands for: its digits, a number word, or 1 for a yes and 2 for a no."""
    digits = re.sub(r"[^0-9*#]", "", text)
    if digits:
        return digits
    plain = language.plain(text)
    parts = plain.split() if language.spaced else [*plain]
    spelled = "".join(language.machines.keys[word] for word in parts if word in language.machines.keys)
    if spelled:
        return spelled
    heard = (
        set(parts) if language.spaced else {one for one in language.callees.yes | language.callees.no if one in plain}
    )
    if heard & language.callees.no:
        return "2"
    return "1" if heard & language.callees.yes else ""


def everything_said(persona: Persona) -> tuple[str, ...]:
    """Return all that a persona may say aloud, so that it can be spoken before the call."""
    language = languages.of(persona.language)
    callee = language.callees
    texts: list[str] = [callee.hello]
    if persona.behaves(Behaviour.ANSWERING_MACHINE):
        texts.append(voicemail_greeting(persona))
    if persona.behaves(Behaviour.CALL_SCREENER):
        texts += [screening_question(persona), callee.passed_on]
    if persona.behaves(Behaviour.SAYS_UH_HUH):
        texts.append(callee.back_channel)
    for cue, lines in persona.says.items():
        for line in lines if cue != "wav" else ():
            spoken = [one.text for one in pieces(line, language) if isinstance(one, Words)]
            texts += [line] if cue in NO_CUES else [words(line, language), *spoken]
            if persona.behaves(Behaviour.LONG_PAUSE) and len(spoken) == 1:
                texts += halves(spoken[0], language)
    return tuple(dict.fromkeys(text for text in texts if text))
