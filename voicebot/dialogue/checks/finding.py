"""What a check finds: what is wrong, where, what to do, and how a conversation gets there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from voicebot.dialogue.script.parts import Where
from voicebot.dialogue.script.reading.marked_yaml import Place
from voicebot.errors import Problem

Severity = Literal["fault", "warning"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a counter-example, as a script designer reads it.

    Parameters
    ----------
    step
        Where the person answers; empty before the first answer.
    heard
        Intent of the answer, or the engine's own (``no_input`` …); empty for the opening.
    example
        Words that mean it, where the script has some.
    values
        Slot → value that the answer brings, as the bot would say it.
    also
        Other intents in the same breath.
    guard
        Condition that decided, for example ``promise_date known``.
    target
        Where that leads: ``go:STEP``, ``end:ENDING``, ``retry:no_match`` …
    says
        What the bot then says.
    withheld
        Lines of the script that the bot then leaves out: they mention the debt, and nobody knows who is listening.
    """

    step: str
    heard: str
    example: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    guard: str = ""
    target: str = ""
    says: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has found.

    Parameters
    ----------
    id
        Kind, for example ``debt-before-identity``.
    severity
        ``fault``: the script must not be used so; ``warning``: somebody should look at it.
    path
        Where in the script: keys and indexes.
    what, cure
        What is wrong, and what to do about it.
    turns
        A shortest conversation that shows it; empty where none is needed.
    place
        File, line and column of ``path``, where known.
    family
        Name of the family of checks that found it.
    """

    id: str
    severity: Severity
    path: Where
    what: str
    cure: str = ""
    turns: tuple[Turn, ...] = ()
    place: Place | None = None
    family: str = ""

    @property
    def problem(self) -> Problem:
        """The same as a problem that can be shown."""
        if self.place is None:
            return Problem(f"{'.'.join(map(str, self.path))}: {self.what}", self.cure)
        return Problem(self.what, self.cure, self.place.file, self.place.line, self.place.column)
