"""Personas: simulated people as YAML files, read with exact errors.

A file says who is called, on which day, over what line, how the person behaves, what the person says to each of
the bot's questions, and what must come of the call. Every scalar is read as text (``yes`` stays a word), then
typed by the model.
"""

from __future__ import annotations

import enum
import zoneinfo
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from voicebot.dialogue.script.reading.marked_yaml import Document, read_document
from voicebot.errors import ConfigurationError, Problem
from voicebot.speech.recording_files import read_recording
from voicebot.suggestions import meant


class Behaviour(enum.StrEnum):
    """How a persona behaves on the phone, whatever it says."""

    SLOW_TO_ANSWER = "slow_to_answer_3s"
    TALKS_OVER_PROMPT = "talks_over_prompt"
    SAYS_UH_HUH = "says_uh_huh_while_bot_speaks"
    LONG_PAUSE = "long_pause_mid_answer"
    SILENT_FIRST_TURN = "silent_first_turn"
    SILENT_ALWAYS = "silent_always"
    DTMF_ONLY = "dtmf_only"
    HANGS_UP_AFTER_GREETING = "hangs_up_after_greeting"
    ANSWERING_MACHINE = "answering_machine"
    CALL_SCREENER = "call_screener"
    SCREENER_WANTS_KEY = "screener_wants_key"


class Never(enum.StrEnum):
    """What must not happen to a persona, whatever the outcome."""

    DEBT_TOLD = "debt_told"
    """The debt is named before the right person has confirmed to be that person."""
    PROMISE_RECORDED = "promise_recorded"
    BARRED = "barred"
    """The number is put on the list of those that must not be called."""
    TAKEN_FOR_MACHINE = "taken_for_machine"
    HUMAN_CALLED = "human_called"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonaLead(_Part):
    """What the campaign knows of the person; becomes a lead.

    Parameters
    ----------
    name, company
        As they are spoken.
    amount, currency
        What is owed, for example 120.50; ISO 4217 code.
    due_date
        Of the payment, for example 2026-12-01.
    timezone
        IANA name, for example America/New_York.
    reference
        The lender's own; may be left out.
    more
        Columns that the script declares under ``lead``, as text.
    """

    name: str = Field(min_length=1, max_length=120)
    company: str = Field(min_length=1, max_length=120)
    amount: Decimal = Field(gt=0, decimal_places=2)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    due_date: date
    timezone: str
    reference: str = ""
    more: dict[str, str] = {}

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            raise ValueError(f"{value!r} is not an IANA time zone such as America/New_York")
        return value


def _as_list(value: Any) -> Any:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _noises(value: Any) -> Any:
    return () if value == "none" else _as_list(value)


Noise = Literal["office", "street", "tv", "chatter", "child", "aside"]
Level = Literal["normal", "quiet", "loud"]
Codec = Literal["none", "gsm", "g729"]


class PersonaRoom(_Part):
    """The room that the person speaks in, away from the phone.

    Parameters
    ----------
    rt60_ms
        Time in which a sound dies away by 60 dB; rooms that people live in have 200 to 700.
    distance_m
        From the mouth to the phone, in metres. Phones level speech out: it makes the voice duller and the room
        louder, not the voice softer (``level`` does).
    """

    rt60_ms: float = Field(400.0, ge=50, le=2000)
    distance_m: float = Field(0.5, ge=0.05, le=6)


class PersonaLoss(_Part):
    """Packets that are lost on the way from the person, and concealed as phones do.

    Parameters
    ----------
    percent
        Of all packets of 20 ms.
    burst_ms
        How long a loss lasts on average; 20 is as chance has it.
    """

    percent: float = Field(3.0, ge=0, le=50)
    burst_ms: float = Field(20.0, ge=20, le=500)


class PersonaEcho(_Part):
    """Echo of the bot's own voice, coming back from the person's side.

    Parameters
    ----------
    delay_ms
        From the bot's voice at the phone to its echo.
    return_loss_db
        How far below the bot's voice its echo is.
    """

    delay_ms: float = Field(60.0, ge=0, le=500)
    return_loss_db: float = Field(18.0, ge=0, le=60)


