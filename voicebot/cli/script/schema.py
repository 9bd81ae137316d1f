"""``voicebot script schema``: the JSON Schema of script files, for editors."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from voicebot import paths
from voicebot.cli import output
from voicebot.dialogue.schema import FILE, is_current, schema_text
from voicebot.errors import Problem


def command(
    *,
    check: Annotated[bool, typer.Option("--check", help="Say whether the shipped file is this one.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --check: print one JSON object.")] = False,
) -> None:
    """Print the JSON Schema of script files. Shipped files name it in their first line, so that editors use it."""
    if not check:
        sys.stdout.write(schema_text())
        return
    file = paths.shipped("scripts_dialogue") / FILE
    current = is_current(file)
    if json:
        output.print_json({"file": str(file), "current": current})
    elif current:
        output.out.print(f"{file} is current", highlight=False)
    if not current:
        problem = Problem("is not the schema of this version", f"voicebot script schema > {file}", str(file))
        output.fail([problem], output.EXIT_NOT_FINE)
