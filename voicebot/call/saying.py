"""Speaks the lines of a turn: rendered before the call, or as soon as they are ready."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from voicebot import logs
from voicebot.call.asking import Clips
from voicebot.call.playback import Playback, Sent
from voicebot.dialogue.talk import Act, Line
from voicebot.journal import events
from voicebot.journal.writer import Journal
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.speaking.spoken_text import sentences

LINE_GAP: Final = bytes(2 * int(0.15 * SAMPLE_RATE))
"""Silence between two lines of one turn."""

_log = logs.get_logger()


def _half_asked(text: str) -> float:
    """Return how much of a line has been said, 0 to 1, when half of its last sentence has: that is what it asks."""
    question = sentences(text)[-1:]
    return 1.0 - 0.5 * len("".join(question)) / len(text) if text else 0.5


class Saying:
    """The bot's voice in one call.

    Parameters
    ----------
    clips
        Renders texts.
    journal
        Where everything is recorded.
    clock
        Seconds that never go back.
    start
        Runs what takes time.
    failed
        Called when a line cannot be spoken at all.
    """

    def __init__(
        self,
        clips: Clips,
        journal: Journal,
        *,
        clock: Callable[[], float],
        start: Callable[[Coroutine[Any, Any, None]], object],
        failed: Callable[[str], None],
    ) -> None:
        self._clips, self._journal, self._clock, self._start, self._failed = clips, journal, clock, start, failed
        self._playback = Playback()
        self._lines: tuple[Line, ...] = ()
        self._awaited: int | None = None
        """Line that was to be played and is still being rendered."""
        self._held = False
        self._asked_before = False
        self._begun = -1
        """Line that was begun last."""

    def begin(self, act: Act, *, again: bool = False) -> None:
        """Take the lines of the next turn; what was being said is dropped.

        Parameters
        ----------
        again
            They put a question again that got no answer.
        """
        self.drop()
        self._lines, self._begun = act.lines, -1
        self._asked_before = again

    def play(self, number: int, at: float) -> None:
        """Say a line of the turn."""
        line, self._begun = self._lines[number], number
        clip = self._clips.get(line.text, speed=line.speed)
        voice = self._clips.speaker(line.text, speed=line.speed) if clip is not None else ""
        self._journal.add(events.LineBegun(line.key, line.text, line.disclosure, voice), at)
        self._held = False
        if clip is None:
            self._awaited = number
            self._start(self._play_late(number, self._lines))
        else:
            self._play(number, clip)

    def hold(self) -> None:
        """Send silence until resumed."""
        self._held = True
        self._playback.hold()

    def resume(self) -> None:
        """Go on with the line."""
        self._held = False
        self._playback.resume()

    def drop(self) -> None:
        """Forget the line."""
        self._awaited, self._held = None, False
        self._playback.drop()

    def next_frame(self) -> Sent:
        """Return the next 20 ms to send."""
        return self._playback.next_frame()

    def key(self, number: int) -> str:
        """A line's key in the script."""
        return self._lines[number].key

    @property
    def progress(self) -> float:
        """How much of the present line was sent, 0 to 1; 1 when there is none."""
        return self._playback.progress

    @property
    def asks(self) -> bool:
        """Whether the line that asks has been begun in this turn, or was said the time before."""
        return self._asked_before or self._begun >= len(self._lines) - 1

    @property
    def asks_now(self) -> bool:
        """Whether the callee knows the question: more than half of it has been said, or all of it the time before."""
        if self._asked_before:
            return True
        asking = self._playback.line == len(self._lines) - 1
        return asking and self._playback.progress > _half_asked(self._lines[-1].text)

    def _play(self, number: int, clip: bytes) -> None:
        self._playback.play(number, clip + LINE_GAP if number + 1 < len(self._lines) else clip)

    async def _play_late(self, number: int, lines: tuple[Line, ...]) -> None:
        line = lines[number]
        begun = self._clock()
        try:
            clip = await self._clips.speech(line.text, speed=line.speed)
        except Exception as error:
            _log.exception("a line could not be spoken")
            self._journal.add(events.VoiceFailed(str(error)), self._clock())
            self._failed("the voice failed")
            return
        now, voice = self._clock(), self._clips.speaker(line.text, speed=line.speed)
        self._journal.add(events.RenderedLate(round(now - begun, 3), voice), now)
        if self._lines is lines and self._awaited == number:
            self._awaited = None
            self._play(number, clip)
            if self._held:
                self._playback.hold()
