"""Mandarin as it is spoken to people and heard of them, over a telephone's band."""

from __future__ import annotations

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from tests.integration.speech.listening import Listener
from voicebot.config import SpeechSection
from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recognition.choosing import choose_recognizer
from voicebot.speech.recognition.sounding import sounds
from voicebot.speech.speaking.choosing import choose_voice
from voicebot.speech.speaking.kokoro_voice import KokoroVoice

SENTENCES = (
    "您好请问您是王小明本人吗",
    "您的还款日是下周五",
    "我已经还过了",
    "我现在没有钱",
    "你打错电话了",
    "他不在家您晚上再打",
    "别再给我打电话了",
    "我要找人工客服",
)


def syllable_errors(wanted: str, heard: str) -> float:
    """Share of syllables, tones apart, that are not as they should be."""
    want, got = sounds(wanted, "zh"), sounds(heard, "zh")
    return Levenshtein.distance(want, got) / len(want)


async def test_what_the_voices_say_is_heard() -> None:
    pool = choose_recognizer(SpeechSection(workers=1), "zh-CN")
    assert pool.info.engine in {"whisper", "vosk"}
    await pool.start()
    try:
        listener = Listener(pool)
        errors = []
        for index, text in enumerate(SENTENCES):
            voice = KokoroVoice(("zf_xiaoyi", "zm_yunxi", "zm_yunjian", "zf_xiaoxiao")[index % 4])
            heard = await listener.hear(await voice.synthesize(text))
            assert heard.best.confidence > 0.3
            errors.append(syllable_errors(text, heard.best.text))
        assert float(np.mean(errors)) < 0.1, errors
        listener.session.close()
    finally:
        await pool.close()


async def test_no_words_are_made_of_noises() -> None:
    pool = choose_recognizer(SpeechSection(workers=1), "zh-CN")
    await pool.start()
    draw = np.random.default_rng(1)
    seconds = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    noises = {
        "hiss": draw.normal(0, 300, SAMPLE_RATE),
        "hum": 3000 * np.sin(2 * np.pi * 100 * seconds),
        "tone": 6000 * np.sin(2 * np.pi * 440 * seconds),
        "knock": np.concatenate([np.zeros(3000), draw.normal(0, 9000, 200), np.zeros(4800)]),
    }
    try:
        listener = Listener(pool)
        for name, noise in noises.items():
            heard = await listener.hear(noise.astype("<i2").tobytes())
            assert heard.best.confidence < 0.5, (name, heard.best)
        listener.session.close()
    finally:
        await pool.close()


def test_who_speaks_mandarin_and_what_kokoro_does_not_speak() -> None:
    assert choose_voice(SpeechSection(), "zh-CN").name.startswith("kokoro")
    with pytest.raises(ConfigurationError, match="Mandarin only"):
        choose_voice(SpeechSection(voice="kokoro"), "en-US")
    with pytest.raises(UnavailableError, match="no voice nobody"):
        KokoroVoice("nobody")
