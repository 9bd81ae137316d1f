"""A script as one text that never changes: what a campaign pins, and what its calls are made with."""

from __future__ import annotations

import hashlib
import json

from voicebot.dialogue.script.model import Script
from voicebot.errors import ConfigurationError, Problem


def pinned_text(script: Script) -> str:
    """Return everything a script says, shared parts included, in one canonical form."""
    content = script.model_dump(mode="json", by_alias=True, exclude={"include"}, exclude_defaults=True)
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def text_hash(text: str) -> str:
    """SHA-256 of a pinned text, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_pinned(text: str, expected_hash: str) -> Script:
    """Read a pinned script.

    Raises
    ------
    ConfigurationError
        The text is not the one that was pinned, or this version of voicebot cannot read it.
    """
    if text_hash(text) != expected_hash:
        raise ConfigurationError(
            Problem("the stored script is not the one that was pinned", "create the campaign again")
        )
    try:
        script = Script.model_validate_json(text)
    except ValueError as error:
        raise ConfigurationError(
            Problem(
                f"a script pinned by another version of voicebot cannot be read: {error}", "create the campaign again"
            )
        ) from error
    script._content_hash = expected_hash
    return script
