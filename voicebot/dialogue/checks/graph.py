"""Every path of a conversation, as a graph that the engine itself draws. Pure.

The engine's own ``conversation.apply`` is asked, from every state that can be reached, where everything that a person
can say or do leads: so what is proved about this graph is proved about what runs in a call. States are told apart by
what can change where a conversation goes: the step, whether the right party is confirmed, which slots have a value,
an answer that is held, a screener that listens, the ending. What only counts is not part of a state; instead each
answer is tried with the counts at nothing and at their limits:

- misunderstandings, silences, refused values and held answers: the first time, and each time up to the last;
- what the engine is not sure of: every answer that decides something, heard barely, so that it is asked about; and
  again after it was asked about. While it is asked, a state keeps everything of the one it was asked in, and all but
  the answer to this question is taken as in that one: so answers without values are tried, and one such state for
  every step and intent stands for all;
- lines that were heard: the disclosures that open the talk (the opening itself is looked at without them), and
  otherwise none, which is the hardest case for those that must precede the debt;
- turns so far: none; that the limit on turns holds is proved apart (``endings.py``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final, Literal

from voicebot.dialogue.checks import samples
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.conversation.hints import without_phrases
from voicebot.dialogue.conversation.rest import rests
from voicebot.dialogue.conversation.turn import MAX_REFUSED, MAX_STAYS, asked_about
from voicebot.dialogue.script import fate
from voicebot.dialogue.script.conditions import TRIES, comparisons
from voicebot.dialogue.script.model import INTENTS, Script
from voicebot.dialogue.script.table import Cell, table_of
from voicebot.dialogue.talk import Act, EngineIntent, Lead, SlotValue, State, Understanding
from voicebot.dialogue.understanding.weighing import BARELY_HEARD

MOST_STATES: Final = 20_000
"""A script that has more gets a finding; shipped ones have a few hundred."""
_KEPT: Final = frozenset({"screener"})
"""Counts that change what an answer means, and so are part of a state."""
Key = tuple[object, ...]
Kind = Literal["said", "transfer_failed"]


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One turn.

    Parameters
    ----------
    source, target
        States before and after.
    heard
        What the person said or did.
    before
        Counts that must have been reached beforehand: ``{"no_match": 2}``.
    act
        What the bot does then.
    cells
        Cells of the table that were taken, in order.
    kind
        ``transfer_failed``: nobody took the transfer; ``heard`` means nothing then.
    """

    source: Node
    target: Node
    heard: Understanding
    before: Mapping[str, int]
    act: Act
    cells: tuple[Cell, ...]
    kind: Kind = "said"

    @property
    def surely_heard(self) -> bool:
        """Whether nothing has to be asked about it."""
        return self.heard.recognition == 1

    @property
    def state(self) -> State:
        """The state that the turn was taken in, its counts included."""
        return replace(self.source.state, retries={**self.source.state.retries, **self.before})


