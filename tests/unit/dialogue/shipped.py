"""Shipped scripts and their local policies, loaded once per process: tests share them and must not change them."""

from __future__ import annotations

from functools import cache

from tests.unit.dialogue.making import SHIPPED
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.understanding.local import LocalPolicy


@cache
def script_of(name: str) -> Script:
    """Return a shipped script by its language and name, like ``en-US/reminder``."""
    return load_script(SHIPPED / f"{name}.yaml")


@cache
def policy_of(name: str) -> LocalPolicy:
    """Return its local policy, which takes seconds to load."""
    return LocalPolicy(script_of(name))
