"""JSON Schema of persona files, for editors; made of the models that read them, as that of scripts is."""

from __future__ import annotations

import json
from typing import Any, Final

from voicebot.dialogue.script.reading.schema import any_outcome, describe, loose
from voicebot.rehearsal.persona import PARTS, Persona, PersonaLine

FILE: Final = "personas.schema.json"
"""Beside the schema of scripts; persona files name it in their first line."""


def schema() -> dict[str, Any]:
    """Return the schema of a persona file."""
    made = Persona.model_json_schema(mode="validation")
    describe(made, Persona)
    for model in PARTS.values():
        describe(made["$defs"][model.__name__], model)
    said = {"type": "string", "minLength": 1}
    for key in ("says", "behaviour", "never"):
        made["properties"][key].pop("default", None)
    made["properties"]["says"]["additionalProperties"] = {"anyOf": [said, {"type": "array", "items": said}]}
    for key in ("behaviour", "never"):
        one = made["properties"][key].pop("items")
        made["properties"][key].pop("type")
        made["properties"][key]["anyOf"] = [one, {"type": "array", "items": one}]
    line = made["$defs"][PersonaLine.__name__]["properties"]
    noises = line["noise"].pop("items")
    line["noise"].pop("type")
    line["noise"] |= {"anyOf": [{"enum": ["none", *noises["enum"]]}, {"type": "array", "items": noises}]}
    line["noise"]["default"] = "none"
    found: dict[str, Any] = loose(made)
    found["properties"]["expect"] |= {"properties": {"outcome": any_outcome()}, "required": ["outcome"]}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "voicebot persona", **found}


def schema_text() -> str:
    """Return the schema as it is shipped."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
