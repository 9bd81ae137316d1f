"""Check, draw, try, compare and train scripts: one file a command, each imported when it is used."""

from __future__ import annotations

from typing import Final

from voicebot.cli.lazy import lazy_app

COMMANDS: Final[dict[str, str]] = {
    "new": "Create a folder with your own script, starting from a shipped one.",
    "check": "Check that a script keeps the rules on every path, and show how it breaks them.",
    "diff": "Compare two versions of a script, and how recorded calls would end with each.",
    "draw": "Draw a script as SVG or Mermaid: where each answer leads.",
    "say": "Speak the lines of a step as a callee would hear them.",
    "chat": "Talk to a script by typing.",
    "test": "Run written conversations, and report those that don't end as expected.",
    "understand": "Show how a script understands texts, or test it with files of cases.",
    "train": "Train a Rasa model of a script.",
    "publish": "Check and store a script, and make it the current version of its name.",
    "versions": "Show published versions, and which campaigns use them.",
    "rollback": "Make an earlier version of a script current again.",
    "schema": "Print the JSON Schema of script files, for editors.",
}
"""Module in this package (its function is ``command``) -> its help."""

app = lazy_app({name: (f"voicebot.cli.script.{name}:command", text) for name, text in COMMANDS.items()})
