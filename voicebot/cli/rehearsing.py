"""What ``rehearse`` and ``demo`` share: running with live progress, a report at the end, and nothing left running."""

from __future__ import annotations

import asyncio
import enum
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typer
from rich.live import Live
from rich.table import Table

from voicebot.cli import output
from voicebot.cli.script.deciding import deciding
from voicebot.cli.training import train_missing
from voicebot.config import DialogueSection, load_config
from voicebot.dialogue.script.reading.load import load_script
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.report import COLUMNS, Call, Report
from voicebot.rehearsal.runner import Progress, Rehearsal
from voicebot.rehearsal.text import rehearse_as_text
from voicebot.speech.speaking.choosing import check_coqui

_INTERRUPTED = 130
_EVERY_SECONDS: Final = 10.0
"""How often the progress of a stage is printed if stderr is not a terminal."""
POLICY_HELP: Final = "Policy: local or rasa (scripts without a Rasa model are trained first); by default as configured."


class PolicyName(enum.StrEnum):
    """The policy that decides what an utterance means."""

    LOCAL = "local"
    RASA = "rasa"


def decided_by(
    context: typer.Context, policy: PolicyName | None, files: Mapping[str, Path]
) -> dict[str, dict[str, Any]]:
    """Return the sections of a rehearsal's configuration for the policy; trains models if necessary.

    Parameters
    ----------
    policy
        As asked for; ``None``: as configured.
    files
        The scripts.

    Raises
    ------
    ConfigurationError, UnavailableError
        A script is broken; Rasa is not set up, or cannot be trained.
    """
    config = load_config(context.obj)
    chosen = policy.value if policy is not None else config.dialogue.policy
    if chosen == "local":
        return {"dialogue": {"policy": chosen}}
    train_missing(files.values(), config.rasa)
    rasa = config.rasa.model_dump(mode="json", exclude_none=True)
    if config.rasa.environment is not None:
        rasa["environment"] = str(config.rasa.environment.resolve())
    return {"dialogue": {"policy": chosen}, "rasa": rasa}


VOICE_HELP: Final = "Voice: auto (the light voice of each language), hibari, espeak or coqui; by default as configured."


class VoiceName(enum.StrEnum):
    """Who speaks for the bot."""

    AUTO = "auto"
    HIBARI = "hibari"
    ESPEAK = "espeak"
    COQUI = "coqui"


def spoken_by(context: typer.Context, voice: VoiceName | None) -> dict[str, dict[str, Any]]:
    """Return the sections of a rehearsal's configuration that say who speaks.

    Parameters
    ----------
    voice
        As asked for; ``None``: as configured.

    Raises
    ------
    ConfigurationError, UnavailableError
        Coqui, or a model that is configured for it, is not there.
    """
    config = load_config(context.obj)
    chosen = voice.value if voice is not None else config.speech.voice
    if chosen != "coqui":
        return {"speech": {"voice": chosen}}
    check_coqui(config.coqui)
    coqui = config.coqui.model_dump(mode="json", exclude_none=True)
    if config.coqui.environment is not None:
        coqui["environment"] = str(config.coqui.environment.resolve())
    # A rehearsal has a working directory of its own.
    paths = {tag: Path(model).expanduser() for tag, model in config.coqui.models.items()}
    coqui["models"] = {tag: str(path.resolve()) if path.exists() else config.coqui.models[tag]
                       for tag, path in paths.items()}  # fmt: skip
    return {"speech": {"voice": chosen}, "coqui": coqui}


class Show:
    """Live progress on stderr; plain lines if stderr is not a terminal."""

    def __init__(self) -> None:
        self._live = Live(console=output.err.console, refresh_per_second=4, transient=True)
        self._last = self._stage = ""
        self._told_at = 0.0
        self._told: dict[str, str] = {}

    def __enter__(self) -> Show:
        if output.err.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __call__(self, progress: Progress) -> None:
        """Show the progress."""
        if output.err.is_terminal:
            self._live.update(_table(progress))
            return
        news = str(progress)
        if news != self._last and (progress.stage != self._stage or progress.seconds - self._told_at >= _EVERY_SECONDS):
            self._last, self._stage, self._told_at = news, progress.stage, progress.seconds
            output.err.print(f"{progress.seconds:5.1f} s  {news}")
        for persona, state in progress.states.items():
            if self._told.get(persona, "waiting") != state:
                self._told[persona] = state
                output.err.print(f"{progress.seconds:5.1f} s  {persona}: {state}")


def run(rehearsal: Rehearsal, show: Show) -> Report:
    """Run to the end; SIGINT and SIGTERM stop everything first, then the exit code is 130."""

    async def work() -> Report:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 – inside asyncio.run
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, task.cancel)
        return await rehearsal.run()

    try:
        with show:
            return asyncio.run(work())
    except asyncio.CancelledError:
        output.err.print("stopped; nothing is left running")
        sys.exit(_INTERRUPTED)


def run_as_text(
    context: typer.Context, policy: PolicyName | None, files: Mapping[str, Path], people: Sequence[Persona]
) -> Report:
    """Have all people talk as text, one after another.

    Raises
    ------
    ConfigurationError, UnavailableError
        A script is broken; Rasa is not set up, or cannot be trained.
    """
    config = load_config(context.obj)
    dialogue = DialogueSection(policy=policy.value) if policy is not None else config.dialogue
    if dialogue.policy == "rasa":
        train_missing(files.values(), config.rasa)
    scripts = {name: load_script(file) for name, file in files.items()}
    begun = time.monotonic()

    async def work() -> dict[str, Call]:
        calls: dict[str, Call] = {}
        for name, script in scripts.items():
            async with deciding(script, dialogue, config.rasa) as decider:
                for one in people:
                    if one.goes_by == name:
                        calls[one.persona] = await rehearse_as_text(one, script, decider)
        return calls

    calls = asyncio.run(work())
    return Report(tuple(calls[one.persona] for one in people), time.monotonic() - begun)


def tell(report: Report, *, json: bool, enough: int) -> None:
    """Print a report; exit code 0 if at least ``enough`` calls are as expected."""
    if json:
        output.print_json(report.data())
        for line in report.lines():
            output.err.print(line)
    else:
        output.print_table(
            "",
            COLUMNS,
            ((output.styled("✓", "green") if ok else output.styled("✗", "red"), *cells) for ok, cells in report.rows()),
        )
        for line in report.lines():
            output.out.print(line)
    if report.ok < enough:
        raise typer.Exit(output.EXIT_NOT_FINE)


def _table(progress: Progress) -> Table:
    table = Table(title=f"{progress}, {progress.seconds:.0f} s", title_justify="left", box=None)
    table.add_column("persona")
    table.add_column("call")
    colours = {"waiting": "dim", "preparing": "dim", "dialling": "yellow", "talking": "cyan"}
    for persona, state in progress.states.items():
        table.add_row(persona, output.styled(state, colours.get(state, "green")))
    return table
