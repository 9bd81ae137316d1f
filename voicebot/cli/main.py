"""The command ``voicebot``: one file for each noun, all registered here."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from voicebot import __version__, logs
from voicebot.cli import output
from voicebot.cli.lazy import lazy_app
from voicebot.errors import ConfigurationError, VoicebotError

NOUNS: Final = {
    "demo": "Call a dozen simulated people through a real Asterisk and show the outcomes.",
    "doctor": "Check this installation; each problem comes with its cure.",
    "serve": "Run a dialling node.",
    "rehearse": "Try a script on simulated people over real SIP and RTP.",
    "script": "Check, draw, try, compare and train scripts.",
    "campaign": "Create, fill, start and watch campaigns.",
    "lead": "List, show, drop and requeue leads.",
    "dnc": "List and add numbers that must not be called.",
    "call": "List, show, play and export calls; tell from recordings who picked up.",
    "trunk": "List, check, render and try SIP trunks.",
    "model": "List and install models.",
    "db": "Keep the database's tables in step.",
    "tidy": "Delete recordings, journals and rendered speech past their retention time.",
}
"""Module in this package -> its help."""

_ATTRIBUTE: Final = dict.fromkeys(("demo", "doctor", "serve", "rehearse", "tidy"), "command")
"""Modules with a single command; the others have an ``app`` with several."""


app = lazy_app(
    {noun: (f"voicebot.cli.{noun}:{_ATTRIBUTE.get(noun, 'app')}", text) for noun, text in NOUNS.items()},
    completion=True,
)


def _version(wanted: bool) -> None:
    if wanted:
        output.out.print(f"voicebot {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Configuration file; voicebot.toml by default.")] = None,
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], typer.Option(case_sensitive=False, help="Lowest level shown.")
    ] = "WARNING",
    log_form: Annotated[Literal["json", "text"], typer.Option(help="Form of log lines on stderr.")] = "text",
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """A telephony-first voicebot on Asterisk for payment reminders and early collections."""
    logs.set_up(form=log_form, level=log_level)
    context.obj = config


def main() -> None:
    """Run the command line; errors meant for people are shown without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal's encoding lacks is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except ConfigurationError as error:
        output.print_problems(error.problems)
        sys.exit(output.EXIT_USAGE)
    except VoicebotError as error:
        output.print_problems(error.problems)
        sys.exit(output.EXIT_NOT_FINE)