@dataclass(slots=True, eq=False)
class Node:
    """A state, with one way that leads there."""

    state: State
    act: Act
    came_by: Edge | None = None
    edges: list[Edge] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether the conversation has ended."""
        return bool(self.state.ending)


@dataclass(slots=True)
class Graph:
    """All states and turns of a script.

    Parameters
    ----------
    script
        As the engine was asked with it: without hints for the recogniser, which change nothing here.
    lead
        Who was called.
    nodes
        In the order in which they were found, so that every node's way is a shortest one.
    cells
        Every cell of the table that was ever taken.
    complete
        Whether all states were visited; not, where there are more than ``MOST_STATES``.
    """

    script: Script
    lead: Lead
    nodes: list[Node]
    cells: set[Cell]
    complete: bool = True

    @property
    def start(self) -> Node:
        """Where every conversation begins."""
        return self.nodes[0]

    def edges(self) -> Iterator[Edge]:
        """Yield every turn, those of the shortest ways first."""
        for node in self.nodes:
            yield from node.edges


def explore(script: Script, lead: Lead) -> Graph:
    """Visit every state that a conversation by this script can be in."""
    return _Explorer(script, lead).run()


class _Explorer:
    def __init__(self, script: Script, lead: Lead) -> None:
        self._table = table_of(script)
        self._cells: dict[str, Cell] = {}
        for cell in self._table.cells:
            self._cells.setdefault(cell.id, cell)
        self._script = without_phrases(script)
        self._lead = lead
        self._accepted = {name: samples.accepted(script, name, lead) for name in script.slots}
        self._refused = {name: samples.refused(slot, lead) for name, slot in script.slots.items()}
        self._carried = {
            intent: tuple(name for name, slot in script.slots.items() if intent in slot.carriers)
            for intent in (*sorted(INTENTS), *script.intents)
        }
        self._told = {
            "out_of_scope",
            *(intent for intent, part in script.intents.items() if part.examples),
            *(intent for step in script.steps.values() for intent in step.examples),
        }
        compared = comparisons(script)
        self._compared = {name for one in compared for name in (one.left, one.right)}
        limits = {int(one.number) for one in compared if one.left == TRIES and one.number is not None}
        self._tries = sorted({count + step for count in limits for step in (-2, -1, 0) if count + step > 0})
        self._raised: Mapping[str, int] = {}
        self._known: dict[Key, Node] = {}
        self._graph = Graph(self._script, lead, [], set())
        self._greeted = tuple(
            line
            for name, part in script.disclosures.items()
            if part.before == "talk"
            for line in (f"disclosures.{name}", *(f"disclosures.{name}.{index}" for index in range(len(part.say))))
        )

    def run(self) -> Graph:
        state, act = conversation.open_conversation(self._script, self._lead, samples.NOW)
        waiting = deque([self._node(state, act)])
        while waiting:
            node = waiting.popleft()
            if len(self._graph.nodes) > MOST_STATES:
                self._graph.complete = False
                break
            for edge in self._turns(node):
                node.edges.append(edge)
                if edge.target.came_by is None and edge.target is not self._graph.start:
                    edge.target.came_by = edge
                    waiting.append(edge.target)
        return self._graph

    def _node(self, state: State, act: Act) -> Node:
        kept = {kind: count for kind, count in state.retries.items() if kind in _KEPT}
        key: Key = (state.step, state.right_party, state.ending)
        if act.ending is None or act.ending.action == "transfer":
            values = ((name, value if name in self._compared else None) for name, value in state.slots.items())
            kind = (frozenset(values), state.held, kept.get("screener"))
            key += (state.unsure.intent,) if state.unsure else kind
        if key not in self._known:
            state = replace(state, retries=kept, said=self._greeted, history=(), outcome_so_far="hung_up")
            self._known[key] = node = Node(state, act)
            self._graph.nodes.append(node)
        return self._known[key]

    # -- turns

    def _turns(self, node: Node) -> Iterator[Edge]:
        if node.over:
            yield self._turn(node, Understanding("stop_calling"), {})
            if node.act.ending and node.act.ending.action == "transfer":
                state, act = conversation.transfer_failed(self._script, self._lead, node.state, samples.NOW)
                yield self._edge(node, Understanding(""), {}, state, act, "transfer_failed")
            return
        for heard in self._inputs(node):
            first = self._turn(node, heard, {})
            yield first
            for kind, count in self._limits(node, first):
                yield self._turn(node, heard, {kind: count})
            for before in self._asked_before(node):
                yield self._turn(node, heard, before)
        if not node.state.unsure:
            for heard in self._barely_heard(node.state.step):
                yield self._turn(node, heard, {})
                yield self._turn(node, heard, {asked_about(heard.intent): 1})

    def _turn(self, node: Node, heard: Understanding, before: Mapping[str, int]) -> Edge:
        state = replace(node.state, retries={**node.state.retries, **before}) if before else node.state
        after, act = conversation.apply(self._script, self._lead, state, heard, samples.NOW)
        self._raised = after.retries
        return self._edge(node, heard, before, after, act, "said")

    def _edge(  # noqa: PLR0917 - the parts of an edge
        self, node: Node, heard: Understanding, before: Mapping[str, int], state: State, act: Act, kind: Kind
    ) -> Edge:
        cells = tuple(self._cells[one] for one in act.taken if one in self._cells)
        self._graph.cells.update(cells)
        return Edge(node, self._node(state, act), heard, before, act, cells, kind)

    def _limits(self, node: Node, first: Edge) -> Iterator[tuple[str, int]]:
        """Yield the counts that this answer raises, at each value that changes what is said or done."""
        if first.act.listening is None:
            return
        step, reprompts = self._script.steps[node.state.step], self._script.reprompts
        raised = self._raised
        if raised.get("no_input"):
            yield from (("no_input", times + 1) for times in range(len(step.no_input or reprompts.no_input)))
        if raised.get("no_match"):
            most = len(step.no_match or reprompts.no_match)
            every = first.heard.intent == EngineIntent.NO_MATCH
            yield from (("no_match", times + 1) for times in range(0 if every else most - 1, most))
        if raised.get("hold"):
            yield "hold", MAX_STAYS
        if raised.get("refused"):
            yield "refused", MAX_REFUSED

    def _asked_before(self, node: Node) -> Iterator[dict[str, int]]:
        """Yield counts after which a comparison of ``tries`` comes out otherwise."""
        step, reprompts = self._script.steps[node.state.step], self._script.reprompts
        most = len(step.no_match or reprompts.no_match)
        silent = len(step.no_input or reprompts.no_input)
        for count in self._tries:
            if count <= most + silent:
                yield {"no_match": min(count, most), "no_input": max(0, count - most)}

    # -- what a person can say

    def _inputs(self, node: Node) -> Iterator[Understanding]:
        yield Understanding(EngineIntent.NO_INPUT)
        yield Understanding(EngineIntent.NO_MATCH)
        yield Understanding(EngineIntent.VOICEMAIL)
        if node.state.step == self._script.start:
            yield Understanding(EngineIntent.SCREENER)
        if node.state.unsure:
            here = (intent for intent in self._carried if self._table.of(node.state.step, intent))
            yield from map(Understanding, dict.fromkeys(("affirm", "deny", *here)))
        else:
            yield from self._answers(node)

    def _answers(self, node: Node) -> Iterator[Understanding]:
        step = node.state.step
        openers = [
            intent
            for intent in self._table.intents(step)
            if any(cell.move and cell.move.go not in {"", step} for cell in self._table.of(step, intent))
        ]
        own = self._table.intents(step)
        here = [*own, *(intent for intent in self._carried if intent not in own and self._table.of(step, intent))]
        given = {
            intent: tuple(self._given(node.state.slots, carried))
            for intent, carried in self._carried.items()
            if intent in here or intent in self._told
        }
        yield from (Understanding(intent) for intent in here)
        for intent, values in given.items():
            yield from (Understanding(intent, slots=slots) for slots in values)
            for name in self._carried[intent]:
                yield from (Understanding(intent, slots={name: value}) for value in self._refused[name])
        if not node.state.held:  # two answers in one breath drop the held one: they were tried in the state without it
            yield from self._in_one_breath(step, openers, given)

    def _in_one_breath(
        self, step: str, openers: list[str], given: Mapping[str, tuple[Mapping[str, SlotValue], ...]]
    ) -> Iterator[Understanding]:
        """Yield two answers at once, where the more important one is not answered by the step itself."""
        for intent, values in given.items():
            cells = self._table.of(step, intent)
            if cells and all(cell.kind == "own" and not (cell.move and cell.move.hold) for cell in cells):
                continue
            for opener in openers:
                yield from (Understanding(intent, slots=slots, also=(opener,)) for slots in ({}, *values))

    def _barely_heard(self, step: str) -> Iterator[Understanding]:
        """Yield answers that decide something, heard so badly that they are asked about."""
        for intent in self._carried:
            if fate.of_answer(self._script, step, intent) != "none":
                yield Understanding(intent, recognition=BARELY_HEARD)

    def _given(self, slots: Mapping[str, SlotValue], carried: tuple[str, ...]) -> Iterator[dict[str, SlotValue]]:
        """Yield values that an utterance may bring: one slot's, and all that it may carry."""
        fresh: dict[str, list[SlotValue]] = {}
        for name in carried:
            new = [value for value in self._accepted[name] if slots.get(name) != value]
            if new:
                fresh[name] = new if name in self._compared else new[:1]
        first = {name: values for name, values in fresh.items() if name not in rests(self._script)}
        for name, values in first.items():
            yield from ({name: value} for value in values)
        if len(first) > 1:
            yield from (dict(zip(first, values, strict=True)) for values in product(*first.values()))
        if len(fresh) > len(first):  # a second part comes with the first, or not at all
            yield {name: values[0] for name, values in fresh.items()}
        for name in carried:
            if self._script.slots[name].type == "money" and self._script.slots[name].most is None:
                yield {name: self._lead.amount}
