"""Which voice speaks a language."""

from __future__ import annotations

from voicebot.config import SpeechSection
from voicebot.errors import ConfigurationError
from voicebot.speech.espeak_voice import EspeakVoice
from voicebot.speech.hibari_voice import HibariVoice
from voicebot.speech.voice import Voice


def choose_voice(config: SpeechSection, language: str) -> Voice:
    """Return the voice for ``language``: hibari for English, espeak-ng for the rest, or what the config names.

    Parameters
    ----------
    config
        ``voice`` is ``auto``, ``hibari`` or ``espeak``.
    language
        BCP 47 tag.

    Raises
    ------
    ConfigurationError
        The configured voice does not speak ``language``.
    UnavailableError
        The voice's engine is not installed; says what to do.
    """
    english = language.lower().split("-")[0] == "en"
    if config.voice == "hibari" and not english:
        raise ConfigurationError(
            f"the voice hibari speaks English only, not {language}", cure='set speech.voice to "auto" or "espeak"'
        )
    if config.voice == "espeak" or not english:
        return EspeakVoice(language)
    return HibariVoice()
