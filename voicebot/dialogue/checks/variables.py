"""Variables and slots: every value that is said, compared or recorded is there when it is needed."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.graph import Edge, Graph
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.conversation.rest import rests
from voicebot.dialogue.script.model import placeholders
from voicebot.dialogue.script.parts import Where
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.script.words import always_named


def check(subject: Subject) -> Iterator[Finding]:
    """Look for values that are said or recorded when nobody gave them, and for slots that nothing fills or reads."""
    for graph, edge, act, node in subject.acts():
        for line in act.lines:
            spoken = subject.lines.get(line.key)
            for name in always_named(spoken.template) if spoken else ():
                missing = name in subject.script.slots and name not in node.state.slots
                if spoken and missing and not _forgotten(edge, name) and subject.new("said-without-value", spoken.path):
                    yield subject.found(
                        "said-without-value",
                        spoken.path,
                        f"{{{name}}} is said although nobody may have given it: {line.text!r}",
                        f"ask for {name} first, or lead here only '{{if: {name} known}}'",
                        turns=subject.turns(graph, edge),
                    )
        if edge is not None and act.ending is not None and node.state.ending:
            yield from _unrecorded(subject, graph, edge)
    yield from _slots(subject)
    yield from _lead(subject)


def _forgotten(edge: Edge | None, name: str) -> bool:
    """Whether the value was there until this turn dropped it: it is said from what was known."""
    return edge is not None and name in edge.source.state.slots and edge.target.over


def _unrecorded(subject: Subject, graph: Graph, edge: Edge) -> Iterator[Finding]:
    assert edge.act.ending is not None  # noqa: S101 - asked by the caller
    name = edge.target.state.ending
    part = subject.script.endings[name]
    rest = rests(subject.script)
    lacking = [slot for slot in part.record if slot not in edge.act.ending.slots and slot not in rest]
    path: Where = ("endings", name, "record")
    if lacking and subject.new("recorded-without-value", path):
        yield subject.found(
            "recorded-without-value",
            path,
            f"this ending records {', '.join(lacking)}, but can be reached when nobody has given it",
            f"end here only '{{if: {lacking[0]} known}}', or ask for it first",
            turns=subject.turns(graph, edge),
        )


def _slots(subject: Subject) -> Iterator[Finding]:
    filled = {name for graph in subject.graphs for node in graph.nodes for name in node.state.slots}
    for name in subject.script.slots:
        places = sorted(_readers(subject, name), key=str)
        if not places:
            place = subject.place(("slots", name))
            if place is None or place.file == subject.script.source:
                yield subject.found(
                    "slot-unused", ("slots", name), f"nothing says, records or asks for {name}",
                    "use it, or remove it", severity="warning",
                )  # fmt: skip
        elif name not in filled:
            readable = next((one for one in places if not _shared(subject, one)), None)
            if readable is not None:
                yield subject.found(
                    "slot-never-filled",
                    readable,
                    f"{name} is used here, but no answer of this script ever gives it a value",
                    f"answer an intent that carries it: {', '.join(sorted(_carriers(subject, name))) or 'none yet'}",
                )


def _carriers(subject: Subject, name: str) -> frozenset[str]:
    return subject.script.slots[name].carriers


def _shared(subject: Subject, path: Where) -> bool:
    place = subject.place(path)
    return place is not None and place.file != subject.script.source


def _readers(subject: Subject, name: str) -> Iterator[Where]:
    for line in subject.lines.values():
        if name in placeholders(line.template):
            yield line.path
    for cell in table_of(subject.script).cells:
        if cell.guard and name in str(cell.guard).split():
            yield (*cell.path, "if")
    for step_name, step in subject.script.steps.items():
        if step.asks == name:
            yield ("steps", step_name, "asks")
        if name in step.confirms:
            yield ("steps", step_name, "confirms")
    for ending_name, ending in subject.script.endings.items():
        if name in ending.record:
            yield ("endings", ending_name, "record")


def _lead(subject: Subject) -> Iterator[Finding]:
    lead = subject.script.lead
    for line in subject.lines.values():
        for name in always_named(line.template):
            if name in lead.may_have and not line.disclosure:
                yield subject.found(
                    "value-may-be-missing",
                    line.path,
                    f"a lead may have no {name}, and then this line has a gap: {line.template!r}",
                    f"list {name} under 'lead: needs', or word the line without it",
                    severity="warning",
                )
