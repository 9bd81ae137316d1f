"""What applies to every test."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from voicebot import logs


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    """Undo the logging set-up of a command that a test ran in this process."""
    root = logging.getLogger()
    handlers, raising = list(root.handlers), logging.raiseExceptions
    yield
    logs._wanted.clear()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    logging.raiseExceptions = raising
