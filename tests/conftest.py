"""What holds for every test, whatever it tries."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from voicebot import logs


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    """A command that a test runs in this process sets up logging; the next test starts from the defaults again."""
    root = logging.getLogger()
    handlers, raising = list(root.handlers), logging.raiseExceptions
    yield
    logs._wanted.clear()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    logging.raiseExceptions = raising
