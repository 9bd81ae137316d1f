"""The real voices: hibari for English, espeak-ng for the rest."""

from __future__ import annotations

import asyncio
import os
import stat
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from voicebot import languages
from voicebot.config import Config, SpeechSection
from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.speech.speaking.choosing import choose_prompts, choose_voice
from voicebot.speech.speaking.espeak_voice import EspeakVoice
from voicebot.speech.speaking.hibari_voice import HibariVoice
from voicebot.speech.speaking.loudness import SPEECH_LEVEL_DBFS, speech_level
from voicebot.speech.speaking.prompts import PromptCache
from voicebot.speech.speaking.voice import Voice
from voicebot.speech.tools import EspeakBinary

SENTENCES = {
    "en-US": "You will pay one hundred twenty dollars and fifty cents by Friday, November twenty-seventh.",
    "zh-CN": "您需要还一百二十元五角，最晚十二月一号，星期二。",
    "fr-FR": "Bonjour, c'est un message.",
}


@pytest.mark.parametrize("language", SENTENCES)
async def test_every_language_is_spoken(language: str) -> None:
    voice = choose_voice(SpeechSection(), language)
    pcm = await voice.synthesize(SENTENCES[language])
    assert 1.0 < len(pcm) / 16000 < 12.0
    assert speech_level(pcm) == pytest.approx(SPEECH_LEVEL_DBFS, abs=0.5)
    assert pcm == await voice.synthesize(SENTENCES[language]), "the same text is the same sound"
    samples = np.abs(np.frombuffer(pcm, "<i2"))
    assert samples[: 8000 // 5].max() > 1000, "speech starts within 200 ms"
    assert samples[-8000 // 4 :].max() > 1000, "speech ends within 250 ms of the end"


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
async def test_speed(language: str) -> None:
    voice = choose_voice(SpeechSection(), language)
    slow, usual, fast = [len(await voice.synthesize(SENTENCES[language], speed=speed)) for speed in (0.7, 1.0, 1.5)]
    assert slow > usual * 1.15 > fast * 1.35


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize(
    "text",
    [
        "Bob; rm -rf \"x\" $(id) `id`, 'Smith' & Sons",
        "[[h@'l@U]] Bob [Bob](/həlˈO/)",
        "-v --help Bob\nBob\x00Bob\x1b[31m",
        "<speak>Bob</speak> ${name}",
        "Bob " * 100,
    ],
)
async def test_no_text_is_markup_or_a_crash(language: str, text: str) -> None:
    assert len(await choose_voice(SpeechSection(), language).synthesize(text)) > 4000


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
async def test_nothing_to_say_is_no_sound(language: str) -> None:
    assert await choose_voice(SpeechSection(), language).synthesize(" …?! \n") == b""


@pytest.mark.parametrize(
    ("plain", "loaded"),
    [
        ("J P Morgan and Company", "J.P. Morgan & Co."),
        ("O'Brien, Bob", 'O\'Brien; "Bob"'),
    ],
)
async def test_a_name_with_signs_sounds_as_without(plain: str, loaded: str) -> None:
    """What a name's signs do to the sound is nothing."""
    voice = HibariVoice()
    said = await voice.synthesize(f"This is {languages.of('en-US').wording.name(loaded)} calling.")
    assert said == await voice.synthesize(f"This is {plain} calling.")


async def test_text_of_another_script_is_told() -> None:
    with pytest.raises(UnavailableError, match="no sound"):
        await HibariVoice().synthesize("明天")


async def test_synthesis_leaves_the_event_loop_alone() -> None:
    """While one thread speaks, the loop runs on: it is entered often during one synthesis."""
    voice = HibariVoice()
    await voice.synthesize("Warm up.")
    task = asyncio.create_task(voice.synthesize(SENTENCES["en-US"] * 5))
    turns = 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 50


async def test_hibari_out_of_time_says_so() -> None:
    voice = HibariVoice(seconds=0.0001)
    with pytest.raises(UnavailableError, match="within"):
        await voice.synthesize(SENTENCES["en-US"] * 3)


def _program(folder: Path, body: str) -> EspeakBinary:
    """A program in espeak-ng's place that knows one voice and then does ``body``."""
    program = folder / "espeak-ng"
    program.write_text(
        "#!/bin/sh\ncase $1 in --version) echo 'eSpeak NG 1.51';; --voices) printf 'Pty Language\\n 5 fr-fr\\n';;\n"
        f"*) {body};; esac\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return EspeakBinary((str(program),), program)


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.rglob("*.pcm"))


def _number_in(file: Path) -> int:
    return int(file.read_text())


@pytest.mark.parametrize("body", ["exit 3", "kill -SEGV $$", "echo no audio", "true", "exec sleep 60"])
async def test_an_espeak_that_fails_or_hangs_is_told_and_ended(tmp_path: Path, body: str) -> None:
    marker = tmp_path / "pid"
    voice = EspeakVoice("fr-FR", binary=_program(tmp_path, f"echo $$ > {marker}; {body}"), seconds=1.0)
    with pytest.raises(UnavailableError):
        await voice.synthesize("Bonjour")
    with pytest.raises(ProcessLookupError):
        os.kill(_number_in(marker), 0)


async def test_an_unknown_language_is_told() -> None:
    with pytest.raises(UnavailableError, match="no voice for tlh"):
        EspeakVoice("tlh")


async def test_amounts_and_names_through_the_cache(tmp_path: Path) -> None:
    voice: Voice = choose_voice(SpeechSection(), "en-US")
    cache = PromptCache(voice, tmp_path)
    lines = [
        f"You owe {languages.of('en-US').wording.amount(Decimal(amount), 'USD')}. Will you pay?"
        for amount in ("120.50", "99.99", "7")
    ]
    await cache.render(lines)
    assert _count(tmp_path) == 4, "the question is one file for all"
    assert all(cache.get(line) for line in lines)


def test_a_script_asks_for_a_voice_and_the_configuration_goes_before() -> None:
    assert choose_prompts(Config(), "en-US", "espeak").voice.name.startswith("espeak")
    named = Config(speech=SpeechSection(voice="hibari"))
    assert choose_prompts(named, "en-US", "espeak").voice.name.startswith("hibari")
    with pytest.raises(ConfigurationError, match="speaks English only"):
        choose_prompts(Config(), "zh-CN", "hibari")
