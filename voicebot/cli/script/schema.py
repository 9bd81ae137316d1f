"""``voicebot script schema``: the JSON Schemas of script files and conversation files, for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from voicebot import paths
from voicebot.cli import output
from voicebot.dialogue.script.reading import schema as scripts
from voicebot.dialogue.trying import schema as conversations
from voicebot.errors import Problem


def command(
    *,
    of_conversations: Annotated[
        bool, typer.Option("--conversations", help="That of conversation files, not of scripts.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Say whether the shipped file is this one.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --check: print one JSON object.")] = False,
) -> None:
    """Print the JSON Schema of script files. Shipped files name it in their first line, so that editors use it."""
    text = conversations.schema_text() if of_conversations else scripts.schema_text()
    if not check:
        output.print_document(text)
        return
    file = paths.shipped("scripts_dialogue") / (conversations.FILE if of_conversations else scripts.FILE)
    current = file.is_file() and file.read_text(encoding="utf-8") == text
    if json:
        output.print_json({"file": str(file), "current": current})
    elif current:
        output.out.print(f"{file} is current")
    if not current:
        option = " --conversations" if of_conversations else ""
        problem = Problem("is not the schema of this version", f"voicebot script schema{option} > {file}", str(file))
        output.fail([problem], output.EXIT_NOT_FINE)
