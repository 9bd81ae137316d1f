"""Recordings of calls: where they go, whether there is one, and in a format that players open.

Asterisk writes both sides as they come, without a header (MixMonitor, option ``D``: 8 kHz, 16 bit, interleaved, the
callee left and the bot right). When the call is over that becomes a WAV file. A call counts as recorded only where its
file is there and as long as the call.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import stat
import wave
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from voicebot import logs
from voicebot.outage import Outage
from voicebot.private_files import FILE_MODE, make_missing
from voicebot.speech.audio import SAMPLE_RATE

BYTES_A_SECOND: Final = 2 * 2 * SAMPLE_RATE
"""Two channels of 16-bit samples."""
RAW: Final = ".raw"
WAVE: Final = ".wav"
_BLOCK: Final = 1 << 20
_LEAST_MISSING_SECONDS: Final = 2.0
_MISSING_SHARE: Final = 0.05
"""A recording that lacks more than this share of a call, and more than the seconds above, does not count."""

_log = logs.get_logger()


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of a call's recording.

    Parameters
    ----------
    path
        The file; ``None`` where there is none.
    seconds
        How long it is.
    why_not
        Why the call does not count as recorded; empty where it does.
    """

    path: Path | None = None
    seconds: float = 0.0
    why_not: str = ""


def missing_part(seconds: float, of: float) -> bool:
    """Whether a recording is too short for a call. Pure.

    Parameters
    ----------
    seconds, of
        How long the recording is, and how long was talked.
    """
    return of - seconds > max(_LEAST_MISSING_SECONDS, _MISSING_SHARE * of)


class Recordings:
    """The folder of recordings.

    Parameters
    ----------
    folder
        Asterisk and voicebot must both be able to write there. Folders made under it, one a day, get its group and
        its permissions.
    longest_seconds
        Limit of a call: the raw and the final recording of one must fit on the disk, or it is not recorded at all.
    """

    def __init__(self, folder: Path, longest_seconds: float) -> None:
        self._folder = folder.resolve()
        self._least_bytes = int(2 * longest_seconds * BYTES_A_SECOND)
        self._outage = Outage("calls are not recorded", "calls are recorded again")

    def open(self, attempt: UUID, wall: float) -> CallRecording:
        """Prepare to record a call that begins at ``wall`` (seconds since the epoch). Blocks on the disk."""
        day = self._folder / f"{datetime.fromtimestamp(wall, UTC):%Y/%m/%d}"
        why_not = ""
        try:
            make_shared(day, self._folder)
            free = shutil.disk_usage(day).free
            if free < self._least_bytes:
                why_not = (
                    f"{free / 1e6:.1f} MB are free in {self._folder}, and a call may need {self._least_bytes / 1e6:.0f}"
                )
        except OSError as error:
            why_not = f"{self._folder} cannot be written: {error.strerror}"
        return CallRecording(day / f"{attempt}{RAW}", self._outage, why_not)


class CallRecording:
    """The recording of one call; made by ``Recordings``.

    Parameters
    ----------
    path
        Where Asterisk is to write it.
    why_not
        Why it cannot be made, if that is known in advance.
    """

    def __init__(self, path: Path, outage: Outage, why_not: str = "") -> None:
        self._path, self._outage, self._why_not = path, outage, why_not
        if why_not:
            self._tell(why_not)

    @property
    def path(self) -> str:
        """The path for Asterisk; empty if nothing is to be recorded."""
        return "" if self._why_not else str(self._path)

    def why_not(self) -> str:
        """Return why a call that was just answered is not being recorded; empty where it is."""
        if not self._why_not and not self._path.exists():
            self._why_not = (
                f"Asterisk has not made {self._path}: it lacks app_mixmonitor, or may not write there; "
                "see: voicebot doctor"
            )
        self._tell(self._why_not)
        return self._why_not

    def keep(self, talked_seconds: float | None) -> Kept:
        """Turn what Asterisk wrote into a WAV file. Blocks on the disk, never raises.

        Parameters
        ----------
        talked_seconds
            From the answer to the end; ``None`` when nobody answered: nothing is kept.
        """
        unwanted = talked_seconds is None or bool(self._why_not)  # nobody was told that it is recorded
        try:
            if unwanted:
                self._path.unlink(missing_ok=True)
            kept = Kept(why_not=self._why_not) if unwanted else keep(self._path, talked_seconds or 0.0)
        except OSError as error:
            kept = Kept(why_not=self._why_not or f"{self._path} cannot be read: {error.strerror}")
        if not unwanted:
            self._tell(kept.why_not)
        self._outage.left(str(self._path))
        return kept

    def _tell(self, why_not: str) -> None:
        if why_not:
            self._outage.failed(str(self._path), reason=why_not)
        else:
            self._outage.worked(str(self._path))


