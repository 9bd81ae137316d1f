"""Which voice speaks a language."""

from __future__ import annotations

from voicebot import languages
from voicebot.config import Config, CoquiSection, SpeechSection
from voicebot.errors import ConfigurationError
from voicebot.speech.models.catalogue import installed
from voicebot.speech.speaking.coqui.environment import find_environment
from voicebot.speech.speaking.coqui.model import find_model, model_for
from voicebot.speech.speaking.coqui.voice import CoquiVoice
from voicebot.speech.speaking.espeak_voice import EspeakVoice
from voicebot.speech.speaking.fallback import FallbackVoice
from voicebot.speech.speaking.hibari_voice import HibariVoice
from voicebot.speech.speaking.kokoro_voice import MODEL as KOKORO
from voicebot.speech.speaking.kokoro_voice import KokoroVoice
from voicebot.speech.speaking.prompts import PromptCache, Prompts
from voicebot.speech.speaking.voice import Voice


def choose_voice(config: SpeechSection, language: str) -> Voice:
    """Return the light voice for ``language``, or what the config names.

    hibari speaks English, Kokoro Mandarin where it is installed, espeak-ng the rest.

    Where Coqui speaks, this is its fallback.

    Parameters
    ----------
    config
        ``voice`` is ``auto``, ``hibari``, ``kokoro``, ``espeak`` or ``coqui``.
    language
        BCP 47 tag.

    Raises
    ------
    ConfigurationError
        The configured voice does not speak ``language``.
    UnavailableError
        The voice's engine is not installed; says what to do.
    """
    family = languages.family(language)
    english, mandarin = family == "en", family == "zh"
    if config.voice == "hibari" and not english:
        raise ConfigurationError(
            f"the voice hibari speaks English only, not {language}", cure='set speech.voice to "auto" or "espeak"'
        )
    if config.voice == "kokoro" and not mandarin:
        raise ConfigurationError(
            f"the voice kokoro speaks Mandarin only, not {language}", cure='set speech.voice to "auto"'
        )
    if config.voice == "kokoro" or (mandarin and config.voice != "espeak" and installed(KOKORO)):
        return KokoroVoice()
    if config.voice == "espeak" or not english:
        return EspeakVoice(language)
    return HibariVoice()


def check_coqui(section: CoquiSection) -> None:
    """Check that Coqui and every configured model are installed; starts nothing.

    Raises
    ------
    ConfigurationError
        A model is not installed.
    UnavailableError
        Coqui is not installed.
    """
    find_environment(section.environment)
    for model in section.models.values():
        find_model(model)


def choose_prompts(config: Config, language: str, wanted: str = "") -> Prompts:
    """Return the prompts that calls in a language use; ``Prompts.start`` before use, ``Prompts.close`` after.

    Parameters
    ----------
    config
        Where ``speech.voice`` is ``coqui``, Coqui speaks the languages that it has a model for, and the light voice
        is its fallback.
    language
        BCP 47 tag.
    wanted
        The voice that a script asks for; it speaks where the config says ``auto``.

    Raises
    ------
    ConfigurationError
        The configured voice does not speak ``language``, or its model is not there.
    UnavailableError
        The voice's engine is not installed; says what to do.
    """
    if wanted and config.speech.voice == "auto":
        speech = SpeechSection.model_validate({**config.speech.model_dump(), "voice": wanted})
        config = config.model_copy(update={"speech": speech})
    light = PromptCache(choose_voice(config.speech, language))
    model = model_for(language, config.coqui.models) if config.speech.voice == "coqui" else None
    if model is None:
        return light
    coqui = CoquiVoice(config.coqui, language, model)
    return FallbackVoice(PromptCache(coqui), light, coqui, live_seconds=config.coqui.live_seconds)
