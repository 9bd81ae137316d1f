"""Engines with their speech, and a pool of each that the tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.speech.engines import Trial, trials
from voicebot.config import SpeechSection
from voicebot.speech.recognition.pool import WorkerPool
from voicebot.speech.speaking.choosing import choose_voice
from voicebot.speech.speaking.voice import Voice

TRIALS = trials()


@pytest_asyncio.fixture(scope="package", loop_scope="package", params=list(TRIALS))
async def trial(request: pytest.FixtureRequest) -> Trial:
    """One engine; a model that is missing fails."""
    trial = TRIALS[request.param]
    assert trial.folder.is_dir(), f"{trial.folder} is not there: scripts/setup --dev installs it"
    voices: dict[str, Voice] = {}
    for phrase, (language, text) in [*trial.spoken.items(), ("", trial.off_script)]:
        voice = voices.setdefault(language, choose_voice(SpeechSection(), language))
        trial.clips[phrase] = await voice.synthesize(text)
    return trial


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def pool(trial: Trial) -> AsyncIterator[WorkerPool]:
    """Two workers, which tests may end: the pool replaces them."""
    pool = trial.pool()
    await pool.start()
    yield pool
    await pool.close()
