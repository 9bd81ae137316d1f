"""How a conversation gets to a turn: a shortest path, played by the engine from the opening on. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from voicebot.dialogue.checks import samples
from voicebot.dialogue.checks.finding import Turn
from voicebot.dialogue.checks.graph import Edge, Graph, Node
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.conversation.lines import Speaker, templates
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import Cell
from voicebot.dialogue.talk import Act, EngineIntent, State, Understanding

_REPEATED: Final = {"no_input": EngineIntent.NO_INPUT, "no_match": EngineIntent.NO_MATCH}


def way_to(graph: Graph, node: Node) -> tuple[Turn, ...]:
    """Return a shortest conversation that comes to a state."""
    return _Replay(graph).play(_edges(node))


def way_through(graph: Graph, edge: Edge) -> tuple[Turn, ...]:
    """Return a shortest conversation whose last turn is ``edge``."""
    return _Replay(graph).play([*_edges(edge.source), edge])


def way_on(graph: Graph, node: Node, answers: tuple[Understanding, ...]) -> tuple[Turn, ...]:
    """Return a shortest conversation to a state, and what follows when ``answers`` are given there."""
    replay = _Replay(graph)
    replay.play(_edges(node))
    for heard in answers:
        replay.take(heard, ())
    return tuple(replay.turns)


def _edges(node: Node) -> list[Edge]:
    found: list[Edge] = []
    while node.came_by is not None:
        found.append(node.came_by)
        node = node.came_by.source
    return found[::-1]


class _Replay:
    """A conversation in which every line is heard to its end."""

    def __init__(self, graph: Graph) -> None:
        self._script: Script = graph.script
        self._lead = graph.lead
        self._speaker = Speaker(graph.script, graph.lead, samples.NOW)
        self._state, act = conversation.open_conversation(self._script, self._lead, samples.NOW)
        self.turns: list[Turn] = [Turn("", "", says=self._said(act), withheld=self._kept_back(act))]

    def play(self, edges: list[Edge]) -> tuple[Turn, ...]:
        for edge in edges:
            for kind, times in edge.before.items():  # none at all where nothing is to be repeated
                self._repeat(Understanding(_REPEATED[kind]) if kind in _REPEATED else edge.heard, kind, times)
            if edge.kind == "transfer_failed":
                step = self._state.step
                self._state, act = conversation.transfer_failed(self._script, self._lead, self._state, samples.NOW)
                says, withheld = self._said(act), self._kept_back(act)
                self.turns.append(Turn(step, "transfer_failed", says=says, withheld=withheld))
            else:
                self.take(edge.heard, edge.cells)
        return tuple(self.turns)

    def _repeat(self, heard: Understanding, kind: str, times: int) -> None:
        """Reach a count by repeating the same answer; if that leads elsewhere, take the count as given."""
        state, turns = self._state, list(self.turns)
        for _ in range(times - self._state.retries.get(kind, 0)):
            self.take(heard, ())
        if self._state.step != state.step or self._state.retries.get(kind, 0) != times or self._state.ending:
            self._state, self.turns = replace(state, retries={**state.retries, kind: times}), turns

    def take(self, heard: Understanding, cells: tuple[Cell, ...]) -> None:
        before = self._state
        self._state, act = conversation.apply(self._script, self._lead, before, heard, samples.NOW)
        cell = next((one for one in cells if one.intent == heard.intent and one.step == before.step), None)
        self.turns.append(
            Turn(
                before.step,
                str(heard.intent),
                self._words(before.step, heard),
                {name: self._speaker.word(value) for name, value in heard.slots.items()},
                heard.also,
                str(cell.guard) if cell and cell.guard else "",
                _target(before, self._state, act),
                self._said(act),
                self._kept_back(act),
            )
        )

    def _words(self, step: str, heard: Understanding) -> str:
        """Return words that mean this answer, starting with what is said in the same breath."""
        intents = (*heard.also, str(heard.intent))
        examples = [_example(self._script, step, intent, self._lead.name) for intent in intents]
        return ", ".join(examples) if all(examples) else examples[-1]

    def _kept_back(self, act: Act) -> tuple[str, ...]:
        lines = templates(self._script)
        return tuple(self._speaker.fill(lines[key], self._state.slots) for key in act.withheld)

    def _said(self, act: Act) -> tuple[str, ...]:
        for line in act.lines:
            self._state = conversation.said(self._state, line.key)
        return tuple(line.text for line in act.lines)


def _target(before: State, after: State, act: Act) -> str:
    if after.ending:
        return f"end:{after.ending}"
    if after.step != before.step:
        return f"go:{after.step}"
    raised = [kind for kind in ("no_input", "no_match") if after.retries.get(kind, 0) > before.retries.get(kind, 0)]
    return f"retry:{raised[0]}" if raised else f"stay:{act.listening.step if act.listening else after.step}"


def _example(script: Script, step: str, intent: str, name: str) -> str:
    part = script.steps[step].examples.get(intent, ())
    shared = script.intents[intent].examples if intent in script.intents else ()
    examples = (*part, *shared)
    return examples[0].replace("{name}", name) if examples else ""
