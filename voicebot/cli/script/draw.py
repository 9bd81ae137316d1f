"""``voicebot script draw``: a script as a picture, alone or with counts of calls."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from voicebot.call.replay import variant_of, walk_of
from voicebot.cli import output
from voicebot.cli.script import reading
from voicebot.cli.script.reading import described, pick_arm, read_script
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.dialogue.drawing.cards import calls_of
from voicebot.dialogue.drawing.counts import Tally, Walk, tally
from voicebot.dialogue.drawing.mermaid import draw_mermaid
from voicebot.dialogue.drawing.svg import draw_svg
from voicebot.dialogue.script.model import Script
from voicebot.errors import ConfigurationError
from voicebot.journal.reader import read_entries
from voicebot.store.store import Store


class Form(enum.StrEnum):
    """Format of a drawing."""

    SVG = "svg"
    MERMAID = "mermaid"


def command(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help=reading.SCRIPT_HELP)],
    campaign: Annotated[str, typer.Argument(help="After --counts: only calls of this campaign.")] = "",
    *,
    form: Annotated[Form, typer.Option("--format", help="SVG, or Mermaid source.")] = Form.SVG,
    to: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; by default stdout.")] = None,
    counts: Annotated[
        bool, typer.Option("--counts", help="Add counts of recorded calls: all, or those of one campaign.")
    ] = False,
    variant: Annotated[str, typer.Option(help="Draw this variant of the script.")] = "",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "",
) -> None:
    """Draw a script: steps, where each answer leads, disclosures, endings, and what nothing leads to."""
    if campaign and not counts:
        raise ConfigurationError(f"what is {campaign}?", cure=f"to count its calls: --counts {campaign}")
    loaded = read_script(context, script, language)
    arm = _arm(loaded, variant, counts=counts)
    counted = _counts(context, loaded, arm, campaign) if counts else None
    drawn = draw_svg(arm, counted) if form is Form.SVG else draw_mermaid(arm, counted)
    if to is None:
        output.print_document(drawn)
        return
    try:
        to.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{to} cannot be written: {error.strerror}", cure="name another file") from error
    output.err.print(str(to))


def _arm(script: Script, variant: str, *, counts: bool) -> Script:
    """Return what is to be drawn: the script, or one of its variants if it has any, since calls use only those."""
    if not variant and not counts:
        return script
    return pick_arm(script, variant)


def _counts(context: typer.Context, script: Script, arm: Script, campaign: str) -> Tally:
    """Count the calls made with exactly this version (and variant); others took other paths."""

    async def work(store: Store, _config: Config) -> tuple[list[Walk], dict[str, int]]:
        number = (await store.campaign_named(campaign)).id if campaign else None
        calls = store.recorded_calls(campaign=number, versions=[script.content_hash])
        walks = [
            walk
            async for call in calls
            if variant_of(journal := read_entries(call.journal)) == arm.variant
            and (walk := walk_of(journal)) is not None
        ]
        return walks, dict(await store.calls_by_version(number))

    walks, versions = with_store(context, work)
    others = {version: count for version, count in versions.items() if version != script.content_hash}
    names = ", ".join(f"{version[:12]} ({calls_of(count)})" for version, count in others.items())
    if not walks:
        cure = f"draw one of the versions that calls were made with: {names}" if others else "call somebody first"
        raise ConfigurationError(f"there is no recorded call of {described(script)}", cure=cure)
    if others:
        output.err.print(f"Calls of other versions are not counted: {names}")
    return tally(arm, walks)
