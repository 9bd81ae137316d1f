"""What can be wrong, told to people: what, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voicebot.masking import mask_secrets


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; passwords in URLs never get into it.

    Parameters
    ----------
    what
        What is wrong, in one sentence.
    cure
        What to do about it; may be empty where nothing can be done.
    file
        File or other source that it stands in, or ``None``.
    line, column
        1-based place in ``file``, or ``None`` where it has no place.
    """

    what: str
    cure: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __post_init__(self) -> None:
        for name in ("what", "cure", "file"):
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, mask_secrets(value))

    @property
    def where(self) -> str:
        """``file:line:column``, as much of it as is known."""
        parts = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return ":".join(parts)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.cure})" if self.cure else text


class VoicebotError(Exception):
    """Base of all errors that are shown to a person as they are; carries at least one problem."""

    def __init__(self, problems: Problem | Iterable[Problem] | str, *, cure: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem(problems, cure)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ConfigurationError(VoicebotError):
    """The configuration, or how a command was used, is wrong (exit code 2)."""


class LeadError(VoicebotError):
    """One lead cannot be called as it is, and a person has to look at it; all others can be called."""


class UnavailableError(VoicebotError):
    """Something outside this process (Asterisk, a model's source, a database) is not there."""


class RefusedError(UnavailableError):
    """What was asked (Asterisk, a service) is there and well, and answered that it will not or cannot do it."""


class UncertainError(VoicebotError):
    """An order was sent and no answer came: it may have been carried out."""