class PersonaLine(_Part):
    """The persona's phone line.

    Parameters
    ----------
    noise
        What is heard behind the person, one or several: ``office``, ``street``, ``tv`` (a programme), ``chatter`` (two
        people talking), ``child``, ``aside`` (the person, turned away, to somebody else); ``none`` is nothing.
    noise_below_db
        How far below the person's speech each of it is, in decibels; by default 20 for an office, 17 for a street, 18
        for a television, 16 for chatter, 14 for a child and 8 for an aside.
    programme
        Name of the programme on television; by default drawn by the persona's name.
    level
        How loud all of it arrives.
    sends_silence
        Whether it sends audio while the person says nothing; false: nothing at all, as with discontinuous transmission.
    room
        Where the person stands; by default the phone is at the mouth.
    codec
        What the speech is coded with before it reaches the carrier: ``gsm`` is GSM 06.10 full rate, ``g729`` a coder of
        G.729's structure.
    loss
        Packets that are lost; by default none.
    jitter_ms
        By how much frames are late at most, in order.
    echo
        Echo of the bot's own voice; by default none.
    """

    noise: Annotated[tuple[Noise, ...], BeforeValidator(_noises)] = ()
    noise_below_db: float | None = Field(None, ge=0, le=40)
    programme: str = ""
    level: Level = "normal"
    sends_silence: bool = True
    room: PersonaRoom | None = None
    codec: Codec = "none"
    loss: PersonaLoss | None = None
    jitter_ms: float = Field(0.0, ge=0, le=300)
    echo: PersonaEcho | None = None

    @model_validator(mode="after")
    def _shown_on_television(self) -> PersonaLine:
        if self.programme and "tv" not in self.noise:
            raise ValueError("a programme needs 'noise: tv'")
        return self


Said = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=400)], ...], BeforeValidator(_as_list)]


