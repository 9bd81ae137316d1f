"""Written utterances and what they must mean: read from files, tried on a policy, counted.

Two kinds of file, one case per line, fields separated by tabs; empty lines are skipped, and so is a first line that
names the columns:

- intents: ``intent``, ``utterance``
- entities: ``reference date``, ``date``, ``amount`` or ``time``, ``phrase``, ``expected`` (``-``: nothing is to be
  found; several values, separated by spaces, are all that must be found; one value is what the phrase means)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from voicebot import languages
from voicebot.dialogue.script.fate import declared, of_answer
from voicebot.dialogue.script.model import INTENTS, Script
from voicebot.dialogue.script.reach import unidentified
from voicebot.dialogue.talk import EngineIntent, Lead, Question, SlotValue, State, Understanding, Utterance
from voicebot.dialogue.understanding.calibration import STRANGE
from voicebot.dialogue.understanding.heard_values import amount_in, day_in, time_in
from voicebot.dialogue.understanding.policy import Policy
from voicebot.dialogue.understanding.reliability import Bin, reliability
from voicebot.errors import ConfigurationError, Problem
from voicebot.suggestions import meant

KINDS: Final = ("date", "amount", "time")
NOTHING: Final = "-"
_NAMES: Final = {"intent", "reference date", "reference_date", "reference"}
"""First field of a line that names the columns."""
_HOUR: Final = 10  # of a day that is given without a time
_MOST_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class IntentCase:
    """An utterance and the intent that it has."""

    intent: str
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class EntityCase:
    """A phrase, said at ``now``, and the values in it.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    expected
        Empty: none; one: what the phrase comes to; more: all of them, in order.
    """

    now: datetime
    kind: str
    text: str
    expected: tuple[SlotValue, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Miss:
    """A case with a different result; ``more`` explains it."""

    text: str
    expected: str
    got: str
    line: int
    more: str = ""


@dataclass(frozen=True, slots=True)
class Strange:
    """What became of utterances that are out of scope.

    Parameters
    ----------
    n
        How many there are.
    refused
        How many were not understood, or understood as out of scope.
    deciding
        How many were taken for something that decides (``decides``).
    """

    n: int
    refused: int
    deciding: int


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a file of cases.

    Parameters
    ----------
    n
        How many cases there are.
    misses
        Those with another result.
    curve
        Whether confidences are probabilities; see ``reliability``.
    strange
        What became of utterances that are out of scope; ``None`` where there are none.
    """

    n: int
    misses: tuple[Miss, ...]
    curve: tuple[Bin, ...] = ()
    strange: Strange | None = None

    @property
    def accuracy(self) -> float:
        """Share of the cases with the expected result; 1 where there are none."""
        return 1 - len(self.misses) / self.n if self.n else 1.0

    @property
    def confusions(self) -> tuple[tuple[str, str, int], ...]:
        """(expected, got, how often), the most frequent first."""
        counted = Counter((miss.expected, miss.got) for miss in self.misses)
        return tuple((*pair, times) for pair, times in sorted(counted.items(), key=lambda one: (-one[1], one[0])))


# -- reading


def read_intents(path: Path, script: Script) -> tuple[IntentCase, ...]:
    """Read a file of utterances.

    Raises
    ------
    ConfigurationError
        With every fault of the file: its line, what is wrong, what to do.
    """
    known = sorted({*INTENTS, *script.intents, *map(str, EngineIntent)})

    def case(fields: list[str], line: int) -> IntentCase | Problem:
        if len(fields) != 2:
            return Problem(_count(fields, 2), "write: intent<TAB>utterance")
        intent, text = fields
        if intent not in known:
            return Problem(f"there is no intent {intent!r}", meant(intent, known))
        return IntentCase(intent, text, line) if text else Problem("the utterance is missing", "write what is said")

    return tuple(_read(path, case))


def read_entities(path: Path) -> tuple[EntityCase, ...]:
    """Read a file of phrases with values; raises as ``read_intents`` does."""

    def case(fields: list[str], line: int) -> EntityCase | Problem:
        if len(fields) != 4:
            return Problem(_count(fields, 4), "write: reference date<TAB>date or amount<TAB>phrase<TAB>expected")
        reference, kind, text, expected = fields
        try:
            now = datetime.fromisoformat(reference)
        except ValueError:
            return Problem(f"{reference!r} is not a date", "write the day it is said on, for example 2026-11-23")
        if kind not in KINDS:
            return Problem(f"{kind!r} is not a kind of value", f"name one of: {', '.join(KINDS)}")
        if not text or not expected:
            return Problem("the phrase or what is expected is missing", f"write {NOTHING} where nothing is expected")
        values = [] if expected == NOTHING else expected.split()
        try:
            wanted = tuple(_READERS[kind](value) for value in values)
        except (ValueError, InvalidOperation):
            return Problem(
                f"{expected!r} is not {'an' if kind[0] == 'a' else 'a'} {kind}",
                f"write it like {_LIKE[kind]}, or {NOTHING} for none",
            )
        now = now if "T" in reference or " " in reference else now.replace(hour=_HOUR)
        return EntityCase(now, kind, text, wanted, line)

    return tuple(_read(path, case))


def _money(text: str) -> Decimal:
    value = Decimal(re.sub(r"^\D+|\D+$", "", text).replace(",", ""))
    if not value.is_finite():
        raise ValueError(text)
    return value


_READERS: Final[dict[str, Callable[[str], SlotValue]]] = {
    "date": date.fromisoformat,
    "amount": _money,
    "time": datetime.fromisoformat,
}
_LIKE: Final = {"date": "2026-11-27", "amount": "120.50", "time": "2026-11-27T15:00"}


