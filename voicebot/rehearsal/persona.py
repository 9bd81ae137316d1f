"""Personas: simulated people as YAML files, read with exact errors.

A file says who is called, on which day, over what line, how the person behaves, what the person says to each of
the bot's questions, and what must come of the call. Every scalar is read as text (``yes`` stays a word), then
typed by the model.
"""

from __future__ import annotations

import difflib
import enum
import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Protocol

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from voicebot.errors import ConfigurationError, Problem

MAXIMUM_FILE_BYTES: Final = 64_000

OUTCOMES: Final = (
    "will_pay_on_time",
    "promise_to_pay",
    "already_paid",
    "wrong_person",
    "not_available",
    "deceased",
    "cannot_pay",
    "partial_payment",
    "dispute",
    "refused",
    "callback",
    "do_not_call",
    "transferred",
    "attorney",
    "bankruptcy",
    "no_response",
    "voicemail",
    "hung_up",
)
"""The shared outcomes; a persona may expect no other."""


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


class _Mark(Protocol):
    """Place in a file, from 0; PyYAML has two such classes."""

    line: int
    column: int


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonaLead(_Part):
    """What the campaign knows of the person; becomes a lead. ``more`` holds what else a script declares."""

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


class PersonaLine(_Part):
    """The persona's phone line: what is heard behind it, and how loud all of it arrives."""

    noise: Literal["none", "office", "street", "tv"] = "none"
    level: Literal["normal", "quiet", "loud"] = "normal"


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Said = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=400)], ...], BeforeValidator(_as_list)]


class Persona(_Part):
    """One simulated person.

    ``says`` goes by cue: the lines of a cue are used in order and the last is repeated; ``any`` stands in for cues
    that are not named. Three names there are no cues: ``pickup`` is said on picking up, ``greeting`` replaces what
    an answering machine says, ``screening`` what a call screener asks.
    """

    persona: str = Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=60)
    language: str = Field("en-US", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    script: str = Field(min_length=1)
    lead: PersonaLead
    today: date
    line: PersonaLine = PersonaLine()
    voice: str = ""
    behaviour: Annotated[tuple[Behaviour, ...], BeforeValidator(_as_list)] = ()
    says: dict[str, Said] = {}
    expect: dict[str, str]

    @field_validator("expect")
    @classmethod
    def _outcome(cls, value: dict[str, str]) -> dict[str, str]:
        outcome = value.get("outcome")
        if outcome is None:
            raise ValueError("names no outcome")
        if outcome not in OUTCOMES:
            raise ValueError(f"{outcome!r} is not an outcome{_suggestion(outcome, OUTCOMES)}")
        return value

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
    node = _compose(path)
    problems = list(_duplicates(node, path))
    if problems:
        raise ConfigurationError(problems)
    try:
        return Persona.model_validate(_plain(node))
    except ValidationError as error:
        raise ConfigurationError(_problem(path, node, fault) for fault in error.errors()) from error


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


def _compose(path: Path) -> yaml.Node:
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(Problem("is not UTF-8 text", "save it as UTF-8", file=str(path))) from error
    if len(raw) > MAXIMUM_FILE_BYTES:
        raise ConfigurationError(Problem("is too large for a persona", "64 kB are enough", file=str(path)))
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            if isinstance(event, yaml.AliasEvent):
                what = f"alias *{event.anchor}: persona files use no aliases"
                raise ConfigurationError(_at(path, event.start_mark, what, "write the value out"))
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        what = f"is not valid YAML: {error.problem or error.context}"
        raise ConfigurationError(_at(path, error.problem_mark or error.context_mark, what)) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(Problem(f"is not valid YAML: {error}", file=str(path))) from error
    if not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(Problem("holds no persona", "begin with 'persona: its_name'", file=str(path), line=1))
    return node


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value


def _duplicates(node: yaml.Node, path: Path) -> Iterable[Problem]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                yield _at(path, key.start_mark, "a key must be a plain word")
                continue
            if key.value in seen:
                yield _at(path, key.start_mark, f"{key.value!r} stands here twice", "keep one of them")
            seen.add(key.value)
            yield from _duplicates(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _duplicates(item, path)


def _problem(path: Path, root: yaml.Node, fault: Mapping[str, Any]) -> Problem:
    """Turn one of pydantic's faults into a problem at its place in the file."""
    place = [part for part in fault["loc"] if isinstance(part, str | int)]
    unknown = fault["type"] == "extra_forbidden"
    node, mark = root, root.start_mark
    for part in place:
        key, value = _child(node, part)
        if value is None:
            break
        node, mark = value, (key if unknown and key is not None else value).start_mark
    name = ".".join(map(str, place))
    if unknown:
        what = f"{name} is not known"
        known = _known_fields(place[:-1])
        close = difflib.get_close_matches(str(place[-1]), known, n=1)
        return _at(path, mark, what, f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(known)}")
    if fault["type"] == "missing":
        return _at(path, mark, f"{name} is missing", f"add '{place[-1]}:'")
    if fault["type"] == "enum" and isinstance(node, yaml.ScalarNode):
        known = [str(item) for item in Behaviour]
        cure = _suggestion(node.value, known) or f"known are: {', '.join(known)}"
        return _at(path, mark, f"{name}: {node.value!r} is not a behaviour", cure.lstrip("; "))
    return _at(path, mark, f"{name}: {str(fault['msg']).removeprefix('Value error, ')}")


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Return key and value of a node's part, ``None`` where it has none."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(part)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None, None


def _known_fields(place: Iterable[str | int]) -> list[str]:
    models: dict[str, type[BaseModel]] = {"lead": PersonaLead, "line": PersonaLine}
    parts = [str(part) for part in place]
    return list((models.get(parts[-1], Persona) if parts else Persona).model_fields)


def _suggestion(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _at(path: Path, mark: _Mark | None, what: str, cure: str = "") -> Problem:
    if mark is None:
        return Problem(what, cure, file=str(path))
    return Problem(what, cure, file=str(path), line=mark.line + 1, column=mark.column + 1)
