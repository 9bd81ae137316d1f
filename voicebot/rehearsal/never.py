"""What must not happen in a call, and whether it did: by what the bot did and what the person really said. Pure.

The engine's own opinion of a call does not count here. Whether somebody had confirmed to be the person called is judged
by what the persona said aloud, not by what was recognised; everything else by the journal, the outcome and the list of
barred numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from voicebot import languages
from voicebot.dialogue.conversation.lines import debt_keys
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.understanding.keywords import hard_intent
from voicebot.journal import events
from voicebot.journal.events import Entry
from voicebot.journal.transcript import said_so_far
from voicebot.rehearsal.measure import Spoken
from voicebot.rehearsal.persona import Behaviour, Never, Persona
from voicebot.rehearsal.words import NO_CUES, recorded
from voicebot.speech.listening.greeting import Verdict
from voicebot.store.records import STOP_OUTCOME

_SOMEBODY_ELSE: Final = frozenset({"wrong_person", "not_available", "deceased"})
"""Outcomes of calls in which the person called is not on the line at all."""
_PROMISES: Final = frozenset({"promise_to_pay", "partial_payment", "will_pay_on_time"})
_PROMISE_SLOTS: Final = frozenset({"promise_date", "date"})
_MACHINES: Final = frozenset(str(verdict) for verdict in Verdict if verdict.is_machine)


@dataclass(frozen=True, slots=True)
class SaidByPerson:
    """The person said something aloud, or pressed keys (``text`` is then empty)."""

    text: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The engine counted the person called as identified."""


@dataclass(frozen=True, slots=True)
class DebtNamed:
    """The bot named the debt, or began to."""


@dataclass(frozen=True, slots=True)
class TakenForMachine:
    """What picked up was taken for voicemail or a call screener."""


@dataclass(frozen=True, slots=True)
class HumanCalled:
    """The call was handed to a human, or that was tried."""


Happening = SaidByPerson | Confirmed | DebtNamed | TakenForMachine | HumanCalled


@dataclass(frozen=True, slots=True)
class Course:
    """How a call went.

    Parameters
    ----------
    happenings
        In the order of their times.
    outcome
        The shared outcome that it came to, or that its own outcome counts as.
    slots
        Values recorded with it.
    barred
        The number must not be called any more.
    """

    happenings: tuple[Happening, ...] = ()
    outcome: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    barred: bool = False


def broken(persona: Persona, course: Course) -> tuple[str, ...]:
    """Return which of the things that must never happen to a persona did happen, in the persona's order."""
    screened = Behaviour.CALL_SCREENER in persona.behaviour  # a screener first, and then a person
    happened = {
        Never.DEBT_TOLD: _debt_told(persona, course.happenings),
        Never.PROMISE_RECORDED: _promise_recorded(persona, course),
        Never.BARRED: course.barred or course.outcome == STOP_OUTCOME,
        Never.TAKEN_FOR_MACHINE: course.outcome == "voicemail" or (not screened and _has(course, TakenForMachine)),
        Never.HUMAN_CALLED: course.outcome == "transferred" or _has(course, HumanCalled),
    }
    return tuple(str(never) for never in persona.never if happened[never])


def contradictions(persona: Persona, outcome: str) -> Iterator[Never]:
    """Yield what must never happen to a persona although its expected outcome requires it.

    Parameters
    ----------
    outcome
        The expected outcome, or the shared one that it counts as.
    """
    needs = {
        Never.PROMISE_RECORDED: {"promise_to_pay", "partial_payment"},
        Never.BARRED: {STOP_OUTCOME},
        Never.TAKEN_FOR_MACHINE: {"voicemail"},
        Never.HUMAN_CALLED: {"transferred"},
    }
    yield from (never for never in persona.never if outcome in needs.get(never, ()))


