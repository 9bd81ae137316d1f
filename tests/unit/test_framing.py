"""Messages come out whole and in order, however the bytes arrive; what is no message is said to be none."""

from __future__ import annotations

import itertools
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.framing import Cutter, fixed

FORM = struct.Struct(">BH")


def size(header: tuple[Any, ...]) -> int:
    if header[0] == 0xFF:
        raise ValueError("no such kind")
    return int(header[1])


MESSAGES = st.lists(st.tuples(st.integers(0, 0xFE), st.binary(max_size=50)), max_size=8)


@given(MESSAGES, st.lists(st.integers(0, 400)))
def test_cut_anywhere(messages: list[tuple[int, bytes]], cuts: list[int]) -> None:
    stream = b"".join(FORM.pack(kind, len(body)) + body for kind, body in messages)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    cutter = Cutter(fixed(FORM, size))
    found = []
    for start, end in itertools.pairwise(edges):
        found += [(header[0], body) for header, body in cutter.feed(stream[start:end])]
    assert found == messages


@given(MESSAGES)
def test_what_came_before_a_fault_is_given_first(messages: list[tuple[int, bytes]]) -> None:
    stream = b"".join(FORM.pack(kind, len(body)) + body for kind, body in messages) + FORM.pack(0xFF, 1)
    found = []
    with pytest.raises(ValueError, match="no such kind"):
        for header, body in Cutter(fixed(FORM, size)).feed(stream):
            found.append((header[0], body))
    assert found == messages
