"""``voicebot campaign``: create, fill, start, pause and watch campaigns."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from voicebot.campaign.leads import Row, iterate_leads
from voicebot.cli import campaign_versions, output
from voicebot.cli.script.finding import find_script
from voicebot.cli.script.published import published_under, who
from voicebot.cli.script.soundness import refuse_faults
from voicebot.cli.stores import moment, with_store
from voicebot.config import Config, TrunkSection
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import pinned_text, read_pinned
from voicebot.dialogue.script.reading.load import load_script
from voicebot.errors import ConfigurationError, Problem
from voicebot.logs import mask_name, mask_number
from voicebot.store.campaigns import LEADS_AT_ONCE
from voicebot.store.records import CampaignState, CampaignStatus, LeadState
from voicebot.store.store import Store

app = typer.Typer()
app.command()(campaign_versions.repin)
app.command()(campaign_versions.pins)

PROBLEMS_SHOWN: Final = 100
"""Refused lines that are shown one by one; a count is given for the others (``--json`` has them all)."""

_KINDS: Final = ("duplicates", "suppressed", "refused")

Name = Annotated[str, typer.Argument(help="Name of the campaign.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def create(
    context: typer.Context,
    name: Name,
    script: Annotated[str, typer.Option(help="A published or shipped script (reminder, zh-CN/reminder), or a file.")],
    trunk: Annotated[str, typer.Option(help="A configured trunk; may be left out where there is only one.")] = "",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "",
) -> None:
    """Make a campaign in draft, with its script pinned: later changes don't touch it.

    A name means the version that was published under it, or else the shipped file; a path always means the file.
    """

    async def work(store: Store, config: Config) -> tuple[Script, str]:
        current = await published_under(store, script, language)
        if current is not None:
            version = await store.version(current.hash)
            loaded, came = read_pinned(version.text, version.hash), f"published {moment(current.at)} by {current.by}"
        else:
            file = find_script(script, language)
            loaded, came = load_script(file), str(file)
            if await store.script(loaded.content_hash) is None:  # one that is pinned already has passed
                refuse_faults(loaded, file)
        await store.create_campaign(
            _fit_name(name),
            script=script,
            script_hash=loaded.content_hash,
            script_text=pinned_text(loaded) if current is None else version.text,
            language=loaded.language,
            trunk=_trunk(config, trunk),
            by=who(),
        )
        return loaded, came

    loaded, came = with_store(context, work)
    pinned = loaded.content_hash[:12]
    output.print_record({"campaign": name, "script": script, "taken": came, "pinned as": pinned, "state": "draft"})


@app.command("import")
def import_leads(
    context: typer.Context,
    name: Name,
    files: Annotated[list[Path], typer.Argument(help="CSV (first line: column names) or .jsonl files.")],
    json: Json = False,
) -> None:
    """Add leads. A bad line is refused with its place and cure, the others go in; then the exit code is 1."""

    async def work(store: Store, config: Config) -> dict[str, Any]:
        campaign = await store.campaign_named(name)
        trunk = config.trunks[_trunk(config, campaign.trunk)]
        version = await store.script(campaign.script_hash)
        if version is None:
            raise ConfigurationError(f"the script of {name} is not stored", cure="create the campaign again")
        needs = read_pinned(version.text, version.hash).lead.needs
        told = _Told(show=not json)
        for file in files:
            await _import_file(store, campaign.id, file, needs=needs, trunk=trunk, told=told)
        return told.record()

    record = with_store(context, work)
    if json:
        output.print_json(record)
    else:
        lines = {kind: len({(one["file"], one["line"]) for one in record[kind]}) for kind in _KINDS}
        output.print_record({"inserted": record["inserted"], **lines})
    if record["refused"] or record["suppressed"]:
        raise typer.Exit(output.EXIT_NOT_FINE)


class _Told:
    """What an import did, shown as it goes."""

    def __init__(self, *, show: bool) -> None:
        self._show = show
        self.inserted = 0
        self._lists: dict[str, list[Problem]] = {kind: [] for kind in _KINDS}

    def add(self, kind: str, problem: Problem) -> None:
        shown = self._lists[kind]
        shown.append(problem)
        if self._show and kind != "duplicates" and len(shown) <= PROBLEMS_SHOWN:
            output.print_problems([problem])

    def record(self) -> dict[str, Any]:
        if self._show:
            for kind in ("suppressed", "refused"):
                more = len(self._lists[kind]) - PROBLEMS_SHOWN
                if more > 0:
                    output.err.print(f"… and {more} more lines {kind}; --json tells them all")
        return {
            "inserted": self.inserted,
            **{kind: [dataclasses.asdict(problem) for problem in found] for kind, found in self._lists.items()},
        }


async def _import_file(
    store: Store, campaign: int, file: Path, *, needs: tuple[str, ...], trunk: TrunkSection, told: _Told
) -> None:
    found = iterate_leads(file, needs, trunk.numbers)
    while part := await asyncio.to_thread(lambda: list(islice(found, LEADS_AT_ONCE))):
        rows = [one for one in part if isinstance(one, Row)]
        for one in part:
            if isinstance(one, Problem):
                told.add("refused", one)
        added = await store.add_leads(campaign, [row.lead for row in rows])
        told.inserted += added.inserted
        for place in added.duplicates:
            told.add("duplicates", Problem("is in the campaign already", "", str(file), rows[place].line))
        for place in added.suppressed:
            told.add(
                "suppressed", Problem("this number asked not to be called", "leave it out", str(file), rows[place].line)
            )


@app.command()
def start(context: typer.Context, name: Name) -> None:
    """Let the campaign's leads be dialled by the nodes that serve its trunk."""
    _set_state(context, name, CampaignState.RUNNING)


