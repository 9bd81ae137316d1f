"""What a drawing of a script shows, before anything has a place: cards, their rows, and what holds everywhere. Pure.

A step is a card. Its rows are where its answers lead, one row a target, so that all answers with the same target
stand together, each with its condition. What leads from anywhere ("stop calling") and what comes back (questions
people ask) would be a dozen rows a card, so it stands in boxes of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from voicebot.dialogue.script.difference import variant_changes
from voicebot.dialogue.script.model import Move, Script, Slot, Words
from voicebot.dialogue.script.reach import Reach, reach_of
from voicebot.dialogue.script.table import target_of

Tone = Literal["agreed", "later", "human", "closed", "lost"]
"""Kinds of outcome, by what follows: something was agreed, another try, a person, never again, nothing."""

_TONES: Final[dict[Tone, frozenset[str]]] = {
    "agreed": frozenset({"will_pay_on_time", "promise_to_pay", "partial_payment", "already_paid"}),
    "later": frozenset({"callback", "not_available", "voicemail"}),
    "human": frozenset({"transferred"}),
    "closed": frozenset({"do_not_call", "wrong_person", "deceased", "attorney", "bankruptcy"}),
}

_TIMES: Final = ("1st", "2nd", "3rd", "4th", "5th", "6th")


@dataclass(frozen=True, slots=True)
class Label:
    """Answers that lead the same way.

    Parameters
    ----------
    answers
        "affirm, promise_to_pay".
    condition
        "if amount given", "notes refused"; empty where there is nothing to add.
    """

    answers: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One way out of a card, or back into it.

    Parameters
    ----------
    kind
        ``go``: to another step; ``end``: to an ending; ``stay``: the step asks again.
    target
        Name of the step or ending; for ``stay`` what happens, in words.
    key
        Canonical id of the target (``go:when``), with ``exhausted:`` before it where no answer leads there; counts
        are kept by it.
    hint
        What is said on the way, shown when the pointer rests on the row.
    dead
        Never taken: an earlier answer without a condition always goes before it.
    engine
        The engine's own: silence and misunderstanding.
    """

    kind: Literal["go", "end", "stay"]
    target: str
    labels: tuple[Label, ...]
    key: str
    hint: str = ""
    dead: bool = False
    engine: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One step.

    Parameters
    ----------
    question
        Templates of what it says.
    tags
        What it asks for, reads back and takes as keys, and how sure it must be.
    disclosures
        Said in full first, where they were not yet.
    entries
        How it is reached other than by a row of another card: "callback_request, at any time".
    reached
        Whether a conversation can come here at all.
    """

    name: str
    question: tuple[str, ...]
    rows: tuple[Row, ...]
    tags: tuple[str, ...] = ()
    disclosures: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a box: a name, what it means, and whether a conversation can come to it."""

    name: str
    text: str
    tone: Tone | None = None
    reached: bool = True
    key: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """All of a drawing.

    Parameters
    ----------
    opening
        Lines said before the first question.
    first
        Names and words of the disclosures that precede them.
    debt
        The same of those that precede the debt.
    always
        Rows that hold in every step that does not answer them itself.
    confirmed
        Intents that are asked about when they were heard badly.
    """

    name: str
    variant: str
    language: str
    version: str
    description: str
    content_hash: str
    start: str
    opening: tuple[str, ...]
    first: tuple[Item, ...]
    debt: tuple[Item, ...]
    cards: tuple[Card, ...]
    always: tuple[Row, ...]
    digressions: tuple[Item, ...]
    engine: tuple[Item, ...]
    confirmed: tuple[Item, ...]
    values: tuple[Item, ...]
    variants: tuple[Item, ...]
    endings: tuple[Item, ...]
    tones: dict[str, Tone]


def tone_of(outcome: str) -> Tone:
    """Return what kind of outcome it is."""
    return next((tone for tone, outcomes in _TONES.items() if outcome in outcomes), "lost")


