"""``voicebot trunk call`` over two real Asterisks: each step in words, audio both ways, and never two at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.telephone import Network
from voicebot.agi.phone import Disposition
from voicebot.agi.trial_call import TrialRecord, place_trial_call
from voicebot.config import Config
from voicebot.errors import ConfigurationError, UnavailableError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def config(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Config]:
    network = Network(tmp_path_factory.mktemp("network"), first_port=22600)
    await network.start()
    trunk = network.config.trunks["carrier"].model_copy(update={"dial_prefix": ""})
    yield network.config.model_copy(update={"trunks": {"carrier": trunk}})
    await network.stop()


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path))


async def trial(config: Config, number: str, trunk: str = "carrier") -> tuple[TrialRecord, str]:
    steps: list[str] = []
    record = await place_trial_call(config, trunk, number, seconds=1.5, tell=lambda _at, words: steps.append(words))
    return record, "; ".join(steps)


async def test_an_echo_is_heard_both_ways(config: Config) -> None:
    record, steps = await trial(config, "+1009000")
    assert record.verdict() == []
    assert "answered" in steps
    assert "the callee is heard" in steps
    assert record.audio.codec in {"alaw", "ulaw"}
    assert (record.audio.received or 0) > 20
    assert (record.audio.sent or 0) > 20


async def test_a_busy_phone_says_that_the_trunk_works(config: Config) -> None:
    record, steps = await trial(config, "+1003000")
    (problem,) = record.verdict()
    assert "busy" in problem.what.lower()
    assert "the trunk works" in problem.cure
    assert "over: " in steps


async def test_a_silent_callee_is_told_from_one_that_is_heard(config: Config) -> None:
    record, _ = await trial(config, "+1008000")
    assert record.hang_up is not None
    assert record.hang_up.disposition is Disposition.ANSWERED


async def test_what_the_allow_list_forbids_is_not_dialled(config: Config) -> None:
    for number, trunk in (("1009000", "carrier"), ("+1900", "carrier"), ("+1009000", "nowhere")):
        with pytest.raises(ConfigurationError):
            await trial(config, number, trunk)


async def test_never_two_at_once(config: Config) -> None:
    begun = asyncio.Event()
    placed = place_trial_call(config, "carrier", "+1009000", seconds=1.0, tell=lambda _at, _words: begun.set())
    first = asyncio.create_task(placed)
    await begun.wait()
    with pytest.raises(UnavailableError, match="another trial call"):
        await trial(config, "+1009001")
    record = await first
    assert record.verdict() == []
