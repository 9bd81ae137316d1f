"""Identity before debt: no mention of the debt before the person called has confirmed who they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.talk import EngineIntent

_DENYING: Final = frozenset(
    {"deny", "wrong_person", "not_available", "deceased", "who_is_this", "stop_calling", "goodbye", *EngineIntent}
)
"""Answers that do not confirm that this is the person called."""


def check(subject: Subject) -> Iterator[Finding]:
    """Check every line in every state in which nobody knows who is on the line."""
    yield from _debt(subject)
    yield from _assumed(subject)
    script = subject.script
    never = not any(node.state.right_party for graph in subject.graphs for node in graph.nodes)
    if never and any(script.speaks_of_debt(line.template) for line in subject.lines.values()):
        yield subject.found(
            "identity-never-confirmed",
            ("start",),
            "the debt is mentioned, but no answer confirms who is on the line",
            "write 'right_party: true' at the answer that confirms it",
        )


def _debt(subject: Subject) -> Iterator[Finding]:
    for graph, edge, act, _ in subject.acts():
        for key in act.withheld:
            line = subject.lines[key]
            if subject.new("debt-before-identity", line.path):
                yield subject.found(
                    "debt-before-identity",
                    line.path,
                    f"the debt is mentioned before anyone has confirmed who is on the line: {line.template!r}",
                    "reword it, add 'before_identity:', or lead here only after 'right_party: true'",
                    turns=subject.turns(graph, edge),
                )


def _assumed(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        for edge in graph.edges():
            confirmed = edge.target.state.right_party and not edge.source.state.right_party
            if not confirmed or edge.kind != "said" or not {edge.heard.intent, *edge.heard.also} <= _DENYING:
                continue
            cells = [cell for cell in edge.cells if cell.move and cell.move.right_party]
            path = cells[0].path if cells else ("steps", edge.source.state.step, "exhausted")
            if subject.new("identity-assumed", path):
                yield subject.found(
                    "identity-assumed",
                    path,
                    f"{edge.heard.intent} is taken as proof of the right person, but confirms nothing",
                    "write 'right_party: true' only at answers that confirm who is on the line",
                    turns=subject.turns(graph, edge),
                )
