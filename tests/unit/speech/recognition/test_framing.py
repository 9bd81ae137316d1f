"""Messages between pool and worker: however the bytes are cut, the same messages; whatever is no message is told."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.recognition.engine import Heard
from voicebot.speech.recognition.framing import LONGEST_BODY, Kind, Message, Reader, pack_heard, unpack_heard, with_json
from voicebot.speech.recognition.recognizer import Hypothesis

number = st.integers(-(2**63), 2**63 - 1)
messages = st.builds(Message, st.sampled_from(Kind), st.integers(0, 2**32 - 1), number, number, st.binary(max_size=200))
any_text = st.text(st.characters(exclude_categories=()), max_size=20)
"""With lone halves of surrogate pairs, as YAML's escapes make them."""
hypotheses = st.builds(Hypothesis, any_text, st.floats(0, 1), st.sampled_from(["free", "hints"]))


@given(st.lists(messages, max_size=8), st.lists(st.integers(0, 2000), max_size=12))
def test_however_the_bytes_are_cut(sent: list[Message], cuts: list[int]) -> None:
    stream = b"".join(message.pack() for message in sent)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    reader = Reader()
    got = [message for start, end in pairwise(edges) for message in reader.feed(stream[start:end])]
    assert got == sent


@given(st.lists(any_text, max_size=5))
def test_any_text_can_be_sent(texts: list[str]) -> None:
    (message,) = Reader().feed(with_json(Kind.BEGIN, texts, 1, 2, 3).pack())
    assert message.json() == texts
    assert (message.session, message.utterance, message.interim) == (1, 2, 3)


@pytest.mark.parametrize(
    "header", [struct.pack("<IBIqq", LONGEST_BODY + 1, Kind.FEED, 1, 1, 1), struct.pack("<IBIqq", 0, 99, 1, 1, 1)]
)
def test_what_is_no_message_is_told(header: bytes) -> None:
    with pytest.raises(ValueError):
        list(Reader().feed(header))


@given(hypotheses, st.lists(hypotheses, max_size=3), st.floats(0, 100), any_text)
def test_words_come_over_as_they_were(best: Hypothesis, others: list[Hypothesis], cpu: float, error: str) -> None:
    heard = Heard(best, tuple(others))
    value = with_json(Kind.WORDS, pack_heard(heard, cpu, error)).json()
    assert unpack_heard(value) == heard
    assert (value["cpu_seconds"], value["error"]) == (cpu, error)


@pytest.mark.parametrize(("sent", "taken"), [(1.0000001, 1.0), (-0.2, 0.0), (7.0, 1.0)])
def test_a_confidence_out_of_range_is_brought_back(sent: float, taken: float) -> None:
    value = pack_heard(Heard(Hypothesis("yes", sent)), 0.0)
    assert unpack_heard(value).best.confidence == taken
