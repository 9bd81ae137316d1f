"""What must not be in a script: names that lead nowhere, and breaches of the rules for every script. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from voicebot import languages
from voicebot.dialogue.script import conditions, fate
from voicebot.dialogue.script.comparison import ORDERED, Comparison
from voicebot.dialogue.script.model import (
    COUNTED_AS,
    INTENTS,
    LEAD_WORDS,
    OUTCOMES,
    PROMISES,
    EndingPart,
    Move,
    Script,
    Slot,
    Step,
    Words,
    placeholders,
)
from voicebot.dialogue.script.parts import Where, moves, spoken
from voicebot.dialogue.script.table import table_of
from voicebot.suggestions import meant

_BRACE: Final = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where in the script (keys and indexes), what, and what to do."""

    path: Where
    what: str
    cure: str = ""


def names_that_lead_nowhere(script: Script) -> tuple[Fault, ...]:
    """Find steps, endings, slots, intents and variables that a script names and does not have."""
    return (*_names(script), *_lines(script))


def broken_rules(script: Script) -> tuple[Fault, ...]:
    """Find where a script whose names all lead somewhere breaks a rule that holds for every script."""
    return (*_rules(script), *_debt_before_identity(script))


def _known(path: Where, kind: str, name: str, names: Iterable[str]) -> Iterator[Fault]:
    if name not in names:
        yield Fault(path, f"there is no {kind} {name!r}", meant(name, names))


def _names(script: Script) -> Iterator[Fault]:
    """Every name leads somewhere."""
    intents = INTENTS | set(script.intents)
    if script.language not in languages.tags():
        yield Fault(
            ("language",), f"{script.language} is not a supported language", f"known: {', '.join(languages.tags())}"
        )
    if script.corpus not in {"", script.language}:
        what = f"the utterances of {script.corpus} are in another language"
        yield Fault(("corpus",), what, f"write 'corpus: {script.language}'")
    yield from _known(("start",), "step", script.start, script.steps)
    for path, move in moves(script):
        yield from _names_of_move(script, path, move)
    for section, names in (("always", script.always), ("digressions", script.digressions)):
        for intent in names:
            yield from _known((section, intent), "intent", intent, intents)
    for name, step in script.steps.items():
        yield from _names_of_step(script, name, step, intents)
    for name, ending in script.endings.items():
        yield from _names_of_ending(script, name, ending)
    yield from _names_of_outcomes(script)
    for name, slot in script.slots.items():
        yield from _names_of_slot(script, name, slot, intents)
    for part, ending_name in (
        ("voicemail", script.voicemail.end),
        ("screener", script.screener.end),
        ("limits", script.limits.end),
    ):
        yield from _known((part, "end"), "ending", ending_name, script.endings)


def _names_of_outcomes(script: Script) -> Iterator[Fault]:
    for name, shared in script.outcomes.items():
        at: Where = ("outcomes", name)
        if name in OUTCOMES:
            yield Fault(at, f"{name} is a shared outcome already", "leave it out, or choose another name")
        yield from _known(at, "outcome that others may count as", shared, COUNTED_AS)


def _names_of_slot(script: Script, name: str, slot: Slot, intents: Iterable[str]) -> Iterator[Fault]:
    at: Where = ("slots", name)
    if name in {conditions.TRIES, *LEAD_WORDS}:
        yield Fault(at, f"{name!r} has a meaning of its own", "give the slot another name")
    for intent in slot.carriers:
        yield from _known((*at, "intents"), "intent", intent, intents)
    if slot.ask:
        yield from _known((*at, "ask"), "step", slot.ask, script.steps)
    if slot.rest_of:
        alike = [other for other, part in script.slots.items() if part.type == slot.type and not part.rest_of]
        yield from _known((*at, "rest_of"), f"{slot.type} slot", slot.rest_of, alike)


def _names_of_move(script: Script, path: Where, move: Move) -> Iterator[Fault]:
    if move.go:
        yield from _known((*path, "go"), "step", move.go, script.steps)
    if move.end:
        yield from _known((*path, "end"), "ending", move.end, script.endings)
    if move.condition and (comparison := move.condition.comparison):
        yield from _comparison(script, (*path, "if"), comparison)
    elif move.condition:
        yield from _known((*path, "if"), "slot", move.condition.slot, script.slots)
    if move.note:
        yield from _known((*path, "note"), "outcome", move.note, OUTCOMES | set(script.outcomes))
    for slot in move.forget:
        yield from _known((*path, "forget"), "slot", slot, script.slots)
    if _is_loose(path) and not (move.go or move.end):
        yield Fault(path, "this must lead somewhere", "write go or end")


