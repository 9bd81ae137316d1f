"""Silence and misunderstanding: something is said each time, and not the same words twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.script.model import Words
from voicebot.dialogue.script.parts import Where
from voicebot.dialogue.talk import EngineIntent


def check(subject: Subject) -> Iterator[Finding]:
    """Find turns in which the bot says nothing, and reprompts that don't change."""
    for graph, edge, act, node in subject.acts():
        if act.listening is None or act.withheld or not subject.is_silent(act):
            continue
        if edge is not None and edge.heard.intent == EngineIntent.SCREENER:
            continue
        path: Where = ("steps", node.state.step, "say")
        if edge is not None and any(cell.kind == "digression" for cell in edge.cells):
            path = ("digressions", edge.heard.intent, "say")
        if subject.new("silent-turn", path):
            yield subject.found(
                "silent-turn",
                path,
                "the bot says nothing here and waits, and so does the person",
                "say something that leaves words whatever values the lead has",
                turns=subject.turns(graph, edge),
            )
    yield from _same(subject, ("reprompts", "no_input"), subject.script.reprompts.no_input)
    yield from _same(subject, ("reprompts", "no_match"), subject.script.reprompts.no_match)
    for name, step in subject.script.steps.items():
        yield from _same(subject, ("steps", name, "no_input"), step.no_input or ())
        yield from _same(subject, ("steps", name, "no_match"), step.no_match or ())


def _same(subject: Subject, path: Where, variants: tuple[Words, ...]) -> Iterator[Finding]:
    for index, (first, second) in enumerate(pairwise(variants)):
        if first.text == second.text:
            yield subject.found(
                "same-reprompt-twice",
                (*path, index + 1),
                f"the same words are said the second time: {second.text[0]!r}",
                "say it differently, say what can be answered, or offer keys",
                severity="warning",
            )
