"""Every path ends: no dead ends, nothing that goes round for ever, and never more turns than the limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from voicebot.dialogue.checks import samples
from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.graph import Graph, Node
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.conversation.turn import MAX_REFUSED
from voicebot.dialogue.script.model import OUTCOMES
from voicebot.dialogue.script.parts import Where
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import EngineIntent, State, Understanding

_ROUND: Final[dict[str, str]] = {
    EngineIntent.NO_INPUT: "silence-goes-round",
    EngineIntent.NO_MATCH: "misunderstanding-goes-round",
}
AFTER_LIMIT: Final = MAX_REFUSED + 2
"""Turns that may still follow once the limit is reached: values that must be asked for again."""


def check(subject: Subject) -> Iterator[Finding]:
    """Look for states that never lead to an ending, and for answers that go round in circles."""
    for graph in subject.graphs:
        yield from _dead_ends(subject, graph)
        for node in _first_of_each_step(graph):
            yield from _round(subject, graph, node)
            yield from _too_long(subject, graph, node)
    for graph, edge, act, _ in subject.acts():
        if act.ending is None or edge is None:
            continue
        path: Where = ("endings", edge.target.state.ending)
        if subject.script.counts_as(act.ending.outcome) not in OUTCOMES and subject.new("no-outcome", path):
            yield subject.found(
                "no-outcome", path, f"{act.ending.outcome!r} is not an outcome", "write 'outcome:'",
                turns=subject.turns(graph, edge),
            )  # fmt: skip
        silent = act.ending.action == "hang_up" and subject.is_silent(act)
        if (
            silent
            and not act.withheld
            and edge.heard.intent != EngineIntent.VOICEMAIL
            and subject.new("silent-ending", path)
        ):
            yield subject.found(
                "silent-ending", path, "the bot hangs up without a word", "add 'say:'",
                severity="warning", turns=subject.turns(graph, edge),
            )  # fmt: skip


def _dead_ends(subject: Subject, graph: Graph) -> Iterator[Finding]:
    """Every question can be answered so that the conversation comes to an end by its answers."""
    before: dict[Node, list[Node]] = {}
    good: list[Node] = []
    for edge in graph.edges():
        if edge.cells and all(cell.kind == "own" for cell in edge.cells) and not edge.before:
            before.setdefault(edge.target, []).append(edge.source)
            if edge.target.over:
                good.append(edge.target)
    reaching = set(good)
    while good:
        for source in before.get(good.pop(), ()):
            if source not in reaching:
                reaching.add(source)
                good.append(source)
    for node in graph.nodes:
        path = ("steps", node.state.step)
        if node.over or node.state.unsure or node in reaching or not subject.new("dead-end", path):
            continue
        yield subject.found(
            "dead-end",
            path,
            f"whatever the answer at {node.state.step}, the conversation never reaches an ending by itself",
            "let an answer lead to an ending, or to a step from which one is reached",
            turns=subject.turns(graph, None, node),
        )


def _first_of_each_step(graph: Graph) -> Iterator[Node]:
    seen: set[str] = set()
    for node in graph.nodes:
        if not node.over and node.state.step not in seen:
            seen.add(node.state.step)
            yield node


def _round(subject: Subject, graph: Graph, node: Node) -> Iterator[Finding]:
    """Whoever stays silent, is never understood, or keeps asking the same thing reaches an ending before the limit."""
    script, step = graph.script, node.state.step
    table = table_of(script)
    digressions = [name for name in script.digressions if any(c.kind == "digression" for c in table.of(step, name))]
    for intent in (EngineIntent.NO_INPUT, EngineIntent.NO_MATCH, *digressions):
        state, taken = replace(node.state, retries={}, history=(), said=()), 0
        while not state.ending and taken < script.limits.turns:
            state, _ = conversation.apply(script, graph.lead, state, Understanding(intent), samples.NOW)
            taken += 1
        if taken < script.limits.turns:
            continue
        engine = intent in set(EngineIntent)
        kind = _ROUND.get(intent, "digression-loop")
        where: Where = ("exhausted",) if intent == EngineIntent.NO_INPUT else ("steps", step, "exhausted")
        where = where if engine else ("digressions", intent)
        if not subject.new(kind, where):
            continue
        told = {
            "silence-goes-round": "somebody who stays silent is asked again and again",
            "misunderstanding-goes-round": "somebody who is not understood is asked again and again",
        }.get(kind, f"somebody who keeps asking {intent} is answered every time")
        yield subject.found(
            kind,
            where,
            f"{told}: only the limit of {script.limits.turns} turns ends the call",
            "let 'exhausted' lead to an ending, or to a step that has not been asked yet"
            if engine
            else "lower 'most' or 'limits: digressions'",
            turns=subject.turns_on(graph, node, (Understanding(intent),) * min(taken, 12)),
        )


def _too_long(subject: Subject, graph: Graph, node: Node) -> Iterator[Finding]:
    """The limit on turns holds in every step and for every answer."""
    script, step = graph.script, node.state.step
    full = tuple((step, "") for _ in range(script.limits.turns))
    heard = list(dict.fromkeys((edge.heard.intent, tuple(edge.heard.slots.items())) for edge in node.edges))
    for intent, slots in heard:
        state: State = replace(node.state, retries={}, history=full, said=())
        answer = Understanding(intent, slots=dict(slots))
        if intent == EngineIntent.SCREENER:
            continue
        for _ in range(AFTER_LIMIT):
            state, _ = conversation.apply(script, graph.lead, state, answer, samples.NOW)
            if state.ending:
                break
        if not state.ending and subject.new("too-long", ("limits",)):
            yield subject.found(
                "too-long",
                ("limits",),
                f"the limit of {script.limits.turns} turns does not end the call at {step} when {intent} is said",
                "report this to voicebot's maintainers: the engine should never allow it",
                turns=subject.turns(graph, None, node),
            )
