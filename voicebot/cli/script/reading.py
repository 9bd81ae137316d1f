"""The script that a word on the command line means: published, shipped, a file, or a stored version by its hash."""

from __future__ import annotations

import re
from typing import Final

import typer

from voicebot.cli.script.published import is_file, published_under
from voicebot.cli.stores import with_store
from voicebot.config import Config, load_config
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import read_pinned
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.variants import arms
from voicebot.errors import ConfigurationError, VoicebotError
from voicebot.store.records import ScriptVersion
from voicebot.store.store import Store

SCRIPT_HELP: Final = "A published or shipped script, a file, or the hash of a stored version."
SHIPPED: Final = "shipped:"
"""Before a name: the shipped script, whatever was published under it."""
_HASH: Final = re.compile(r"^[0-9a-f]{7,64}$")


def read_script(context: typer.Context, word: str, language: str = "") -> Script:
    """Read a script.

    Parameters
    ----------
    word
        A name: the version published under it or else the shipped script, as a new campaign would take it;
        ``shipped:`` and a name; a file; or the first 7 or more digits of a stored version's hash.

    Raises
    ------
    ConfigurationError
        There is none, or it is not a script.
    """
    if word.startswith(SHIPPED):
        return load_script(find_script(word.removeprefix(SHIPPED), language))
    if not _HASH.match(word):
        return _published(context, word, language) or load_script(find_script(word, language))

    async def work(store: Store, _config: Config) -> ScriptVersion:
        return await store.version(word)

    found = with_store(context, work)
    return read_pinned(found.text, found.hash)


def _published(context: typer.Context, word: str, language: str) -> Script | None:
    """Return the published version of a name; ``None`` if there is none, or no database can be reached."""
    if is_file(word):
        return None

    async def work(store: Store, _config: Config) -> ScriptVersion | None:
        found = await published_under(store, word, language)
        return None if found is None else await store.version(found.hash)

    load_config(context.obj)  # a wrong configuration is an error; a missing database is not
    try:
        found = with_store(context, work)
    except VoicebotError:
        return None
    return None if found is None else read_pinned(found.text, found.hash)


def pick_arm(script: Script, variant: str) -> Script:
    """Return the variant of this name, or the script itself if no name is given and it has no variants.

    Raises
    ------
    ConfigurationError
        There is no such variant, or the script has variants and none was named.
    """
    known = arms(script)
    if variant in known:
        return known[variant]
    names = ", ".join(name for name in known if name)
    if variant:
        raise ConfigurationError(f"there is no variant {variant}", cure=f"name {names}" if names else "there is none")
    raise ConfigurationError("this script has variants", cure=f"name one with --variant: {names}")


def described(script: Script) -> str:
    """Return what a script is called in messages: "reminder (en-US, 96568447813f)"."""
    return f"{script.script} ({script.language}, {script.content_hash[:12]})"


def check_hash(word: str) -> str:
    """Return the first digits of a version's hash; raises ConfigurationError for anything else."""
    if not _HASH.match(word):
        raise ConfigurationError(
            f"{word!r} is not a version",
            cure="give the first 7 or more digits of a hash; see: voicebot script versions",
        )
    return word
