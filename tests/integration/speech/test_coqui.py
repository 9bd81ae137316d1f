"""The real Coqui: heard by the real recogniser; killed and frozen; hostile texts; nothing left running."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from voicebot import paths
from voicebot.config import Config, CoquiSection, SpeechSection
from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.speech import model_check
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.models import catalogue as models
from voicebot.speech.recognition.choosing import choose_recognizer
from voicebot.speech.recognition.recognizer import Hints, Recognition
from voicebot.speech.speaking.choosing import choose_prompts, choose_voice
from voicebot.speech.speaking.coqui import environment, model_import
from voicebot.speech.speaking.coqui.voice import CoquiVoice
from voicebot.speech.speaking.fallback import FallbackVoice
from voicebot.speech.speaking.loudness import SPEECH_LEVEL_DBFS, speech_level
from voicebot.speech.speaking.prompts import PromptCache

pytestmark = pytest.mark.asyncio(loop_scope="module")
MODEL = "coqui-joe-us"
SENTENCE = "You will pay one hundred twenty dollars by Friday, November twenty-seventh."
LONG = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("coqui")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice(folder: Path) -> AsyncIterator[CoquiVoice]:
    """One service for all tests here; some of them end its process."""
    voice = CoquiVoice(CoquiSection(), "en-US", MODEL, logs=folder / "logs")
    await voice.start()
    yield voice
    pids = [process.pid for process in voice.processes]
    await voice.close()
    assert not any(map(psutil.pid_exists, pids)), "something is left running"


def _signal(voice: CoquiVoice, number: signal.Signals) -> int:
    pid = voice.processes[0].pid
    assert pid > 0, voice.processes[0].reason
    os.kill(pid, number)
    return pid


def _stand_in(voice: CoquiVoice, folder: Path, live_seconds: float = 0.5) -> FallbackVoice:
    light = PromptCache(choose_voice(SpeechSection(), "en-US"), folder)
    return FallbackVoice(PromptCache(voice, folder), light, voice, live_seconds=live_seconds)


RUNS = """\
import importlib.util, os, pickle, sys
import numpy as np, torch
specification = importlib.util.spec_from_file_location("host", sys.argv[1])
host = importlib.util.module_from_spec(specification)
specification.loader.exec_module(host)

class Program:
    def __reduce__(self):
        return os.system, (f"touch {sys.argv[2]}/it-ran",)

os.chdir(sys.argv[2])
np.save("evil.npy", np.array({"mel_mean": Program()}, dtype=object), allow_pickle=True)
stats = {"mel_mean": np.arange(3.0), "audio_config": {"fft_size": 1024, "power": 1.5}}
np.save("good.npy", np.array(stats, dtype=object))
np.save("plain.npy", np.arange(4))
torch.save({"model": Program()}, "evil.pth")
torch.save({"model": {"w": torch.zeros(2)}}, "good.pth")
host._read_weights_alone()
for load in (lambda: np.load("evil.npy", allow_pickle=True), lambda: torch.load("evil.pth"),
             lambda: torch.load("evil.pth", weights_only=False)):
    try:
        load()
    except pickle.UnpicklingError as error:
        print("refused")
