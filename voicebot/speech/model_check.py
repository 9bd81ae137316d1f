"""Trying a freshly installed model: it hears what the light voice speaks, or is heard when it speaks."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Final

from rapidfuzz.distance import Levenshtein
from safetensors import SafetensorError, safe_open

from voicebot import languages
from voicebot.config import CoquiSection, SpeechSection
from voicebot.errors import UnavailableError, VoicebotError
from voicebot.paths import cache_folder
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.models.catalogue import ANY_LANGUAGE, Installed
from voicebot.speech.recognition.choosing import choose_recognizer
from voicebot.speech.recognition.recognizer import Hints, Recognition, RecognizerPool
from voicebot.speech.speaking.choosing import choose_voice
from voicebot.speech.speaking.coqui.voice import CoquiVoice
from voicebot.speech.speaking.kokoro_voice import KokoroVoice

SENTENCES: Final = {
    "en": "I will pay two hundred dollars next Friday.",
    "zh": "我下周五付两百块钱。",
    "ko": "다음 주 금요일에 이백 달러를 내겠습니다.",
}
"""What is spoken, by language."""

MOST_WRONG: Final = 0.34
"""Highest share of wrong words that an English model may have on its sentence."""

_ANYTHING: Final = "1 2 3 4 5"
_ANY_IS: Final = "zh-CN"
"""In which language a model of many languages is tried: the one that it was taken for."""
_SHORTEST_SECONDS: Final = 0.5
_LONGEST_SECONDS: Final = 15.0
_SECONDS: Final = 120.0
_BLOCK_BYTES: Final = 3200


async def check(model: Installed) -> str:
    """Try a model.

    A model of a language other than English must hear something: the voice for it is too robotic to expect words. A
    model that speaks must be understood, where a recogniser for its language is installed. A model of another kind
    must be readable.

    Returns
    -------
    str
        What was heard.

    Raises
    ------
    UnavailableError
        It does not load, or does not hear.
    """
    if model.engine == "embedding":
        return _readable(model)
    if model.engine == "e5":
        return f"{sum(len((model.folder / name).read_bytes()) for name in model.files_sha256) // 1_000_000} MB"
    if model.language == ANY_LANGUAGE:
        model = dataclasses.replace(model, language=_ANY_IS)
    language = languages.family(model.language)
    sentence = SENTENCES.get(language)
    if model.engine in {"coqui", "kokoro"}:
        return await _understood(model, sentence or _ANYTHING)
    if sentence is None:
        raise UnavailableError(f"there is no sentence to try a model of {model.language} with", cure="")
    speech = await choose_voice(SpeechSection(), model.language).synthesize(sentence)
    config = SpeechSection(
        recognizer=model.engine,
        workers=1,
        vosk_models={model.language: model.folder} if model.engine == "vosk" else {},
    )
    heard = await _heard(choose_recognizer(config, model.language), speech, model.name)
    if heard.failed or not heard.best.text.strip():
        raise UnavailableError(f"{model.name} loads, but hears nothing", cure="install it again, or use another model")
    if language == "en" and (wrong := wrong_words(sentence, heard.best.text)) > MOST_WRONG:
        raise UnavailableError(
            f"{model.name} heard “{heard.best.text}” for “{sentence}”: {wrong:.0%} of the words are wrong",
            cure="install it again, or use another model",
        )
    return heard.best.text


async def _understood(model: Installed, sentence: str) -> str:
    if model.engine == "kokoro":
        speech = await KokoroVoice(folder=model.folder).synthesize(sentence)
    else:
        section = CoquiSection(models={model.language: model.name})
        voice = CoquiVoice(section, model.language, model.name, logs=cache_folder() / "logs")
        try:
            await voice.start()
            speech = await voice.synthesize(sentence)
        finally:
            await voice.close()
    seconds = len(speech) / 2 / SAMPLE_RATE
    if not _SHORTEST_SECONDS < seconds < _LONGEST_SECONDS:
        raise UnavailableError(f"{model.name} speaks {seconds:.1f} s for “{sentence}”", cure="use another model")
    try:
        pool = choose_recognizer(SpeechSection(workers=1), model.language)
    except VoicebotError:
        return f"{seconds:.1f} s of speech, which no recogniser here can hear"
    text = (await _heard(pool, speech, pool.info.model)).best.text
    wrong = wrong_words(sentence, text)
    if languages.family(model.language) == "en" and wrong > MOST_WRONG:
        raise UnavailableError(
            f"“{text}” was heard when {model.name} spoke “{sentence}”: {wrong:.0%} of the words are wrong",
            cure="install it again, or use another model",
        )
    return text


async def _heard(pool: RecognizerPool, speech: bytes, name: str) -> Recognition:
    try:
        async with asyncio.timeout(_SECONDS):
            await pool.start()
            return await _hear(pool, speech)
    except TimeoutError as error:
        raise UnavailableError(f"{name} heard nothing within {_SECONDS:.0f} s") from error
    finally:
        await pool.close()


async def _hear(pool: RecognizerPool, speech: bytes) -> Recognition:
    heard: asyncio.Future[Recognition] = asyncio.get_running_loop().create_future()

    def on_words(recognition: Recognition) -> None:
        if not heard.done():
            heard.set_result(recognition)

    session = pool.open("model-check", on_words)
    session.begin(1, Hints())
    for start in range(0, len(speech), _BLOCK_BYTES):
        session.feed(speech[start : start + _BLOCK_BYTES])
    session.interim(1)
    result = await heard
    session.end()
    session.close()
    return result


def _readable(model: Installed) -> str:
    try:
        # It reads the table of tensors, and that the file is as long as the table says.
        with safe_open(model.folder / "model.safetensors", framework="numpy") as weights:
            return f"{len(weights.keys())} tensors"
    except (SafetensorError, OSError) as error:
        raise UnavailableError(
            f"the weights of {model.name} cannot be read: {error}", cure="install it again"
        ) from error


def wrong_words(expected: str, heard: str) -> float:
    """Word error rate: the fewest substitutions, insertions and deletions, per expected word."""
    want = _words(expected)
    return Levenshtein.distance(want, _words(heard)) / max(1, len(want))


def _words(text: str) -> list[str]:
    # Some engines write digits where others write words.
    plain = text.lower().replace("$200", "two hundred dollars").replace("200", "two hundred")
    return "".join(sign if sign.isalnum() else " " for sign in plain).split()
