"""What a look at a PBX finds, and how an answer of the running PBX settles what its files left open. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from voicebot.agi.configuration.sections import Reading, Section, Setting
from voicebot.errors import Problem

State = Literal["broken", "note", "unknown"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a PBX has or lacks.

    Parameters
    ----------
    kind
        ``endpoint``, ``context`` or ``module``.
    name
        Which one.
    """

    kind: Literal["endpoint", "context", "module"]
    name: str


@dataclass(frozen=True, slots=True)
class PbxFinding:
    """One thing found.

    Parameters
    ----------
    state
        ``broken``; ``note``: works, but should be known; ``unknown``: cannot be told from here.
    problem
        What and where; the cure of an unknown thing says how to see it.
    about
        The fact that it claims to be missing, or cannot tell; ``None`` for anything else.
    """

    state: State
    problem: Problem
    about: Fact | None = None

    @property
    def what(self) -> str:
        """What was found."""
        return self.problem.what

    @property
    def cure(self) -> str:
        """What to do about it."""
        return self.problem.cure


def broken(what: str, cure: str, place: Setting | Section, about: Fact | None = None) -> PbxFinding:
    """Return a fault that stands at a place."""
    return PbxFinding("broken", Problem(what, cure, place.file, place.line), about)


def note(what: str, cure: str, place: Setting | Section) -> PbxFinding:
    """Return something that works but should be known."""
    return PbxFinding("note", Problem(what, cure, place.file, place.line))


def missing(
    readings: Iterable[Reading],
    fault: PbxFinding,
    *,
    whether: str,
    see: str,
) -> Iterator[PbxFinding]:
    """Yield a fault that something is missing, if everything that could define it was read; else that it is unknown.

    Parameters
    ----------
    readings
        Of all files that could define it.
    fault
        What to say when it is certain.
    whether
        Ends the sentence "it cannot be told from the files whether …".
    see
        How to see it.
    """
    unseen = [one for reading in readings for one in reading.unseen]
    if not unseen:
        yield fault
        return
    open_questions = [one for one in unseen if not one.told]
    if open_questions:
        first = open_questions[0]
        what = f"the files cannot tell whether {whether}: it may stand in {first.what}"
        yield PbxFinding("unknown", Problem(what, see, first.file, first.line), fault.about)


def settle(findings: Iterable[PbxFinding], facts: Mapping[Fact, bool]) -> list[PbxFinding]:
    """Let the running PBX's answers win over what its files seem to say.

    Parameters
    ----------
    findings
        From the files.
    facts
        What the running PBX said it has (true) or lacks; what it was not asked, or did not answer, is left out.
    """
    settled = []
    for finding in findings:
        answer = facts.get(finding.about) if finding.about is not None else None
        if answer is None:
            settled.append(finding)
        elif answer and finding.state == "broken" and finding.about is not None:
            told = (
                f"the running Asterisk has the {finding.about.kind} {finding.about.name}, but these files do not:"
                " it may be gone after the next reload"
            )
            cure = "see whether asterisk.configuration is Asterisk's own folder, and what was changed since it started"
            settled.append(replace(finding, state="note", problem=replace(finding.problem, what=told, cure=cure)))
    return settled
