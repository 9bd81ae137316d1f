"""What is said behind people on the phone: programmes, conversations, children, colleagues, asides.

One file per language. A piece is chosen by a seed, or named. The seed also decides who speaks its roles, so that the
same programme has other voices behind another person.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from voicebot.dialogue.script.reading.marked_yaml import read_document
from voicebot.errors import ConfigurationError, Problem
from voicebot.rehearsal.voices import Speaker, bystanders, children, spoken_around
from voicebot.suggestions import meant

Kind = Literal["programmes", "conversations", "children", "colleagues", "asides"]
Music = Literal["none", "bed", "jingle", "song"]

_FOLDER: Final = Path(__file__).parent


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Spoken(_Part):
    """One piece: a programme, a conversation, what a child says.

    Parameters
    ----------
    name
        As a persona's line may name it.
    music
        ``bed`` under all of it, ``jingle`` before it, ``song`` with it.
    lines
        In order: who (a letter, one voice each) and what.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]
    music: Music = "none"
    lines: tuple[dict[Annotated[str, StringConstraints(pattern="^[a-f]$")], str], ...] = Field(min_length=1)

    @field_validator("lines")
    @classmethod
    def _one_speaker_a_line(cls, value: tuple[dict[str, str], ...]) -> tuple[dict[str, str], ...]:
        if any(len(line) != 1 or not all(text.strip() for text in line.values()) for line in value):
            raise ValueError("a line is one letter and what is said, as in 'a: Good evening.'")
        return value

    @property
    def turns(self) -> tuple[tuple[str, str], ...]:
        """Role and text of each line."""
        return tuple(turn for line in self.lines for turn in line.items())


class Repertoire(_Part):
    """All that may be heard behind people who speak one language."""

    programmes: tuple[Spoken, ...]
    conversations: tuple[Spoken, ...]
    children: tuple[Spoken, ...]
    colleagues: tuple[Spoken, ...]
    asides: tuple[Spoken, ...]

    def of(self, kind: Kind) -> tuple[Spoken, ...]:
        """Return the pieces of one kind."""
        pieces: tuple[Spoken, ...] = getattr(self, kind)
        return pieces

    def choose(self, kind: Kind, draw: np.random.Generator, name: str = "") -> Spoken:
        """Return the piece of that name, or one drawn.

        Raises
        ------
        ConfigurationError
            None has this name.
        """
        pieces = self.of(kind)
        if not name:
            return pieces[int(draw.integers(len(pieces)))]
        for piece in pieces:
            if piece.name == name:
                return piece
        raise ConfigurationError(
            Problem(f"no programme is named {name!r}", meant(name, [piece.name for piece in pieces]))
        )


def repertoire(language: str) -> Repertoire:
    """Return what may be heard behind somebody who speaks ``language`` (BCP 47)."""
    return load_repertoire(_FOLDER / f"{spoken_around(language)}.yaml")


@lru_cache(maxsize=8)
def load_repertoire(path: Path) -> Repertoire:
    """Read a file of pieces.

    Raises
    ------
    ConfigurationError
        With every problem of the file, each at its line and column.
    """
    document = read_document(path)
    if document.problems:
        raise ConfigurationError(document.problems)
    try:
        found = Repertoire.model_validate(document.data)
    except ValidationError as error:
        raise ConfigurationError(
            [document.problem(_place(fault), _told(fault), "see en.yaml for the form") for fault in error.errors()]
        ) from error
    for kind in Repertoire.model_fields:
        names: set[str] = set()
        for index, piece in enumerate(getattr(found, kind)):
            if piece.name in names:
                what = f"{kind} has {piece.name!r} twice"
                raise ConfigurationError(document.problem((kind, index), what, "give one another name"))
            names.add(piece.name)
    return found


def cast(piece: Spoken, kind: Kind, language: str, draw: np.random.Generator) -> dict[str, Speaker]:
    """Return who speaks each role: different people, drawn; children are played by high voices."""
    pool = children(language) if kind == "children" else bystanders(language)
    roles = sorted({role for role, _ in piece.turns})
    return {role: pool[int(index)] for role, index in zip(roles, draw.permutation(len(pool)), strict=False)}


def _place(fault: Mapping[str, Any]) -> tuple[str | int, ...]:
    return tuple(part for part in fault["loc"] if isinstance(part, str | int))


def _told(fault: Mapping[str, Any]) -> str:
    return f"{'.'.join(map(str, _place(fault)))}: {str(fault['msg']).removeprefix('Value error, ')}"
