"""What a person may say in every state, and be heard: stop, wrong person, a human, a lawyer, who are you."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.graph import Edge, Graph
from voicebot.dialogue.checks.subject import Subject

EVERYWHERE: Final = {
    "wrong_person": "it is the wrong person",
    "talk_to_human": "they want to talk to a human",
    "attorney": "they have a lawyer",
    "bankruptcy": "they are bankrupt",
    "deceased": "the person called has died",
    "are_you_robot": "they ask whether they talk to a machine",
}
"""Intent → what somebody says by it; each must be answered in every step."""
_LEAVING: Final = frozenset({"wrong_person", "deceased"})
"""Nobody who says so is talked to about the debt any longer."""


def check(subject: Subject) -> Iterator[Finding]:
    """Say each of them in every state."""
    for graph in subject.graphs:
        for node in graph.nodes:
            heard: dict[str, list[Edge]] = {}
            for edge in node.edges:
                heard.setdefault(edge.heard.intent, []).append(edge)
            yield from _stop(subject, graph, heard.get("stop_calling", []), node.state.step)
            if not node.over and not node.state.retries.get("screener"):  # after one the call begins anew
                for intent in EVERYWHERE:
                    yield from _heard(subject, graph, intent, heard.get(intent, []), node.state.step)


def _stop(subject: Subject, graph: Graph, edges: list[Edge], step: str) -> Iterator[Finding]:
    good = edges and all(edge.act.ending is not None and edge.act.ending.outcome == "do_not_call" for edge in edges)
    if good:
        return
    bad = next((edge for edge in edges if not (edge.act.ending and edge.act.ending.outcome == "do_not_call")), None)
    cell = next((cell for cell in (bad.cells if bad else ()) if cell.intent == "stop_calling"), None)
    path = cell.path if cell else ("steps", step)
    if subject.new("stop-calling-not-honoured", path):
        yield subject.found(
            "stop-calling-not-honoured",
            path,
            f"at {step} somebody who says 'stop calling' is not let go at once with the outcome do_not_call",
            "add 'stop_calling: {end: do_not_call}' under always, and no other answer to it",
            turns=subject.turns(graph, bad) if bad else (),
        )


def _heard(subject: Subject, graph: Graph, intent: str, edges: list[Edge], step: str) -> Iterator[Finding]:
    meaning = EVERYWHERE[intent]
    kind = f"{intent.replace('_', '-')}-not-heard"
    plain = next((edge for edge in edges if not edge.heard.also and not edge.heard.slots and not edge.before), None)
    cells = [cell for cell in (plain.cells if plain else ()) if cell.intent == intent]
    waiting = next((cell for cell in cells if cell.move and (cell.move.stay or cell.move.hold)), None)
    path = waiting.path if waiting else ("steps", step)
    if (not cells or waiting) and subject.new(kind, path):
        yield subject.found(
            kind,
            path,
            f"nothing comes of it when somebody says at {step} that {meaning}",
            f"answer {intent} under always, as the shared parts do",
            turns=subject.turns(graph, plain) if plain else (),
        )
    elif plain and intent in _LEAVING and plain.target.state.right_party and not plain.target.over:
        path = cells[-1].path if cells else ("steps", step)
        if subject.new(f"{kind}-kept", path):
            yield subject.found(
                kind, path, f"{meaning}, and the bot goes on as if nothing had been said", f"let {intent} end the call",
                turns=subject.turns(graph, plain),
            )  # fmt: skip
