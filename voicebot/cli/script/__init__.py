"""Check, draw, try, compare and train scripts: one file a command, each imported when it is used."""

from __future__ import annotations

import importlib
import sys
from typing import Final

import typer

COMMANDS: Final[dict[str, str]] = {
    "check": "Prove over all paths that a script keeps the rules, and show how it breaks them.",
    "diff": "Compare two versions of a script, and what recorded calls would come to by each.",
    "draw": "Draw a script as SVG or Mermaid: where each answer leads.",
    "chat": "Talk with a script in text.",
    "test": "Talk written conversations through, and tell what does not come to what is expected.",
    "understand": "Tell what texts mean to a script, and try it on files of written cases.",
    "train": "Train a Rasa model of a script.",
    "publish": "Check and store a script, and make it the current version of its name.",
    "versions": "Show published versions, and which campaigns have which.",
    "rollback": "Make an earlier version of a script current again.",
    "schema": "Print the JSON Schema of script files, for editors.",
}
"""Module in this package (its function is ``command``) -> its help."""

app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _not_imported() -> None:
    raise AssertionError("a command that stands in the arguments is always imported")


for _name, _help in COMMANDS.items():
    _function = importlib.import_module(f"voicebot.cli.script.{_name}").command if _name in sys.argv else _not_imported
    app.command(_name, help=_help)(_function)
