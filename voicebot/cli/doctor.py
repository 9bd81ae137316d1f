"""``voicebot doctor``: checks this installation; each problem comes with its cure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Final

import typer

from voicebot.cli import output
from voicebot.config import DEFAULT_FILE, Config, load_config
from voicebot.doctor.checking import CHECKS, run
from voicebot.doctor.finding import Finding, Subject, of_problems
from voicebot.errors import ConfigurationError

_SIGNS: Final = {
    "fine": ("✓", "green"),
    "note": ("!", "yellow"),
    "unknown": ("?", "yellow"),
    "broken": ("✗", "bold red"),
}


def command(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check this installation; exit code 1 if something is broken."""
    found: list[Finding] = []
    for finding in _findings(context):
        found.append(finding)
        if not json:
            _show(finding)
    broken = [finding for finding in found if finding.state == "broken"]
    if json:
        output.print_json({"ok": not broken, "checks": [asdict(finding) for finding in found]})
    elif broken:
        output.out.print(f"{len(broken)} of {len(found)} things are broken")
    if broken:
        raise typer.Exit(output.EXIT_NOT_FINE)


def _findings(context: typer.Context) -> Iterator[Finding]:
    """Run every check in order; an unreadable configuration is a finding, and the others run with defaults."""
    file = context.obj or DEFAULT_FILE
    try:
        config = load_config(context.obj)
        yield Finding("configuration", "fine", "it is valid")
    except ConfigurationError as error:
        yield from of_problems("configuration", error.problems)
        config = Config()
    for name in CHECKS:
        yield from asyncio.run(run(name, Subject(config, file)))


def _show(finding: Finding) -> None:
    where = output.styled(f" {finding.where}" if finding.where else "", "dim")
    output.out.print(
        output.joined(output.styled(*_SIGNS[finding.state]), f" {finding.check}: {finding.what}", where),
    )
    if finding.cure and finding.state != "fine":
        output.out.print(f"    → {finding.cure}")
