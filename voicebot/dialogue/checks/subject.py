"""What all checks work on: a script, the graph of its conversations, and what is known of the outside world. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from voicebot.dialogue.checks import ways
from voicebot.dialogue.checks.banned import Banned
from voicebot.dialogue.checks.finding import Finding, Severity, Turn
from voicebot.dialogue.checks.graph import Edge, Graph, Node
from voicebot.dialogue.conversation.lines import key_of, line_key
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.parts import Where, spoken
from voicebot.dialogue.script.reading.document import DOCUMENT
from voicebot.dialogue.script.reading.marked_yaml import Place
from voicebot.dialogue.talk import Act, Understanding


@dataclass(frozen=True, slots=True)
class Spoken:
    """One template of a script, and where it is written."""

    template: str
    path: Where
    interruptible: bool
    disclosure: str


@dataclass
class Subject:
    """A script under check.

    Parameters
    ----------
    graphs
        Its conversations: one graph for each kind of lead that may be led elsewhere.
    banned
        Phrases that no line may hold.
    knows
        Whether the recogniser can hear a word; ``None``: its vocabulary is open.
    siblings
        The same script in other languages.
    """

    script: Script
    graphs: tuple[Graph, ...]
    banned: tuple[Banned, ...] = ()
    knows: Callable[[str], bool] | None = None
    siblings: tuple[Script, ...] = ()
    _told: set[tuple[str, Where]] = field(default_factory=set)

    @cached_property
    def lines(self) -> dict[str, Spoken]:
        """Key of every line that can be said → its template and place."""
        found = {}
        for path, words in spoken(self.script):
            for form, templates in words.forms:
                for index, template in enumerate(templates):
                    key = line_key(key_of(path), form, index, len(templates))
                    place = (*path, form or "text", index)
                    found[key] = Spoken(template, place, not words.uninterruptible, words.disclosure)
        return found

    def acts(self) -> Iterator[tuple[Graph, Edge | None, Act, Node]]:
        """Yield all that the bot may do: the opening (no turn came before it), then every turn; and the state after."""
        for graph in self.graphs:
            yield graph, None, graph.start.act, graph.start
            for edge in graph.edges():
                yield graph, edge, edge.act, edge.target

    def nodes(self) -> Iterator[tuple[Graph, Node]]:
        """Yield every state in which the bot listens."""
        for graph in self.graphs:
            for node in graph.nodes:
                if not node.over:
                    yield graph, node

    def is_silent(self, act: Act) -> bool:
        """Whether nothing is said apart from disclosures, which were heard before, whatever the graph assumes."""
        return not any(line.text.strip() for line in act.lines if not line.key.startswith("disclosures."))

    def new(self, kind: str, path: Where) -> bool:
        """Whether this was not found there yet; the first finding has the shortest path."""
        if (kind, path) in self._told:
            return False
        self._told.add((kind, path))
        return True

    def place(self, path: Where) -> Place | None:
        """File, line and column of a path, where the script was read from a file."""
        document = DOCUMENT.of(self.script)
        return document.place(path) if document else None

    def found(
        self, kind: str, path: Where, what: str, cure: str = "", *, severity: Severity = "fault",
        turns: tuple[Turn, ...] = (),
    ) -> Finding:  # fmt: skip
        """Make a finding."""
        return Finding(kind, severity, path, what, cure, turns, self.place(path))

    def turns(self, graph: Graph, edge: Edge | None, node: Node | None = None) -> tuple[Turn, ...]:
        """Return a shortest conversation through a turn, or to a state; the opening where there is neither."""
        if edge is not None:
            return ways.way_through(graph, edge)
        return ways.way_to(graph, node or graph.start)

    def turns_on(self, graph: Graph, node: Node, answers: tuple[Understanding, ...]) -> tuple[Turn, ...]:
        """Return a shortest conversation to a state, and on with ``answers``."""
        return ways.way_on(graph, node, answers)
