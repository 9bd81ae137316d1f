"""JSON Schema of script files, for editors: what a YAML file may hold, short forms and shared parts included.

Made of the models that the loader uses, with their docstrings as descriptions, so that the two cannot differ. The
schema never refuses what the loader takes: a script's parts may come from included files, quotes are a matter of
taste, and names are the loader's to check.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from voicebot import languages
from voicebot.dialogue.script import model as script
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.load import ABOUT, SHARED_SECTIONS
from voicebot.dialogue.script.variants import CHANGEABLE
from voicebot.dialogue.script.vocabulary import COUNTED_AS, INTENTS, OUTCOMES

FILE: Final = "script.schema.json"
"""Beside the languages' folders; every shipped file names it in its first line."""

_ANY_SCALAR: Final = ["string", "number", "boolean"]
_WHOLE: Final = r"^\s*[+-]?[0-9_]+(\.0*)?\s*$"
_BOOLEAN: Final[Mapping[str, Any]] = {
    "anyOf": [
        {"type": "boolean"},
        {"enum": [0, 1]},
        {
            "type": "string",
            "pattern": "^([Yy]([Ee][Ss])?|[Nn][Oo]?|[Oo][Nn]|[Oo][Ff][Ff]|[Tt]([Rr][Uu][Ee])?|[Ff]([Aa][Ll][Ss][Ee])?|0|1)$",  # noqa: E501
        },
    ]
}


def schema() -> dict[str, Any]:
    """Return the schema of a file: a script, or a part that scripts include."""
    made = Script.model_json_schema(mode="validation")
    describe(made, Script)
    for name, part in made["$defs"].items():
        describe(part, getattr(script, name))
    whole = made.pop("required")
    for name in ("Reprompts", "Machine"):  # a script may write a part of these and include the rest
        made["$defs"][name].pop("required", None)
    found: dict[str, Any] = loose(made)
    _complete(found)
    shared = [name for name in whole if name in SHARED_SECTIONS]
    own = [name for name in whole if name not in SHARED_SECTIONS]
    parts = dict.fromkeys((*SHARED_SECTIONS, *ABOUT), True)
    found["properties"]["parameters"] = {
        "description": "In a shared part: names that the including script fills in with `with`; written `$name`.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "voicebot script",
        **found,
        "if": {"required": ["script"]},
        "then": {
            "properties": {"parameters": False},
            "required": own,
            "anyOf": [{"required": ["include"]}, {"required": shared}],
        },
        "else": {"properties": {**parts, "script": False}, "additionalProperties": False},
    }


def schema_text() -> str:
    """Return the schema as it is shipped."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def reference_in(first_line: str) -> str:
    """Return where a file's first line says that its schema is, as editors read it; empty where it says nothing."""
    found = re.match(r"#\s*yaml-language-server:\s*\$schema=(\S+)", first_line)
    return found[1] if found else ""


def documented(model: type[BaseModel]) -> dict[str, str]:
    """Return what a model's docstring says of its fields, by their names in YAML."""
    text = inspect.cleandoc(model.__doc__ or "")
    _, _, fields = text.partition("Parameters\n----------\n")
    found: dict[str, str] = {}
    for names, body in re.findall(r"^(\w[\w, ]*)\n((?:    .*(?:\n|$)|\n(?=    ))+)", fields, re.MULTILINE):
        for name in names.split(","):
            field = model.model_fields.get(name.strip())
            key = (field.alias if field and field.alias else name.strip()) if field else name.strip()
            found[key] = " ".join(body.replace("``", "`").split())
    return found


def describe(part: dict[str, Any], model: type[BaseModel]) -> None:
    """Put what a model's docstring says into its schema."""
    told = documented(model)
    summary = inspect.cleandoc(model.__doc__ or "").partition("\n\n")[0]
    part["description"] = " ".join(summary.replace("``", "`").split())
    for name, field in part["properties"].items():
        if name in told:
            field["description"] = told[name]
            if "$ref" in field:  # beside a reference, draft 7 sees nothing else
                field["allOf"] = [{"$ref": field.pop("$ref")}]


def any_outcome() -> dict[str, Any]:
    """Return the schema of an outcome: one of the shared, which editors offer, or one of a script's own."""
    return {"anyOf": [{"enum": sorted(OUTCOMES)}, {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}]}


def loose(node: Any) -> Any:
    """Take every scalar as YAML gives it: the loader reads them all as text first."""
    if isinstance(node, list):
        return [loose(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {key: loose(value) for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    if found.get("default", 0) in (None, "", [], {}):
        del found["default"]
    kind = found.get("type")
    if kind == "string" and "enum" not in found:
        found["type"] = _ANY_SCALAR
    elif kind == "integer":
        found |= {"type": ["integer", "string"], "pattern": _WHOLE}
    elif kind == "number":
        found["type"] = ["number", "string"]
    elif kind == "boolean":
        del found["type"]
        found |= _BOOLEAN
    if isinstance(found.get("patternProperties"), dict):
        found["additionalProperties"] = False
    return found


def _complete(found: dict[str, Any]) -> None:
    """Let editors offer the words that all scripts share."""
    parts, top = found["$defs"], found["properties"]
    top["language"]["enum"] = list(languages.tags())
    for holder, key in ((parts["EndingPart"], "outcome"), (parts["Move"], "note")):
        holder["properties"][key] = {
            **any_outcome(),
            **({"description": text} if (text := holder["properties"][key].get("description")) else {}),
        }
    ((pattern, _),) = top["outcomes"]["patternProperties"].items()
    top["outcomes"]["patternProperties"] = {pattern: {"enum": sorted(COUNTED_AS)}}
    known = sorted(INTENTS)
    for section in (top["always"], top["digressions"], top["intents"]):
        ((pattern, inside),) = section["patternProperties"].items()
        if "$ref" not in inside:
            parts["Moves"], inside = inside, {"$ref": "#/$defs/Moves"}
        section["properties"] = dict.fromkeys(known, inside)
        section["patternProperties"] = {pattern: inside}
    for name, kind in (("answers", "Moves"), ("examples", "Strings")):
        section = parts["Step"]["properties"][name]
        parts[kind], section["additionalProperties"] = section["additionalProperties"], {"$ref": f"#/$defs/{kind}"}
        section["properties"] = dict.fromkeys(known, section["additionalProperties"])
    top["variants"]["patternProperties"] = dict.fromkeys(top["variants"]["patternProperties"], parts["VariantPart"])
    changes = parts.pop("VariantPart")["properties"]["changes"]
    changes |= {"properties": dict.fromkeys(CHANGEABLE, True), "additionalProperties": False}
    parts["Move"]["anyOf"] = [{"required": [way]} for way in ("go", "end", "stay", "hold")]
