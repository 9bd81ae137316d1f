"""What audio the recogniser gets: the person's speech and a little before it, without the room's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from voicebot.call.asking import PREROLL_SECONDS
from voicebot.call.overhearing import Overhearing
from voicebot.call.utterance import Utterances
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS, SILENT_FRAME
from voicebot.speech.listening.activity import Activity
from voicebot.speech.listening.nearest.picture import Who
from voicebot.speech.recognition.recognizer import Hints

NEAR: Final = b"\x01\x01" * (FRAME_BYTES // 2)
ROOM: Final = b"\x02\x02" * (FRAME_BYTES // 2)
PREROLL: Final = round(PREROLL_SECONDS / FRAME_SECONDS)


@dataclass
class Recogniser:
    """Keeps what it is given."""

    fed: list[bytes] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def begin(self, utterance: int, hints: Hints) -> None:
        del hints
        self.begun.append(utterance)
        self.fed.clear()

    def feed(self, pcm: bytes) -> None:
        self.fed.append(pcm)

    def interim(self, number: int) -> None:
        self.asked.append(number)

    def end(self) -> None:
        """Nothing ends."""

    def close(self) -> None:
        """Nothing closes."""


class Line:
    """A line whose utterances are heard frame by frame."""

    def __init__(self, *, room: bool) -> None:
        self.recogniser = Recogniser()
        self.utterances = Utterances(self.recogniser, Overhearing(lambda _: Recogniser(), lambda *_: None))
        self.at = 0.0
        self._room, self._speech, self._silence = room, 0, 0

    def near(self, frames: int, *, who: Who = Who.PERSON, anew: bool = False) -> None:
        for _ in range(frames):
            self._speech, self._silence = self._speech + 20, 0
            if anew:
                self._speech = 20
            self._hear(NEAR, who, anew)
            anew = False

    def far(self, frames: int) -> None:
        for _ in range(frames):
            self._silence += 20
            self._speech = self._speech if self._silence <= 60 else 0
            self._hear(ROOM, Who.NOBODY, anew=False)

    def who(self) -> Who:
        return self.utterances.who

    def open(self) -> None:
        self.utterances.open(1, Hints(), self.at)

    def _hear(self, pcm: bytes, who: Who, anew: bool) -> None:
        self.at += FRAME_SECONDS
        heard = Activity(pcm is NEAR, self._speech, self._silence, -20.0, who, anew)
        self.utterances.hear(pcm, heard, self.at, room=self._room)


def test_the_beginning_that_went_unnoticed_is_given_whole() -> None:
    line = Line(room=False)
    line.far(80)
    line.near(22)
    line.open()
    assert line.recogniser.fed == [ROOM] * PREROLL + [NEAR] * 22
    assert line.utterances.begun_at == line.at - (PREROLL + 22) * FRAME_SECONDS


def test_in_a_silent_room_everything_is_given_until_the_end() -> None:
    line = Line(room=False)
    line.near(5)
    line.open()
    line.far(40)
    assert line.recogniser.fed == [NEAR] * 5 + [ROOM] * 40


def test_a_room_that_talks_on_is_silence_to_the_recogniser() -> None:
    line = Line(room=True)
    line.far(80)
    line.near(5)
    line.open()
    assert line.recogniser.fed.count(ROOM) == 6, "only what stands right before the speech"
    line.far(60)
    assert line.recogniser.fed.count(ROOM) == 6 + 6, "and a little after it"
    assert line.recogniser.fed[-1] == SILENT_FRAME


def test_a_pause_in_the_persons_speech_keeps_its_length_and_what_comes_before_the_next_word() -> None:
    line = Line(room=True)
    line.near(5)
    line.open()
    line.far(30)
    line.near(5)
    fed = line.recogniser.fed
    assert len(fed) == 40
    assert fed[-5:] == [NEAR] * 5
    assert fed[-15:-5] == [ROOM] * 10, "speech is noticed late: what was held back is given"
    assert fed.count(SILENT_FRAME) == 30 - 6 - 10


def test_speech_that_begins_anew_replaces_what_was_the_rooms() -> None:
    line = Line(room=True)
    line.near(40, who=Who.UNSURE)
    line.open()
    assert line.who() is Who.UNSURE
    line.near(10, anew=True)
    assert line.recogniser.begun == [1, 1]
    assert len(line.recogniser.fed) <= 7 + 10
    assert line.who() is Who.PERSON


def test_an_utterance_is_whose_it_was_at_the_surest() -> None:
    line = Line(room=True)
    line.near(5, who=Who.UNSURE)
    line.open()
    line.near(5, who=Who.PERSON)
    line.far(30)
    assert line.who() is Who.PERSON
    line.utterances.end()
    assert line.who() is Who.NOBODY


def test_listening_in_never_overtakes_words_that_a_turn_waits_for() -> None:
    line = Line(room=False)
    line.near(5)
    line.open()
    line.utterances.listen_in()
    line.utterances.ask(7)
    line.utterances.listen_in()
    line.utterances.told(0)
    line.utterances.listen_in()
    assert line.recogniser.asked == [0, 7]
    line.utterances.told(7)
    line.utterances.listen_in()
    assert line.recogniser.asked == [0, 7, 0]
