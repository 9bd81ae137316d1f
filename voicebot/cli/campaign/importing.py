"""``voicebot campaign import``."""

from __future__ import annotations

import asyncio
import dataclasses
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from voicebot.agi.numbers import check_region
from voicebot.campaign.leads import Row, Terms, iterate_leads
from voicebot.cli import output
from voicebot.cli.campaign.common import Json, Name, trunk_of
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.dialogue.script.pinned import read_pinned
from voicebot.errors import ConfigurationError, Problem
from voicebot.store.campaigns import LEADS_AT_ONCE
from voicebot.store.store import Store

PROBLEMS_SHOWN: Final = 100
"""Refused lines that are shown one by one; a count is given for the others (``--json`` has them all)."""

_KINDS: Final = ("duplicates", "suppressed", "refused")


def import_leads(
    context: typer.Context,
    name: Name,
    files: Annotated[list[Path], typer.Argument(help="CSV (first line: column names) or .jsonl files.")],
    region: Annotated[
        str, typer.Option(help="Country of the numbers that are written without one (US, GB, CN …).")
    ] = "",
    json: Json = False,
) -> None:
    """Add leads. A bad line is refused with its place and cure, the others go in; then the exit code is 1."""

    async def work(store: Store, config: Config) -> dict[str, Any]:
        campaign = await store.campaign_named(name)
        trunk_name = trunk_of(config, campaign.trunk)
        trunk = config.trunks[trunk_name]
        version = await store.script(campaign.script_hash)
        if version is None:
            raise ConfigurationError(f"the script of {name} is not stored", cure="create the campaign again")
        needs = read_pinned(version.text, version.hash).lead.needs
        country = check_region(region, "--region") if region else trunk.region
        terms = Terms(needs, trunk_name, trunk, country)
        told = _Told(show=not json)
        for file in files:
            await _import_file(store, campaign.id, file, terms, told)
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


async def _import_file(store: Store, campaign: int, file: Path, terms: Terms, told: _Told) -> None:
    found = iterate_leads(file, terms)
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
