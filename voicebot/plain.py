"""Any value as plain JSON: dates in ISO form, amounts as text, data classes as objects."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import date, time
from enum import Enum
from typing import Any, Final

_DEEPEST: Final = 50
"""What is nested deeper than this refers to itself, or is of no use to anybody."""


def plain(value: Any, _depth: int = 0) -> Any:
    """Return what ``json`` can write without help; never fails.

    Parameters
    ----------
    value
        Anything. Numbers that JSON lacks (infinities) become text, as does whatever is unknown here.
    """
    if isinstance(value, Enum):
        return plain(value.value, _depth)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if _depth > _DEEPEST:
        return repr(type(value))
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item, _depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, _depth + 1) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), _depth + 1) for field in dataclasses.fields(value)}
    return str(value)


def to_json(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """Return a value as JSON; never fails: a record must not be lost for an odd value in it.

    Parameters
    ----------
    indent
        Spaces a level; ``None``: all on one line.
    ascii_only
        Everything beyond ASCII escaped: half a surrogate pair, too, then goes through any encoding.
    """
    try:
        return json.dumps(value, ensure_ascii=ascii_only, indent=indent, default=plain, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        return json.dumps(plain(value), ensure_ascii=ascii_only, indent=indent)
