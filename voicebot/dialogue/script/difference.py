"""What two versions of a script say and do differently, in the words of script designers. Pure.

A script is read as a list of statements ("step payment, answer deny: goes to when"), and the statements are
compared. Every field of every part becomes one, so a field that the language learns later is compared as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel

from voicebot.dialogue.script.model import Key, Move, Script, Words
from voicebot.dialogue.script.reach import reach_of
from voicebot.dialogue.script.variants import arms

Kind = Literal["added", "removed", "changed"]
PARTS: Final = {
    "steps": "step",
    "always": "at any time",
    "digressions": "asked back",
    "endings": "ending",
    "outcomes": "outcome",
    "disclosures": "disclosure",
    "slots": "value",
    "intents": "intent",
    "variants": "variant",
}
"""Sections of a script whose entries can be added and removed, and what one entry is called."""

_TITLES: Final = {
    "say": "says",
    "again": "says when it asks again",
    "asks": "asks for",
    "confirms": "reads back",
    "answers": "answer",
    "keys": "key",
    "examples": "examples of",
    "no_input": "after silence",
    "no_match": "when not understood",
    "exhausted": "when that was too often",
    "no_input_seconds": "seconds of silence",
    "record": "records",
    "or_noted": "a noted outcome goes first",
    "before": "is said before the",
    "past": "says when it is past",
    "too_far": "says when it is too far ahead",
    "out_of_range": "says when it is out of range",
    "horizon_days": "days ahead at most",
    "ask": "is asked for at",
    "intents": "comes with",
    "failed": "when nobody takes it",
    "end": "ends with",
    "confirm": "asks when it was heard badly",
}
_APART: Final = frozenset({"include", "script", "variants", "outcomes"})
"""What says nothing of its own (where parts come from, the name by which both are compared), or is told apart."""

Statement = tuple[str, str, str]
"""Section, name of the entry (empty for the script itself), and what it is about."""

Statements = dict[Statement, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Parameters
    ----------
    part
        What kind of thing: "step", "ending", … or "script".
    name
        Which one.
    what
        What about it: "says", "answer deny"; empty where it is new or gone as a whole.
    before, after
        What was and what is; several where it is a list.
    """

    kind: Kind
    part: str
    name: str
    what: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def gone(self) -> tuple[str, ...]:
        """What is only in the old version."""
        return tuple(one for one in self.before if one not in self.after)

    @property
    def new(self) -> tuple[str, ...]:
        """What is only in the new version."""
        return tuple(one for one in self.after if one not in self.before)

    def __str__(self) -> str:
        subject = f"{self.part} {self.name}".strip()
        if not self.what:
            shown = self.after or self.before
            return f"{subject}: {shown[0]}" if shown and shown[0] else subject
        subject = f"{subject}, {self.what}"
        if len(self.before) > 1 or len(self.after) > 1:
            told = [
                f"{len(items)} {word} ({_few(items)})"
                for items, word in ((self.new, "new"), (self.gone, "gone"))
                if items
            ]
            return f"{subject}: {', '.join(told) or 'in another order'}"
        return f"{subject}: {_one(self.before)} → {_one(self.after)}"


def _few(items: tuple[str, ...]) -> str:
    return "; ".join(items[:3]) + (" …" if len(items) > 3 else "")


def _one(items: tuple[str, ...]) -> str:
    return items[0] if items and items[0] else "nothing"


def differences(old: Script, new: Script) -> tuple[Change, ...]:
    """Return what is different in ``new``, section by section in its order."""
    return _compared({**_statements(old), **_variants(old)}, {**_statements(new), **_variants(new)})


def variant_changes(script: Script, name: str) -> tuple[str, ...]:
    """Return what a variant says and does differently from the script that it belongs to."""
    return tuple(map(str, _compared(_statements(script), _statements(arms(script)[name]))))


def _compared(before: Statements, after: Statements) -> tuple[Change, ...]:
    entries_before = {key[:2] for key in before}
    entries_after = {key[:2] for key in after}
    found: list[Change] = []
    order = [*after, *(key for key in before if key not in after)]
    sections = list(dict.fromkeys(["", *PARTS, *(key[0] for key in order)]))
    for key in sorted(order, key=lambda key: sections.index(key[0])):
        section, name, what = key
        part = PARTS.get(section, "script")
        if name and (section, name) not in entries_before:
            if not what:
                found.append(Change("added", part, name, "", after=after[key]))
        elif name and (section, name) not in entries_after:
            if not what:
                found.append(Change("removed", part, name, "", before=before[key]))
        elif what and before.get(key) != after.get(key):
            found.append(Change("changed", part, name, what, before.get(key, ()), after.get(key, ())))
    return tuple(found)


