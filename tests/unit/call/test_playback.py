"""What goes out: whole clips in order, held and resumed without losing a word, and each end told once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.call.playback import REWIND_SECONDS, Playback
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS

REWIND = round(REWIND_SECONDS / FRAME_SECONDS)


def clip(frames: int) -> bytes:
    """A clip whose frames can be told apart."""
    return b"".join((number + 1).to_bytes(2, "little") * (FRAME_BYTES // 2) for number in range(frames))


def number_of(frame: bytes) -> int:
    return int.from_bytes(frame[:2], "little") - 1


@given(st.integers(1, 200), st.lists(st.integers(0, 60), max_size=5))
def test_a_clip_is_sent_whole_however_often_it_is_held(length: int, holds: list[int]) -> None:
    playback = Playback()
    playback.play(3, clip(length))
    heard: list[int] = []
    for wait in holds:
        for _ in range(wait):
            sent = playback.next_frame()
            heard += [number_of(sent.frame)] if sent.frame else []
            if sent.finished is not None:
                assert heard[-1] == length - 1
                return
        playback.hold()
        assert playback.next_frame().frame is None
        playback.resume()
        furthest = max(heard, default=-1) + 1
        assert furthest - playback.progress * length <= REWIND + 1e-6, "never further back than the rewind"
    while (sent := playback.next_frame()).finished is None:
        assert sent.frame is not None
        heard.append(number_of(sent.frame))
    assert sent.finished == 3
    assert sorted({*heard, length - 1}) == list(range(length)), "no word is lost"
    assert playback.next_frame() == type(sent)(), "an end is told once"
    assert playback.line is None


def test_only_the_first_frame_begins_a_line_and_the_last_is_filled_up() -> None:
    playback = Playback()
    playback.play(0, clip(2) + b"\x01\x00")
    sent = [playback.next_frame() for _ in range(3)]
    assert [one.begins for one in sent] == [True, False, False]
    assert [one.finished for one in sent] == [None, None, 0]
    assert sent[2].frame == b"\x01\x00" + bytes(FRAME_BYTES - 2)


def test_what_is_dropped_is_gone_and_an_empty_clip_ends_at_once() -> None:
    playback = Playback()
    playback.play(1, clip(5))
    playback.drop()
    assert playback.next_frame().finished is None
    assert playback.progress == 1.0
    playback.play(2, b"")
    sent = playback.next_frame()
    assert (sent.frame, sent.finished) == (None, 2)
