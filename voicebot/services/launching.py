"""Starting other programs: they die with this process, know nothing of its Python, and can't fill the disk with logs.

The one place for what every start of a subprocess needs. Nothing here waits.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from voicebot.errors import UnavailableError
from voicebot.logs import get_logger
from voicebot.private_files import make_missing, open_private

_PROLOGUE: Final = """\
import ctypes, os, sys
number, parent, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux alone has it
if prctl is not None:
    prctl(1, number)  # PR_SET_PDEATHSIG
if os.getppid() != parent:
    sys.exit(1)
try:
    os.execvp(program, sys.argv[3:])
except OSError as error:
    sys.exit(f"{program} cannot be run: {error.strerror}")
"""
_OF_THIS_PYTHON: Final = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
_LONGEST_LOG: Final = 5_000_000

ONE_THREAD: Final[Mapping[str, str]] = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
"""Each of these may mean as many threads as there are cores, which calls beside them need."""

_log = get_logger(module="services")


def dies_with_us(command: Sequence[str | os.PathLike[str]], *, by: signal.Signals = signal.SIGKILL) -> list[str]:
    """Return the command that runs ``command`` so that the kernel ends it when this process dies, however it dies.

    It is a program of its own that sets this and becomes the other one, because code between fork and exec may
    deadlock (``prctl(2)``, PR_SET_PDEATHSIG; it counts the thread that starts it, so start it from the main thread).

    Parameters
    ----------
    by
        The signal that ends it.
    """
    prologue = [sys.executable, "-I", "-S", "-c", _PROLOGUE, str(int(by)), str(os.getpid())]
    return [*prologue, *(os.fspath(part) for part in command)]


def foreign_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables for a program that another Python runs: ours, except what belongs to this Python.

    Parameters
    ----------
    more
        Set in addition; an empty value removes a variable.
    """
    variables = {name: value for name, value in os.environ.items() if name not in _OF_THIS_PYTHON}
    variables.update(more or {})
    return {name: value for name, value in variables.items() if value or name not in (more or {})}


@contextlib.contextmanager
def program_log(file: Path) -> Iterator[IO[bytes] | int]:
    """Open the file that a program's output is added to, for its owner alone; a long one is set aside first.

    If it cannot be opened the program runs anyway: its output is discarded, and a warning says so.
    """
    try:
        make_missing(file.parent)
        if file.exists() and file.stat().st_size > _LONGEST_LOG:
            file.replace(file.with_name(file.name + ".1"))
        opened = open_private(file, "ab")
    except OSError as error:
        _log.warning("a program's output is not kept", file=str(file), reason=error.strerror or str(error))
        yield subprocess.DEVNULL
        return
    with opened:
        yield opened


def temporary_folder(name: str) -> Path:
    """Make a folder for a program's socket and files; only this user may look into it.

    Parameters
    ----------
    name
        Of the program, for people.

    Raises
    ------
    UnavailableError
        The folder for temporary files is full, read-only or missing.
    """
    try:
        return Path(tempfile.mkdtemp(prefix="voicebot-"))
    except OSError as error:
        raise UnavailableError(
            f"{name} cannot be started: no temporary folder can be made: {error.strerror or error}",
            cure="free some space in /tmp, or name another folder in TMPDIR",
        ) from error


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal a process that leads a group, and all in its group; nothing happens where there is none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
