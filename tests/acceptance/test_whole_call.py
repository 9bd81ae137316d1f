"""The whole chain on awkward ground: what the network says, and names that are hard on file formats."""

from __future__ import annotations

import asyncio
import re
import wave
from pathlib import Path

import numpy as np

from tests.acceptance.nodes import WILL_PAY, lead, persona, stage
from voicebot.config import SpeechSection
from voicebot.journal.reader import read_file
from voicebot.rehearsal.carrier import (
    ANNOUNCES_THEN_REJECTS,
    BUSY,
    NOT_IN_SERVICE,
    PERSONA,
    REJECTS,
    RINGS_ON,
    number,
)
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recognition.choosing import choose_recognizer
from voicebot.speech.recognition.recognizer import Hints, Recognition

EXPECTED = {
    number(BUSY): "busy",
    number(RINGS_ON): "no_answer",
    number(REJECTS, 21): "rejected",
    number(REJECTS, 17): "busy",
    number(REJECTS, 1): "unreachable_number",
    number(REJECTS, 34): "congestion",
    number(REJECTS, 38): "congestion",
    number(REJECTS, 58): "failed",
    number(NOT_IN_SERVICE): "unreachable_number",
    number(ANNOUNCES_THEN_REJECTS, 21): "failed",
}


async def _heard(path: Path) -> set[str]:
    """Words of the bot as the callee heard them: the second channel, five seconds at a time, a second apart."""
    with wave.open(str(path)) as reader:
        samples = np.frombuffer(reader.readframes(reader.getnframes()), "<i2").reshape(-1, reader.getnchannels())
    pool = choose_recognizer(SpeechSection(workers=1), "en-US")
    await pool.start()
    words: set[str] = set()
    answers: asyncio.Queue[Recognition] = asyncio.Queue()
    session = pool.open("heard", answers.put_nowait)
    try:
        for channel in range(samples.shape[1]):
            for number, start in enumerate(range(0, len(samples), SAMPLE_RATE)):
                session.begin(number, Hints())
                session.feed(samples[start : start + 5 * SAMPLE_RATE, channel].tobytes())
                session.interim(number)
                async with asyncio.timeout(20):
                    text = (await answers.get()).best.text
                session.end()
                words |= set(re.findall(r"[a-z]+", text.lower()))
    finally:
        session.close()
        await pool.close()
    return words


async def test_what_the_network_says_is_classified(tmp_path: Path) -> None:
    async with stage(tmp_path, max_calls=10) as here:
        await here.campaign([lead(phone) for phone in EXPECTED])
        await here.start_node()

        async def all_tried() -> bool:
            done = {one.phone for one in await here.store.attempts() if one.disposition}
            return done == set(EXPECTED)

        await here.until(all_tried, "every number being tried")
        tried = [one for one in await here.store.attempts() if one.disposition]
        first = {one.phone: one for one in sorted(tried, key=lambda one: -one.claimed_at)}
        assert {phone: one.disposition for phone, one in first.items()} == EXPECTED
        assert all(one.explanation and not one.outcome for one in first.values())


async def test_awkward_names_go_through_the_call_unharmed(tmp_path: Path) -> None:
    """A comma, quotes and a semicolon: heard at the callee, and found again in the record."""
    name, company = 'Maria "Mia" Lopez, Junior', "Smith; Jones & Sons, Incorporated"
    phone = number(PERSONA, 1)
    async with stage(tmp_path) as here:
        await here.network.people.invite(phone, persona("mia", WILL_PAY))
        await here.campaign([lead(phone, name=name, company=company)])
        await here.start_node()
        assert await here.node_ends() == 0, here.log()[-3000:]
        (attempt,) = await here.attempts()
        assert attempt.outcome == "will_pay_on_time"
        assert attempt.name == name
        texts = " ".join(entry["text"] for entry in read_file(here.journal(attempt.id)) if entry["event"] == "say")
        stored = " ".join(entry["text"] for entry in await here.store.journal(attempt.id) if entry["event"] == "say")
        assert texts == stored
        assert "Smith" in texts
        assert Path(attempt.recording).stat().st_size > 0
        (record,) = here.network.people.records
        record.write_wave(tmp_path / "heard.wav")
        heard = await _heard(tmp_path / "heard.wav")
        assert {"smith", "jones", "sons", "maria", "lopez"} <= heard, heard
