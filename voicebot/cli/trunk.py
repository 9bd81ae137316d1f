"""``voicebot trunk``: which SIP trunks there are, and whether everything about them is as it should be."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from voicebot.agi import dialplan
from voicebot.agi.lint import check_configuration
from voicebot.agi.running import check_running, logged_in
from voicebot.cli import output
from voicebot.config import Config, load_config
from voicebot.errors import Problem, VoicebotError

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_trunks(context: typer.Context, as_json: AsJson = False) -> None:
    """List the configured trunks."""
    trunks = load_config(context.obj).trunks
    if as_json:
        output.print_json({"trunks": [{"name": name, **trunk.model_dump()} for name, trunk in trunks.items()]})
        return
    output.print_table(
        "",
        ("trunk", "endpoint", "calls", "per second", "rings", "caller id", "may dial", "may transfer to"),
        (
            (
                name,
                trunk.endpoint,
                trunk.max_calls,
                f"{trunk.calls_per_second:g}",
                f"{trunk.ring_seconds:g} s",
                trunk.caller_id,
                "\n".join(trunk.numbers),
                "\n".join(trunk.transfer_extensions),
            )
            for name, trunk in trunks.items()
        ),
    )


@app.command("check")
def check(
    context: typer.Context,
    as_json: AsJson = False,
    offline: Annotated[bool, typer.Option(help="Read the files only; ask no running Asterisk.")] = False,
) -> None:
    """Check the PBX's configuration files and the running Asterisk; exit 1 when something is wrong."""
    config = load_config(context.obj)
    problems = _files(config)
    if not offline:
        problems += asyncio.run(_running(config))
    if as_json:
        found = [{**asdict(problem), "where": problem.where} for problem in problems]
        output.print_json({"ok": not problems, "trunks": sorted(config.trunks), "problems": found})
    elif problems:
        output.print_problems(problems)
    else:
        names = ", ".join(config.trunks)
        output.out.print(f"{len(config.trunks)} trunk{'s' * (len(config.trunks) != 1)} as they should be: {names}")
    if problems:
        raise typer.Exit(output.EXIT_NOT_FINE)


@app.command("dialplan")
def dialplan_text(context: typer.Context) -> None:
    """Print the dialplan that Asterisk needs for this configuration and its nodes: extensions_voicebot.conf."""
    output.print_document(dialplan.render(load_config(context.obj)))


def _files(config: Config) -> list[Problem]:
    problems: list[Problem] = []
    if not config.trunks:
        problems.append(Problem("no trunk is configured", "add [trunks.NAME] to voicebot.toml"))
    try:
        return problems + check_configuration(config.asterisk.configuration, config)
    except VoicebotError as error:
        return problems + list(error.problems)


async def _running(config: Config) -> list[Problem]:
    try:
        async with logged_in(config) as ami:
            return await check_running(ami, config)
    except VoicebotError as error:
        return list(error.problems)