def picture_of(script: Script) -> Picture:
    """Return what a drawing of the script shows."""
    reach = reach_of(script)
    first, debt = (
        tuple(Item(name, " ".join(part.say)) for name, part in script.disclosures.items() if part.before == before)
        for before in ("talk", "debt")
    )
    return Picture(
        name=script.script,
        variant=script.variant,
        language=script.language,
        version=script.version,
        description=script.description,
        content_hash=script.content_hash,
        start=script.start,
        opening=script.opening.text if script.opening else (),
        first=first,
        debt=debt,
        cards=tuple(_card(script, name, reach) for name in script.steps),
        always=_always(script, reach),
        digressions=tuple(
            Item(name, _shown(part.say), reached=name in reach.digressions, key=f"digress:{name}")
            for name, part in script.digressions.items()
        ),
        engine=tuple(_engine(script)),
        confirmed=tuple(
            Item(name, f"“{_shown(part.confirm)}”") for name, part in script.intents.items() if part.confirm
        ),
        values=tuple(Item(name, _value(slot)) for name, slot in script.slots.items()),
        variants=tuple(_variants(script)),
        endings=tuple(_endings(script, reach)),
        tones={name: tone_of(script.counts_as(script.outcome(name))) for name in script.endings},
    )


def _shown(words: Words) -> str:
    return " ".join(words.text)


def _card(script: Script, name: str, reach: Reach) -> Card:
    step = script.steps[name]
    tags = []
    if step.asks:
        tags.append(f"asks for {step.asks}, passed when it is known")
    if step.confirms:
        tags.append(f"reads back {', '.join(step.confirms)}")
    if step.say.uninterruptible:
        tags.append("never interrupted")
    if needed := script.threshold(name, "intent"):
        tags.append(f"believed when understood {100 * needed:.0f} % surely")
    if needed := script.threshold(name, "recognition"):
        tags.append(f"confirmed when heard less than {100 * needed:.0f} % surely")
    if step.keys:
        tags.append(
            "keys: " + ", ".join(f"{key} {_key(found.intent, found.words)}" for key, found in step.keys.items())
        )
    return Card(
        name,
        step.say.text,
        (*_rows(name, _ways(step.answers)), *_exhausted(script, name)),
        tuple(tags),
        tuple(one for one, part in script.disclosures.items() if part.before == "debt" and name in reach.first_of_debt),
        _entries(script, name),
        name in reach.steps,
    )


def _key(intent: str, words: str) -> str:
    return f"“{words}”" if words else intent


Way = tuple[str, Move, bool]
"""Intent, move, and whether it is never taken: a move without a condition stands before it."""


def _ways(answers: Mapping[str, Sequence[Move]]) -> list[Way]:
    found = []
    for intent, moves in answers.items():
        settled = False
        for move in moves:
            found.append((intent, move, settled))
            settled = settled or move.condition is None
    return found


def _rows(step: str, ways: Iterable[Way]) -> tuple[Row, ...]:
    """One row a target, in the order in which the script first names it; what never happens stands last."""
    grouped: dict[tuple[str, bool], list[tuple[str, Move]]] = {}
    for intent, move, dead in ways:
        grouped.setdefault((_where(step, move), dead), []).append((intent, move))
    ordered = sorted(grouped.items(), key=lambda item: item[0][1])
    return tuple(_row(step, where, same, dead=dead) for (where, dead), same in ordered)


def _where(step: str, move: Move) -> str:
    return f"anew:{step}" if move.go and move.go == step else target_of(step, move)


def _row(step: str, where: str, ways: Sequence[tuple[str, Move]], *, dead: bool) -> Row:
    kind, _, name = where.partition(":")
    labels: dict[str, list[str]] = {}
    for intent, move in ways:
        labels.setdefault(_condition(move), []).append(intent)
    said = dict.fromkeys(f"{intent}: “{_shown(move.say)}”" for intent, move in ways if move.say)
    forgets = dict.fromkeys(f"{intent}: forgets {', '.join(move.forget)}" for intent, move in ways if move.forget)
    found = tuple(Label(", ".join(dict.fromkeys(intents)), condition) for condition, intents in labels.items())
    hint = "\n".join((*said, *forgets))
    if kind in {"go", "end"}:
        return Row("go" if kind == "go" else "end", name, found, where, hint, dead)
    words = {"stay": "asks again", "hold": "keeps it, asks again", "anew": "asks anew"}[kind]
    return Row("stay", words, found, f"go:{step}" if kind == "anew" else where, hint, dead)


def _condition(move: Move) -> str:
    parts = []
    if move.condition:
        parts.append(f"if {move.condition}")
    if move.right_party:
        parts.append("right person")
    if move.note:
        parts.append(f"notes {move.note}")
    return ", ".join(parts)


