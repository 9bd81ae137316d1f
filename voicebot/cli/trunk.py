"""``voicebot trunk``: list, check, render and test SIP trunks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from voicebot.agi import dialplan
from voicebot.agi.inspection import inspect_pbx
from voicebot.agi.lint.finding import PbxFinding, State
from voicebot.agi.trial_call import place_trial_call
from voicebot.agi.trunk_rendering import Carrier, render_trunk
from voicebot.cli import output
from voicebot.config import Config, TrunkSection, load_config
from voicebot.errors import ConfigurationError, Problem

app = typer.Typer(rich_markup_mode=None)

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
        ("trunk", "endpoint", "calls", "per second", "rings", "caller id", "may dial", "sends as", "may transfer to"),
        (
            (
                name,
                trunk.endpoint,
                trunk.max_calls,
                f"{trunk.calls_per_second:g}",
                f"{trunk.ring_seconds:g} s",
                trunk.caller_id,
                "\n".join(trunk.numbers),
                f"{trunk.dial_prefix}14155550100",
                "\n".join(trunk.transfer_extensions),
            )
            for name, trunk in trunks.items()
        ),
    )


@app.command("check")
def check(
    context: typer.Context,
    as_json: AsJson = False,
    offline: Annotated[bool, typer.Option(help="Only read the files; don't ask a running Asterisk.")] = False,
) -> None:
    """Check the PBX's configuration files and the running Asterisk; exit 1 when something is wrong.

    What the files cannot show (a database, a program's output) is reported as unknown, with how to find out. If the
    running Asterisk can be asked, its answer counts.
    """
    config = load_config(context.obj)
    findings = list(asyncio.run(inspect_pbx(config, offline=offline)).findings)
    if not config.trunks:
        findings.insert(
            0, PbxFinding("broken", Problem("no trunk is configured", "add [trunks.NAME] to voicebot.toml"))
        )
    by_state: dict[State, list[Problem]] = {"broken": [], "unknown": [], "note": []}
    for finding in findings:
        by_state[finding.state].append(finding.problem)
    if as_json:
        output.print_json(
            {
                "ok": not by_state["broken"],
                "trunks": sorted(config.trunks),
                "problems": _as_json(by_state["broken"]),
                "unknown": _as_json(by_state["unknown"]),
                "notes": _as_json(by_state["note"]),
            }
        )
    else:
        _print_findings(config, by_state)
    if by_state["broken"]:
        raise typer.Exit(output.EXIT_NOT_FINE)


@app.command("dialplan")
def dialplan_text(context: typer.Context) -> None:
    """Print the dialplan that Asterisk needs for this configuration and its nodes: extensions_voicebot.conf."""
    output.print_document(dialplan.render(load_config(context.obj)))


@app.command("render")
def render(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of a trunk in voicebot.toml.")],
    *,
    host: Annotated[str, typer.Option("--host", help="The carrier's host, with :PORT if it is not 5060.")],
    account: Annotated[str, typer.Option("--account", help="User to register as; by default no registration.")] = "",
    transport: Annotated[str, typer.Option("--transport", help="A transport of pjsip.conf.")] = "transport-udp",
) -> None:
    """Print the sections of pjsip.conf that a trunk needs."""
    trunk = _trunk(load_config(context.obj), name)
    output.print_document(render_trunk(name, trunk, Carrier(host, account, transport)))


@app.command("call")
def call(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Number to call: plus, country code, number.")],
    *,
    trunk: Annotated[str, typer.Option("--trunk", help="Trunk to use; optional if there is only one.")] = "",
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, max=60, help="Seconds to stay on the line after the answer.")
    ] = 5.0,
    node_name: Annotated[
        str, typer.Option("--node", help="Node whose ports to use (one of [nodes]), if the first one is running.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Test a trunk with one call: reports each step, plays a tone, hangs up; exit code 1 unless audio passes both ways.

    The number has to pass the trunk's allow-list. No lead is affected, and nothing is recorded.
    """
    config = load_config(context.obj)
    if not trunk and len(config.trunks) == 1:
        trunk = next(iter(config.trunks))
    if not trunk:
        known = ", ".join(config.trunks) or "none is configured"
        raise ConfigurationError(Problem("which trunk?", f"--trunk NAME, one of: {known}"))
    steps: list[dict[str, object]] = []

    def tell(at: float, words: str) -> None:
        steps.append({"seconds": round(at, 2), "step": words})
        if not as_json:
            output.out.print(f"{at:6.2f} s  {words}")

    placed = place_trial_call(
        config.as_node(node_name) if node_name else config, trunk, number, seconds=seconds, tell=tell
    )
    record = asyncio.run(placed)
    problems = record.verdict()
    if as_json:
        output.print_json(
            {"ok": not problems, "trunk": trunk, "steps": steps, **record.summary(), "problems": _as_json(problems)}
        )
    else:
        output.print_record({name: "" if value is None else value for name, value in record.summary().items()})
        output.print_problems(problems)
    if problems:
        raise typer.Exit(output.EXIT_NOT_FINE)


def _trunk(config: Config, name: str) -> TrunkSection:
    trunk = config.trunks.get(name)
    if trunk is None:
        known = ", ".join(config.trunks) or "none"
        raise ConfigurationError(Problem(f"there is no trunk {name!r}", f"configured are: {known}"))
    return trunk


def _print_findings(config: Config, by_state: Mapping[State, list[Problem]]) -> None:
    output.print_problems(by_state["broken"])
    for sign, problems in (("?", by_state["unknown"]), ("!", by_state["note"])):
        for problem in problems:
            where = f"{problem.where}: " if problem.where else ""
            output.err.print(output.joined(output.styled(sign, "yellow"), f" {where}{problem.what}"))
            if problem.cure:
                output.err.print(f"  → {problem.cure}")
    if not by_state["broken"]:
        names = ", ".join(config.trunks)
        unsure = f"; {len(by_state['unknown'])} could not be seen" if by_state["unknown"] else ""
        plural = "s" * (len(config.trunks) != 1)
        output.out.print(f"{len(config.trunks)} trunk{plural} as they should be: {names}{unsure}")


def _as_json(problems: list[Problem]) -> list[dict[str, object]]:
    return [{**asdict(problem), "where": problem.where} for problem in problems]
