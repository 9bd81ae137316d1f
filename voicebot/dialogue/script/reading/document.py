"""Where each part of a script stands in its files; kept with a script that was read from one."""

from __future__ import annotations

from typing import Final

from voicebot.dialogue.script.kept import Kept
from voicebot.dialogue.script.reading.marked_yaml import Document

DOCUMENT: Final[Kept[Document]] = Kept()
