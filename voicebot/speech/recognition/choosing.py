"""Which recogniser hears a language on this machine, and why."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicebot import languages
from voicebot.config import SpeechSection
from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.speech.models.catalogue import ANY_LANGUAGE, CATALOGUE, all_installed, installed
from voicebot.speech.recognition.engine import EngineName
from voicebot.speech.recognition.pool import WorkerPool
from voicebot.speech.recognition.recognizer import EngineInfo
from voicebot.speech.recognition.second_ear import SecondEar

MODEL_VARIABLE: Final = "VOICEBOT_VOSK_MODEL"
"""Environment variable that names the folder of an English Vosk model."""
_EMBEDDED: Final = "moonshine-tiny-en"
WHISPER: Final = "whisper-base"
SECOND_EAR_WORKERS: Final = 1


@dataclass(frozen=True, slots=True)
class _Choice:
    engine: EngineName
    folder: Path
    why: str


def choose_recognizer(config: SpeechSection, language: str) -> WorkerPool:
    """Choose the recogniser of a language.

    A Vosk model that the configuration or the environment names comes first, then an installed one, then the
    embedded recogniser (English only), then Whisper.

    Parameters
    ----------
    config
        ``recognizer`` may rule an engine out.
    language
        BCP 47 tag; a model of the same language but another region is taken where there is none of this.

    Returns
    -------
    WorkerPool
        Not started yet; ``info.why`` says in one sentence why it was chosen.

    Raises
    ------
    ConfigurationError
        A folder that was named holds no Vosk model.
    UnavailableError
        No recogniser for the language is installed.
    """
    choice = None
    if config.recognizer in ("auto", "vosk"):
        choice = _named(config, language) or _installed_vosk(language)
    if choice is None and config.recognizer in ("auto", "moonshine"):
        choice = _embedded(config, language)
    if choice is None and config.recognizer in ("auto", "whisper"):
        choice = _whisper(config, language)
    if choice is None:
        raise UnavailableError(_missing(config, language), cure=_cure(config, language))
    info = EngineInfo(choice.engine, choice.folder.name, language, choice.why, {"folder": str(choice.folder)})
    return WorkerPool(info, engine=choice.engine, folder=choice.folder, workers=config.workers)


def choose_second_ear(config: SpeechSection, language: str, first: EngineInfo) -> SecondEar | None:
    """Choose who listens once more where the recogniser is unsure.

    Parameters
    ----------
    config
        ``second_ear`` may rule it out.
    language
        BCP 47 tag.
    first
        Whom it stands beside; Whisper is no second ear to itself.

    Returns
    -------
    SecondEar
        Not started yet.
    None
        None is wanted, or none is installed.
    """
    folder = installed(WHISPER) if config.second_ear == "auto" and first.engine != "whisper" else None
    if folder is None:
        return None
    why = f"listens once more where {first.engine} is unsure"
    info = EngineInfo("whisper", folder.name, language, why, {"folder": str(folder)})
    return SecondEar(WorkerPool(info, engine="whisper", folder=folder, workers=SECOND_EAR_WORKERS), SECOND_EAR_WORKERS)


def _same_language(one: str, other: str) -> bool:
    return languages.family(one) == languages.family(other)


def _best(languages: Iterable[str], wanted: str) -> str | None:
    """The exact tag if it is there, else one of the same language."""
    fitting = sorted(tag for tag in languages if _same_language(tag, wanted))
    return wanted if wanted in fitting else next(iter(fitting), None)


def _named(config: SpeechSection, language: str) -> _Choice | None:
    """The Vosk model that somebody names for this language."""
    tag = _best(config.vosk_models, language)
    if tag is not None:
        folder = config.vosk_models[tag]
        return _Choice("vosk", _checked(folder, f"speech.vosk_models.{tag}"), f"the configuration names it for {tag}")
    named = os.environ.get(MODEL_VARIABLE)
    if named and _same_language(language, "en"):
        return _Choice("vosk", _checked(Path(named).expanduser(), MODEL_VARIABLE), f"{MODEL_VARIABLE} names it")
    return None


def _checked(folder: Path, named_by: str) -> Path:
    if not (folder / "am" / "final.mdl").is_file() and not (folder / "final.mdl").is_file():
        raise ConfigurationError(
            f"{named_by} names {folder}, which holds no Vosk model",
            cure="name the folder that has am/final.mdl and conf/model.conf in it",
        )
    return folder


def _installed_vosk(language: str) -> _Choice | None:
    models = [model for model in all_installed() if model.engine == "vosk" and _same_language(model.language, language)]
    # The small model first: it follows hints, which the large ones cannot, and hears many calls on one core.
    models.sort(key=lambda model: (model.language != language, "small" not in model.name, model.name))
    if not models:
        return None
    chosen = models[0]
    return _Choice("vosk", chosen.folder, f"a Vosk model for {chosen.language} is installed")


def _embedded(config: SpeechSection, language: str) -> _Choice | None:
    folder = installed(_EMBEDDED) if _same_language(language, "en") else None
    if folder is None:
        return None
    if config.recognizer == "moonshine":
        return _Choice("moonshine", folder, "the configuration asks for the embedded recogniser")
    return _Choice("moonshine", folder, f"no Vosk model for {language} is installed, and this one is embedded")


def _whisper(config: SpeechSection, language: str) -> _Choice | None:
    folder = installed(WHISPER)
    if folder is None:
        return None
    if config.recognizer == "whisper":
        return _Choice("whisper", folder, "the configuration asks for Whisper")
    return _Choice("whisper", folder, f"no Vosk model for {language} is installed, and Whisper hears many languages")


def _missing(config: SpeechSection, language: str) -> str:
    if config.recognizer == "moonshine" and not _same_language(language, "en"):
        return f"the embedded recogniser hears English only, not {language}"
    what = {"auto": "recogniser", "vosk": "Vosk model", "moonshine": "embedded recogniser", "whisper": "Whisper model"}[
        config.recognizer
    ]
    return f"no {what} for {language} is installed"


def _cure(config: SpeechSection, language: str) -> str:
    engines = ("vosk", "moonshine", "whisper") if config.recognizer == "auto" else (config.recognizer,)
    fitting = [
        model.name
        for model in CATALOGUE.values()
        if model.engine in engines and (_same_language(model.language, language) or model.language == ANY_LANGUAGE)
    ]
    if fitting:
        return " or ".join(f"voicebot model install {name}" for name in fitting[:2])
    if config.recognizer == "moonshine":
        return 'set speech.recognizer to "auto" and install a Vosk model for the language'
    return f"name a Vosk model's folder under speech.vosk_models for {language}"
