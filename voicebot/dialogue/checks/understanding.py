"""What is understood: every intent can be recognised from its examples, keys can be pressed, words can be heard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from voicebot import languages
from voicebot.dialogue.checks import samples
from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.conversation.values import refusal
from voicebot.dialogue.script import fate
from voicebot.dialogue.script.model import INTENTS, Key, Step
from voicebot.dialogue.script.parts import Where
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.script.words import without_placeholders
from voicebot.dialogue.understanding.heard_values import hear_values

FEW: Final = 10
"""With fewer examples, telling an intent from the others is luck."""


def check(subject: Subject) -> Iterator[Finding]:
    """Check examples, keys and hints."""
    yield from _without_examples(subject)
    yield from _twice(subject)
    yield from _unproved(subject)
    for name, step in subject.script.steps.items():
        for digits, key in step.keys.items():
            yield from _key(subject, name, step, digits, key)
    yield from _meanings(subject)
    yield from _unheard(subject)


def _without_examples(subject: Subject) -> Iterator[Finding]:
    script, table = subject.script, table_of(subject.script)
    bare = {slot.intent for slot in script.slots.values()}
    for intent in sorted(INTENTS | set(script.intents)):
        shared = script.intents[intent].examples if intent in script.intents else ()
        using = [name for name in script.steps if table.of(name, intent)]
        lacking = [name for name in using if not shared and not script.steps[name].examples.get(intent)]
        keyed = all(any(key.intent == intent for key in script.steps[name].keys.values()) for name in lacking)
        if not lacking or (keyed and lacking):
            continue
        cell = table.of(lacking[0], intent)[0]
        if intent in bare and all(script.steps[name].asks for name in lacking):
            continue
        yield subject.found(
            "intent-without-examples",
            cell.path[:-1] if isinstance(cell.path[-1], int) else cell.path,
            f"{intent} is answered at {', '.join(lacking[:4])}{' …' if len(lacking) > 4 else ''}, but no example shows "
            f"how people say it",
            f"add 'intents: {{{intent}: {{examples: […]}}}}', or examples to the step",
        )
    for intent, part in script.intents.items():
        if 0 < len(part.examples) < FEW and any(table.of(name, intent) for name in script.steps):
            yield subject.found(
                "few-examples", ("intents", intent), f"{intent} has {len(part.examples)} examples",
                "write about thirty, as varied as people are", severity="warning",
            )  # fmt: skip


def _unproved(subject: Subject) -> Iterator[Finding]:
    """What ends the call or bars a number says what it costs, and how to ask whether it was said."""
    script = subject.script
    for cell in table_of(script).cells:
        done = fate.effect(script, cell)
        if done not in {"ends", "bars"}:
            continue
        part, intent = script.intents.get(cell.intent), cell.intent
        where = ("intents", intent) if part else cell.path
        does = (
            "bars the number"
            if done == "bars"
            else "ends the call"
            if cell.move and cell.move.end
            else "tells the debt"
        )
        if fate.declared(script, intent) is None and subject.new("consequence-missing", ("intents", intent)):
            yield subject.found(
                "consequence-missing", where, f"{intent} {does} at {cell.step}, but does not say what a mistake costs",
                f"add 'consequence: {done}' to the intent (none, asks, ends, bars)", severity="warning",
            )  # fmt: skip
        if (part is None or part.confirm is None) and subject.new("confirm-missing", ("intents", intent)):
            yield subject.found(
                "confirm-missing", where,
                f"{intent} {does} at {cell.step}, but nothing asks whether it was said when it was not heard surely",
                "add 'confirm:' to the intent, for example \"Did you say …?\"", severity="warning",
            )  # fmt: skip


def _twice(subject: Subject) -> Iterator[Finding]:
    script = subject.script
    groups: list[tuple[Where, dict[str, tuple[str, ...]]]] = [
        (("intents",), {intent: part.examples for intent, part in script.intents.items()})
    ]
    groups += [(("steps", name, "examples"), dict(step.examples)) for name, step in script.steps.items()]
    for at, examples in groups:
        first: dict[str, tuple[str, Where]] = {}
        for intent, texts in examples.items():
            for index, text in enumerate(texts):
                inside = ("examples",) if at == ("intents",) else ()
                path = (*at, intent, *inside, index)
                words = languages.of(script.language).plain(text)
                other, place = first.setdefault(words, (intent, path))
                if other != intent:
                    where = subject.place(place)
                    line = f" in line {where.line}" if where else ""
                    yield subject.found(
                        "example-of-two-intents",
                        path,
                        f"{text!r} is an example of {intent} here, and of {other}{line}",
                        "keep it under one of them",
                    )


def _key(subject: Subject, name: str, step: Step, digits: str, key: Key) -> Iterator[Finding]:
    path: Where = ("steps", name, "keys", digits)
    if len(digits) > step.max_digits:
        yield subject.found(
            "key-cannot-be-pressed",
            path,
            f"{name} takes {step.max_digits or 'no'} digits, but this key has {len(digits)}",
            f"write 'max_digits: {len(digits)}'",
        )
    for other in step.keys:
        if other != digits and other.startswith(digits):
            yield subject.found(
                "keys-clash",
                ("steps", name, "keys", other),
                f"whoever presses {other!r} presses {digits!r} first, which already means {key.intent}",
                "choose keys so that none is the beginning of another",
            )
    if not key.words:
        return
    slot = step.asks and subject.script.slots[step.asks]
    lead = subject.graphs[0].lead
    found = hear_values(subject.script, name, key.words, samples.NOW, lead).of(key.intent, subject.script)
    if slot and key.intent in slot.carriers and step.asks not in found:
        yield subject.found(
            "key-words-mean-nothing",
            path,
            f"{key.words!r} contains no {slot.type}, but {name} asks for one",
            "write words as a person would say them, for example 'tomorrow'",
        )
    for slot_name, value in found.items():
        why = refusal(subject.script.slots[slot_name], value, lead, samples.NOW)
        if why:
            yield subject.found(
                "key-refused",
                path,
                f"{key.words!r} is refused by {slot_name} ({why.replace('_', ' ')}): {digits} only asks again",
                f"offer another value, or widen the limits of {slot_name}",
            )


def _meanings(subject: Subject) -> Iterator[Finding]:
    """A key that stops the calls in most steps should not mean something else in one."""
    by_digits: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, step in subject.script.steps.items():
        for digits, key in step.keys.items():
            by_digits[digits][key.intent].append(name)
    for digits, meanings in by_digits.items():
        stops = len(meanings.get("stop_calling", ()))
        for intent, steps in meanings.items():
            if intent != "stop_calling" and stops > len(steps):
                yield subject.found(
                    "key-changes-meaning",
                    ("steps", steps[0], "keys", digits),
                    f"{digits} means {intent} at {steps[0]}, but 'stop calling' at {stops} other steps",
                    "choose another key",
                    severity="warning",
                )


def _unheard(subject: Subject) -> Iterator[Finding]:
    if subject.knows is None:
        return
    texts: list[tuple[Where, str]] = [
        ((*at, index), text)
        for name, step in subject.script.steps.items()
        for at, found in (
            (("steps", name, "hints"), step.hints),
            *((("steps", name, "examples", intent), some) for intent, some in step.examples.items()),
        )
        for index, text in enumerate(found)
    ]
    texts += [
        (("intents", intent, "examples", index), text)
        for intent, part in subject.script.intents.items()
        for index, text in enumerate(part.examples)
    ]
    told: set[str] = set()
    for path, text in texts:
        words = languages.of(subject.script.language).plain(without_placeholders(text))
        for word in words.split():
            if word in told or subject.knows(word):
                continue
            told.add(word)
            yield subject.found(
                "word-not-heard",
                path,
                f"the recogniser's model does not know {word!r}, so it is never heard",
                "write it as the model does, or use a recogniser with an open vocabulary",
                severity="warning",
            )
