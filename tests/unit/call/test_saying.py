"""From when on the callee has heard enough of the question to answer it: an "okay" before that is a back-channel."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from tests.unit.call.carried import Clips
from voicebot.call.saying import Saying
from voicebot.dialogue.talk import Act, Line
from voicebot.journal.writer import Journal
from voicebot.speech.audio import FRAME_SECONDS

STATEMENT = "We are calling about a payment that is due soon and has not been made. Can you?"


def saying(folder: Path, *texts: str, again: bool = False) -> Saying:
    """A voice that has begun the last of these lines; each lasts ten seconds."""
    journal = Journal(folder, uuid4(), begun_at=0.0, wall=0.0)
    found = Saying(Clips(10.0), journal, clock=lambda: 0.0, start=asyncio.run, failed=lambda _why: None)
    found.begin(Act(tuple(Line(f"line.{place}", text) for place, text in enumerate(texts))), again=again)
    found.play(len(texts) - 1, 0.0)
    return found


def pass_by(voice: Saying, seconds: float) -> None:
    for _ in range(round(seconds / FRAME_SECONDS)):
        voice.next_frame()


@pytest.mark.parametrize(
    ("texts", "known_after"), [((STATEMENT,), 9.6), (("Hello.", "Can you pay it?"), 5.2), ((STATEMENT, "Yes?"), 5.2)]
)
def test_the_question_is_the_last_sentence(tmp_path: Path, texts: tuple[str, ...], known_after: float) -> None:
    voice = saying(tmp_path, *texts)
    pass_by(voice, known_after - 0.4)
    assert not voice.asks_now
    pass_by(voice, 0.4)
    assert voice.asks_now


def test_a_question_put_again_is_known_from_its_beginning(tmp_path: Path) -> None:
    assert saying(tmp_path, STATEMENT, again=True).asks_now


def test_only_the_last_line_asks(tmp_path: Path) -> None:
    lines = tuple(Line(str(place), text) for place, text in enumerate((STATEMENT, "Yes?")))
    begun = saying(tmp_path, STATEMENT, "Yes?")
    waiting, stating, again = (saying(tmp_path, STATEMENT) for _ in range(3))
    waiting.begin(Act(lines))
    stating.begin(Act(lines))
    stating.play(0, 0.0)
    again.begin(Act(lines), again=True)
    assert [voice.asks for voice in (begun, waiting, stating, again)] == [True, False, False, True]
