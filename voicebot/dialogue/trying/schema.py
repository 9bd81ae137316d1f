"""JSON Schema of conversation files, for editors; made of the models that read them, as that of scripts is."""

from __future__ import annotations

import json
from typing import Any, Final

from voicebot.dialogue.script.reading.schema import any_outcome, describe, loose
from voicebot.dialogue.trying import files

FILE: Final = "conversations.schema.json"
"""Beside the languages' folders of the shipped scripts; conversation files name it in their first line."""


def schema() -> dict[str, Any]:
    """Return the schema of a conversation file."""
    made = files.ConversationFile.model_json_schema(mode="validation")
    describe(made, files.ConversationFile)
    for name, part in made["$defs"].items():
        describe(part, getattr(files, name))
    found: dict[str, Any] = loose(made)
    outcome = found["$defs"]["Expectation"]["properties"]["outcome"]
    found["$defs"]["Expectation"]["properties"]["outcome"] = {
        **any_outcome(),
        "description": outcome["description"],
    }
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "voicebot conversations", **found}


def schema_text() -> str:
    """Return the schema as it is shipped."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
