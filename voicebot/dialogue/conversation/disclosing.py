"""Disclosures: said in full before the first line that needs them, and again until they were heard to the end. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from voicebot.dialogue.conversation.lines import Speaker, debt_keys
from voicebot.dialogue.script.kept import once
from voicebot.dialogue.script.model import Script, Words
from voicebot.dialogue.talk import Line


def disclosed(
    script: Script, speaker: Speaker, lines: Sequence[Line], said: Collection[str], *, right_party: bool, screened: bool
) -> tuple[Line, ...]:
    """Put the disclosures that were not heard in full before the first of ``lines`` that needs them.

    Parameters
    ----------
    said
        Keys of lines that were played to their end.
    right_party
        The callee has confirmed to be the person called; the debt is spoken of only then.
    screened
        A machine listens: it needs no greeting.
    """
    ended = bool(lines) and lines[-1].key.startswith(("endings.", "voicemail."))
    talk, debt = not screened and not ended, right_party
    speaking_of_debt = debt_keys(script) if right_party else frozenset()
    found: list[Line] = []
    for line in lines:
        if talk and not line.key.startswith("opening"):
            found += missing(script, speaker, "talk", said)
            talk = False
        if debt and line.key in speaking_of_debt:
            found += missing(script, speaker, "debt", said)
            debt = False
        found.append(line)
    return tuple(found)


def missing(script: Script, speaker: Speaker, before: str, said: Collection[str]) -> tuple[Line, ...]:
    """Return the disclosures of a kind (``talk``, ``debt``) that were not heard in full."""
    found: list[Line] = []
    for name, words in _words(script).items():
        if script.disclosures[name].before != before:
            continue
        lines = speaker.lines(words, f"disclosures.{name}", {}, right_party=True)
        if not {line.key for line in lines} <= set(said):
            found += lines
    return tuple(found)


@once
def _words(script: Script) -> dict[str, Words]:
    return {name: part.words(name) for name, part in script.disclosures.items()}
