"""What a set of conversations has covered of a script: answers, edges, endings. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.document import DOCUMENT
from voicebot.dialogue.script.reading.marked_yaml import Place
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import EngineIntent
from voicebot.dialogue.trying.text_talk import TextTalk


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be covered.

    Parameters
    ----------
    name
        For example ``when promise_to_pay if promise_date known → confirm``.
    times
        How often it was.
    place
        Where it stands in the script, or ``None``.
    """

    name: str
    times: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """All things of one kind."""

    items: tuple[Item, ...]

    @property
    def covered(self) -> int:
        """How many were covered."""
        return sum(item.times > 0 for item in self.items)

    @property
    def percent(self) -> float:
        """Share that was covered, in percent; 100 where there is nothing to cover."""
        return 100.0 * self.covered / len(self.items) if self.items else 100.0

    @property
    def uncovered(self) -> tuple[Item, ...]:
        """Those that were not."""
        return tuple(item for item in self.items if not item.times)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was covered.

    Parameters
    ----------
    answers
        Cells of the table that a step's own answers make; ``--min-coverage`` counts these.
    everywhere
        Answers that hold in every step, and digressions; each counts once, wherever it is given.
    reprompts
        Silence, misunderstanding and giving up, in each step.
    edges
        Ways from a step to another step or an ending, whatever answer leads there.
    endings
        Endings that something leads to.
    machines
        What is done when a machine has picked up, and when nobody takes a transfer.
    """

    answers: Part
    everywhere: Part
    reprompts: Part
    edges: Part
    endings: Part
    machines: Part

    @property
    def parts(self) -> Mapping[str, Part]:
        """The kinds by their names."""
        return {
            "answers": self.answers,
            "everywhere": self.everywhere,
            "reprompts": self.reprompts,
            "edges": self.edges,
            "endings": self.endings,
            "machines": self.machines,
        }


def coverage(script: Script, talks: Iterable[TextTalk]) -> Coverage:
    """Count what conversations have covered."""
    taken: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    for talk in talks:
        for exchange in talk.exchanges:
            taken.update(exchange.act.taken)
            if exchange.act.taken and exchange.act.ending is not None:
                endings[exchange.state.ending] += 1
    return _Counted(script, taken, endings).coverage()


class _Counted:
    def __init__(self, script: Script, taken: Counter[str], endings: Counter[str]) -> None:
        self._script, self._taken, self._endings = script, taken, endings
        self._cells = table_of(script).cells
        self._places = DOCUMENT.of(script)

    def coverage(self) -> Coverage:
        return Coverage(
            self._answers(), self._everywhere(), self._reprompts(), self._edges(), self._of_endings(), self._machines()
        )

    def _place(self, path: tuple[str | int, ...]) -> Place | None:
        return self._places.place(path) if self._places is not None and path else None

    def _answers(self) -> Part:
        return Part(
            tuple(
                Item(f"{cell.id} → {_target(cell.target)}", self._taken[cell.id], self._place(cell.path))
                for cell in self._cells
                if cell.kind == "own"
            )
        )

    def _everywhere(self) -> Part:
        times: Counter[tuple[str | int, ...]] = Counter()
        names: dict[tuple[str | int, ...], str] = {}
        for cell in self._cells:
            if cell.kind in {"always", "digression"}:
                guard = f" if {cell.guard}" if cell.guard else ""
                names[cell.path] = f"{cell.intent}{guard} → {_target(cell.target)}"
                times[cell.path] += self._taken[cell.id]
        return Part(tuple(Item(name, times[path], self._place(path)) for path, name in names.items()))

    def _reprompts(self) -> Part:
        kinds = (str(EngineIntent.NO_INPUT), str(EngineIntent.NO_MATCH), "exhausted")
        return Part(
            tuple(
                Item(f"{step} {kind}", self._taken[f"{step} {kind}"], self._place(("steps", step)))
                for step in self._script.steps
                for kind in kinds
            )
        )

    def _edges(self) -> Part:
        """Ways that the table offers; what leads somewhere from every step is one way, and asking again is none."""
        times: Counter[tuple[str, str]] = Counter()
        paths: dict[tuple[str, str], tuple[str | int, ...]] = {}
        for cell in self._cells:
            if cell.target.startswith(("go:", "end:")):
                way = ("everywhere" if cell.kind == "always" else cell.step, cell.target)
                times[way] += self._taken[cell.id]
                paths.setdefault(way, cell.path)
        return Part(
            tuple(Item(f"{way[0]} → {_target(way[1])}", times[way], self._place(path)) for way, path in paths.items())
        )

    def _of_endings(self) -> Part:
        """The endings that something leads to; shared parts bring others along."""
        script = self._script
        loose = [script.exhausted, *(step.exhausted for step in script.steps.values())]
        loose += [script.transfer.failed] if script.transfer else []
        led_to = {cell.move.end for cell in self._cells if cell.move} | {move.end for move in loose if move}
        led_to |= {script.limits.end, script.voicemail.end, script.screener.end}
        return Part(
            tuple(
                Item(f"{name} ({script.outcome(name)})", self._endings[name], self._place(("endings", name)))
                for name in script.endings
                if name in led_to
            )
        )

    def _machines(self) -> Part:
        kinds = [str(EngineIntent.VOICEMAIL), str(EngineIntent.SCREENER)]
        kinds += ["transfer_failed"] if self._script.transfer else []
        return Part(
            tuple(
                Item(kind, sum(self._taken[f"{step} {kind}"] for step in self._script.steps), self._place((kind,)))
                for kind in kinds
            )
        )


def _target(target: str) -> str:
    kind, _, name = target.partition(":")
    return {"go": name, "end": f"[{name}]", "stay": "ask again", "hold": "hold, and ask again"}.get(kind, name)