def _statements(script: Script) -> Statements:
    found: Statements = {}
    for field in Script.model_fields:
        value = getattr(script, field)
        if field in _APART:
            continue
        if field in PARTS:
            for name, entry in value.items():
                about = list(_about(entry))
                found[field, name, ""] = (_summary(about),)
                found |= {(field, name, what): texts for what, texts in about}
        else:
            found |= {("", "", what): texts for what, texts in _field(field.replace("_", " "), value)}
    for outcome in sorted(_outcomes(script)):
        found["outcomes", outcome, ""] = ("",)
        if outcome in script.outcomes:
            found["outcomes", outcome, "counts as"] = (script.outcomes[outcome],)
    return found


def _variants(script: Script) -> Statements:
    found: Statements = {}
    for name, part in script.variants.items():
        changes = variant_changes(script, name)
        found["variants", name, ""] = changes or ("as the script itself",)
        found["variants", name, "weight"] = (str(part.weight),)
        found["variants", name, "changes"] = changes
    return found


def _outcomes(script: Script) -> set[str]:
    reach = reach_of(script)
    noted = {cell for name in reach.steps for cell in _notes(script, name)}
    return {script.outcome(ending) for ending in reach.endings} | noted


def _notes(script: Script, step: str) -> Iterable[str]:
    for moves in (*script.steps[step].answers.values(), *script.always.values()):
        yield from (move.note for move in moves if move.note)


def _summary(statements: list[tuple[str, tuple[str, ...]]]) -> str:
    """What stands for a whole entry: its words, or where it leads."""
    known = dict(statements)
    return next((known[what][0] for what in ("says", "leads", "examples", "type") if known.get(what)), "")


def _about(entry: Any) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Statements about one entry of a section."""
    if isinstance(entry, BaseModel):
        for field in type(entry).model_fields:
            yield from _field(_TITLES.get(field, field.replace("_", " ")), getattr(entry, field))
    else:
        yield "leads", _texts(entry)


def _field(title: str, value: Any) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Statements about one field; each entry of a mapping has its own, and what is not written has none."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield f"{title} {key}", _texts(entry)
    elif isinstance(value, BaseModel) and not isinstance(value, Words | Move | Key):
        for field in type(value).model_fields:
            yield from _field(f"{title} {_TITLES.get(field, field.replace('_', ' '))}", getattr(value, field))
    elif texts := _texts(value):
        yield title.removesuffix(" of"), texts


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple) and any(isinstance(one, Move) for one in value):
        return ("; else ".join(map(_move, value)),)
    if isinstance(value, tuple | list | set | frozenset):
        return tuple(text for one in value for text in _texts(one))
    match value:
        case None | "" | False:
            return ()
        case True:
            return ("yes",)
        case Words():
            return (_words(value),)
        case Move():
            return (_move(value),)
        case Key():
            return (f"{value.intent} “{value.words}”" if value.words else value.intent,)
        case BaseModel():
            return tuple(f"{what} {', '.join(texts)}" for what, texts in _about(value))
        case _:
            return (str(value),)


def _words(words: Words) -> str:
    parts = [f"“{' '.join(words.text)}”"]
    if words.before_identity is not None:
        parts.append(f"before it is known who is on the line “{' '.join(words.before_identity)}”")
    if words.unrecorded is not None:
        parts.append(f"where the call is not recorded “{' '.join(words.unrecorded)}”")
    for field in type(words).model_fields:
        value = getattr(words, field)
        if field not in {"text", "before_identity", "unrecorded"} and value:
            parts.append(field.replace("_", " ") if value is True else f"{field.replace('_', ' ')} {value}")
    return ", ".join(parts)


def _move(move: Move) -> str:
    parts = []
    if move.say:
        parts.append(f"says {_words(move.say)}")
    if move.go:
        parts.append(f"goes to {move.go}")
    if move.end:
        parts.append(f"ends with {move.end}")
    if move.stay:
        parts.append("asks again")
    if move.hold:
        parts.append("keeps it and asks again")
    if move.right_party:
        parts.append("is the right person")
    if move.forget:
        parts.append(f"forgets {', '.join(move.forget)}")
    if move.note:
        parts.append(f"notes {move.note}")
    return (f"if {move.condition}: " if move.condition else "") + ", ".join(parts)
