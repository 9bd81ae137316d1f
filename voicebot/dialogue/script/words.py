"""Something to say, as designers write it; what every part of a script is made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")


class Part(BaseModel):
    """A part of a script; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def placeholders(template: str) -> tuple[str, ...]:
    """Names in braces, in order: ``("name",)`` for "Am I speaking with {name}?"."""
    return tuple(found.strip() for found in _PLACEHOLDER.findall(template))


def filled(template: str, value: Callable[[str], str | None]) -> str:
    """Put values in the place of names; what stands in square brackets is said only where all its names have one.

    Parameters
    ----------
    value
        Gives the words for a name, ``None`` where it has no value; such a name is left out.
    """

    def either(found: re.Match[str]) -> str:
        return found[1] if all(value(name) is not None for name in placeholders(found[1])) else ""

    whole = _OPTIONAL.sub(either, template)
    return " ".join(_PLACEHOLDER.sub(lambda found: value(found[1].strip()) or "", whole).split())


def always_named(template: str) -> tuple[str, ...]:
    """Return the names in braces that a line cannot do without: those outside square brackets."""
    return placeholders(_OPTIONAL.sub(" ", template))


def without_placeholders(template: str) -> str:
    """Return a line without the names in braces."""
    return _PLACEHOLDER.sub(" ", template)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Strings = Annotated[tuple[str, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]


class Words(Part):
    """Something to say, one or more lines of at most two sentences.

    Parameters
    ----------
    text
        Said once the right party is confirmed, and before that too where ``before_identity`` is not written.
    before_identity
        Said instead while nobody knows who is on the line: no word of the debt.
    unrecorded
        Said instead in a call that is not recorded, where the words say that it is; an empty list: nothing.
    uninterruptible
        Played to its end whatever is said meanwhile.
    disclosure
        Name of the disclosure that these words make.
    speed
        How fast they are spoken, where it differs from the script's.
    """

    text: Strings = Field(min_length=1)
    before_identity: Strings | None = None
    unrecorded: Strings | None = None
    uninterruptible: bool = False
    disclosure: str = ""
    speed: float | None = Field(None, ge=0.5, le=2)

    @property
    def templates(self) -> tuple[str, ...]:
        """All lines, whenever they are said."""
        return tuple(template for _, templates in self.forms for template in templates)

    @property
    def forms(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """All that is said at different times: the field (empty for ``text``) and its lines."""
        return (
            ("", self.text),
            ("before_identity", self.before_identity or ()),
            ("unrecorded", self.unrecorded or ()),
        )


def _as_words(value: Any) -> Any:
    return {"text": value} if isinstance(value, str | list) else value


def _as_several(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


Say = Annotated[Words, BeforeValidator(_as_words, json_schema_input_type=str | list[str] | Words)]
Escalation = Annotated[tuple[Say, ...], BeforeValidator(_as_several, json_schema_input_type=Say | list[Say])]
