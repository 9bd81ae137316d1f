"""Variants of a script, tried against each other: what they are, and which one a lead gets. Pure.

A variant is the script with some things changed, and it is a whole script: checked, drawn and kept under a content
hash of its own. Lines and moves are replaced whole; everything else is merged key by key. A script that has variants
is never spoken itself; one without changes (``plain: {}``) stands for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from voicebot.dialogue.script.kept import once
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import pinned_text, text_hash

CHANGEABLE: Final = (
    "start", "opening", "slots", "disclosures", "steps", "always", "digressions", "endings", "reprompts", "exhausted",
    "limits", "voicemail", "screener", "transfer", "thresholds", "voice", "speed",
)  # fmt: skip
"""What a variant may change."""

_WHOLE: Final = frozenset({"say", "again", "opening", "exhausted", "failed", "past", "too_far", "out_of_range"})
"""Keys whose values are lines or moves."""


@once
def arms(script: Script) -> Mapping[str, Script]:
    """Return every script that calls are made by: the variants by name, or the script itself under an empty name."""
    return {name: _variant(script, name) for name in script.variants} or {"": script}


def chosen(script: Script, who: str) -> str:
    """Return the name of the variant that somebody gets, always the same one; empty where there are none.

    Parameters
    ----------
    who
        What identifies a person and does not change: the lead's reference, or the phone number.
    """
    total = sum(part.weight for part in script.variants.values())
    if not total:
        return ""
    digest = hashlib.sha256(f"{script.script}\0{who}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") % total
    for name, part in script.variants.items():
        place -= part.weight
        if place < 0:
            return name
    raise AssertionError("a place below the total is some variant's")


def overlaid(base: Any, changes: Any, path: tuple[str, ...] = ()) -> Any:
    """Return a script's data with a variant's changes in it; neither is touched.

    Parameters
    ----------
    path
        Where ``base`` stands in the script.
    """
    whole = bool(path) and (path[-1] in _WHOLE or path[-2:-1] == ("answers",) or path[:-1] == ("always",))
    if whole or not isinstance(base, Mapping) or not isinstance(changes, Mapping):
        return changes
    merged = dict(base)
    for key, value in changes.items():
        merged[key] = overlaid(base[key], value, (*path, key)) if key in base else value
    return merged


def _variant(script: Script, name: str) -> Script:
    base = script.model_dump(mode="json", by_alias=True, exclude={"include", "variants"}, exclude_defaults=True)
    made = Script.model_validate(overlaid(base, script.variants[name].changes))
    return named(made, name, script.source)


def named(script: Script, variant: str, source: str) -> Script:
    """Record a newly read script's hash, the name of its variant, and its file."""
    script._content_hash = text_hash(pinned_text(script))
    script._variant = variant
    script._source = source
    return script