def _count(fields: Sequence[str], wanted: int) -> str:
    return f"the line has {len(fields)} field{'' if len(fields) == 1 else 's'} instead of {wanted}"


def _read(path: Path, case: Callable[[list[str], int], Any]) -> Iterator[Any]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}", cure="name an existing file") from error
    if len(raw) > _MOST_BYTES:
        raise ConfigurationError(f"{path} is larger than {_MOST_BYTES // 1_000_000} MB", cure="split the file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigurationError(Problem("this is not UTF-8", "save the file as UTF-8", str(path), line)) from error
    found, problems = [], []
    for number, words in enumerate(text.splitlines(), 1):
        fields = [field.strip() for field in words.split("\t")]
        if not any(fields) or (number == 1 and fields[0].lower() in _NAMES):
            continue
        one = case(fields, number)
        if isinstance(one, Problem):
            problems.append(Problem(one.what, one.cure, str(path), number))
        else:
            found.append(one)
    if problems:
        raise ConfigurationError(problems)
    if not found:
        raise ConfigurationError(Problem("there are no cases in this file", "write one per line", str(path)))
    yield from found


# -- trying


def question(script: Script, text: str, now: datetime, step: str = "", lead: Lead | None = None) -> Question:
    """Return what a policy is asked about a text.

    Parameters
    ----------
    step
        The text answers this step; empty: no question was asked.
    """
    known = bool(step) and step not in unidentified(script)
    return Question(Utterance(text), State(step, right_party=known), now, lead)


async def ask(policy: Policy, questions: Iterable[Question]) -> list[Understanding]:
    """Ask a policy the questions, one after another."""
    return [await policy.understand(one) for one in questions]


def judge_intents(
    cases: Sequence[IntentCase], answers: Sequence[Understanding], script: Script, step: str = ""
) -> Result:
    """Compare what a policy made of every utterance with what it must mean, as answers to a step, if any."""
    pairs = list(zip(cases, answers, strict=True))
    misses = [
        Miss(case.text, case.intent, str(got.intent), case.line, f"{got.confidence:.2f} by {got.policy}")
        for case, got in pairs
        if got.intent != case.intent
    ]
    curve = reliability((got.confidence, got.intent == case.intent) for case, got in pairs)
    strange = [got.intent for case, got in pairs if case.intent == STRANGE]
    refused = sum(intent in {STRANGE, EngineIntent.NO_MATCH} for intent in strange)
    deciding = sum(decides(script, step, intent) for intent in strange)
    return Result(len(pairs), tuple(misses), curve, Strange(len(strange), refused, deciding) if strange else None)


def decides(script: Script, step: str, intent: str) -> bool:
    """Whether an intent ends the call, tells the debt, bars a number, or brings a value, as an answer to a step.

    Without a step, what the script writes at the intent counts (``consequence``).
    """
    if any(slot.intent == intent for slot in script.slots.values()):
        return True
    grave = of_answer(script, step, intent) if step else declared(script, intent)
    return grave in {"ends", "bars"}


def try_entities(cases: Sequence[EntityCase], language: str, lead: Lead | None = None) -> Result:
    """Find the values of every phrase."""
    misses = []
    for case in cases:
        got = _values(case, language, lead)
        if got != case.expected:
            misses.append(
                Miss(case.text, _shown(case.expected), _shown(got), case.line, f"{case.kind} said on {case.now:%F}")
            )
    return Result(len(cases), tuple(misses))


def _values(case: EntityCase, language: str, lead: Lead | None) -> tuple[SlotValue, ...]:
    """Return all values where several are expected, else the one that the phrase means."""
    if len(case.expected) > 1:
        entities = languages.of(language).entities
        match case.kind:
            case "date":
                return tuple(found.value for found in entities.find_dates(case.text, case.now))
            case "time":
                return tuple(found.value for found in entities.find_times(case.text, case.now))
            case _:
                currency = lead.currency if lead else ""
                return tuple(found.value for found in entities.find_amounts(case.text, currency))
    one: SlotValue | None
    match case.kind:
        case "date":
            one = day_in(case.text, language, case.now)
        case "time":
            one = time_in(case.text, language, case.now)
        case _:
            one = amount_in(case.text, language, case.now, lead)
    return () if one is None else (one,)


def _shown(values: Sequence[SlotValue]) -> str:
    return " ".join(one.isoformat() if isinstance(one, date) else str(one) for one in values) or NOTHING


def values_in(text: str, language: str, now: datetime, lead: Lead | None = None) -> list[dict[str, object]]:
    """Return every value in a text: its kind, value and words, in the order in which they stand."""
    currency = lead.currency if lead else ""
    entities = languages.of(language).entities
    days = entities.find_dates(text, now)
    times = entities.find_times(text, now)  # a day on its own is also a time, and is reported as a day
    found: list[tuple[int, str, object, str]] = [
        *((one.start, "date", one.value, one.text) for one in days),
        *((one.start, "time", one.value, one.text) for one in times if one.text not in {day.text for day in days}),
        *((one.start, "amount", one.value, one.text) for one in entities.find_amounts(text, currency)),
        *((one.start, "part", one.value, one.text) for one in entities.find_fractions(text)),
    ]
    return [
        {"kind": kind, "value": value.isoformat() if isinstance(value, date) else str(value), "text": words}
        for _, kind, value, words in sorted(found, key=lambda one: (one[0], one[1]))
    ]


def check_step(script: Script, step: str) -> None:
    """Raise ``ConfigurationError`` where a script has no such step."""
    if step and step not in script.steps:
        raise ConfigurationError(f"{script.script} has no step {step!r}", cure=meant(step, script.steps))
