"""``voicebot script new``: a folder with a script of one's own, copied from a shipped one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Annotated, Final

import typer

from voicebot.cli import output
from voicebot.dialogue.script.reading import schema as scripts
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.trying import schema as conversations
from voicebot.errors import ConfigurationError

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCRIPT: Final = re.compile(r"^script\s*:.*$", re.MULTILINE)
_SCHEMA: Final = re.compile(r"(\$schema=)\S*?([\w.]+\.schema\.json)")


def command(
    name: Annotated[str, typer.Argument(help="Name of the new script: lower-case letters, digits and _.")],
    *,
    like: Annotated[str, typer.Option("--from", help="Shipped script to start from.")] = "reminder",
    language: Annotated[str, typer.Option(help="Language of the shipped script.")] = "",
    to: Annotated[Path | None, typer.Option(help="Folder to create; by default named after the script.")] = None,
) -> None:
    """Create a folder with a new script, the parts it includes, its conversations, and the schemas for editors."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{name!r} cannot be a script's name", cure="use lower-case letters, digits and _")
    source = find_script(like, language)
    folder = to or Path(name)
    if folder.exists():
        raise ConfigurationError(f"{folder} already exists", cure="name another folder with --to, or remove it")
    try:
        written = _write(name, source, folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ConfigurationError(f"{folder} cannot be written: {error.strerror}", cure="name another folder") from error
    load_script(written)
    output.out.print(f"{written}  edit it; its schema is in the same folder")
    for what in ("check", "chat", "test"):
        output.out.print(f"voicebot script {what} {written}" + (f" {folder / 'tests'}" if what == "test" else ""))


def _write(name: str, source: Path, folder: Path) -> Path:
    """Copy what the script needs; only its name and the path to the schemas are changed."""
    old = load_script(source).script
    folder.mkdir(parents=True)
    for file in sorted(source.parent.glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        if file != source and _SCRIPT.search(text):
            continue  # another script
        text = _SCHEMA.sub(r"\1\2", text)
        if file == source:
            text = _SCRIPT.sub(f"script: {name}", text, count=1)
        (folder / (f"{name}.yaml" if file == source else file.name)).write_text(text, encoding="utf-8")
    _write_conversations(old, name, source.parent / "tests", folder / "tests")
    for made in (scripts, conversations):
        (folder / made.FILE).write_text(made.schema_text(), encoding="utf-8")
    return folder / f"{name}.yaml"


def _write_conversations(old: str, name: str, source: Path, folder: Path) -> None:
    for file in sorted(source.rglob("*.yaml")) if source.is_dir() else ():
        text = file.read_text(encoding="utf-8")
        head = _SCRIPT.search(text)
        if head is None or not re.search(rf"\b{re.escape(old)}\b", head[0]):
            continue
        folder.mkdir(exist_ok=True)
        text = _SCHEMA.sub(r"\1../\2", text)
        (folder / file.name).write_text(_SCRIPT.sub(f"script: {name}", text, count=1), encoding="utf-8")
