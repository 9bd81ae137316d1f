"""Conversation files: written conversations with a script and their expected results, read with exact errors."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from voicebot.dialogue.conversation.script_talk import REHEARSAL_TIME
from voicebot.dialogue.script.reading.marked_yaml import Document, Path_, read_document
from voicebot.dialogue.talk import Lead
from voicebot.errors import ConfigurationError, Problem
from voicebot.suggestions import meant

SUFFIXES: Final = (".yaml", ".yml")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Strings = Annotated[tuple[str, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]
Values = Annotated[
    dict[str, str | None],
    BeforeValidator(lambda value: {} if value is None else value, json_schema_input_type=dict[str, str | None] | None),
]


class LeadValues(_Part):
    """Who is called; what a conversation leaves out stands at the top of its file.

    Parameters
    ----------
    name, company
        As they are spoken.
    amount, currency
        What is owed, for example "120.50"; ISO 4217 code.
    due_date
        Of the payment, for example 2026-12-01.
    timezone
        IANA name, for example America/New_York.
    more
        Further values that the script declares, as text.
    """

    name: str | None = Field(None, min_length=1, max_length=120)
    company: str | None = Field(None, min_length=1, max_length=120)
    amount: Decimal | None = Field(None, gt=0, decimal_places=2)
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    due_date: date | None = None
    timezone: str | None = None
    more: dict[str, str] = {}

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in zoneinfo.available_timezones():
            raise ValueError(f"{value!r} is not an IANA time zone such as America/New_York")
        return value

    def over(self, other: LeadValues) -> LeadValues:
        """Return these values, and those of ``other`` where these have none."""
        mine = self.model_dump(exclude_none=True, exclude={"more"})
        return LeadValues(**{**other.model_dump(exclude={"more"}), **mine}, more={**other.more, **self.more})

    def lacking(self) -> tuple[str, ...]:
        """Return the names of values that every lead has and this one lacks."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is None)

    def lead(self) -> Lead:
        """Return the lead; nothing may be lacking."""
        return Lead(**{name: getattr(self, name) for name in type(self).model_fields})


class Turn(_Part):
    """What the callee says or does, and what must come of it; plain text is what the callee says.

    Parameters
    ----------
    they
        Words of the callee, as the recogniser would write them.
    heard
        How sure the recogniser is of these words, 0 to 1; below 0.5 it is usually asked whether they were said.
    means, values
        What the words mean, whoever would understand them otherwise, and the values in them; tries the script's
        table alone. `they` may be left out, or tell a reader what was said.
    silence
        The callee says nothing until the bot's patience is over.
    key
        The callee presses this key, or these.
    machine
        What picked up is an answering machine (`voicemail`), or a call screener.
    transfer
        What became of the transfer that the bot offered: `taken` by a human, or `failed`.
    hangs_up
        The callee hangs up; with `they`, while these words are being said.
    interrupts
        The callee does not wait: the first line that may be cut is cut, and the rest is not said.
    intent
        Must be understood as this, or as one of these.
    also
        Intents that must have been understood in the same breath.
    step
        Where the conversation must stand afterwards.
    bot
        What the bot must say next: words of a line, or a line's key such as `steps.when.say`.
    not_bot
        What it must not say next.
    slots
        Values that must be known afterwards; nothing after the colon: none may be known.
    """

    they: str = ""
    heard: float = Field(1.0, ge=0, le=1)
    means: str = ""
    values: dict[str, str] = {}
    silence: bool = False
    key: str = Field("", pattern=r"^[0-9*#]{0,20}$")
    machine: Literal["", "voicemail", "screener"] = ""
    transfer: Literal["", "taken", "failed"] = ""
    hangs_up: bool = False
    interrupts: bool = False
    intent: Strings = ()
    also: Strings = ()
    step: str = ""
    bot: Strings = ()
    not_bot: Strings = ()
    slots: Values = {}

    @model_validator(mode="after")
    def _one_deed(self) -> Turn:
        deeds = [bool(self.they or self.means), self.silence, bool(self.key), bool(self.machine), bool(self.transfer)]
        if sum(deeds) > 1:
            raise ValueError("one turn is one thing: write one of they, silence, key, machine, transfer")
        if self.hangs_up and sum(deeds) > bool(self.they or self.means):
            raise ValueError("people hang up in silence or while speaking: write hangs_up alone or with they")
        if self.heard < 1 and not (self.they or self.means):
            raise ValueError("nothing was said that could be heard badly: write heard with they")
        if self.values and not self.means:
            raise ValueError("values go with a meaning: write means as well")
        return self

    @property
    def does_nothing(self) -> bool:
        """Whether it only looks at what the bot says first."""
        return not (
            self.they or self.means or self.silence or self.key or self.machine or self.transfer or self.hangs_up
        )


def _as_turn(value: Any) -> Any:
    return {"they": value} if isinstance(value, str) else value


OneTurn = Annotated[Turn, BeforeValidator(_as_turn, json_schema_input_type=str | Turn)]


class Expectation(_Part):
    """What a conversation must come to.

    Parameters
    ----------
    outcome
        One of the shared outcomes, or of the script's own.
    ending
        Name of the script's ending.
    slots
        Values that must be recorded with the outcome; nothing after the colon: it must not be recorded.
    said, not_said
        Lines that must have been said to their end, or never begun: words, or keys such as `disclosures.greeting`.
    """

    outcome: str = ""
    ending: str = ""
    slots: Values = {}
    said: Strings = ()
    not_said: Strings = ()


