"""External programs that speech uses: found on the PATH, else in the tree that ``scripts/setup-tools`` fetched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from voicebot.errors import UnavailableError
from voicebot.paths import cache_folder

_LOADERS: Final = ("usr/lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2", "usr/lib/ld-linux-aarch64.so.1")


@dataclass(frozen=True, slots=True)
class EspeakBinary:
    """How to run espeak-ng.

    Parameters
    ----------
    command
        Program and the arguments that come before its own: the tree's programs run through the tree's loader.
    environment
        Variables to add to the process's own.
    where
        For people: the program's path.
    """

    command: tuple[str, ...]
    where: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def full_environment(self) -> dict[str, str]:
        """This process's environment with ``environment`` added."""
        return {**os.environ, **self.environment}


def tools_root() -> Path:
    """Root of the plain package tree that ``scripts/setup-tools`` fetches."""
    return cache_folder() / "tools" / "root"


def find_espeak(root: Path | None = None) -> EspeakBinary:
    """Find espeak-ng.

    Parameters
    ----------
    root
        Tree to look into when it is not on the PATH; ``None`` means ``tools_root()``.

    Raises
    ------
    UnavailableError
        It is neither installed nor fetched.
    """
    installed = shutil.which("espeak-ng")
    if installed:
        return EspeakBinary((installed,), Path(installed))
    root = root or tools_root()
    program = root / "usr/bin/espeak-ng"
    data = sorted(root.glob("usr/lib/*/espeak-ng-data")) + sorted(root.glob("usr/share/espeak-ng-data"))
    loader = next((root / name for name in _LOADERS if (root / name).exists()), None)
    if not program.exists() or not data or loader is None:
        raise UnavailableError(
            "espeak-ng is not installed",
            cure="run scripts/setup-tools, or install the system's package espeak-ng",
        )
    libraries = [*sorted(root.glob("usr/lib/*-linux-gnu*")), *sorted(root.glob("lib/*-linux-gnu*")), root / "usr/lib"]
    path = ":".join(str(folder) for folder in libraries)
    return EspeakBinary(
        (str(loader), "--library-path", path, str(program)),
        program,
        {"ESPEAK_DATA_PATH": str(data[0].parent)},
    )