class Persona(_Part):
    """One simulated person.

    Parameters
    ----------
    persona
        Name: small letters, digits and ``_``; no two of a folder have the same.
    language
        BCP 47 tag of the script and of the person.
    script
        Name of the script that the person is called with.
    lead
        What the campaign knows of the person.
    today
        Day on which the call takes place.
    line
        The person's phone line.
    voice
        Who speaks; chosen by the persona's name where it is not written.
    behaviour
        How the person behaves on the phone, whatever is said.
    says
        What the person says, by cue of the bot's question: the lines of a cue are used in order and the last is
        repeated; ``any`` stands in for cues that are not named. Four names are no cues: ``pickup`` is said on
        picking up, ``greeting`` replaces what an answering machine says, ``screening`` what a call screener asks,
        and ``wav`` names a recording (relative to the persona's file) that is played in place of all three.
    expect
        What must come of the call: ``outcome``, and values that must be recorded with it.
    never
        What must not happen in the call; if it does, the call fails whatever its outcome.
    """

    persona: str = Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=60)
    language: str = Field("en-US", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    script: str = Field(min_length=1)
    lead: PersonaLead
    today: date
    line: PersonaLine = PersonaLine()
    voice: str = ""
    behaviour: Annotated[tuple[Behaviour, ...], BeforeValidator(_as_list)] = ()
    says: Annotated[dict[str, Said], BeforeValidator(lambda value: {} if value is None else value)] = {}
    expect: dict[str, str]
    never: Annotated[tuple[Never, ...], BeforeValidator(_as_list)] = ()
    _source: str = PrivateAttr("")

    @field_validator("expect")
    @classmethod
    def _outcome(cls, value: dict[str, str]) -> dict[str, str]:
        outcome = value.get("outcome")
        if outcome is None:
            raise ValueError("names no outcome")
        return value

    @property
    def goes_by(self) -> str:
        """Language and name of the script that this persona is called with: ``en-US/reminder``."""
        return f"{self.language}/{self.script}"

    @property
    def recording(self) -> Path | None:
        """Recording that is played on picking up; ``None`` where the persona speaks for itself."""
        names = self.says.get("wav")
        return Path(self._source).parent / names[0] if names else None

    @property
    def source(self) -> str:
        """File that it was read from; empty where it was not read."""
        return self._source

    def behaves(self, behaviour: Behaviour) -> bool:
        """Return whether the persona has this behaviour."""
        return behaviour in self.behaviour


def load_persona(path: Path) -> Persona:
    """Read one persona file.

    Raises
    ------
    ConfigurationError
        With every problem of the file, each at its line and column.
    """
    document = read_document(path)
    if not document.problems and not isinstance(document.data, dict):
        document.problems.append(document.problem((), "holds no persona", "begin with 'persona: its_name'"))
    if document.problems:
        raise ConfigurationError(document.problems)
    try:
        persona = Persona.model_validate(document.data)
    except ValidationError as error:
        raise ConfigurationError(_problem(document, fault) for fault in error.errors()) from error
    persona._source = str(path)
    _check_recording(persona, document)
    return persona


def _check_recording(persona: Persona, document: Document) -> None:
    if persona.recording is None:
        return
    place = ("says", "wav")
    if len(persona.says["wav"]) > 1:
        raise ConfigurationError(document.problem(place, "says.wav names more than one file", "keep one"))
    try:
        read_recording(persona.recording)
    except ConfigurationError as error:
        wrong = error.problems[0]
        what = f"says.wav: {persona.recording}: {wrong.what}"
        raise ConfigurationError(document.problem(place, what, wrong.cure)) from error


def load_personas(folder: Path) -> tuple[Persona, ...]:
    """Read all ``*.yaml`` and ``*.yml`` files of a folder (or one file), in the order of their names.

    Raises
    ------
    ConfigurationError
        With the problems of all files; also where the folder has none, or two personas share a name.
    """
    paths = [folder] if folder.is_file() else sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not paths:
        raise ConfigurationError(Problem("has no persona files", "put *.yaml files there", file=str(folder)))
    problems: list[Problem] = []
    personas: dict[str, tuple[Persona, Path]] = {}
    for path in paths:
        try:
            persona = load_persona(path)
        except ConfigurationError as error:
            problems.extend(error.problems)
            continue
        if persona.persona in personas:
            other = personas[persona.persona][1]
            problems.append(
                Problem(f"persona {persona.persona!r} is already in {other}", "give it another name", file=str(path))
            )
        personas[persona.persona] = (persona, path)
    if problems:
        raise ConfigurationError(problems)
    return tuple(persona for persona, _ in personas.values())


PARTS: Final[Mapping[tuple[str, ...], type[BaseModel]]] = {
    ("lead",): PersonaLead,
    ("line",): PersonaLine,
    ("line", "room"): PersonaRoom,
    ("line", "loss"): PersonaLoss,
    ("line", "echo"): PersonaEcho,
}
"""Place in a persona's file -> the model of what is there."""


def _problem(document: Document, fault: Mapping[str, Any]) -> Problem:
    """Turn one of pydantic's faults into a problem at its place in the file."""
    place = tuple(part for part in fault["loc"] if isinstance(part, str | int))
    name = ".".join(map(str, place))
    what, cure = f"{name}: {str(fault['msg']).removeprefix('Value error, ')}", ""
    if fault["type"] == "extra_forbidden":
        known = list(PARTS.get(tuple(map(str, place[:-1])), Persona).model_fields)
        what, cure = f"{name} is not known", meant(str(place[-1]), known)
    elif fault["type"] == "missing":
        what, cure = f"{name} is missing", f"add '{place[-1]}:'"
    elif fault["type"] == "enum":
        kinds: dict[object, tuple[str, type[enum.StrEnum]]] = {"never": ("something that is watched for", Never)}
        kind, known_ones = kinds.get(place[0], ("a behaviour", Behaviour))
        what = f"{name}: {fault['input']!r} is not {kind}"
        cure = meant(str(fault["input"]), [str(item) for item in known_ones])
    return document.problem(place, what, cure)
