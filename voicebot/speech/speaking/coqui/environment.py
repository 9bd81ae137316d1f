"""Coqui's own Python environment, and the variables that its programs run with."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicebot.errors import UnavailableError
from voicebot.paths import coqui_folder
from voicebot.services.launching import ONE_THREAD, foreign_environment
from voicebot.speech.tools import find_espeak

_SET_UP: Final = "run scripts/setup-coqui"
_PROGRAMS: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python environment with coqui-tts in it.

    Parameters
    ----------
    python
        Its interpreter.
    version
        Of coqui-tts.
    """

    python: Path
    version: str

    def command(self, program: str, *arguments: str | os.PathLike[str]) -> list[str]:
        """How to run one of this package's programs (``host``, ``piper``, ``fetch``) in it."""
        return [str(self.python), "-P", str(_PROGRAMS / f"{program}.py"), *(os.fspath(one) for one in arguments)]


def find_environment(folder: Path | None = None) -> Environment:
    """Find Coqui's environment; looks at files alone.

    Parameters
    ----------
    folder
        Of the environment; where set-up puts it by default.

    Raises
    ------
    UnavailableError
        It is not there, or coqui-tts is not in it.
    """
    named = os.environ.get("VOICEBOT_COQUI")
    folder = folder or (Path(named) if named else coqui_folder() / "environment")
    python = folder / "bin" / "python"
    if not python.exists():
        raise UnavailableError(f"Coqui TTS is not installed: there is no {python}", cure=_SET_UP)
    found = sorted(folder.glob("lib/python3*/site-packages/coqui_tts-*.dist-info"))
    if not found:
        raise UnavailableError(f"coqui-tts is not in the environment {folder}", cure=_SET_UP)
    return Environment(python, found[-1].name.removeprefix("coqui_tts-").removesuffix(".dist-info"))


def surroundings(folder: Path) -> dict[str, str]:
    """Environment variables for Coqui's programs.

    Coqui runs ``espeak-ng`` by its name, so where that is a plain tree a little program of this name is written.

    Parameters
    ----------
    folder
        Where it is written; made if need be.

    Raises
    ------
    UnavailableError
        There is no espeak-ng.
    """
    espeak = find_espeak()
    folder.mkdir(parents=True, exist_ok=True)
    settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in espeak.environment.items())
    program = folder / "espeak-ng"
    program.write_text(f'#!/bin/sh\n{settings} exec {shlex.join(espeak.command)} "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    return {
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        **ONE_THREAD,
        # Nothing is downloaded at run time.
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }


def run(environment: Environment, program: str, *arguments: str | os.PathLike[str], folder: Path, seconds: float,
        settings: dict[str, str] | None = None) -> str:  # fmt: skip
    """Run one of the programs to its end; returns what it printed.

    Parameters
    ----------
    folder
        For what ``surroundings`` writes.
    seconds
        Time limit.
    settings
        Further environment variables; an empty value removes one.

    Raises
    ------
    UnavailableError
        It failed, with the last line that it wrote, or took too long.
    """
    variables = foreign_environment({**surroundings(folder), **(settings or {})})
    try:
        done = subprocess.run(  # noqa: S603
            environment.command(program, *arguments),
            capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL, env=variables,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"Coqui's {program} did not run: {error}", cure=_SET_UP) from error
    if done.returncode != 0:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise UnavailableError(said[-1] if said else f"Coqui's {program} ended with exit code {done.returncode}")
    return done.stdout
