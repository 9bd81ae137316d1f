"""A callee frame by frame, and how the carrier tells who was dialled."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from uuid import UUID

import numpy as np
import phonenumbers
import pytest

from voicebot.rehearsal import carrier
from voicebot.rehearsal.callee import Agent, Callee, Record
from voicebot.rehearsal.carrier import Arrival, dialplan, number
from voicebot.rehearsal.line import Line, Track
from voicebot.rehearsal.measure import is_loud, reply_gaps
from voicebot.rehearsal.network import Ports, as_toml
from voicebot.rehearsal.persona import load_persona
from voicebot.rehearsal.selection import PERSONAS
from voicebot.speech.audio import FRAME_BYTES, SILENT_FRAME

TONE = (8000 * np.sin(np.arange(160 * 25))).astype("<i2").tobytes()
QUIET = Line((Track(np.zeros(8000, dtype=np.float32)),))
LOUD_FRAME = TONE[:FRAME_BYTES]


def callee(name: str, journal: Path | None, sounds: dict[str, bytes]) -> tuple[Callee, list[str]]:
    did: list[str] = []
    made = Callee(
        load_persona(PERSONAS / f"{name}.yaml"),
        sounds,
        QUIET.fresh(),
        Record(name, "12025550000"),
        press=lambda keys: did.append(f"pressed {keys}"),
        leave=lambda: did.append("left"),
    )
    made.follow(journal)
    made.answered(0.0)
    return made, did


def note(journal: Path, event: str, **more: str) -> None:
    with journal.open("a") as file:
        file.write(json.dumps({"event": event, **more}) + "\n")


def live(callee: Callee, start: float, seconds: float, frame: bytes = SILENT_FRAME) -> list[bytes]:
    """20 ms by 20 ms: hear a frame, send a frame."""
    sent = []
    for step in range(round(seconds * 50)):
        at = start + step * 0.02
        callee.frame(frame, at)
        sent.append(callee.next_frame(at + 0.01))
    return sent


def test_one_turn(tmp_path: Path) -> None:
    journal = tmp_path / "a.jsonl"
    person, did = callee("pays_on_time", journal, {"yes, this is she": TONE + bytes(8000)})
    note(journal, "listen", cue="identity")
    note(journal, "say")
    assert not any(is_loud(frame) for frame in live(person, 0.0, 2.0, LOUD_FRAME))
    note(journal, "said")
    sent = live(person, 2.0, 3.0)
    assert sum(is_loud(frame) for frame in sent) == 25
    live(person, 5.0, 1.0, LOUD_FRAME)
    person.gone(6.0)
    (words,) = person.record.spoken
    assert (words.text, words.answer) == ("yes, this is she", True)
    assert words.end - words.start == pytest.approx(0.48), "the silence at the end of the recording is not speech"
    assert reply_gaps(person.record.spoken, person.record.loud) == [pytest.approx((5.0 - words.end) * 1000, abs=0.1)]
    assert person.record.turns == 1
    assert len(person.record.sent) == len(person.record.heard) == 300 * FRAME_BYTES
    assert did == []


def test_frames_that_come_late_keep_their_place() -> None:
    person, _ = callee("pays_on_time", None, {})
    person.frame(LOUD_FRAME, 0.0)
    person.frame(LOUD_FRAME, 1.0)
    assert len(person.record.heard) == 51 * FRAME_BYTES
    assert person.record.heard[FRAME_BYTES : 50 * FRAME_BYTES] == bytes(49 * FRAME_BYTES)


def test_hanging_up_in_mid_sentence(tmp_path: Path) -> None:
    journal = tmp_path / "a.jsonl"
    person, _ = callee("pays_on_time", journal, {"yes, this is she": TONE})
    note(journal, "listen", cue="identity")
    live(person, 0.0, 1.0, LOUD_FRAME)
    live(person, 1.0, 0.8)
    person.gone(1.8)
    (words,) = person.record.spoken
    assert not words.answer
    assert words.end <= 1.8


def test_keys_and_leaving(tmp_path: Path) -> None:
    journal = tmp_path / "a.jsonl"
    person, did = callee("presses_keys", journal, {})
    note(journal, "listen", cue="identity")
    live(person, 0.0, 1.0, LOUD_FRAME)
    live(person, 1.0, 30.0)
    assert did == ["pressed 1", "left"]


def test_an_agent_says_hello_and_leaves() -> None:
    left: list[float] = []
    agent = Agent(TONE, lambda: left.append(1))
    agent.answered(0.0)
    sent = [agent.next_frame(step * 0.02) for step in range(200)]
    assert sum(is_loud(frame) for frame in sent) == 25
    assert all(len(frame) == FRAME_BYTES for frame in sent)
    assert left == [1]


def test_the_number_rides_in_the_id() -> None:
    identifier = UUID("00000121-7640-0000-0000-012025550123")
    assert Arrival.of(identifier) == Arrival("12025550123", "carrier-1764000000.12")
    assert not Arrival.of(identifier).is_agent
    assert Arrival.of(UUID("00000121-7640-0000-0000-000000007001")).is_agent


@pytest.mark.parametrize(
    "area",
    [carrier.PERSONA, carrier.BUSY, carrier.RINGS_ON, carrier.REJECTS, carrier.NOT_IN_SERVICE,
     carrier.ANNOUNCES_THEN_REJECTS, carrier.SILENT, carrier.ECHO, carrier.MELODY_THEN_PERSONA],
)  # fmt: skip
def test_the_number_plan_is_of_possible_numbers(area: str) -> None:
    parsed = phonenumbers.parse(number(area, 17))
    assert phonenumbers.is_possible_number(parsed)
    assert phonenumbers.is_valid_number(parsed)
    assert f"_1{area}XXXXXXX" in dialplan(Path("/sounds"), "127.0.0.1:1")


def test_toml_comes_back_as_it_was() -> None:
    data = {
        "node": 'a "quoted" name',
        "trunks": {"carrier": {"endpoint": "x", "max_calls": 3, "ring_seconds": 2.5, "numbers": ["a\\d", "b"]}},
        "speech": {"on": True},
    }
    assert tomllib.loads(as_toml(data)) == data


def test_a_block_of_ports_is_nobody_elses() -> None:
    one, two = Ports(), Ports()
    try:
        assert one.first != two.first
        assert one.rtp(carrier=False)[1] < one.rtp(carrier=True)[0]
    finally:
        one.release()
        two.release()


def test_a_line_may_send_nothing_while_nobody_speaks(tmp_path: Path) -> None:
    journal = tmp_path / "a.jsonl"
    loaded = load_persona(PERSONAS / "pays_on_time.yaml")
    line = loaded.line.model_copy(update={"sends_silence": False})
    person = Callee(
        loaded.model_copy(update={"line": line}),
        {"yes, this is she": TONE + bytes(8000)},
        QUIET.fresh(),
        Record("a", "12025550000"),
        press=lambda keys: None,
        leave=lambda: None,
    )
    person.follow(journal)
    person.answered(0.0)
    note(journal, "listen", cue="identity")
    note(journal, "say")
    live(person, 0.0, 2.0, LOUD_FRAME)
    note(journal, "said")
    sent = live(person, 2.0, 3.0)
    assert sum(is_loud(frame) for frame in sent) == sum(bool(frame) for frame in sent) == 25
    assert len(person.record.sent) == 250 * FRAME_BYTES, "the recording keeps its time"
