"""Transfers: what happens when nobody takes them, and that the call does not keep trying for ever."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Let every transfer fail."""
    for graph in subject.graphs:
        for edge in graph.edges():
            if edge.kind != "transfer_failed":
                continue
            again = edge.act.ending is not None and edge.act.ending.action == "transfer"
            if again and subject.new("transfer-loop", ("transfer", "failed")):
                yield subject.found(
                    "transfer-loop",
                    ("transfer", "failed"),
                    "when nobody takes a transfer, the call is transferred again, and again",
                    "lead to a step, or to an ending that hangs up",
                    turns=subject.turns(graph, edge),
                )
            elif subject.is_silent(edge.act) and subject.new("transfer-fails-silently", ("transfer", "failed")):
                yield subject.found(
                    "transfer-fails-silently",
                    ("transfer", "failed"),
                    "when nobody takes a transfer, the person is not told",
                    "add 'say:'",
                    turns=subject.turns(graph, edge),
                )
