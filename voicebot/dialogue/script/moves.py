"""Where an answer leads and under which condition, as designers write it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from voicebot.dialogue.script.comparison import Comparison, parse
from voicebot.dialogue.script.words import Part, Say, Strings

_GUARD: Final = re.compile(r"^\s*([a-z][a-z0-9_]*)\s+(given|known|missing)\s*$")


class Guard(Part):
    """A condition: the state of one slot, or a comparison.

    Parameters
    ----------
    slot
        Which slot; for a comparison its canonical text ("amount < amount_due"), so that one mapping from names to
        states answers both (``conditions.states``).
    state
        ``given``: this utterance gave it a value that it did not have; ``known``: it has a value, new or old, or
        the comparison holds; ``missing``: it has none.
    """

    slot: str
    state: Literal["given", "known", "missing"]

    @property
    def comparison(self) -> Comparison | None:
        """The comparison, where it is one."""
        return parse(self.slot)

    @property
    def identifier(self) -> str:
        """What is looked at, as one word: the slot's name, or ``amount_below_amount_due``."""
        return self.comparison.identifier if self.comparison else self.slot

    def __str__(self) -> str:
        return self.slot if self.comparison else f"{self.slot} {self.state}"


def _as_guard(value: Any) -> Any:
    if isinstance(value, str):
        found = _GUARD.match(value)
        if found:
            return {"slot": found[1], "state": found[2]}
        comparison = parse(value)
        if comparison is None:
            raise ValueError(
                f"{value!r} is not a condition; write for example 'promise_date known' (given, known, missing) or "
                f"'amount < amount_due' (<, <=, >, >=, is, is not)"
            )
        return {"slot": str(comparison), "state": "known"}
    return value


class Move(Part):
    """Where an answer leads; exactly one of ``go``, ``end``, ``stay`` and ``hold``.

    Parameters
    ----------
    condition
        Written ``if``; a move without one is taken when no earlier one fits.
    go
        A step to go to (going to the step itself asks again).
    end
        An ending.
    stay
        Ask this step again; counts as a misunderstanding.
    hold
        Keep the answer and ask this step again; it is taken up once this step is passed.
    say
        Said first.
    forget
        Slots whose values are dropped.
    note
        Outcome that holds from here on if nothing better comes.
    right_party
        The callee has confirmed to be the person called.
    """

    condition: Annotated[Guard, BeforeValidator(_as_guard, json_schema_input_type=str | Guard)] | None = Field(
        None, alias="if"
    )
    go: str = ""
    end: str = ""
    stay: bool = False
    hold: bool = False
    say: Say | None = None
    forget: Strings = ()
    note: str = Field("", min_length=1)
    right_party: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Move:
        if sum(map(bool, (self.go, self.end, self.stay, self.hold))) != 1:
            raise ValueError("an answer leads one way: write exactly one of go, end, stay, hold")
        return self


def _as_move(value: Any) -> Any:
    return {"go": value} if isinstance(value, str) else value


def _as_moves(value: Any) -> Any:
    if isinstance(value, str | dict):
        value = [value]
    return [_as_move(one) for one in value] if isinstance(value, list) else value


OneMove = Annotated[Move, BeforeValidator(_as_move, json_schema_input_type=str | Move)]
Moves = Annotated[
    tuple[Move, ...],
    BeforeValidator(_as_moves, json_schema_input_type=str | Move | list[str | Move]),
    Field(min_length=1),
]
