"""Secrets kept outside the configuration file: in files of their own, or in the environment.

The file takes precedence; the environment only fills in what it leaves out. So a variable that happens to be set never
leads a file that was written for one purpose, such as a rehearsal's, to another database.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from voicebot import paths
from voicebot.errors import Problem

_PASSWORD: Final = re.compile(r"://[^/@:]*:[^/@]+@")
_CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what ``LoadCredential=`` names (systemd.exec(5))."""


@dataclass(frozen=True, slots=True)
class SecretSource:
    """A setting that is a secret, and where to look for it if the file does not have it.

    Parameters
    ----------
    key
        Section and name of the setting.
    file_key
        Setting in the same section that names a file.
    variable
        Environment variable.
    credential
        Name of a systemd credential (``LoadCredential=NAME:FILE``).
    """

    key: tuple[str, str]
    file_key: str
    variable: str
    credential: str


def with_secrets(
    data: Mapping[str, Any], sources: Iterable[SecretSource], environment: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the configuration's data, secrets included.

    Parameters
    ----------
    data
        As read from the file.
    sources
        Which settings are secrets.
    environment
        Of the process.

    Returns
    -------
    tuple
        The data, and what is wrong with a secret's source.
    """
    whole = dict(data)
    problems: list[Problem] = []
    for source in sources:
        section, name = source.key
        given = whole.get(section, {})
        if not isinstance(given, dict):
            continue
        value, problem = _value(source, given, environment)
        if problem is not None:
            problems.append(problem)
        elif value is not None:
            whole[section] = {**given, name: value}
    return whole, problems


def _value(
    source: SecretSource, given: Mapping[str, Any], environment: Mapping[str, str]
) -> tuple[str | None, Problem | None]:
    section, name = source.key
    file = given.get(source.file_key)
    if isinstance(file, str) and file:
        if given.get(name):
            what = f"{section}.{name} and {section}.{source.file_key} are both set"
            return None, Problem(what, f"keep one of them, better {source.file_key}")
        return _content(_path(file), f"{section}.{source.file_key}")
    if given.get(name):
        return None, None
    if environment.get(source.variable):
        return environment[source.variable], None
    if environment.get(_CREDENTIALS):
        credential = Path(environment[_CREDENTIALS]) / source.credential
        if credential.exists():
            return _content(credential, f"the credential {source.credential}")
    return None, None


def _path(file: str) -> Path:
    try:
        return paths.at_home(Path(file))
    except ValueError:  # told with the other wrong values
        return Path(file)


def _content(file: Path, setting: str) -> tuple[str | None, Problem | None]:
    try:
        content = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "it is not text"
        return None, Problem(f"{setting} cannot be read: {reason}", "name a file that this user may read", str(file))
    if not content:
        return None, Problem(f"{setting} is empty", "write the secret into it", str(file))
    return content, None


def holds_secret(data: Mapping[str, Any], sources: Iterable[SecretSource]) -> bool:
    """Whether a file itself contains a secret: a value that is one, or a URL with a password in it."""
    for source in sources:
        section, name = source.key
        given = data.get(section)
        value = given.get(name) if isinstance(given, dict) else None
        if isinstance(value, str) and value and ("://" not in value or _PASSWORD.search(value)):
            return True
    return False


def secret_files(data: Mapping[str, Any], sources: Iterable[SecretSource]) -> list[Path]:
    """Return the files that contain one secret each."""
    found = []
    for source in sources:
        given = data.get(source.key[0])
        file = given.get(source.file_key) if isinstance(given, dict) else None
        if isinstance(file, str) and file:
            found.append(_path(file))
    return found


def exposed(file: Path) -> bool:
    """Whether everybody on this machine may read or change a file, or its group may change it.

    A group may read it: that is how a service's configuration is usually kept (``root:voicebot``, 0640).
    """
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return bool(mode & (stat.S_IRWXO | stat.S_IWGRP))
