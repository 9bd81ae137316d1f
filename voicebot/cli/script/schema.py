"""``voicebot script schema``: the JSON Schemas of script, conversation and persona files, for editors."""

from __future__ import annotations

from types import ModuleType
from typing import Annotated

import typer

from voicebot import paths
from voicebot.cli import output
from voicebot.dialogue.script.reading import schema as scripts
from voicebot.dialogue.trying import schema as conversations
from voicebot.errors import ConfigurationError, Problem
from voicebot.rehearsal import schema as personas


def command(
    *,
    of_conversations: Annotated[
        bool, typer.Option("--conversations", help="The schema of conversation files instead of scripts.")
    ] = False,
    of_personas: Annotated[
        bool, typer.Option("--personas", help="The schema of persona files instead of scripts.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Check that the shipped file is up to date.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --check: print one JSON object.")] = False,
) -> None:
    """Print the JSON Schema of script files; shipped files name it in their first line for editors."""
    if of_conversations and of_personas:
        raise ConfigurationError("two schemas were asked for", cure="leave out --conversations or --personas")
    of: ModuleType = conversations if of_conversations else personas if of_personas else scripts
    option = " --conversations" if of_conversations else " --personas" if of_personas else ""
    text = of.schema_text()
    if not check:
        output.print_document(text)
        return
    file = paths.shipped("scripts_dialogue") / of.FILE
    current = file.is_file() and file.read_text(encoding="utf-8") == text
    if json:
        output.print_json({"file": str(file), "current": current})
    elif current:
        output.out.print(f"{file} is current")
    if not current:
        problem = Problem("is not the schema of this version", f"voicebot script schema{option} > {file}", str(file))
        output.fail([problem], output.EXIT_NOT_FINE)
