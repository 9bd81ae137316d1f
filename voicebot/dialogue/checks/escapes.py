"""What a person may say in every state and be answered: stop, wrong person, a human, a lawyer, who are you."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voicebot.dialogue.checks.finding import Finding, Turn
from voicebot.dialogue.checks.graph import Edge, Graph
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.script.parts import Where
from voicebot.dialogue.talk import EngineIntent, Understanding

EVERYWHERE: Final = {
    "wrong_person": "it is the wrong person",
    "talk_to_human": "they want to talk to a human",
    "attorney": "they have a lawyer",
    "bankruptcy": "they are bankrupt",
    "deceased": "the person called has died",
    "are_you_robot": "they want to know whether they are talking to a machine",
}
"""Intent → what somebody says by it; each must be answered in every step."""
_LEAVING: Final = frozenset({"wrong_person", "deceased"})
"""The debt is not discussed any further with anyone who says so."""


def check(subject: Subject) -> Iterator[Finding]:
    """Say each of them in every state."""
    deaf: dict[str, dict[str, tuple[Graph, Edge | None]]] = {}
    for graph in subject.graphs:
        for node in graph.nodes:
            heard: dict[str, list[Edge]] = {}
            for edge in filter(lambda one: one.surely_heard, node.edges):
                heard.setdefault(edge.heard.intent, []).append(edge)
            yield from _stop(subject, graph, heard.get("stop_calling", []), node.state.step)
            if node.over or node.state.retries.get("screener"):  # after a screener the call begins anew
                continue
            for intent in EVERYWHERE:
                plain = next((edge for edge in heard.get(intent, ()) if _is_plain(edge)), None)
                if plain is None or not any(cell.intent == intent for cell in plain.cells):
                    deaf.setdefault(intent, {}).setdefault(node.state.step, (graph, plain))
                else:
                    yield from _answered(subject, graph, plain)
    for intent, steps in deaf.items():
        everywhere = len(steps) == len({node.state.step for _, node in subject.nodes()})
        first, (graph, unheard) = next(iter(steps.items()))
        turns = subject.turns(graph, unheard) if unheard else _not_understood(subject, first)
        yield subject.found(
            _kind(intent),
            ("always",) if everywhere else ("steps", first),
            f"nothing happens when somebody says at {', '.join(steps)} that {EVERYWHERE[intent]}",
            f"answer {intent} under always, as the shared parts do",
            turns=turns,
        )


def _kind(intent: str) -> str:
    return f"{intent.replace('_', '-')}-not-heard"


def _is_plain(edge: Edge) -> bool:
    return not edge.heard.also and not edge.heard.slots and not edge.before


def _not_understood(subject: Subject, step: str) -> tuple[Turn, ...]:
    """Return a shortest conversation to a step, and a misunderstanding there."""
    for graph, node in subject.nodes():
        if node.state.step == step:
            return subject.turns_on(graph, node, (Understanding(EngineIntent.NO_MATCH),))
    return ()


def _stop(subject: Subject, graph: Graph, edges: list[Edge], step: str) -> Iterator[Finding]:
    bad = next((edge for edge in edges if not (edge.act.ending and edge.act.ending.outcome == "do_not_call")), None)
    if edges and bad is None:
        return
    cell = next((cell for cell in (bad.cells if bad else ()) if cell.intent == "stop_calling"), None)
    path: Where = cell.path if cell else ("always",)
    if subject.new("stop-calling-not-honoured", path):
        yield subject.found(
            "stop-calling-not-honoured",
            path,
            f"at {step}, 'stop calling' does not end the call at once with the outcome do_not_call",
            "add 'stop_calling: {end: do_not_call}' under always, and no other answer to it",
            turns=subject.turns(graph, bad) if bad else _not_understood(subject, step),
        )


def _answered(subject: Subject, graph: Graph, edge: Edge) -> Iterator[Finding]:
    """Answers are not put off, and anyone who is not the person called is let go."""
    intent, step = edge.heard.intent, edge.source.state.step
    put_off = next((cell for cell in edge.cells if cell.move and (cell.move.stay or cell.move.hold)), None)
    kept_on = intent in _LEAVING and edge.target.state.right_party and not edge.target.over
    if not put_off and not kept_on:
        return
    path = (put_off or edge.cells[-1]).path
    if subject.new(_kind(intent), path):
        yield subject.found(
            _kind(intent),
            path,
            f"at {step} somebody says that {EVERYWHERE[intent]}, and the bot goes on as if nothing had been said",
            f"let {intent} lead to another step, or end the call",
            turns=subject.turns(graph, edge),
        )