def _comparison(script: Script, path: Where, comparison: Comparison) -> Iterator[Fault]:
    """Both sides of a comparison are there and can be compared."""
    left, right = comparison.left, comparison.right
    kind = conditions.kind(script, left)
    if kind is None:
        yield Fault(path, f"{left!r} cannot be compared", meant(left, conditions.names(script)))
    elif comparison.orders:
        other = "number" if comparison.number is not None else conditions.kind(script, right)
        if kind not in ORDERED:
            yield Fault(path, f"{left} cannot be ordered", f"write '{left} is …' or '{left} is not …'")
        elif other is None:
            yield Fault(path, f"{right!r} cannot be compared", meant(right, conditions.names(script)))
        elif other != kind and not (kind == "amount" and comparison.number is not None):
            yield Fault(path, f"{left} and {right} cannot be compared", f"compare {left} with {_EXAMPLES[kind]}")
    elif kind in ORDERED:
        yield Fault(path, f"{left} is compared by size", f"write '{left} < …', '<=', '>' or '>='")
    elif kind == "choice":
        yield from _known(path, "choice", right, script.slots[left].choices)
    elif kind == "yes_no":
        yield from _known(path, "answer", right, ("yes", "no"))


_EXAMPLES: Final = {"number": "a number", "amount": "an amount, or amount_due", "day": "a day, for example due_date"}


def _names_of_step(script: Script, name: str, step: Step, intents: Iterable[str]) -> Iterator[Fault]:
    at: Where = ("steps", name)
    for section in ("answers", "examples"):
        for intent in getattr(step, section):
            yield from _known((*at, section, intent), "intent", intent, intents)
    if step.asks:
        yield from _known((*at, "asks"), "slot", step.asks, script.slots)
    for slot in step.confirms:
        yield from _known((*at, "confirms"), "slot", slot, script.slots)
    for digit, key in step.keys.items():
        if not re.fullmatch(r"[0-9*#]{1,4}", digit):
            yield Fault((*at, "keys", digit), f"{digit!r} cannot be pressed", "use 0-9, * and #")
        if not table_of(script).of(name, key.intent):
            yield Fault((*at, "keys", digit), f"this step has no answer {key.intent!r}", "add it under answers")


def _names_of_ending(script: Script, name: str, ending: EndingPart) -> Iterator[Fault]:
    at: Where = ("endings", name)
    yield from _known((*at, "outcome"), "outcome", script.outcome(name), OUTCOMES | set(script.outcomes))
    for slot in ending.record:
        yield from _known((*at, "record"), "slot", slot, script.slots)
    if ending.action == "transfer":
        if not ending.extension:
            yield Fault(at, "a transfer needs an extension", "add 'extension:'")
        if script.transfer is None:
            yield Fault(at, "nothing says what happens when nobody takes the transfer", "add 'transfer: {failed: …}'")


def _is_loose(path: Where) -> bool:
    """Whether a move at ``path`` belongs to no intent."""
    return path[0] in {"exhausted", "transfer"} or path[-1] == "exhausted"


def _lines(script: Script) -> Iterator[Fault]:
    values = {*LEAD_WORDS, *script.lead.needs, *script.lead.may_have, *script.slots}
    for path, words in spoken(script):
        for template in words.templates:
            for name in placeholders(template):
                if name not in values:
                    yield Fault(path, f"{{{name}}} is not known", meant(name, values))
            if "{" in _BRACE.sub("", template) or "}" in _BRACE.sub("", template):
                yield Fault(path, "a brace has no partner", "write variables as {name}")
            if not template.strip():
                yield Fault(path, "there is nothing to say", "write the words, or leave the key out")
        if words.disclosure and words.disclosure not in script.disclosures:
            yield Fault(
                path, f"there is no disclosure {words.disclosure!r}", meant(words.disclosure, script.disclosures)
            )


def _rules(script: Script) -> Iterator[Fault]:
    table = table_of(script)
    for name in script.steps:
        cells = table.of(name, "stop_calling")
        if not cells:
            yield Fault(
                ("always",), "there is no way to stop the calls", "add 'stop_calling: {end: do_not_call}' under always"
            )
            break
        for cell in cells:
            if not (cell.move and cell.move.end and script.outcome(cell.move.end) == "do_not_call"):
                yield Fault(cell.path, "'stop_calling' must end with the outcome do_not_call, at once and everywhere")
    for name, step in script.steps.items():
        if step.asks:
            yield from _skippable(script, name, step.asks)
        for slot in step.confirms:
            if not (script.slots[slot].ask or script.slots[slot].rest_of):
                yield Fault(("slots", slot), f"{name} reads {slot} back, but nothing asks for it", "add 'ask: STEP'")
            if not any(slot in placeholders(line) for line in step.say.text):
                yield Fault(("steps", name, "say"), f"this step confirms {slot} without saying it", f"say {{{slot}}}")
    yield from _promises(script)


