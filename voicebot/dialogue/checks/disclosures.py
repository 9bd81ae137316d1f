"""Mandatory disclosures: said in full, never cut, and before what they must precede."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.conversation.lines import debt_keys
from voicebot.dialogue.script.model import placeholders


def check(subject: Subject) -> Iterator[Finding]:
    """Look for disclosures that come late, not at all, in part, or can be cut."""
    yield from _order(subject)
    yield from _never(subject)
    yield from _parts(subject)
    if not any(part.before == "talk" for part in subject.script.disclosures.values()):
        yield subject.found(
            "not-introduced",
            ("start",),
            "no disclosure opens the call: people should hear who is calling, and that it is a machine",
            "add a disclosure with 'before: talk'",
            severity="warning",
        )


def _order(subject: Subject) -> Iterator[Finding]:
    """No line that a disclosure must precede comes before it, whatever was heard until then."""
    wanted = {
        kind: [name for name, part in subject.script.disclosures.items() if part.before == kind]
        for kind in ("talk", "debt")
    }
    of_debt = debt_keys(subject.script)
    for graph, edge, act, node in subject.acts():
        said: set[str] = set()
        greeted = edge is None and act.listening is not None
        for line in act.lines:
            if line.key.startswith("disclosures."):
                said.add(line.disclosure)
                continue
            late = []
            if greeted and not line.key.startswith("opening"):
                late += [name for name in wanted["talk"] if name not in said]
            if line.key in of_debt and node.state.right_party:
                late += [name for name in wanted["debt"] if name not in said]
            for name in late:
                if subject.new("disclosure-late", ("disclosures", name)):
                    yield subject.found(
                        "disclosure-late",
                        ("disclosures", name),
                        f"this disclosure comes after what it must precede: {line.text!r}",
                        "lead to that line only once the disclosure can be made",
                        turns=subject.turns(graph, edge),
                    )


def _never(subject: Subject) -> Iterator[Finding]:
    said = {line.disclosure for _, _, act, _ in subject.acts() for line in act.lines}
    for name, part in subject.script.disclosures.items():
        if name not in said:
            what = "the debt is never mentioned" if part.before == "debt" else "the conversation has no first line"
            yield subject.found(
                "disclosure-never-said",
                ("disclosures", name),
                f"this disclosure is never made: {what}",
                "make sure that 'debt_words' lists the words that give the debt away, or remove the disclosure",
            )


def _parts(subject: Subject) -> Iterator[Finding]:
    unsure = {*subject.script.lead.may_have, *subject.script.slots}
    for line in subject.lines.values():
        if not line.disclosure:
            continue
        if line.interruptible and subject.new("disclosure-can-be-cut", line.path):
            yield subject.found(
                "disclosure-can-be-cut",
                line.path,
                f"these words make the disclosure {line.disclosure!r} and can be interrupted",
                "add 'uninterruptible: true'",
            )
        for name in placeholders(line.template):
            if name in unsure:
                yield subject.found(
                    "disclosure-incomplete",
                    line.path,
                    f"this disclosure says {{{name}}}, which may have no value, so part of it would be missing",
                    f"list {name} under 'lead: needs', or word the disclosure without it",
                )