good = np.load("good.npy", allow_pickle=True).item()
print(good["mel_mean"].tolist(), good["audio_config"], np.load("plain.npy").tolist(), torch.load("good.pth")["model"])
"""


async def test_a_model_runs_no_program(folder: Path) -> None:
    host = Path(environment.__file__).with_name("host.py")
    python = environment.find_environment().python
    run = await asyncio.create_subprocess_exec(
        python, "-P", "-c", RUNS, host, folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    told, _ = await run.communicate()
    expected = "[0.0, 1.0, 2.0] {'fft_size': 1024, 'power': 1.5} [0, 1, 2, 3] {'w': tensor([0., 0.])}"
    assert told.decode().splitlines() == ["refused", "refused", "refused", expected]
    assert not (folder / "it-ran").exists()


async def test_it_is_loud_enough_the_same_each_time_and_as_fast_as_wanted(voice: CoquiVoice) -> None:
    pcm = await voice.synthesize(SENTENCE)
    assert 3.0 < len(pcm) / 2 / SAMPLE_RATE < 9.0
    assert speech_level(pcm) == pytest.approx(SPEECH_LEVEL_DBFS, abs=0.5)
    await voice.synthesize("Something else in between.")
    assert await voice.synthesize(SENTENCE) == pcm
    slow, fast = [len(await voice.synthesize(SENTENCE, speed=speed)) for speed in (0.7, 1.5)]
    assert slow > len(pcm) * 1.15 > fast * 1.35


async def test_it_is_understood(voice: CoquiVoice) -> None:
    sentence = model_check.SENTENCES["en"]
    pool = choose_recognizer(SpeechSection(recognizer="moonshine", workers=1), "en-US")
    heard: asyncio.Future[Recognition] = asyncio.get_running_loop().create_future()
    try:
        await pool.start()
        session = pool.open("coqui", heard.set_result)
        session.begin(1, Hints())
        session.feed(await voice.synthesize(sentence))
        session.interim(1)
        text = (await heard).best.text
    finally:
        await pool.close()
    assert model_check.wrong_words(sentence, text) <= model_check.MOST_WRONG, text


@pytest.mark.parametrize(
    "text",
    [
        "Bob; rm -rf \"x\" $(id) `id`, 'Smith' & Sons",
        "[[h@'l@U]] Bob [Bob](/həlˈO/)",
        "-v --help Bob\nBob\x00Bob\x1b[31m",
        "<speak>Bob</speak> ${name}",
        "Bob " * 60,
        "您好 Bob",
        "Žluťoučký kůň façade Ærøskøbing 🐈 Bob",
    ],
)
async def test_no_text_is_markup_or_a_crash(voice: CoquiVoice, text: str) -> None:
    pid = voice.processes[0].pid
    assert len(await voice.synthesize(text)) > 4000
    assert voice.processes[0].pid == pid


async def test_nothing_to_say_is_no_sound_and_too_much_is_told(voice: CoquiVoice) -> None:
    assert await voice.synthesize(" …?! \n") == b""
    with pytest.raises(UnavailableError, match="more than 1000 characters"):
        await voice.synthesize("Bob " * 300)


async def test_an_urgent_line_interrupts_what_is_rendered_ahead_and_changes_nothing_in_it(voice: CoquiVoice) -> None:
    order: list[str] = []
    alone = await voice.synthesize(SENTENCE)
    long = " ".join([SENTENCE] * 3)
    alone_long = await voice.synthesize(long)

    async def speak(text: str, *, urgent: bool) -> None:
        await voice.synthesize(text, urgent=urgent)
        order.append(text)

    ahead = asyncio.create_task(voice.synthesize(long))
    tasks = [asyncio.create_task(speak(f"This is for later, number {number}.", urgent=False)) for number in range(3)]
    await asyncio.sleep(0)  # they are sent first
    assert await voice.synthesize(SENTENCE, urgent=True) == alone
    order.append("urgent")
    await asyncio.gather(*tasks)
    assert order[0] == "urgent"
    assert await ahead == alone_long


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_killed_or_frozen_the_same_line_is_spoken_by_the_light_voice_and_coqui_comes_back(
    voice: CoquiVoice, tmp_path: Path, number: signal.Signals
) -> None:
    prompts = _stand_in(voice, tmp_path)
    await prompts.start()
    pid = _signal(voice, number)
    begun = time.monotonic()
    pcm = await prompts.speech(SENTENCE)
    waited = time.monotonic() - begun
    assert len(pcm) / 2 / SAMPLE_RATE > 3.0
    assert prompts.speaker(SENTENCE).startswith("hibari")
    assert waited < 2.0, "the limit is half a second; the rest is for a busy machine"
    assert PromptCache(voice, tmp_path).get(SENTENCE) is None, "not kept as Coqui's"
    await prompts.render(["Rendering goes on."])
    assert prompts.get("Rendering goes on.") is not None
    assert voice.processes[0].pid != pid, "it was waited for: nobody listens yet"
    await voice.processes[0].ready(LONG)
    again = _stand_in(voice, tmp_path, live_seconds=LONG)
    assert await again.speech(SENTENCE) != pcm
    assert again.speaker(SENTENCE).startswith("coqui-0.28")


async def test_a_call_is_told_at_once_and_what_is_rendered_ahead_waits_for_the_restart(voice: CoquiVoice) -> None:
    ahead = asyncio.create_task(voice.synthesize(SENTENCE))
    await asyncio.sleep(0)  # it is sent
    _signal(voice, signal.SIGKILL)
    with pytest.raises(UnavailableError):
        await voice.synthesize("Is that right?", urgent=True)
    assert len(await ahead) > 4000


async def test_a_model_that_cannot_be_loaded_says_so_and_the_light_voice_speaks(tmp_path: Path) -> None:
    (tmp_path / "model.pth").write_bytes(b"no weights")
    source = models.describe(MODEL)
    assert source is not None
    (tmp_path / "config.json").write_bytes((source.folder / "config.json").read_bytes())
    voice = CoquiVoice(CoquiSection(start_seconds=LONG), "en-US", str(tmp_path), logs=tmp_path)
    prompts = _stand_in(voice, tmp_path)
    await prompts.start()
    assert f"the model {tmp_path / 'model.pth'} cannot be used" in voice.processes[0].reason
    await prompts.render(["Good morning."])
    assert prompts.speaker("Good morning.").startswith("hibari")
    await prompts.close()


async def test_configuration_chooses() -> None:
    speech = SpeechSection(voice="coqui")
    prompts = choose_prompts(Config(speech=speech), "en-US")
    assert prompts.voice.name.startswith("coqui-0.28")
    await prompts.close()
    assert choose_prompts(Config(speech=speech), "zh-CN").voice.name.startswith("kokoro")
    assert choose_prompts(Config(), "en-US").voice.name.startswith("hibari")
    with pytest.raises(ConfigurationError, match="no-such is not installed"):
        choose_prompts(Config(speech=speech, coqui=CoquiSection(models={"en": "no-such"})), "en-US")
    with pytest.raises(UnavailableError, match="scripts/setup-coqui"):
        choose_prompts(Config(speech=speech, coqui=CoquiSection(environment=Path("/no/such"))), "en-US")


async def test_a_model_by_coquis_own_name_is_loaded_where_it_is_and_never_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = models.describe(MODEL)
    assert source is not None
    name = "tts_models/en/ljspeech/vits"
    cache = _cache_beside(tmp_path, monkeypatch)
    home = cache / "models" / models.folder_name(name) / models.COQUI_HOME / "tts" / models.folder_name(name)
    home.mkdir(parents=True)
    marker = {"name": models.folder_name(name), "language": "en", "engine": "coqui", "source": name, "files_sha256": {}}
    (home.parents[2] / models.MARKER).write_text(json.dumps(marker))
    section = CoquiSection(start_seconds=LONG)
    home.rmdir()
    voice = CoquiVoice(section, "en-US", name, logs=tmp_path)
    with pytest.raises(UnavailableError, match="voicebot model install tts_models/en/ljspeech/vits"):
        await voice.start()
    await voice.close()
    home.mkdir()
    for file, target in (("model.pth", "model_file.pth"), ("config.json", "config.json")):
        (home / target).write_bytes((source.folder / file).read_bytes())
    voice = CoquiVoice(section, "en-US", name, logs=tmp_path)
    await voice.start()
    assert len(await voice.synthesize("Good morning.")) > 4000
    await voice.close()


@pytest.mark.parametrize(
    ("description", "said"),
    [
        ({"num_speakers": 2}, "several speakers"),
        ({"phoneme_type": "text"}, "phonemes of text"),
        ({}, "is not a Piper voice"),
    ],
)
async def test_what_is_no_voice_is_told(tmp_path: Path, description: dict[str, object], said: str) -> None:
    (tmp_path / "anna.onnx").write_bytes(b"no graph")
    (tmp_path / "anna.onnx.json").write_text(json.dumps(description))
    with pytest.raises(UnavailableError, match=said):
        await asyncio.to_thread(model_import.convert, tmp_path)


def _cache_beside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own, with the programs of the usual one."""
    monkeypatch.setenv("VOICEBOT_COQUI", str(environment.find_environment().python.parents[1]))
    usual, cache = paths.cache_folder(), folder / "cache"
    cache.mkdir()
    if (usual / "tools").exists():
        (cache / "tools").symlink_to(usual / "tools")
    monkeypatch.setenv("VOICEBOT_CACHE", str(cache))
    return cache