class Conversation(_Part):
    """One conversation.

    Parameters
    ----------
    name
        What it shows, in a few words; no two of a file have the same.
    lead, today, time
        Where they differ from the file's.
    turns
        What the callee says and does, in order. A first turn without a deed looks at the opening.
    expect
        What it must come to.
    """

    name: str = Field(min_length=1, max_length=120)
    lead: LeadValues = LeadValues()
    today: date | None = None
    time: time_of_day | None = None
    turns: Annotated[tuple[OneTurn, ...], Field(max_length=100)] = ()
    expect: Expectation = Expectation()

    @model_validator(mode="after")
    def _only_the_first_waits(self) -> Conversation:
        for place, turn in enumerate(self.turns):
            if place and turn.does_nothing:
                raise ValueError(f"turn {place + 1}: the callee does nothing; write they, silence, key, … in it")
        return self


class ConversationFile(_Part):
    """A file of conversations with one script.

    Parameters
    ----------
    script
        Name of the script, or of the scripts that these conversations hold for.
    description
        What the conversations of this file have in common.
    lead
        Who is called.
    today
        Day on which the calls take place, for example 2026-11-23.
    time
        Local time of the calls; 10:00 where it is not written.
    conversations
        The conversations.
    """

    script: Annotated[Strings, Field(min_length=1)]
    description: str = ""
    lead: LeadValues
    today: date
    time: time_of_day = REHEARSAL_TIME
    conversations: tuple[Conversation, ...] = Field(min_length=1, max_length=1000)


@dataclass(frozen=True, slots=True)
class Written:
    """One conversation as written in a file.

    Parameters
    ----------
    values, day, time
        Who is called, and when, the file's own values filled in.
    file
        Shown name of the file.
    index
        Place in the file, from 0.
    """

    conversation: Conversation
    values: LeadValues
    day: date
    time: time_of_day
    file: str
    index: int
    document: Document

    @property
    def lead(self) -> Lead:
        """Who is called."""
        return self.values.lead()

    @property
    def now(self) -> datetime:
        """Local date and time of the call."""
        return datetime.combine(self.day, self.time, zoneinfo.ZoneInfo(self.lead.timezone))

    def problem(self, path: Path_, what: str, cure: str = "") -> Problem:
        """Make a problem that stands at ``path`` within the conversation."""
        return self.document.problem(("conversations", self.index, *path), what, cure)


def read_file(path: Path) -> tuple[tuple[str, ...], tuple[Written, ...]]:
    """Read a conversation file.

    Returns
    -------
    tuple of str
        Names of the scripts that the conversations go by.
    tuple of Written
        The conversations, in the file's order.

    Raises
    ------
    ConfigurationError
        With every problem of the file, each at its line and column.
    """
    document = read_document(path)
    if not document.problems and not isinstance(document.data, dict):
        document.problems.append(document.problem((), "has no conversations", "start with 'script: its_name'"))
    if document.problems:
        raise ConfigurationError(document.problems)
    try:
        file = ConversationFile.model_validate(document.data)
    except ValidationError as error:
        faults = error.errors()
        inner = [
            fault
            for fault in faults  # whatever contains a faulty part is not faulty itself
            if not any(other is not fault and _holds(fault["loc"], other["loc"]) for other in faults)
        ]
        raise ConfigurationError(_problem(document, fault) for fault in inner) from error
    problems: list[Problem] = []
    written: list[Written] = []
    names: dict[str, int] = {}
    for index, one in enumerate(file.conversations):
        place = ("conversations", index)
        if one.name in names:
            problems.append(
                document.problem((*place, "name"), f"{one.name!r} appears twice in this file", "rename one")
            )
        names[one.name] = index
        values = one.lead.over(file.lead)
        lacking = values.lacking()
        if lacking:
            problems.append(document.problem(("lead",), f"{', '.join(lacking)} is missing", f"add '{lacking[0]}:'"))
            break
        written.append(Written(one, values, one.today or file.today, one.time or file.time, str(path), index, document))
    if problems:
        raise ConfigurationError(problems)
    return file.script, tuple(written)


def find_files(places: Iterable[Path]) -> tuple[Path, ...]:
    """Return conversation files: those named, and those of named folders and their folders, in order of their names.

    Raises
    ------
    ConfigurationError
        A place does not exist, or a folder holds none.
    """
    found: list[Path] = []
    problems: list[Problem] = []
    for place in places:
        inside = (
            sorted(file for file in place.rglob("*") if file.suffix.lower() in SUFFIXES) if place.is_dir() else [place]
        )
        if not place.exists():
            problems.append(Problem("does not exist", "name a conversation file or a folder of them", str(place)))
        elif not inside:
            problems.append(Problem("holds no conversation files", "put *.yaml files there", str(place)))
        else:
            found += inside
    if problems:
        raise ConfigurationError(problems)
    return tuple(dict.fromkeys(found))


def _problem(document: Document, fault: Any) -> Problem:
    """Turn one of pydantic's faults into a problem at its place in the file."""
    place = tuple(part for part in fault["loc"] if isinstance(part, str | int))
    name = str(place[-1]) if place else "file"
    message = str(fault["msg"]).removeprefix("Value error, ")
    what, cure = f"{name}: {message}", ""
    if fault["type"] == "extra_forbidden":
        what, cure = f"{name!r} is not known here", meant(name, _keys(place[:-1]))
    elif fault["type"] == "missing":
        what, cure = f"{name!r} is missing", f"add '{name}:'"
    elif fault["type"] == "value_error":
        what = message
    return document.problem(place, what, cure)


def _holds(outer: Path_, inner: Path_) -> bool:
    return len(outer) < len(inner) and inner[: len(outer)] == outer


def _keys(path: Path_) -> list[str]:
    """Return the keys that a mapping at ``path`` may have."""
    here: Any = ConversationFile
    for part in path:
        if isinstance(part, int):
            continue
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = field.annotation if field else None
        while get_origin(here) in {tuple, Annotated}:
            here = get_args(here)[0]
    return list(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []
