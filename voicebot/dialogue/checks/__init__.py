"""Proofs over all paths of a conversation, and everything else that a script is checked for, one file per family. Pure.

``check(script)`` is the whole of it. What has to be read from files (banned phrases, a recogniser's words, the same
script in other languages) is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from voicebot.dialogue.checks import (
    disclosures,
    endings,
    escapes,
    identity,
    localisation,
    promises,
    reach,
    samples,
    silence,
    slots,
    transfers,
    understanding,
    variables,
    wording,
)
from voicebot.dialogue.checks.banned import Banned
from voicebot.dialogue.checks.finding import Finding, Severity, Turn
from voicebot.dialogue.checks.graph import MOST_STATES, explore
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.parts import Where
from voicebot.dialogue.script.reading.document import DOCUMENT
from voicebot.dialogue.script.reading.marked_yaml import Document
from voicebot.dialogue.script.variants import arms

__all__ = ["FAMILIES", "Banned", "Finding", "Report", "Severity", "Turn", "check", "examine", "faults_of"]

FAMILIES: Final = {
    "identity before debt": identity.check,
    "disclosures": disclosures.check,
    "stop, wrong person, human": escapes.check,
    "promises": promises.check,
    "endings": endings.check,
    "silence and misunderstanding": silence.check,
    "values": variables.check,
    "slots": slots.check,
    "transfers": transfers.check,
    "reach": reach.check,
    "wording": wording.check,
    "understanding": understanding.check,
    "localisation": localisation.check,
}
"""What is checked, in the order in which it is reported."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check.

    Parameters
    ----------
    findings
        Family by family; those that can be shown hold a shortest conversation that shows them.
    states, turns
        How many states a conversation can be in, and how many turns were tried.
    """

    findings: tuple[Finding, ...]
    states: int
    turns: int

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What forbids using the script."""
        return tuple(one for one in self.findings if one.severity == "fault")


def examine(
    script: Script,
    *,
    banned: tuple[Banned, ...] = (),
    knows: Callable[[str], bool] | None = None,
    siblings: tuple[Script, ...] = (),
) -> Report:
    """Find everything that is wrong with a script, over every path that its conversations can take.

    Parameters
    ----------
    script
        As loaded: its names lead somewhere.
    banned
        Phrases that no line may contain, in the script's language.
    knows
        Whether the recogniser's model has a word; ``None`` where its vocabulary is open.
    siblings
        The same script in other languages.

    """
    found: dict[tuple[str, Where, str], Finding] = {}
    states = turns = 0
    for name, arm in arms(script).items():
        if name:
            _place(script, name, arm)
        graphs = tuple(explore(arm, lead) for lead in samples.leads(arm))
        states += sum(len(graph.nodes) for graph in graphs)
        turns += sum(1 for graph in graphs for _ in graph.edges())
        for one in _findings(Subject(arm, graphs, banned, knows, siblings)):
            key = (one.id, one.path, one.what)
            if key not in found:
                found[key] = replace(one, what=f"in the variant {name}: {one.what}") if name else one
    return Report(tuple(found.values()), states, turns)


def _findings(subject: Subject) -> Iterator[Finding]:
    for name, family in FAMILIES.items():
        for finding in family(subject):
            yield replace(finding, family=name)
    if not all(graph.complete for graph in subject.graphs):
        yield subject.found(
            "too-many-states",
            (),
            f"a conversation can reach more than {MOST_STATES} states, so not all of them were checked",
            "use fewer slots and steps, or split the script in two",
        )


def _place(script: Script, variant: str, arm: Script) -> None:
    """Note where the parts of a variant are written: in its changes, where it has some, else in the script."""
    document = DOCUMENT.of(script)
    if document is None:
        return
    at = ("variants", variant, "changes")
    own = {path[len(at) :]: place for path, place in document.places.items() if path[: len(at)] == at}
    DOCUMENT.keep(arm, Document(document.data, {**document.places, **own}))


def check(script: Script, *, banned: tuple[Banned, ...] = ()) -> tuple[Finding, ...]:
    """Return everything that ``examine`` finds."""
    return examine(script, banned=banned).findings


def faults_of(script: Script, *, banned: tuple[Banned, ...] = ()) -> tuple[Finding, ...]:
    """Return what forbids using a script in a campaign or publishing it; warnings don't."""
    return examine(script, banned=banned).faults
