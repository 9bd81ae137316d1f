"""Check, draw, try, compare and train scripts: one file a command, each imported when it is used."""

from __future__ import annotations

from typing import Final

from voicebot.cli.lazy import lazy_app

COMMANDS: Final[dict[str, str]] = {
    "new": "Make a folder with a script of your own, begun as a shipped one.",
    "check": "Prove over all paths that a script keeps the rules, and show how it breaks them.",
    "diff": "Compare two versions of a script, and what recorded calls would come to by each.",
    "draw": "Draw a script as SVG or Mermaid: where each answer leads.",
    "say": "Speak the lines of a step, as a call would hear them.",
    "chat": "Talk with a script in text.",
    "test": "Talk written conversations through, and report those that end otherwise than expected.",
    "understand": "Show what a script takes texts to mean, and try it on files of written cases.",
    "train": "Train a Rasa model of a script.",
    "publish": "Check and store a script, and make it the current version of its name.",
    "versions": "Show published versions, and which campaigns have which.",
    "rollback": "Make an earlier version of a script current again.",
    "schema": "Print the JSON Schema of script files, for editors.",
}
"""Module in this package (its function is ``command``) -> its help."""

app = lazy_app({name: (f"voicebot.cli.script.{name}:command", text) for name, text in COMMANDS.items()})
