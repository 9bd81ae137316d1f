"""Parts that no conversation reaches: steps, endings, answers behind conditions that never hold."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue.checks.finding import Finding, Severity
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.script.parts import Where
from voicebot.dialogue.script.table import table_of


def check(subject: Subject) -> Iterator[Finding]:
    """Report what can never be reached; in shared parts, only what is unreachable because it is written wrongly."""
    script = subject.script
    steps = {node.state.step for _, node in subject.nodes()}
    endings = {node.state.ending for graph in subject.graphs for node in graph.nodes}
    for name in script.steps:
        if name not in steps and not _shared(subject, ("steps", name)):
            yield subject.found(
                "unreachable-step", ("steps", name), f"no conversation reaches the step {name}",
                f"let an answer lead there ('go: {name}'), or remove it", severity="warning",
            )  # fmt: skip
    for name in script.endings:
        if name not in endings and not _shared(subject, ("endings", name)):
            yield subject.found(
                "unreachable-ending", ("endings", name), f"no conversation ends with {name}",
                f"let an answer lead there ('end: {name}'), or remove it", severity="warning",
            )  # fmt: skip
    yield from _answers(subject, steps)


def _answers(subject: Subject, steps: set[str]) -> Iterator[Finding]:
    """Answers of steps that are reached, and that are taken in no state."""
    taken = {cell.path for graph in subject.graphs for cell in graph.cells}
    table = table_of(subject.script)
    for cell in table.cells:
        if cell.step not in steps or cell.kind not in {"own", "always"} or cell.path in taken:
            continue
        earlier = [one for one in table.of(cell.step, cell.intent) if one.path < cell.path]
        shadow = next((one for one in earlier if one.guard is None), None)
        if shadow is None and _shared(subject, cell.path):
            continue
        if not subject.new("unreachable-answer", cell.path):
            continue
        if shadow:
            what = f"{cell.intent} at {cell.step} never gets here: an earlier answer without 'if' always takes it"
            cure = "put the answer without 'if' last"
        elif cell.guard:
            what = f"{cell.intent} at {cell.step} never gets here: '{cell.guard}' never holds"
            cure = "fix the condition, or remove the answer"
        else:
            what = f"{cell.intent} at {cell.step} never gets here: the answers before it cover every case"
            cure = "remove it"
        severity: Severity = "fault" if shadow else "warning"
        yield subject.found("unreachable-answer", cell.path, what, cure, severity=severity)


def _shared(subject: Subject, path: Where) -> bool:
    """Whether a part comes from an included file: not every script need use a shared part."""
    place = subject.place(path)
    return place is not None and place.file != subject.script.source
