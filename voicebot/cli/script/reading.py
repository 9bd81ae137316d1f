"""The script that a word on the command line means: shipped, a file, or a stored version by its hash."""

from __future__ import annotations

import re
from typing import Final

import typer

from voicebot.cli.script.finding import find_script
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import read_pinned
from voicebot.dialogue.script.reading.load import load_script
from voicebot.errors import ConfigurationError
from voicebot.store.records import ScriptVersion
from voicebot.store.store import Store

_HASH: Final = re.compile(r"^[0-9a-f]{7,64}$")


def read_script(context: typer.Context, word: str, language: str = "") -> Script:
    """Read a script.

    Parameters
    ----------
    word
        A shipped script's name, a file, or the first 7 or more digits of a stored version's hash.

    Raises
    ------
    ConfigurationError
        There is none, or what is there is no script.
    """
    if not _HASH.match(word):
        return load_script(find_script(word, language))

    async def work(store: Store, _config: Config) -> ScriptVersion:
        return await store.version(word)

    found = with_store(context, work)
    return read_pinned(found.text, found.hash)


def told(script: Script) -> str:
    """Return what a script is called in messages: "reminder (en-US, 96568447813f)"."""
    return f"{script.script} ({script.language}, {script.content_hash[:12]})"


def check_hash(word: str) -> str:
    """Return the first digits of a version's hash; raises ConfigurationError where it is none."""
    if not _HASH.match(word):
        raise ConfigurationError(
            f"{word!r} is no version", cure="give the first 7 or more digits of a hash; see: voicebot script versions"
        )
    return word
