"""Whether a model for Coqui may be loaded: its configuration is a program's input, and can name code and files.

Coqui builds classes that a configuration names by their import path (``characters.characters_class``), reads files
that it names (``audio.stats_path`` was read as a pickle, which runs what is in it), and fetches what begins like a URL.
So only kinds of models, classes and paths that are known are let through; ``host`` loads weights as weights alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from voicebot.errors import ConfigurationError, Problem

KINDS: Final = frozenset({
    "align_tts", "delightful_tts", "fast_pitch", "fast_speech", "fastspeech2", "forward_tts", "glow_tts",
    "neuralhmm_tts", "overflow", "speedy_speech", "tacotron", "tacotron2", "vits", "xtts",
})  # fmt: skip
"""Models that load nothing but weights. Not ``bark`` and ``tortoise``, whose loaders read pickles and fetch files."""
VOCODERS: Final = frozenset({
    "fullband_melgan", "hifigan", "hifigan_generator", "melgan", "melgan_generator", "multiband_melgan",
    "multiband_melgan_generator", "parallel_wavegan", "parallel_wavegan_generator", "univnet", "univnet_generator",
    "wavegrad", "wavernn", "fullband_melgan_generator",
})  # fmt: skip
ENCODERS: Final = frozenset({"speaker_encoder", "emotion_encoder"})
_CHARACTERS: Final = frozenset({
    "TTS.tts.models.vits.VitsCharacters",
    "TTS.tts.utils.text.characters.BaseVocabulary",
    "TTS.tts.utils.text.characters.Graphemes",
    "TTS.tts.utils.text.characters.IPAPhonemes",
})  # fmt: skip
_FOR_TRAINING: Final = frozenset({
    "attn_prior_cache_path", "energy_cache_path", "f0_cache_path", "output_path", "phoneme_cache_path",
    "pretrained_model_path", "restore_path", "test_sentences_file",
})  # fmt: skip
"""Paths of the machine that trained the model; nothing reads them when it speaks."""
_PATH_ENDINGS: Final = ("path", "paths", "file", "files", "dir", "dirs", "folder", "checkpoint")
_CURE: Final = "install only models whose maker you trust, with all their files in one folder"


def check_coqui(folder: Path, source: str | None = None) -> None:
    """Refuse a model whose configurations name anything but weights and tables of its own.

    Parameters
    ----------
    folder
        Of the model; every ``*.json`` in it that is a configuration is looked at.
    source
        Where the model is from, for people; ``None``: the folder.

    Raises
    ------
    ConfigurationError
        Naming each file and what is wrong in it.
    """
    check_files(sorted(folder.rglob("*.json")), folder, source)


def check_files(files: Iterable[Path], folder: Path, source: str | None = None) -> None:
    """Refuse configurations that name anything outside ``folder``; see ``check_coqui``."""
    problems = []
    for file in files:
        shown = str(file) if source is None else f"{source}: {file.relative_to(folder)}"
        problems += [Problem(what, _CURE, file=shown) for what in faults_of(file, folder)]
    if problems:
        raise ConfigurationError(problems)


def faults_of(file: Path, folder: Path) -> list[str]:
    """Return what is wrong with one configuration; nothing for a file of another kind."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return ["this is no JSON"] if file.name == "config.json" else []
    if not isinstance(found, Mapping):
        return ["this is no configuration of a model"] if file.name == "config.json" else []
    kind = found.get("model", found.get("generator_model"))
    if file.name != "config.json" and not isinstance(kind, str):
        return []
    return list(_faults(found, kind, file.parent, folder))


def _faults(config: Mapping[str, Any], kind: object, beside: Path, folder: Path) -> Iterator[str]:
    known = KINDS | VOCODERS | ENCODERS
    for name in ("model", "base_model", "generator_model"):
        value = config.get(name)
        if value and (not isinstance(value, str) or value.lower() not in known):
            yield f"{name}: {value!r} is none of the models that are known to load weights alone"
    if not kind:
        yield "model: it does not say which model this is"
    for place, name, value in _strings(config):
        if name == "characters_class" and value not in _CHARACTERS:
            yield f"{place}: {value!r} is none of Coqui's own classes"
        elif name.endswith(_PATH_ENDINGS) and name not in _FOR_TRAINING and not place.startswith("datasets"):
            if "://" in value or not _is_inside(value, beside, folder):
                yield f"{place}: {value!r} is not in the model's folder"
        elif name == "text_cleaner" and not value.endswith("cleaners"):
            yield f"{place}: {value!r} is none of Coqui's text cleaners"


def _strings(value: Any, place: str = "", name: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text that is not empty: its place, the name that it stands under, itself."""
    if isinstance(value, str) and value:
        yield place, name.lower(), value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(item, f"{place}.{key}" if place else str(key), str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _strings(item, f"{place}[{number}]", name)


def _is_inside(value: str, beside: Path, folder: Path) -> bool:
    try:
        return (beside / value).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False
