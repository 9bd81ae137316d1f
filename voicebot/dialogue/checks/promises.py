"""Promises: made by the right person, read back with every value that is recorded, and confirmed as they were read."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.graph import Edge, Graph
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.script.model import PROMISES, placeholders
from voicebot.dialogue.script.parts import Where


def check(subject: Subject) -> Iterator[Finding]:
    """Check every turn that records a promise, and every turn that asks for its confirmation."""
    for graph in subject.graphs:
        for edge in graph.edges():
            ending = edge.act.ending
            if ending is not None and subject.script.counts_as(ending.outcome) in PROMISES and edge.target.state.ending:
                yield from _recorded(subject, graph, edge)
            if ending is None:
                yield from _read_back(subject, graph, edge)


def _recorded(subject: Subject, graph: Graph, edge: Edge) -> Iterator[Finding]:
    assert edge.act.ending is not None  # noqa: S101 - asked by the caller
    script, state = subject.script, edge.source.state
    step = script.steps[state.step]
    record = script.endings[edge.target.state.ending].record
    used = [cell for cell in edge.cells if cell.move and cell.move.end == edge.target.state.ending]
    path: Where = used[0].path if used else ("endings", edge.target.state.ending)
    told: tuple[str, str, str] | None = None
    if not record or any(name not in step.confirms for name in record) or state.ending:
        unread = [name for name in record if name not in step.confirms]
        told = (
            "promise-not-confirmed",
            f"at {state.step} a promise is recorded that was not read back{_names(unread)}",
            "lead to a step that 'confirms' every value that the ending records",
        )
    elif any(edge.act.ending.slots.get(name) != state.slots.get(name) for name in record):
        told = (
            "promise-changed-unconfirmed",
            f"at {state.step} a value that comes with the answer is recorded without having been read back",
            "before the ending write '{if: SLOT given, go: …}' for each slot, leading to the step that reads it back",
        )
    elif not edge.target.state.right_party:
        told = (
            "promise-of-anyone",
            f"at {state.step} a promise is recorded, but nobody has confirmed that they are the person called",
            "lead here only after 'right_party: true'",
        )
    if told and subject.new(told[0], path):
        yield subject.found(told[0], path, told[1], told[2], turns=subject.turns(graph, edge))


def _read_back(subject: Subject, graph: Graph, edge: Edge) -> Iterator[Finding]:
    """Whoever reaches a confirming step, or changes a value there, hears every value that is to be confirmed."""
    before, after = edge.source.state, edge.target.state
    step = subject.script.steps[after.step]
    fresh = before.step != after.step or any(before.slots.get(name) != edge_value for name, edge_value in _new(edge))
    if not step.confirms or not fresh or after.retries.get("screener"):
        return
    said = {
        name
        for line in edge.act.lines
        if line.key.startswith(f"steps.{after.step}.") and line.key in subject.lines
        for name in placeholders(subject.lines[line.key].template)
    }
    unsaid = [name for name in step.confirms if name not in said]
    path: Where = ("steps", after.step, "say")
    if unsaid and subject.new("promise-not-read-back", path):
        yield subject.found(
            "promise-not-read-back",
            path,
            f"{after.step} asks for confirmation without reading back what is to be confirmed{_names(unsaid)}",
            f"say {', '.join(f'{{{name}}}' for name in unsaid)} in 'say' and in 'again'",
            turns=subject.turns(graph, edge),
        )


def _new(edge: Edge) -> Iterator[tuple[str, object]]:
    yield from ((name, value) for name, value in edge.heard.slots.items() if edge.target.state.slots.get(name) == value)


def _names(names: list[str]) -> str:
    return f": {', '.join(names)}" if names else ""
