"""A journal as people read it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from voicebot.journal.reader import read_entries
from voicebot.journal.transcript import drawing, moments, spoken, utterances
from voicebot.store.records import Said

LINES: list[dict[str, Any]] = [
    {"at": 0.0, "event": "begun", "attempt": "x"},
    {"at": 1.0, "event": "ringing"},
    {"at": 5.0, "event": "answered"},
    {"at": 6.0, "event": "say", "line": "steps.identity.say", "text": "Am I speaking with Ann?", "disclosure": ""},
    {"at": 8.0, "event": "said", "line": "steps.identity.say"},
    {"at": 8.5, "event": "speech_started", "utterance": 1},
    {"at": 8.9, "event": "words", "utterance": 1, "look": 1, "text": "yes", "confidence": 0.7},
    {"at": 9.2, "event": "words", "utterance": 1, "look": 2, "text": "yes speaking", "confidence": 0.9},
    {"at": 9.5, "event": "speech_ended", "utterance": 1},
    {"at": 9.6, "event": "turn", "intent": "affirm"},
    {"at": 10.0, "event": "say", "text": "Good."},
    {"at": 11.0, "event": "held"},
    {"at": 12.0, "event": "resumed"},
    {"at": 13.0, "event": "digit", "digit": "1"},
    {"at": 15.0, "event": "hung_up", "hang_up": {"disposition": "answered", "by_callee": True}},
]
JOURNAL = read_entries(LINES)


def test_times_count_from_the_answer() -> None:
    found = moments(JOURNAL)
    assert [(round(moment.at, 3), moment.who) for moment in found] == [
        (-4.0, "line"), (0.0, "line"), (1.0, "bot"), (4.2, "callee"), (4.6, "engine"), (5.0, "bot"), (6.0, "engine"),
        (7.0, "engine"), (8.0, "callee"), (10.0, "line"),
    ]  # fmt: skip
    assert found[3].what == "yes speaking [0.9]"
    assert found[-1].what == "the callee hung up (answered)"
    assert len(moments(JOURNAL, everything=True)) == len(JOURNAL)


def test_who_spoke_when() -> None:
    assert spoken(JOURNAL) == {"bot": [(1.0, 3.0), (5.0, 6.0), (7.0, 10.0)], "callee": [(3.5, 4.5)]}
    bot, callee, scale = drawing(JOURNAL, width=10)
    assert bot == "bot    │ ██  █ ███│"
    assert callee == "callee │   ██     │"
    assert scale.endswith("10.0 s")


def test_a_call_that_nobody_answered_has_no_drawing() -> None:
    journal = read_entries([{"at": 0.0, "event": "begun"}, {"at": 3.0, "event": "hung_up", "hang_up": {}}])
    assert drawing(journal) == []
    assert [moment.what for moment in moments(journal)] == ["the call ended"]


EVENTS = st.sampled_from(["say", "said", "held", "dropped", "resumed", "speech_started", "speech_ended", "words",
                          "hung_up", "digit", "answered", "unheard_of"])  # fmt: skip


@given(st.lists(st.tuples(st.floats(0, 600), EVENTS, st.none() | st.text()), max_size=40))
@example([(0.0, "resumed", None), (5e-324, "say", None)])  # too short a time to be divided
def test_any_journal_can_be_drawn(events: list[tuple[float, str, str | None]]) -> None:
    journal = read_entries(
        {"at": at, "event": event, "text": text} for at, event, text in sorted(events, key=lambda one: one[0])
    )
    for row in drawing(journal)[:2]:
        assert len(row) == 8 + 72 + 1
    assert len(moments(journal, everything=True)) == len(journal)
    for spans in spoken(journal).values():
        assert all(since < until for since, until in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(said.from_ms <= said.to_ms and said.text for said in utterances(journal))


def test_what_was_said() -> None:
    assert utterances(JOURNAL) == (
        Said("bot", 1000, 3000, "Am I speaking with Ann?"),
        Said("callee", 3500, 4500, "yes speaking", 0.9),
        Said("bot", 5000, 10000, "Good."),
        Said("callee", 8000, 8000, "1"),
    )


def test_speech_ends_where_it_ended_and_a_cut_line_is_told_as_far_as_it_went() -> None:
    journal = read_entries(
        [
            {"at": 0.0, "event": "begun", "schema": 2},
            {"at": 1.0, "event": "answered"},
            {"at": 2.0, "event": "say", "text": "one two three four five six seven eight"},
            {"at": 3.1, "event": "speech_started", "utterance": 1, "began": 3.0},
            {"at": 3.4, "event": "dropped", "progress": 0.25},
            {"at": 4.6, "event": "words", "utterance": 1, "query": 1, "text": "stop calling", "confidence": 0.8},
            {"at": 4.7, "event": "speech_ended", "utterance": 1, "ended": 4.2},
            {"at": 5.0, "event": "say", "text": "您好我是某银行的"},
            {"at": 6.0, "event": "dropped", "progress": 0.5},
            {"at": 7.1, "event": "speech_started", "utterance": 2, "began": 7.0},
            {"at": 7.9, "event": "words", "utterance": 2, "query": 2, "text": ""},
            {"at": 8.0, "event": "hung_up"},
        ]
    )
    assert utterances(journal) == (
        Said("bot", 1000, 2400, "one two…"),
        Said("callee", 2000, 3200, "stop calling", 0.8),
        Said("bot", 4000, 5000, "您好我是…"),
    )
    assert [(round(begin, 3), round(end, 3)) for begin, end in spoken(journal)["callee"]] == [(2.0, 3.2), (6.0, 7.0)]
