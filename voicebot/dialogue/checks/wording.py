"""What is said: no banned phrase in any rendered line, nothing too long for a phone, questions that ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from voicebot import languages
from voicebot.dialogue.checks import samples
from voicebot.dialogue.checks.banned import banned_in
from voicebot.dialogue.checks.finding import Finding, Turn
from voicebot.dialogue.checks.subject import Subject
from voicebot.dialogue.conversation.lines import Speaker
from voicebot.dialogue.talk import SlotValue

LONGEST_LINE: Final = 15.0
"""Seconds that one line may take; people on the phone stop listening after about ten."""
LONGEST_TURN: Final = 36.0
"""Seconds that all lines before an answer may take, disclosures included."""
_LEADS: Final = (
    (Decimal("120.50"), date(2026, 12, 1)),
    (Decimal("1999.99"), samples.NOW.date() - timedelta(days=45)),
    (Decimal(7), samples.NOW.date()),
)


def seconds(text: str, language: str) -> float:
    """Estimate how long a line takes at normal speed."""
    spoken = languages.of(language)
    units = len(text.split()) if spoken.spaced else sum(1 for character in text if character.isalnum())
    return units / spoken.writing.units_a_second


def check(subject: Subject) -> Iterator[Finding]:
    """Check every line as it is said to a few sample people."""
    speakers = _speakers(subject)
    for key, line in subject.lines.items():
        texts = [speaker.fill(line.template, slots) for speaker, slots in speakers]
        yield from _banned(subject, key, texts)
        longest = max((seconds(text, subject.script.language) for text in texts), default=0.0)
        if longest > LONGEST_LINE:
            yield subject.found(
                "line-too-long",
                line.path,
                f"this line takes about {longest:.0f} seconds; nobody can keep that in mind on the phone",
                f"split it into lines of less than {LONGEST_LINE:.0f} seconds, or ask for less at once",
                severity="warning",
            )
    yield from _turns(subject)
    yield from _questions(subject)


def _speakers(subject: Subject) -> list[tuple[Speaker, dict[str, SlotValue]]]:
    found = []
    for amount, due in _LEADS:
        lead = samples.sample_lead(subject.script, amount=amount, due=due)
        values = {name: samples.accepted(subject.script, name, lead) for name in subject.script.slots}
        slots: dict[str, SlotValue] = {name: some[0] for name, some in values.items() if some}
        found.append((Speaker(subject.script, lead, samples.NOW), slots))
    return found


def _banned(subject: Subject, key: str, texts: list[str]) -> Iterator[Finding]:
    line = subject.lines[key]
    for text in texts:
        for phrase in banned_in(text, subject.banned):
            if subject.new(f"banned-phrase {phrase.phrase}", line.path):
                why = f": {phrase.why}" if phrase.why else ""
                yield subject.found(
                    "banned-phrase",
                    line.path,
                    f"{phrase.phrase!r} must not be said{why} (here: {text!r})",
                    "reword the line",
                    turns=_said(subject, key),
                )


def _said(subject: Subject, key: str) -> tuple[Turn, ...]:
    """Return a shortest conversation in which a line is said."""
    for graph, edge, act, _ in subject.acts():
        if any(line.key == key for line in act.lines):
            return subject.turns(graph, edge)
    return ()


def _turns(subject: Subject) -> Iterator[Finding]:
    language, disclosures = subject.script.language, subject.script.disclosures
    for graph, edge, act, node in subject.acts():
        if act.listening is None:
            continue
        heard = {name for name, part in disclosures.items() if part.before == "talk"} if edge else set()
        long = sum(seconds(line.text, language) for line in act.lines if line.disclosure not in heard)
        path = ("steps", node.state.step, "say")
        if long > LONGEST_TURN and subject.new("turn-too-long", path):
            yield subject.found(
                "turn-too-long",
                path,
                f"the bot talks for about {long:.0f} seconds here before the person can answer",
                "say less before the question",
                severity="warning",
                turns=subject.turns(graph, edge),
            )


def _questions(subject: Subject) -> Iterator[Finding]:
    asks = languages.of(subject.script.language).writing.asks
    for name, step in subject.script.steps.items():
        for form, words in (("say", step.say), ("again", step.again)):
            if words and not any(asks.search(line) for line in words.text):
                yield subject.found(
                    "asks-nothing",
                    ("steps", name, form),
                    f"{name} waits for an answer but asks nothing: {words.text[-1]!r}",
                    "end with a question, or say what can be answered",
                    severity="warning",
                )
