"""What goes on beneath our voice is recognised to tell what picked up; what is lower than whoever picked up is not."""

from __future__ import annotations

from collections.abc import Callable

from voicebot.call.overhearing import Overhearing
from voicebot.speech.audio import SILENT_FRAME
from voicebot.speech.listening.activity import Activity
from voicebot.speech.recognition.recognizer import Hints, Hypothesis, Recognition

SILENCE = Activity(False, 0, 2000, -70.0)


class Recogniser:
    """Notes what is asked of it, and answers at once."""

    def __init__(self) -> None:
        self.tell: Callable[[Recognition], None] = lambda _: None
        self.utterance = self.asked = 0
        self.closed = False

    def begin(self, utterance: int, hints: Hints) -> None:
        self.utterance = utterance

    def feed(self, pcm: bytes) -> None:
        """Heard."""

    def interim(self, number: int) -> None:
        self.asked += 1
        self.tell(Recognition(self.utterance, number, Hypothesis("press one", 0.9)))

    def end(self) -> None:
        """Forgotten."""

    def close(self) -> None:
        self.closed = True


class Line:
    """A line on which somebody says something, and goes on beneath us."""

    def __init__(self) -> None:
        self.recogniser, self.opened = Recogniser(), 0
        self.told: list[tuple[int, str]] = []
        self.overhearing = Overhearing(self._open, lambda run, text: self.told.append((run, text)))

    def picks_up(self, level: float = -20.0) -> None:
        for number in range(50):
            activity = Activity(True, 20 * number, 0, level)
            self.overhearing.hear(SILENT_FRAME, activity, activity)

    def goes_on(self, seconds: float, level: float = -20.0) -> None:
        for number in range(round(seconds * 50)):
            self.overhearing.hear(SILENT_FRAME, SILENCE, Activity(True, 20 * number + 20, 0, level))

    def is_silent(self, seconds: float) -> None:
        for number in range(round(seconds * 50)):
            self.overhearing.hear(SILENT_FRAME, SILENCE, Activity(False, 0, 20 * number + 20, -70.0))

    def _open(self, tell: Callable[[Recognition], None]) -> Recogniser:
        self.opened += 1
        self.recogniser.tell, self.recogniser.closed = tell, False
        return self.recogniser


def test_what_goes_on_beneath_us_is_told_while_it_lasts_and_at_its_end() -> None:
    line = Line()
    line.picks_up()
    line.goes_on(2.0)
    assert line.told == [(1, "press one")]
    line.is_silent(0.6)
    assert line.told == [(1, "press one")] * 2
    line.goes_on(1.0)
    line.is_silent(0.6)
    assert line.told[-1] == (2, "press one")
    assert line.opened == 1


def test_voices_behind_whoever_picked_up_are_not_recognised() -> None:
    line = Line()
    line.picks_up()
    line.goes_on(5.0, level=-32.0)
    line.is_silent(1.0)
    assert line.opened == 0


def test_nothing_is_recognised_where_nobody_has_spoken() -> None:
    line = Line()
    line.goes_on(5.0)
    assert line.opened == 0


def test_a_word_is_not_enough() -> None:
    line = Line()
    line.picks_up()
    line.goes_on(0.4)
    line.is_silent(0.6)
    assert line.recogniser.asked <= 1


def test_the_place_is_given_back_once_it_is_settled_what_picked_up() -> None:
    line = Line()
    line.picks_up()
    line.goes_on(1.0)
    line.overhearing.hear(SILENT_FRAME, SILENCE, None)
    assert line.recogniser.closed
    assert line.told == []


def test_what_the_call_takes_for_the_callee_is_not_overheard() -> None:
    line = Line()
    line.picks_up()
    line.goes_on(0.7)
    line.picks_up()
    asked = line.recogniser.asked
    line.picks_up()
    assert line.recogniser.asked == asked
