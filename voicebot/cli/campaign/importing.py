"""``voicebot campaign import``."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from voicebot.agi.numbers import check_region
from voicebot.campaign.encodings import check_encoding
from voicebot.campaign.leads import Row, Terms, iterate_leads
from voicebot.cli import output
from voicebot.cli.campaign.common import Json, Name, trunk_of
from voicebot.cli.script.published import who
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.dialogue.script.pinned import read_pinned
from voicebot.errors import ConfigurationError, Problem
from voicebot.masking import mask_name, mask_number
from voicebot.store.lead_records import Corrected
from voicebot.store.leads import LEADS_AT_ONCE
from voicebot.store.store import Store

SHOWN: Final = 100
"""Rows of one kind that are shown one by one; the others are only counted (``--json`` has them all)."""

_KINDS: Final = ("corrected", "duplicates", "not_corrected", "suppressed", "refused")
_BAD: Final = ("not_corrected", "suppressed", "refused")
"""Kinds of rows that a person should look at."""


def import_leads(
    context: typer.Context,
    name: Name,
    files: Annotated[list[Path], typer.Argument(help="CSV (first line: column names) or .jsonl files.")],
    *,
    region: Annotated[str, typer.Option(help="Country of numbers written without a country code (US, GB, CN …).")] = "",
    encoding: Annotated[
        str, typer.Option(help="Encoding, if not UTF-8 and without a byte order mark: gb18030, windows-1252.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show names and numbers in full.")] = False,
    json: Json = False,
) -> None:
    """Import leads, and correct those not called yet (identified by reference, or else by number).

    Bad rows are refused, with file, line and what to do; the others go in. Exit code 1 if anything was left out.
    """

    async def work(store: Store, config: Config) -> dict[str, Any]:
        campaign = await store.campaign_named(name)
        trunk_name = trunk_of(config, campaign.trunk)
        trunk = config.trunks[trunk_name]
        version = await store.script(campaign.script_hash)
        if version is None:
            raise ConfigurationError(f"the script of {name} is not stored", cure="create the campaign again")
        script = read_pinned(version.text, version.hash)
        country = check_region(region, "--region") if region else trunk.region
        codec = check_encoding(encoding) if encoding else ""
        terms = Terms(script.lead.needs, trunk_name, trunk, country, codec, script.language)
        report = _Report(show=not json, unmasked=unmasked)
        for file in files:
            await _import_file(store, campaign.id, file, terms, report, dry_run=dry_run)
        return report.record()

    record = with_store(context, work)
    if json:
        output.print_json(record | {"dry_run": dry_run})
    else:
        lines = {kind: len({(one["file"], one["line"]) for one in record[kind]}) for kind in _KINDS}
        shown = {"unchanged" if kind == "duplicates" else kind.replace("_", " "): lines[kind] for kind in _KINDS}
        output.print_record({"inserted": record["inserted"], **shown})
        if dry_run:
            output.err.print("Nothing was done: this was a dry run.")
    if any(record[kind] for kind in _BAD):
        raise typer.Exit(output.EXIT_NOT_FINE)


class _Report:
    """What an import did, shown as it happens."""

    def __init__(self, *, show: bool, unmasked: bool) -> None:
        self._show, self._unmasked = show, unmasked
        self.inserted = 0
        self._lists: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}

    def add(self, kind: str, problem: Problem, **more: Any) -> None:
        """Count a row."""
        listed = self._lists[kind]
        listed.append(dataclasses.asdict(problem) | more)
        if not self._show or kind == "duplicates" or len(listed) > SHOWN:
            return
        if kind == "corrected":
            output.out.print(f"{problem.where}: {problem.what}")
        else:
            output.print_problems([problem])

    def correction(self, file: Path, line: int, one: Corrected) -> None:
        """Count a row that differs from the campaign's lead."""
        changes = {field: [self._shown(field, value) for value in both] for field, both in one.changes.items()}
        report = "; ".join(f"{field} {before or 'nothing'} → {after}" for field, (before, after) in changes.items())
        lead = f"lead {one.lead_id}" if one.lead_id is not None and one.lead_id > 0 else "the lead"
        more = {"lead": one.lead_id, "changes": changes}
        if not one.refused:
            self.add("corrected", Problem(f"{lead}: {report}", "", str(file), line), **more)
            return
        what = f"{lead} is unchanged: {one.refused}" + (f" ({report})" if report else "")
        cure = "give it its own reference, or leave it out" if not changes else "see: voicebot lead show"
        self.add("not_corrected", Problem(what, cure, str(file), line), **more)

    def _shown(self, field: str, value: Any) -> str:
        if self._unmasked or field not in {"phone", "name"}:
            return str(value)
        return mask_number(value) if field == "phone" else mask_name(value)

    def record(self) -> dict[str, Any]:
        """Return everything as data."""
        if self._show:
            for kind, listed in self._lists.items():
                if kind != "duplicates" and len(listed) > SHOWN:
                    what = f"… and {len(listed) - SHOWN} more lines {kind.replace('_', ' ')}; --json has them all"
                    output.err.print(what)
        counts: Mapping[str, Any] = self._lists
        return {"inserted": self.inserted, **counts}


async def _import_file(
    store: Store, campaign: int, file: Path, terms: Terms, report: _Report, *, dry_run: bool
) -> None:
    found = iterate_leads(file, terms)
    while part := await asyncio.to_thread(lambda: list(islice(found, LEADS_AT_ONCE))):
        rows = [one for one in part if isinstance(one, Row)]
        for one in part:
            if isinstance(one, Problem):
                report.add("refused", one)
        added = await store.add_leads(campaign, [row.lead for row in rows], by=who(), dry_run=dry_run)
        report.inserted += added.inserted
        for correction in added.corrected:
            report.correction(file, rows[correction.place].line, correction)
        for place in added.duplicates:
            report.add("duplicates", Problem("is already in the campaign, unchanged", "", str(file), rows[place].line))
        for place in added.suppressed:
            report.add(
                "suppressed", Problem("this number asked not to be called", "leave it out", str(file), rows[place].line)
            )
