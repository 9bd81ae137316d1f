"""Models for these tests: trained once, then known by their content's hash."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import pytest_asyncio

from tests.integration.rasa.small import small
from voicebot.dialogue.rasa import environment, models
from voicebot.dialogue.rasa.models import Trained
from voicebot.dialogue.rasa.service import RasaService
from voicebot.dialogue.rasa.train import train
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script

Model = Callable[[Script], Trained]
SHIPPED = shipped_scripts()


def model_of(script: Script) -> Trained:
    """Return a script's light model; train it where there is none."""
    known = models.active(script)
    if known is not None:
        return known
    trained = train(script).model
    assert trained is not None
    return trained


@pytest.fixture(scope="session")
def shipped_models() -> dict[str, tuple[Script, Trained]]:
    """Every shipped script with its model."""
    found = {name: load_script(path) for name, path in SHIPPED.items()}
    with ThreadPoolExecutor(2) as pool:  # each training is a process of its own, with one thread
        return dict(zip(found, zip(found.values(), pool.map(model_of, found.values()), strict=True), strict=True))


@pytest.fixture(scope="session")
def small_models() -> tuple[Script, Trained, Trained]:
    """A small script, trained twice."""
    script = small()
    first, second = train(script).model, train(script).model
    assert first is not None
    assert second is not None
    return script, first, second


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RasaService]:
    """One service for the tests of a module; nothing of it is left running, and it listened nowhere."""
    made = RasaService(environment.find_python(), tmp_path_factory.mktemp("rasa") / "host.log")
    yield made
    for pid in made.pids:
        listening = [one for one in psutil.Process(pid).net_connections("inet") if one.status == psutil.CONN_LISTEN]
        assert listening == []
    pids = made.pids
    await made.close()
    assert pids
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    gc.collect()