def _skippable(script: Script, name: str, slot: str) -> Iterator[Fault]:
    """A step whose value is known already is skipped, so it must say where the value leads."""
    intent = script.slots[slot].intent
    if not intent:
        yield Fault(("slots", slot), f"{name} asks for {slot}: what does a bare value mean?", "add 'intent:'")
        return
    cells = [cell for cell in table_of(script).of(name, intent) if cell.kind == "own"]
    leading = [cell for cell in cells if cell.move is not None and (cell.move.go or cell.move.end)]
    if not any(cell.guard is None or (cell.guard.slot == slot and cell.guard.state == "known") for cell in leading):
        yield Fault(
            ("steps", name, "answers"),
            f"this step asks for {slot}, but no answer says where {intent!r} leads once it is known",
            f"add '{intent}: [{{if: {slot} known, go: …}}, …]'",
        )


def _promises(script: Script) -> Iterator[Fault]:
    """A promise counts only when a step has read it back."""
    for cell in table_of(script).cells:
        if cell.move is None or not cell.move.end or not script.is_promise(cell.move.end):
            continue
        record = script.endings[cell.move.end].record
        unread = [slot for slot in record if slot not in script.steps[cell.step].confirms]
        if unread or not record:
            yield Fault(
                cell.path,
                f"{cell.step} ends with a promise that it has not read back",
                "lead to a step that 'confirms' every value that the ending records",
            )
    for path, move in moves(script):
        noted = script.counts_as(move.note) in PROMISES
        if noted or (_is_loose(path) and move.end and script.is_promise(move.end)):
            yield Fault(
                path, "a promise counts only when the callee confirms it", "lead to the step that reads it back"
            )


def _debt_before_identity(script: Script) -> Iterator[Fault]:
    """Look at every line that can be said while it is not known who is on the line."""
    told: set[Where] = set()
    for path, words in _said_to_anyone(script):
        for template in words.before_identity or words.text:
            if script.speaks_of_debt(template) and path not in told:
                told.add(path)
                yield Fault(
                    path,
                    f"the debt is mentioned before anyone has confirmed who is on the line: {template!r}",
                    "reword it, add 'before_identity:', or lead here only after 'right_party: true'",
                )


def _said_to_anyone(script: Script) -> Iterator[tuple[Where, Words]]:
    """Walk the steps that can be reached without ``right_party``; yield all that is said on the way."""
    every = dict(spoken(script))

    def words(*paths: Where) -> Iterator[tuple[Where, Words]]:
        for path in paths:
            if path in every:
                yield path, every[path]

    yield from words(("opening",), ("voicemail", "say"), ("screener", "say"), ("endings", script.limits.end, "say"))
    for name, disclosure in script.disclosures.items():
        if disclosure.before == "talk":
            yield from words(("disclosures", name))
    seen: set[str] = set()
    waiting = [script.start]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        yield from _said_in(script, name, every)
        for path, move in _ways(script, name):
            if move.right_party:
                continue
            yield from words((*path, "say"))
            if move.go:
                waiting.append(move.go)
            if move.end:
                yield from words(("endings", move.end, "say"))
            if move.end and script.endings[move.end].action == "transfer" and script.transfer:
                failed = script.transfer.failed
                yield from words(("transfer", "failed", "say"), ("endings", failed.end, "say"))
                waiting += [failed.go] if failed.go else []


def _said_in(script: Script, step: str, every: Mapping[Where, Words]) -> Iterator[tuple[Where, Words]]:
    """Yield what can be said while a step asks, whatever is answered."""
    unsure = {
        ("intents", intent, "confirm") for intent in script.intents if fate.of_answer(script, step, intent) != "none"
    }
    for path, words in every.items():
        if (
            (path[:2] == ("steps", step) and path[2] in {"say", "again", "no_input", "no_match"})
            or path[0] in {"reprompts", "digressions"}
            or path in unsure
        ):
            yield path, words


def _ways(script: Script, step: str) -> Iterator[tuple[Where, Move]]:
    """Yield every move that can be made in a step."""
    for cell in table_of(script).cells:
        if cell.step == step and cell.move is not None:
            yield cell.path, cell.move
    own = script.steps[step].exhausted
    if own:
        yield ("steps", step, "exhausted"), own
    yield ("exhausted",), script.exhausted
