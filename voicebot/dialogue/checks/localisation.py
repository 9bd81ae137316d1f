"""Localisation: the same script in another language has the same parts, and is written in its own language."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot import languages
from voicebot.dialogue.checks.finding import Finding
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.words import without_placeholders


def check(subject: Subject) -> Iterator[Finding]:
    """Compare with the same script in other languages, and check the letters that it is written in."""
    for sibling in subject.siblings:
        yield from _lacking(subject, sibling)
    foreign = languages.of(subject.script.language).writing.foreign
    for line in subject.lines.values():
        found = foreign.search(without_placeholders(line.template))
        if found:
            yield subject.found(
                "other-language",
                line.path,
                f"a line of a script in {subject.script.language} contains {found[0]!r}: not translated?",
                "translate it",
                severity="warning",
            )


def _lacking(subject: Subject, sibling: Script) -> Iterator[Finding]:
    own = subject.script
    for section, names, theirs in (
        ("steps", own.steps, sibling.steps),
        ("endings", own.endings, sibling.endings),
        ("always", own.always, sibling.always),
        ("digressions", own.digressions, sibling.digressions),
        ("disclosures", own.disclosures, sibling.disclosures),
        ("slots", own.slots, sibling.slots),
    ):
        for name in theirs:
            if name not in names:
                yield subject.found(
                    "not-localised",
                    (section,),
                    f"{sibling.language} has {name!r} under {section}, but {own.language} does not",
                    f"translate it from {sibling.source or sibling.language}",
                    severity="warning",
                )
    for name in own.steps.keys() & sibling.steps.keys():
        lacking = [one for one in sibling.steps[name].answers if one not in own.steps[name].answers]
        if lacking:
            yield subject.found(
                "not-localised",
                ("steps", name, "answers"),
                f"{sibling.language} answers {', '.join(lacking)} at {name}, but {own.language} does not",
                "add the answers",
                severity="warning",
            )
