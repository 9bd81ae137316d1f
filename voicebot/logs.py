"""Structured logs, with attempt and campaign ids on every line and people's data masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_PERSONAL = frozenset({"name", "lead_name", "company_contact", "phone", "number", "dialled"})
_NUMBER = re.compile(r"\+?\d{7,15}")


def mask_number(number: str) -> str:
    """Return ``number`` with all but its last two digits masked."""
    return "*" * max(0, len(number) - 2) + number[-2:]


def mask_name(name: str) -> str:
    """Return the initials of ``name``."""
    return " ".join(part[0] + "." for part in name.split() if part)


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if not isinstance(value, str):
            continue
        if key in {"name", "lead_name"}:
            event[key] = mask_name(value)
        elif key in _PERSONAL:
            event[key] = mask_number(value)
        elif key not in {"attempt", "campaign", "timestamp"}:
            event[key] = _NUMBER.sub(lambda found: mask_number(found.group()), value)
    return event


def set_up(*, form: Literal["json", "text"] = "json", level: str = "INFO") -> None:
    """Send all logs to standard error.

    Parameters
    ----------
    form
        ``json``, one object a line, or ``text`` for people.
    level
        Name of the lowest level that is shown.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            _mask,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(**values: Any) -> Any:
    """Return a logger with ``values`` on each of its lines."""
    return structlog.get_logger(**values)
