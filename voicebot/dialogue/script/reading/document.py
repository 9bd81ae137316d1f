"""Where each part of a script is written; kept with every script that was read from files."""

from __future__ import annotations

from typing import Final

from voicebot.dialogue.script.kept import Kept
from voicebot.dialogue.script.reading.marked_yaml import Document

DOCUMENT: Final[Kept[Document]] = Kept()
