"""Slots: limits that leave room, words for what is refused, choices that can be told apart."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot import languages
from voicebot.dialogue.checks import samples
from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.conversation.values import refusal
from voicebot.dialogue.script.conditions import comparisons
from voicebot.dialogue.script.model import Slot


def check(subject: Subject) -> Iterator[Finding]:
    """Check every slot's limits, and what becomes of its value."""
    yield from _kept(subject)
    for name, slot in subject.script.slots.items():
        if slot.type == "choice":
            yield from _choices(subject, name, slot)
        elif not samples.accepted(subject.script, name, subject.graphs[0].lead):
            yield subject.found(
                "slot-accepts-nothing",
                ("slots", name),
                f"no value fits {name}: {_limits(slot)}",
                "widen its limits",
            )
        lead = subject.graphs[0].lead
        for value in samples.refused(slot, lead):
            why = refusal(slot, value, lead, samples.NOW)
            if slot.ask and why and why != "wrong_kind" and getattr(slot, why) is None:
                yield subject.found(
                    "refused-without-a-word",
                    ("slots", name),
                    f"a value of {name} that is {why.replace('_', ' ')} is refused without saying why",
                    f"add '{why}:'",
                    severity="warning",
                )


def _kept(subject: Subject) -> Iterator[Finding]:
    """A value that is asked for should be kept with an outcome, or be compared with something."""
    script = subject.script
    recorded = {slot for ending in script.endings.values() for slot in ending.record}
    compared = {side for one in comparisons(script) for side in (one.left, one.right)}
    for name, step in script.steps.items():
        if step.asks and step.asks not in recorded | compared:
            yield subject.found(
                "asked-and-not-kept",
                ("steps", name, "asks"),
                f"{name} asks for {step.asks}, but no ending records it",
                f"add it to the endings that it belongs to: record: [{step.asks}]",
                severity="warning",
            )


def _limits(slot: Slot) -> str:
    if slot.type == "money":
        most = "what is owed" if slot.most is None else slot.most
        return f"at least {slot.least}, at most {most}"
    return f"at most {slot.horizon_days} days ahead"


def _choices(subject: Subject, name: str, slot: Slot) -> Iterator[Finding]:
    if len(slot.choices) < 2:
        yield subject.found(
            "slot-accepts-nothing", ("slots", name), f"{name} is a choice of {len(slot.choices) or 'nothing'}",
            "write 'choices: {value: [words, …], …}' with two or more",
        )  # fmt: skip
    first: dict[str, str] = {}
    for value, texts in slot.choices.items():
        for index, text in enumerate(texts):
            words = languages.of(subject.script.language).plain(text)
            other = first.setdefault(words, value)
            if other != value:
                yield subject.found(
                    "choice-of-two-values",
                    ("slots", name, "choices", value, index),
                    f"{text!r} means {value} here, and {other} before",
                    "keep it under one of them",
                )
