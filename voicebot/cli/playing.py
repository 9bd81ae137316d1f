"""Playing a sound file with a common player program."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from voicebot.errors import UnavailableError

PLAYERS: Final = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("mpv", "--no-video", "--really-quiet"),
    ("play", "-q"),
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
)
"""Programs that play a WAV file, in the order in which they are looked for."""


def play(path: Path, *, cure: str = "copy the file to a machine with sound") -> None:
    """Play a WAV file to its end.

    Parameters
    ----------
    cure
        What else can be done if it cannot be played here.

    Raises
    ------
    UnavailableError
        No player program is installed, or it failed.
    """
    player = next((command for command in PLAYERS if shutil.which(command[0])), None)
    if player is None:
        raise UnavailableError(
            f"there is no program to play {path}", cure=f"install ffmpeg, sox or alsa-utils, or {cure}"
        )
    if subprocess.run([*player, str(path)], check=False).returncode:  # noqa: S603 - a fixed program, a path of ours
        raise UnavailableError(f"{player[0]} could not play {path}", cure=cure)
