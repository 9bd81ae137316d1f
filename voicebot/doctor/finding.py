"""What a check says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from voicebot.config import Config
from voicebot.errors import Problem
from voicebot.masking import mask_secrets

State = Literal["fine", "note", "unknown", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; passwords in URLs never get into it.

    Parameters
    ----------
    check
        Which check.
    state
        ``fine``; ``note``, works but worth knowing; ``unknown``, cannot be determined from here; ``broken``.
    what, cure, where
        As in a ``Problem``.
    """

    check: str
    state: State
    what: str
    cure: str = ""
    where: str = ""

    def __post_init__(self) -> None:
        for name in ("what", "cure", "where"):
            object.__setattr__(self, name, mask_secrets(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Subject:
    """What is examined.

    Parameters
    ----------
    config
        Of this installation; defaults if it cannot be read.
    file
        The file that it was read from; ``None`` if there is none.
    """

    config: Config
    file: Path | None = None


def of_problems(check: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    """Return problems as findings."""
    for problem in problems:
        yield Finding(check, "broken", problem.what, problem.cure, problem.where)
