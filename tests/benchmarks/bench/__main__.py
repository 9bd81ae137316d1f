"""All figures of the product by one command: ``scripts/bench`` runs this.

Every part runs the benchmark or command that measures it, as anybody may alone; nothing is measured here. Progress goes
to standard error, the table to standard output, and all reports, with the machine's state, to the file of ``--json``. A
part that fails does not keep the others from running; the run then fails and says which.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

from tests.benchmarks.bench.figures import Row, add_section, markdown, table
from tests.benchmarks.bench.parts import ALL, PARTS, Cases, Command, reports
from voicebot.errors import ConfigurationError

ROOT: Final = Path(__file__).parents[3]
HISTORY: Final = ROOT / "docs" / "performance.md"
_LAST_LINES: Final = 15


class PartFailedError(Exception):
    """A command of a part failed, or reported nothing."""


def asked(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    told = "\n".join(f"  {name:14} {part.says}" for name, part in PARTS.items())
    ask = argparse.ArgumentParser(
        prog="scripts/bench",
        description=f"All figures of the product, or those of some parts:\n\n{told}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument("parts", nargs="*", metavar="PART", help="by default all but text, which is in people")
    ask.add_argument("--json", type=_path, metavar="FILE", help="where all reports go as one JSON object")
    ask.add_argument("--people", type=_path, metavar="FOLDER", help="persona files of yours, for people and text")
    ask.add_argument("--recordings", type=_path, metavar="FOLDER", help="recordings of yours, for machines")
    ask.add_argument("--utterances", type=_path, metavar="FOLDER", help="TSV files of yours, for understanding")
    ask.add_argument("--concurrency", type=int, default=4, metavar="N", help="calls at a time with people")
    ask.add_argument("--quick", action="store_true", help="less of everything, to see that it runs")
    ask.add_argument("--record", action="store_true", help=f"add the table to {HISTORY.relative_to(ROOT)}")
    found = ask.parse_args(words)
    unknown = [name for name in found.parts if name not in PARTS]
    if unknown:
        ask.error(f"there is no part {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    for folder in (found.people, found.recordings, found.utterances):
        if folder is not None and not folder.exists():
            ask.error(f"there is no folder {folder}")
    found.parts = list(dict.fromkeys(found.parts)) or list(ALL)
    return found


def _path(word: str) -> Path:
    """A path made absolute, because commands run in another folder."""
    return Path(word).resolve()


def machine() -> dict[str, Any]:
    """Return the machine's state now."""
    frequency = psutil.cpu_freq() if hasattr(psutil, "cpu_freq") else None
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain") else ""),
        "cores": os.cpu_count(),
        "usable_cores": len(os.sched_getaffinity(0)),
        "cpu": platform.processor() or platform.machine(),
        "mhz": round(frequency.current) if frequency else None,
        "memory_mb": psutil.virtual_memory().total // 1_000_000,
        "python": platform.python_version(),
        "system": platform.platform(),
    } | load()


def load() -> dict[str, Any]:
    """Return how busy the machine is, and how much of it others have taken."""
    return {
        "load": [round(one, 2) for one in os.getloadavg()],
        "free_memory_mb": psutil.virtual_memory().available // 1_000_000,
        "stolen_cpu_seconds": round(getattr(psutil.cpu_times(), "steal", 0.0), 1),
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def carry(command: Command) -> list[Any]:
    """Run a command; return what it reports.

    Raises
    ------
    PartFailedError
        It failed.
    """
    done = subprocess.run(list(command.words), stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    if done.returncode not in ((0, 1) if command.judges else (0,)):
        raise PartFailedError(f"{' '.join(command.words[1:])} ended with {done.returncode}")
    try:
        return reports(done.stdout)
    except ValueError as error:
        last = "\n".join(done.stdout.splitlines()[-_LAST_LINES:])
        raise PartFailedError(f"{' '.join(command.words[1:])} reported no JSON: {last}") from error


@dataclass
class Found:
    """What a run has come to so far.

    Parameters
    ----------
    rows
        All figures.
    parts
        Of each part: its commands and their reports, how long it took, and the machine's load around it.
    failed
        Which parts failed, and why.
    """

    rows: list[Row] = field(default_factory=list)
    parts: dict[str, Any] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def data(self, state: dict[str, Any]) -> dict[str, Any]:
        """Return it as JSON-ready data, with the machine's state at the start."""
        figures = [
            {"part": row.part, "figure": row.name, "value": row.value, "target": row.target, "met": row.met}
            for row in self.rows
        ]
        return {"machine": state, "parts": self.parts, "failed": self.failed, "figures": figures}


def run(names: Sequence[str], cases: Cases, done: Callable[[Found], None]) -> Found:
    """Run parts, whatever becomes of each; ``done`` is told what there is after every one."""
    found = Found()
    for name in names:
        before, begun = load(), time.monotonic()
        print(f"• {name}: {PARTS[name].says}", file=sys.stderr)
        told: list[tuple[Command, list[Any]]] = []
        try:
            for command in PARTS[name].commands(cases):
                print(f"  {' '.join(command.words[1:])}", file=sys.stderr)
                told.append((command, carry(command)))
            found.rows += PARTS[name].rows(name, told)
        except Exception as error:  # hours of other parts are not lost for one
            found.failed[name] = str(error) if isinstance(error, PartFailedError | ConfigurationError) else repr(error)
            print(f"✗ {name}: {found.failed[name]}", file=sys.stderr)
        seconds = round(time.monotonic() - begun, 1)
        of = [{"command": list(command.words[1:]), "reports": reported} for command, reported in told]
        found.parts[name] = {"seconds": seconds, "before": before, "after": load(), "commands": of}
        print(f"  {name}: {seconds:.0f} s", file=sys.stderr)
        done(found)
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Measure; return the exit code."""
    options = asked(sys.argv[1:] if words is None else words)
    cases = Cases(options.people, options.recordings, options.utterances, options.concurrency, options.quick)
    state = machine()

    def keep(found: Found) -> None:
        if options.json is not None:
            text = json.dumps(found.data(state), ensure_ascii=False, indent=1)
            options.json.write_text(text + "\n", encoding="utf-8")

    found = run(options.parts, cases, keep)
    busy = f"load {state['load'][0]:g} at the start, {load()['load'][0]:g} at the end"
    print("\n".join([*table(found.rows), f"{state['commit']}, {state['cores']} cores, {busy}"]))
    if options.record and found.rows:
        names = ", ".join(name for name in options.parts if name not in found.failed)
        notes = [f"{state['cores']} cores, {state['memory_mb']} MB, {busy}."]
        section = markdown(found.rows, f"{state['at'][:10]}, {state['commit']}: {names}", notes)
        HISTORY.write_text(add_section(HISTORY.read_text(encoding="utf-8"), section), encoding="utf-8")
    if found.failed:
        print(f"✗ failed: {', '.join(found.failed)}", file=sys.stderr)
    return 1 if found.failed else 0


if __name__ == "__main__":
    sys.exit(main())