def _exhausted(script: Script, name: str) -> tuple[Row, ...]:
    """Where a step goes when nothing, or nothing that fits, was said too often."""
    step = script.steps[name]
    found: dict[tuple[str, int], list[str]] = {}
    for words, own, shared, move in (
        ("silence", step.no_input, script.reprompts.no_input, script.exhausted),
        ("not understood", step.no_match, script.reprompts.no_match, step.exhausted or script.exhausted),
    ):
        target = f"end:{script.limits.end}" if move.go == name else target_of(name, move)
        found.setdefault((target, len(own or shared) + 1), []).append(words)
    rows = []
    for (target, times), words_ in found.items():
        kind, _, where = target.partition(":")
        label = Label(" or ".join(words_), f"{_TIMES[times - 1]} time")
        rows.append(Row("go" if kind == "go" else "end", where, (label,), f"exhausted:{target}", engine=True))
    return tuple(rows)


def _entries(script: Script, name: str) -> tuple[str, ...]:
    """How a step is reached from everywhere."""
    found = [
        f"{intent} at any time" + (f" if {move.condition}" if move.condition else "")
        for intent, moves in script.always.items()
        for move in moves
        if move.go == name
    ]
    if script.transfer and script.transfer.failed.go == name:
        found.append("nobody takes a transfer")
    found += [f"{slot} cannot be accepted" for slot, part in script.slots.items() if part.ask == name]
    return tuple(found)


def _always(script: Script, reach: Reach) -> tuple[Row, ...]:
    ways = _ways(script.always)
    return _rows("", [(intent, move, dead or intent not in reach.always) for intent, move, dead in ways])


def _engine(script: Script) -> Iterable[Item]:
    """What happens without anybody answering."""
    voicemail, screener = script.voicemail, script.screener
    said = f"hears “{_shown(voicemail.say)}”" if voicemail.say else "hears nothing"
    yield Item("an answering machine", f"{said}, then {voicemail.end}")
    said = f"hears “{_shown(screener.say)}”" if screener.say else "hears nothing"
    if screener.press:
        said = f"gets the key that it asks for, or {said}"
    yield Item("a call screener", f"{said}; {screener.wait_seconds:g} s for a person to come, then {screener.end}")
    yield Item("a talk of too many turns", f"{script.limits.turns} turns at most, then {script.limits.end}")
    if script.transfer:
        failed = script.transfer.failed
        yield Item("nobody takes a transfer", f"goes on with {failed.go or failed.end}")


def _variants(script: Script) -> Iterable[Item]:
    total = sum(part.weight for part in script.variants.values()) or 1
    for name, part in script.variants.items():
        changes = "; ".join(variant_changes(script, name)) or "as drawn here"
        yield Item(name, f"{100 * part.weight / total:.0f} % of the people: {changes}")


def _value(slot: Slot) -> str:
    match slot.type:
        case "date":
            kind = f"a day, at most {slot.horizon_days} days ahead"
        case "time":
            kind = f"a day and time, at most {slot.horizon_days} days ahead"
        case "money":
            kind = f"an amount from {slot.least:f} to {'what is owed' if slot.most is None else f'{slot.most:f}'}"
        case "choice":
            kind = f"one of {', '.join(slot.choices)}"
        case other:
            kind = {"yes_no": "yes or no", "text": "free words", "phone": "a telephone number, said or keyed"}.get(
                other, other
            )
    return f"{kind}; else asked for at {slot.ask}" if slot.ask else kind


def _endings(script: Script, reach: Reach) -> Iterable[Item]:
    for name, part in script.endings.items():
        outcome = script.outcome(name)
        told = []
        if part.or_noted:
            told.append(f"outcome: what was noted, else {outcome}")
        elif outcome != name:
            told.append(f"outcome: {outcome}")
        if outcome in script.outcomes:
            told.append(f"counts as {script.outcomes[outcome]}")
        if part.action == "transfer":
            told.append(f"transfers to {part.extension}")
        if part.record:
            told.append(f"records {', '.join(part.record)}")
        words = f"“{_shown(part.say)}”" if part.say else "says nothing"
        tone = tone_of(script.counts_as(outcome))
        yield Item(name, "; ".join((words, *told)), tone, reached=name in reach.endings, key=f"end:{name}")