def keep(raw: Path, talked_seconds: float) -> Kept:
    """Make a WAV file of what Asterisk wrote.

    Parameters
    ----------
    raw
        What Asterisk wrote; or the WAV file made of it, which stays as it is.

    Returns
    -------
    Kept
        With the path of the raw file where the disk has no room for another one.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    found = raw if raw.exists() else raw.with_suffix(WAVE)
    seconds = seconds_of(found)
    if not seconds:
        raw.unlink(missing_ok=True)
        return Kept(why_not=f"there is no recording at {raw}")
    if found.suffix == RAW:
        try:
            found = to_wave(raw, raw.with_suffix(WAVE))
            raw.unlink()
        except OSError as error:
            # A disk that is full cuts the recording off as well, and that is told below.
            level = logging.INFO if missing_part(seconds, talked_seconds) else logging.WARNING
            _log.log(
                level,
                "a recording could not be converted to WAV; the raw file is kept",
                file=str(raw),
                error=error.strerror,
            )
    if missing_part(seconds, talked_seconds):
        return Kept(found, seconds, f"only {seconds:.1f} of {talked_seconds:.1f} s were recorded")
    return Kept(found, seconds)


def seconds_of(path: Path) -> float:
    """Return how long a recording is, 0 where there is none."""
    try:
        size = path.stat().st_size
    except OSError:
        return 0.0
    return max(0, size - (0 if path.suffix == RAW else _HEADER_BYTES)) / BYTES_A_SECOND


def to_wave(raw: Path, path: Path) -> Path:
    """Write a WAV file of a raw recording by Asterisk; it appears complete or not at all.

    Raises
    ------
    OSError
        It cannot be read or written.
    """
    half = path.with_suffix(".half")
    try:
        with raw.open("rb") as source, os.fdopen(_create(half), "wb") as target, wave.open(target, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.setnframes(raw.stat().st_size // 4)
            while block := source.read(_BLOCK):
                file.writeframesraw(block[: len(block) // 4 * 4])
        half.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
        raise
    return path


def playable(path: Path, folder: Path) -> Path:
    """Return a recording as a file that players open; one that is still raw is converted in ``folder``.

    Raises
    ------
    OSError
        It does not exist.
    """
    kept = path.with_suffix(WAVE)
    if path.suffix != RAW or kept.is_file():
        return kept if kept.is_file() else path
    return to_wave(path, folder / kept.name)


def make_shared(folder: Path, within: Path) -> None:
    """Make a folder and those above it; each new one gets the group and the permissions of ``within``.

    Asterisk often runs as another user. Where it does, ``within`` belongs to a group that both are in and has the mode
    2770 (``install -d -o voicebot -g asterisk -m 2770 FOLDER``): the group is inherited, the permissions are copied.
    """
    make_missing(within)
    mode = stat.S_IMODE(within.stat().st_mode)
    for place in (*reversed([part for part in folder.parents if within in part.parents]), folder):
        try:
            place.mkdir()
        except FileExistsError:
            continue
        place.chmod(mode)


_HEADER_BYTES: Final = 44


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
