"""What the bot sends: one clip at a time, frame by frame, that can be held, resumed and dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voicebot.speech.audio import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS

REWIND_SECONDS: Final = 0.5
"""A held line resumes at most this much before where it stopped: at the quietest place, so that no word is cut."""
LEAST_REWIND_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes out in one tick.

    Parameters
    ----------
    frame
        20 ms of PCM, ``None`` for silence.
    begins
        It is the first of a line.
    finished
        Number of the line that it ends, if it does.
    """

    frame: bytes | None = None
    begins: bool = False
    finished: int | None = None


class Playback:
    """The clip being sent; asked for a frame every 20 ms."""

    def __init__(self) -> None:
        self._clip = b""
        self._position = 0
        self._furthest = 0
        self._held = False
        self.line: int | None = None
        """Number of the line being sent, ``None`` when there is none."""

    def play(self, line: int, clip: bytes) -> None:
        """Start a clip; what was being sent is dropped."""
        self.line, self._clip, self._position, self._furthest, self._held = line, clip, 0, 0, False

    def hold(self) -> None:
        """Send silence until resumed."""
        self._held = True

    def resume(self) -> None:
        """Resume a little before the furthest point sent; holding again does not go back further."""
        self._position = min(self._position, self._quietest())
        self._held = False

    def _quietest(self) -> int:
        """Return where between two words to resume: at the frame with the least power shortly before."""
        first = max(0, self._furthest - round(REWIND_SECONDS / FRAME_SECONDS) * FRAME_BYTES)
        last = max(first, self._furthest - round(LEAST_REWIND_SECONDS / FRAME_SECONDS) * FRAME_BYTES)
        samples = np.frombuffer(self._clip[first : last + FRAME_BYTES], "<i2").astype(np.float32)
        frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
        if not len(frames):
            return first
        return first + int(np.argmin(np.einsum("ij,ij->i", frames, frames))) * FRAME_BYTES

    def drop(self) -> None:
        """Forget the clip."""
        self.line, self._clip, self._position, self._furthest, self._held = None, b"", 0, 0, False

    @property
    def progress(self) -> float:
        """How much of the clip was sent, 0 to 1; 1 when there is none."""
        return self._position / len(self._clip) if self._clip else 1.0

    def next_frame(self) -> Sent:
        """Return the frame to send."""
        if self.line is None or self._held:
            return Sent()
        begins = self._position == 0
        frame = self._clip[self._position : self._position + FRAME_BYTES]
        self._position += FRAME_BYTES
        self._furthest = max(self._furthest, self._position)
        finished = None
        if self._position >= len(self._clip):
            finished = self.line
            self.drop()
        return Sent(frame.ljust(FRAME_BYTES, b"\0") if frame else None, begins and bool(frame), finished)
