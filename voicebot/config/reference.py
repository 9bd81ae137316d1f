"""``docs/reference/voicebot-toml.md``, written from the models.

``python -m voicebot.config.reference`` writes it; a test holds it to the models.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import types
from pathlib import Path
from typing import Any, Final

import voicebot.config
from voicebot.config import Config

FILE: Final = Path("docs/reference/voicebot-toml.md")

_HEAD: Final = """\
# voicebot.toml

Written from the program by `python -m voicebot.config.reference`; change the models in `voicebot/config`, not this
page.

voicebot reads `voicebot.toml` in the working directory, or the file that `--config` names. Without one, every setting
has the default that stands here. A mistake is told with its line, its column and what was probably meant. Relative
paths start at the working directory.

## Secrets

The AMI secret and a database's URL with a password need not stand in `voicebot.toml`. The first of these that is there
counts; the environment only fills in what the file leaves open:

| | `asterisk.ami_secret` | `database.url` |
|---|---|---|
| `voicebot.toml` itself | `asterisk.ami_secret` | `database.url` |
| a file that holds nothing else | `asterisk.ami_secret_file` | `database.url_file` |
| environment variable | `VOICEBOT_AMI_SECRET` | `VOICEBOT_DATABASE_URL` |
| systemd's `LoadCredential=` | `ami_secret` | `database_url` |

Every command warns of a file with a secret that everybody on the machine may read; for `voicebot doctor` it is broken
(`chmod 640`).
"""


def render() -> str:
    """Return the page."""
    schema = Config.model_json_schema()
    described = _descriptions()
    parts = [_HEAD, "\n## Before any section\n", _table(schema, "Config", schema, described)]
    for name, field in schema["properties"].items():
        target = _section_of(field)
        if target is None:
            continue
        section = schema["$defs"][target]
        header = f"[{name}.NAME]" if _named(field) else f"[{name}]"
        parts.append(f"\n## {header}\n\n{_paragraph(section.get('description', ''))}\n")
        parts.append(_table(section, target, schema, described))
    return "".join(parts)


def _table(section: dict[str, Any], model: str, schema: dict[str, Any], described: dict[tuple[str, str], str]) -> str:
    lines = ["\n| setting | what it may be | default | meaning |\n|---|---|---|---|\n"]
    for name, field in section["properties"].items():
        if _section_of(field) is not None:
            continue
        default = "required" if name in section.get("required", []) else f"`{_shown(field.get('default'))}`"
        meaning = described.get((model, name), "")
        cells = (f"`{name}`", _kind(field, schema), default, meaning)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return "".join(lines)


def _section_of(field: dict[str, Any]) -> str | None:
    """Return the model behind a field that is a section, or a section for each name."""
    for place in (field, *_named(field)):
        if isinstance(place, dict) and "$ref" in place:
            return str(place["$ref"]).rpartition("/")[2]
    return None


def _named(field: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what stands under each name of a field that has names of the user's choosing."""
    found = [field.get("additionalProperties"), *field.get("patternProperties", {}).values()]
    return [one for one in found if isinstance(one, dict)]


def _kind(field: dict[str, Any], schema: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(one, schema) for one in field["anyOf"] if one.get("type") != "null")
    if "enum" in field:
        return ", ".join(f"`{one}`" for one in field["enum"])
    kind = field.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(field['items'], schema)}"
    if kind == "object":
        return f"name = {_kind(_named(field)[0], schema)}"
    word = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}[kind]
    if field.get("format") == "path":
        word = "path"
    limits = [
        f"{sign} {field[limit]:g}"
        for limit, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
        if limit in field
    ]
    if "pattern" in field:
        limits.append(f"like `{field['pattern']}`")
    return f"{word} {', '.join(limits)}".rstrip()


def _shown(value: object) -> str:
    """Return a default as TOML has it."""
    if value is None or value == "":
        return '""' if value == "" else "none"
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(name)} = {_shown(one)}" for name, one in value.items())
        return "{" + (f" {inner} " if inner else "") + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(one) for one in value) + "]"
    if isinstance(value, str):
        return f"'{value}'" if "\\" in value else f'"{value}"'
    return json.dumps(value)


def _paragraph(text: str) -> str:
    return " ".join(inspect.cleandoc(text).split())


def _descriptions() -> dict[tuple[str, str], str]:
    """Return model and field -> the string that stands below the field in the source."""
    module: types.ModuleType = voicebot.config
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    found = {}
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for field, below in zip(owner.body, owner.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                found[owner.name, field.target.id] = _paragraph(below.value.value)
    return found


def main() -> None:
    """Write the page, below the working directory."""
    FILE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{FILE}\n")


if __name__ == "__main__":
    main()
