"""The policy while a script is tried out: the local one or Rasa, started and stopped here."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from voicebot.cli.training import train_missing
from voicebot.config import DialogueSection, RasaSection
from voicebot.dialogue.policies import Policies
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.understanding.policy import Policy
from voicebot.errors import ConfigurationError


def dialogue_section(policy: str) -> DialogueSection:
    """Return the chooser for the policy of this name.

    Raises
    ------
    ConfigurationError
        There is no such policy.
    """
    if policy not in {"local", "rasa"}:
        raise ConfigurationError(f"there is no policy {policy!r}", cure="name one of: local, rasa")
    return DialogueSection(policy="rasa" if policy == "rasa" else "local")


def made_ready(policy: str, path: Path, section: RasaSection) -> DialogueSection:
    """Choose a policy, and train its model if necessary."""
    dialogue = dialogue_section(policy)
    if policy == "rasa":
        train_missing([path], section)
    return dialogue


@contextlib.asynccontextmanager
async def deciding(script: Script, dialogue: DialogueSection, section: RasaSection) -> AsyncIterator[Policy]:
    """Provide the policy for a script; its processes are stopped afterwards."""
    policies = Policies(dialogue, section)
    try:
        yield await policies.of(script)
    finally:
        await policies.close()