@app.command()
def resume(context: typer.Context, name: Name) -> None:
    """Go on with a paused campaign."""
    _set_state(context, name, CampaignState.RUNNING)


@app.command()
def pause(context: typer.Context, name: Name) -> None:
    """Dial nobody more, at once; calls under way go on to their end."""
    _set_state(context, name, CampaignState.PAUSED)


def _set_state(context: typer.Context, name: str, state: CampaignState) -> None:
    async def work(store: Store, config: Config) -> CampaignStatus:
        campaign = await store.campaign_named(name)
        if state is CampaignState.RUNNING:
            _trunk(config, campaign.trunk)
        await store.set_state(campaign.id, state)
        return await store.campaign_status(campaign.id)

    status = with_store(context, work)
    _show(status)
    if state is CampaignState.RUNNING and not status.leads[LeadState.READY]:
        output.err.print("No lead is ready: add some with voicebot campaign import.")


@app.command()
def status(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Name of the campaign; all without one.")] = None,
    json: Json = False,
) -> None:
    """Show how far a campaign is, or all of them."""

    async def work(store: Store, _config: Config) -> list[CampaignStatus]:
        found = [await store.campaign_named(name)] if name is not None else await store.campaigns()
        return [await store.campaign_status(campaign.id) for campaign in found]

    found = with_store(context, work)
    if json:
        records = [_record(one) for one in found]
        output.print_json(records[0] if name is not None else records)
    elif name is not None:
        _show(found[0])
    else:
        output.print_table(
            "",
            ("campaign", "state", "script", "trunk", "ready", "dialling", "done", "review"),
            (
                (
                    one.campaign.name,
                    one.campaign.state,
                    one.campaign.script,
                    one.campaign.trunk,
                    *(one.leads[state] for state in LeadState),
                )
                for one in found
            ),
        )


@app.command()
def review(
    context: typer.Context,
    name: Name,
    *,
    call_again: Annotated[list[int] | None, typer.Option(help="Number of a lead to call again.")] = None,
    done: Annotated[list[int] | None, typer.Option(help="Number of a lead to leave in peace.")] = None,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show names and numbers in full.")] = False,
    json: Json = False,
) -> None:
    """Show the leads of which nobody knows whether they were called, and decide about them."""
    wanted = dict.fromkeys(call_again or (), True) | dict.fromkeys(done or (), False)

    async def work(store: Store, _config: Config) -> list[Mapping[str, Any]]:
        campaign = await store.campaign_named(name)
        waiting = await store.leads_for_review(campaign.id)
        unknown = wanted.keys() - {number for number, _, _ in waiting}
        if unknown:
            raise ConfigurationError(
                f"{', '.join(map(str, sorted(unknown)))}: not in review in {name}",
                cure=f"see: voicebot campaign review {name}",
            )
        for lead, again in wanted.items():
            await store.decide(lead, call_again=again)
        return [
            {
                "lead": number,
                "name": lead.name if unmasked else mask_name(lead.name),
                "phone": lead.phone if unmasked else mask_number(lead.phone),
                "why": why,
            }
            for number, lead, why in waiting
            if number not in wanted
        ]

    left = with_store(context, work)
    if json:
        output.print_json(left)
    else:
        output.print_table("", ("lead", "name", "phone", "why"), (list(one.values()) for one in left))


def _fit_name(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > 120:
        raise ConfigurationError("a campaign's name has 1 to 120 printable characters", cure="choose another name")
    return name


def _trunk(config: Config, wanted: str) -> str:
    known = ", ".join(sorted(config.trunks))
    if not config.trunks:
        raise ConfigurationError("no trunk is configured", cure="add [trunks.NAME] to voicebot.toml")
    if not wanted and len(config.trunks) == 1:
        return next(iter(config.trunks))
    if wanted not in config.trunks:
        what = f"there is no trunk {wanted}" if wanted else "there is more than one trunk"
        raise ConfigurationError(what, cure=f"name one with --trunk: {known}")
    return wanted


def _record(status: CampaignStatus) -> dict[str, Any]:
    return {
        **dataclasses.asdict(status.campaign),
        "leads": dict(status.leads),
        "dispositions": dict(status.dispositions),
        "outcomes": dict(status.outcomes),
        "open_attempts": status.open_attempts,
        "next_ready_at": status.next_ready_at,
    }


def _show(status: CampaignStatus) -> None:
    campaign = status.campaign
    lines: dict[str, object] = {
        "campaign": campaign.name,
        "state": f"{campaign.state} ({campaign.why})" if campaign.why else campaign.state,
        "script": f"{campaign.script} ({campaign.language}, pinned as {campaign.script_hash[:12]})",
        "trunk": campaign.trunk,
        "leads": _counts(status.leads),
        "dispositions": _counts(status.dispositions),
        "outcomes": _counts(status.outcomes),
        "under way": status.open_attempts,
    }
    if status.next_ready_at:
        lines["next lead"] = moment(status.next_ready_at) + " UTC"
    output.print_record(lines)


def _counts(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count} {key}" for key, count in counts.items()) or "none"
