"""What the commands on published versions share: which name and language a word means, and the user's name."""

from __future__ import annotations

import getpass
from pathlib import Path

from voicebot.dialogue.script.reading.finding import DEFAULT_LANGUAGE
from voicebot.errors import ConfigurationError
from voicebot.store.records import Publication
from voicebot.store.store import Store


def who() -> str:
    """Return the system's name of the user who runs this command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


async def published_under(store: Store, word: str, language: str = "") -> Publication | None:
    """Return the current version of the name that a word means, ``None`` if none was published.

    Parameters
    ----------
    word
        ``reminder`` or ``zh-CN/reminder``; a file is no name.
    language
        Where the word has none; empty: English, or else the only language in which the name was published.

    Raises
    ------
    ConfigurationError
        The name was published in several languages, and neither word nor ``language`` says which.
    """
    if is_file(word):
        return None
    before, _, name = word.rpartition("/")
    wanted = before or language
    current = [one for one in await store.publications(name) if one.current]
    for tried in (wanted,) if wanted else (DEFAULT_LANGUAGE,):
        for one in current:
            if one.language == tried:
                return one
    if wanted or not current:
        return None
    if len(current) > 1:
        names = " or ".join(f"{one.language}/{one.name}" for one in current)
        raise ConfigurationError(f"several languages have a published {name}", cure=f"name {names}")
    return current[0]


def is_file(word: str) -> bool:
    """Whether a word on the command line means a file rather than a name."""
    return Path(word).suffix.lower() in {".yaml", ".yml"} or Path(word).is_file()
