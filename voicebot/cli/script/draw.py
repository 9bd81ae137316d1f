"""``voicebot script draw``: a script as a picture."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from voicebot.cli import output
from voicebot.cli.script.finding import find_script
from voicebot.dialogue.drawing.mermaid import draw_mermaid
from voicebot.dialogue.drawing.svg import draw_svg
from voicebot.dialogue.load import load_script
from voicebot.errors import ConfigurationError


class Form(enum.StrEnum):
    """What a drawing is written in."""

    SVG = "svg"
    MERMAID = "mermaid"


def command(
    script: Annotated[str, typer.Argument(help="Name of a shipped script, or a file.")],
    *,
    form: Annotated[Form, typer.Option("--format", help="SVG, or source for Mermaid.")] = Form.SVG,
    to: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; stdout without one.")] = None,
) -> None:
    """Draw a script: steps, where each answer leads, disclosures, endings, and what nothing leads to."""
    loaded = load_script(find_script(script))
    drawn = draw_svg(loaded) if form is Form.SVG else draw_mermaid(loaded)
    if to is None:
        sys.stdout.write(drawn)
        return
    try:
        to.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{to} cannot be written: {error.strerror}", cure="name another file") from error
    output.err.print(str(to), markup=False, highlight=False)
