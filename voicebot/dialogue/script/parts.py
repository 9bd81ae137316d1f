"""Everything that a script can say and every move it can make, each with its position; for checks and for rendering."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue.script.model import Move, Script, Step, Words

Where = tuple[str | int, ...]


def spoken(script: Script) -> Iterator[tuple[Where, Words]]:
    """Yield everything that can be said, the opening and the first step first."""
    yield from _one(("opening",), script.opening)
    for name, disclosure in script.disclosures.items():
        yield ("disclosures", name), disclosure.words(name)
    for name in sorted(script.steps, key=lambda step: step != script.start):
        yield from _of_step(("steps", name), script.steps[name])
    for intent, ways in script.always.items():
        yield from _of_moves(("always", intent), ways)
    for name, digression in script.digressions.items():
        yield ("digressions", name, "say"), digression.say
    for name, ending in script.endings.items():
        yield from _one(("endings", name, "say"), ending.say)
    yield from _several(("reprompts", "no_input"), script.reprompts.no_input)
    yield from _several(("reprompts", "no_match"), script.reprompts.no_match)
    for name, slot in script.slots.items():
        for reason in ("past", "too_far", "out_of_range"):
            yield from _one(("slots", name, reason), getattr(slot, reason))
    for name, part in script.intents.items():
        yield from _one(("intents", name, "confirm"), part.confirm)
    yield from _one(("voicemail", "say"), script.voicemail.say)
    yield from _one(("screener", "say"), script.screener.say)
    yield from _one(("exhausted", "say"), script.exhausted.say)
    if script.transfer:
        yield from _one(("transfer", "failed", "say"), script.transfer.failed.say)


def moves(script: Script) -> Iterator[tuple[Where, Move]]:
    """Yield every move that is written."""
    for name, step in script.steps.items():
        for intent, ways in step.answers.items():
            for index, move in enumerate(ways):
                yield ("steps", name, "answers", intent, index), move
        if step.exhausted:
            yield ("steps", name, "exhausted"), step.exhausted
    for intent, ways in script.always.items():
        for index, move in enumerate(ways):
            yield ("always", intent, index), move
    yield ("exhausted",), script.exhausted
    if script.transfer:
        yield ("transfer", "failed"), script.transfer.failed


def _of_step(at: Where, step: Step) -> Iterator[tuple[Where, Words]]:
    yield (*at, "say"), step.say
    yield from _one((*at, "again"), step.again)
    yield from _several((*at, "no_input"), step.no_input)
    yield from _several((*at, "no_match"), step.no_match)
    for intent, ways in step.answers.items():
        yield from _of_moves((*at, "answers", intent), ways)
    if step.exhausted:
        yield from _one((*at, "exhausted", "say"), step.exhausted.say)


def _of_moves(at: Where, ways: tuple[Move, ...]) -> Iterator[tuple[Where, Words]]:
    for index, move in enumerate(ways):
        yield from _one((*at, index, "say"), move.say)


def _several(at: Where, variants: tuple[Words, ...] | None) -> Iterator[tuple[Where, Words]]:
    for index, words in enumerate(variants or ()):
        yield (*at, index), words


def _one(at: Where, words: Words | None) -> Iterator[tuple[Where, Words]]:
    if words:
        yield at, words