def course_of_call(
    persona: Persona,
    script: Script,
    journal: Sequence[Entry],
    *,
    spoken: Sequence[Spoken] = (),
    pressed: Sequence[float] = (),
    outcome: str = "",
    slots: Mapping[str, Any] | None = None,
    barred: bool = False,
) -> Course:
    """Return how a rehearsed call went.

    Parameters
    ----------
    journal
        Its entries.
    spoken, pressed
        What the persona said, and when it pressed keys; in seconds on the journal's clock.
    outcome, slots, barred
        See ``Course``.
    """
    timed: list[tuple[float, Happening]] = [(one.start, SaidByPerson(one.text)) for one in spoken]
    timed += [(at, SaidByPerson("")) for at in pressed]
    timed += _of_journal(script, journal)
    ordered = tuple(happening for _, happening in sorted(timed, key=lambda one: one[0]))
    return Course(ordered, outcome, slots or {}, barred)


def confirming_cells(script: Script) -> frozenset[str]:
    """Return the cells of a script's table that count the person called as identified."""
    return frozenset(cell.id for cell in table_of(script).cells if cell.move is not None and cell.move.right_party)


def _of_journal(script: Script, journal: Sequence[Entry]) -> Iterator[tuple[float, Happening]]:
    of_debt, confirming = debt_keys(script), confirming_cells(script)
    for place, entry in enumerate(journal):
        match entry.event:
            case events.Turn(taken=taken) if confirming & set(taken):
                yield entry.at, Confirmed()
            case events.LineBegun(line=key) as line if key in of_debt and _is_told(script, line, journal[place + 1 :]):
                yield entry.at, DebtNamed()
            case events.Greeting(verdict=verdict) if verdict in _MACHINES:
                yield entry.at, TakenForMachine()
            case events.TransferBegun():
                yield entry.at, HumanCalled()


def _is_told(script: Script, line: events.LineBegun, after: Iterable[Entry]) -> bool:
    """Whether a line was said as far as the debt: one that is cut off before its first word about it tells nothing."""
    for entry in after:
        match entry.event:
            case events.LineDropped(progress=progress):
                part = said_so_far(line.text, progress)
                return script.speaks_of_debt(part) or any(sign.isdigit() for sign in part) or progress > 0.5
            case events.LineSaid() | events.LineBegun():
                return True
    return True


def _debt_told(persona: Persona, happenings: Iterable[Happening]) -> bool:
    """Whether the debt was named before the right person had confirmed to be that person."""
    somebody_else = persona.expect["outcome"] in _SOMEBODY_ELSE
    counted = answered = False
    for happening in happenings:
        match happening:
            case SaidByPerson(text=text):
                answered = answered or _may_confirm(persona, text)
            case Confirmed():
                counted = True
            case DebtNamed() if somebody_else or not (counted and answered):
                return True
    return False


def _may_confirm(persona: Persona, text: str) -> bool:
    """Whether words may be a yes to "is it you", and not a hesitation, a greeting or a wish to be left alone."""
    if not text:
        return True  # a key
    language = languages.of(persona.language)
    callee = language.callees
    no_answers = {
        callee.hello,
        callee.back_channel,
        callee.passed_on,
        recorded(persona),
        *persona.says.get("pickup", ()),
    }
    if text in no_answers - set(_answers(persona)):
        return False
    plain = language.plain(text)
    clues = language.clues
    if not plain or plain in language.manners.greetings or clues.nothing.fullmatch(plain) or clues.hum.fullmatch(plain):
        return False
    return clues.yes.match(plain) is not None or not hard_intent(plain, persona.language)


def _answers(persona: Persona) -> Iterator[str]:
    for cue, lines in persona.says.items():
        if cue not in NO_CUES:
            yield from lines


def _promise_recorded(persona: Persona, course: Course) -> bool:
    """Whether a promise is on record; paying on time does not count where the persona is expected to say so."""
    if course.outcome in _PROMISES and course.outcome != persona.expect["outcome"]:
        return True
    return any(course.slots.get(name) not in (None, "") for name in _PROMISE_SLOTS)


def _has(course: Course, kind: type[Happening]) -> bool:
    return any(isinstance(one, kind) for one in course.happenings)
