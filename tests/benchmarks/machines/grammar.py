"""What is said when a call is picked up: made of parts by a seed, in two halves that share no sentence. Pure.

A half is dealt by turns: the first, third, fifth sentence of a part belongs to one, the others to the other, and so
do the words that are filled in. What was looked at while a rule was written can so be kept from what is reported on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final[Mapping[str, str]] = {"en-US": "en", "zh-CN": "zh"}
HALVES: Final = 2
_BLANK: Final = re.compile(r"\{(\w+)\}")
_TRIES: Final = 400
_WAITS: Final = ("again", "who")
"""Parts before which somebody waits for an answer."""

After = Literal["nothing", "beep", "ringing", "music"]


class Kind(BaseModel):
    """One kind of what picks up.

    Parameters
    ----------
    truth
        What it has to be taken for (``Verdict``).
    voice
        Who speaks.
    before, after
        What sounds before the first word (an information tone, sometimes) and after the last.
    wait
        Seconds of silence before the first word; ``None``: as usual.
    room
        There is always something behind the person.
    shapes
        Names of parts in order; ``!`` after the one that decides.
    parts
        The sentences of each.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    truth: Literal["person", "voicemail", "screener", "switchboard", "announcement", "silence"]
    voice: Literal["person", "machine"]
    after: After
    before: Literal["nothing", "sit"] = "nothing"
    wait: tuple[float, float] | None = None
    room: bool = False
    shapes: tuple[str, ...] = Field(min_length=1)
    parts: Mapping[str, Annotated[tuple[str, ...], Field(min_length=HALVES)]]

    @model_validator(mode="after")
    def _known_parts(self) -> Kind:
        unknown = {part.rstrip("!") for shape in self.shapes for part in shape.split()} - set(self.parts)
        if unknown:
            raise ValueError(f"there is no part {', '.join(sorted(unknown))}")
        return self


class Grammar(BaseModel):
    """All of one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fill: Mapping[str, Annotated[tuple[str, ...], Field(min_length=HALVES)]]
    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Text:
    """What one of them says.

    Parameters
    ----------
    kind
        Name of the kind.
    sentences
        In order.
    decides
        Place of the sentence after which it can be known what picked up.
    waits
        Places of sentences before which an answer is waited for.
    """

    kind: str
    sentences: tuple[str, ...]
    decides: int
    waits: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return " ".join(self.sentences)


@lru_cache
def grammar_of(language: str) -> Grammar:
    """Return the grammar of a language (``LANGUAGES``)."""
    return Grammar.model_validate(yaml.safe_load((FOLDER / f"{LANGUAGES[language]}.yaml").read_text(encoding="utf-8")))


def half(sentences: Sequence[str], number: int) -> Sequence[str]:
    """Return one half of sentences or words."""
    return sentences[number % HALVES :: HALVES]


def patterns(kind: Kind, number: int) -> int:
    """Return how many sequences of sentences a half of a kind has, blanks left open."""
    return sum(math.prod(len(half(kind.parts[part.rstrip("!")], number)) for part in shape.split())
               for shape in set(kind.shapes))  # fmt: skip


def texts(language: str, kind: str, number: int, draw: np.random.Generator) -> Iterator[Text]:
    """Yield different texts of a kind without end; the same again only where there are no more.

    Parameters
    ----------
    number
        Of the half.
    draw
        Which ones, in which order.
    """
    grammar = grammar_of(language)
    seen: set[str] = set()
    while True:
        for _ in range(_TRIES):
            text = _drawn(grammar, kind, number, draw)
            if str(text) not in seen:
                break
        seen.add(str(text))
        yield text


def _drawn(grammar: Grammar, name: str, number: int, draw: np.random.Generator) -> Text:
    kind = grammar.kinds[name]
    parts = str(draw.choice(np.array(kind.shapes))).split()
    marked = [place for place, part in enumerate(parts) if part.endswith("!")]
    names = [part.rstrip("!") for part in parts]
    sentences: list[str] = []
    filled: set[str] = set()
    for part in names:
        options = [one for one in half(kind.parts[part], number) if one not in sentences] or kind.parts[part]
        template = options[int(draw.integers(len(options)))]
        sentences.append(_filled(template, grammar, number, draw, filled))
    waits = frozenset(place for place, part in enumerate(names) if place and part in _WAITS)
    return Text(name, tuple(sentences), marked[0] if marked else len(parts) - 1, waits)


def _filled(template: str, grammar: Grammar, number: int, draw: np.random.Generator, used: set[str]) -> str:
    """Fill in the blanks; keys and departments of one menu differ."""

    def word(blank: re.Match[str]) -> str:
        every = half(grammar.fill[blank[1]], number)
        fresh = [one for one in every if one not in used] or list(every)
        chosen = fresh[int(draw.integers(len(fresh)))]
        if blank[1] in ("number", "department"):
            used.add(chosen)
        return chosen

    return _BLANK.sub(word, template)
