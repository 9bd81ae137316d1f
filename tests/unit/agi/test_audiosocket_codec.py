"""The AudioSocket codec: any split gives the same messages, no bytes make it raise."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.audiosocket import FRAME_BYTES, Audio, Decoder, Ended, Fault, Identified, Key, Kind, Message, encode

ATTEMPT = UUID("00000000-0000-4000-8000-000000000001")
HELLO = encode(Kind.UUID, ATTEMPT.bytes)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut ``data`` at some places."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def decoded(parts: list[bytes]) -> list[Message]:
    decoder = Decoder()
    return [message for part in parts for message in decoder.feed(part)]


@given(
    frames=st.lists(st.binary(min_size=FRAME_BYTES, max_size=FRAME_BYTES), max_size=5),
    digits=st.text(alphabet="0123456789*#", max_size=3),
    places=st.lists(st.integers(0, 10_000), max_size=20),
)
def test_any_split_gives_the_same_messages(frames: list[bytes], digits: str, places: list[int]) -> None:
    data = HELLO + b"".join(encode(Kind.AUDIO, frame) for frame in frames)
    data += b"".join(encode(Kind.DTMF, digit.encode()) for digit in digits) + encode(Kind.HANG_UP)
    expected = [Identified(ATTEMPT), *map(Audio, frames), *map(Key, digits), Ended()]
    assert decoded(cut(data, places)) == expected


@given(st.lists(st.binary(max_size=400), max_size=20))
def test_no_bytes_make_it_raise_and_a_fault_is_the_last_message(parts: list[bytes]) -> None:
    messages = decoded(parts)
    assert not any(isinstance(message, Fault | Ended) for message in messages[:-1])
    assert all(len(message.pcm) == FRAME_BYTES for message in messages if isinstance(message, Audio))


@given(st.lists(st.binary(max_size=900), max_size=12), st.lists(st.integers(0, 10_000), max_size=8))
def test_audio_of_any_length_is_cut_into_frames_and_none_is_lost(pieces: list[bytes], places: list[int]) -> None:
    data = HELLO + b"".join(encode(Kind.AUDIO, piece) for piece in pieces)
    frames = [message.pcm for message in decoded(cut(data, places)) if isinstance(message, Audio)]
    whole = b"".join(pieces)
    assert b"".join(frames) == whole[: len(whole) // FRAME_BYTES * FRAME_BYTES]


@pytest.mark.parametrize(
    "data",
    [
        b"\x55\x00\x00",
        b"\x12\x02\x80",
        b"\x10\xff\xff",
        encode(Kind.AUDIO, bytes(320)),
        encode(Kind.DTMF, b"1"),
        encode(Kind.UUID, bytes(15)),
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_what_is_not_audiosocket_is_a_fault_at_once(data: bytes) -> None:
    assert [type(message) for message in decoded([data])] == [Fault]


@pytest.mark.parametrize("data", [HELLO, b"\x10\xff\xff", b"\x03\x00\x02", b"\x44\x00\x00"])
def test_faults_after_the_uuid(data: bytes) -> None:
    assert [type(message) for message in decoded([HELLO + data])] == [Identified, Fault]


def test_nothing_is_read_after_a_fault() -> None:
    decoder = Decoder()
    decoder.feed(b"\x99\x00\x00")
    assert decoder.feed(HELLO) == []


def test_an_unknown_key_is_left_out() -> None:
    assert decoded([HELLO + encode(Kind.DTMF, b"x") + encode(Kind.DTMF, b"5")]) == [Identified(ATTEMPT), Key("5")]


def test_an_error_of_the_other_side_ends() -> None:
    assert decoded([HELLO + encode(Kind.ERROR, b"\x04")]) == [Identified(ATTEMPT), Ended(4)]
