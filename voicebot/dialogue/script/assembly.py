"""What a script is assembled from, as designers write it: shared parts, and variants tried against each other."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from voicebot.dialogue.script.words import Part


class IncludePart(Part):
    """A shared part, where it needs more than its name.

    Parameters
    ----------
    file
        A file beside this one, named without its ending.
    prefix
        Put before the names of its steps and slots ("second" makes ``second_when`` of ``when``), so that it can be
        included twice.
    given
        Written ``with``: a name for each of the part's ``parameters``, where its conversation goes on.
    """

    file: str
    prefix: str = Field("", pattern=r"^([a-z][a-z0-9_]{0,19})?$")
    given: dict[str, str] = Field({}, alias="with")


class VariantPart(Part):
    """A variant of the script, tried against the others.

    Parameters
    ----------
    weight
        How many of all leads get it, as a share of the sum of all weights.
    changes
        What differs, written as in the script itself. Lines and moves are replaced whole, the rest key by key.
    """

    weight: int = Field(1, ge=0, le=1000)
    changes: dict[str, Any] = {}


def _as_includes(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


Includes = Annotated[
    tuple[str | IncludePart, ...],
    BeforeValidator(_as_includes, json_schema_input_type=str | IncludePart | list[str | IncludePart]),
]
