"""``voicebot script diff``: how two versions differ, and which recorded calls would end differently."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import typer

from voicebot.call.maker import lead_of
from voicebot.call.replay import Replayed, replay
from voicebot.cli import output
from voicebot.cli.script import reading
from voicebot.cli.script.reading import described, read_script
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.dialogue.script.difference import Change, differences
from voicebot.dialogue.script.model import PROMISES, Script
from voicebot.dialogue.script.variants import arms, chosen
from voicebot.errors import VoicebotError
from voicebot.journal.reader import read_entries
from voicebot.plain import plain
from voicebot.store.records import RecordedCall
from voicebot.store.store import Store

CALLS_SHOWN: Final = 20
"""Calls that are shown one by one; ``--json`` has them all."""
_SIGNS: Final = {"added": ("+", "green"), "removed": ("−", "red"), "changed": ("~", "yellow")}


@dataclass(slots=True)
class Calls:
    """Recorded calls, replayed with both versions.

    Parameters
    ----------
    as_recorded
        Calls that the older version brings to just what was recorded; others were decided by a voicebot that
        decided otherwise, or were cut off.
    unreadable
        Calls whose journals cannot be replayed.
    """

    compared: int = 0
    as_recorded: int = 0
    unreadable: int = 0
    changed: list[dict[str, Any]] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, call: RecordedCall, old: Replayed, new: Replayed) -> None:
        """Compare the outcome of a call with both versions."""
        self.compared += 1
        slots = plain(old.slots)
        self.as_recorded += (old.outcome, slots) == (call.outcome, dict(call.slots))
        if old == new:
            return
        self.outcomes[old.outcome, new.outcome] += 1
        self.changed.append(
            {
                "call": str(call.attempt),
                "campaign": call.campaign_name,
                "recorded": {"outcome": call.outcome, "slots": dict(call.slots)},
                "a": {"outcome": old.outcome, "slots": slots, "goes_on": old.goes_on},
                "b": {"outcome": new.outcome, "slots": plain(new.slots), "goes_on": new.goes_on},
            }
        )

    @property
    def promises(self) -> int:
        """How many promises would be lost or changed."""
        return sum(one["a"]["outcome"] in PROMISES for one in self.changed)


def command(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help=reading.SCRIPT_HELP)],
    b: Annotated[str, typer.Argument(metavar="B", help="The newer version, compared with the first.")],
    *,
    campaign: Annotated[str, typer.Option(help="Replay this campaign's calls, whatever their version.")] = "",
    calls: Annotated[bool, typer.Option(help="Replay recorded calls of either version.")] = True,
    language: Annotated[str, typer.Option(help="Of shipped scripts.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show how B differs from A, and which recorded calls would end differently."""
    old, new = read_script(context, a, language), read_script(context, b, language)
    changes = differences(old, new)
    walked = _walk(context, old, new, campaign) if calls or campaign else None
    if json:
        output.print_json(_record(old, new, changes, walked))
        return
    _show(old, new, changes)
    if walked is not None:
        _show_calls(walked)


def _walk(context: typer.Context, old: Script, new: Script, campaign: str) -> Calls | None:
    """Replay recorded calls; without a database there are none, unless some were asked for."""

    async def work(store: Store, _config: Config) -> Calls:
        number = (await store.campaign_named(campaign)).id if campaign else None
        versions = None if campaign else {old.content_hash, new.content_hash}
        found = Calls()
        async for call in store.recorded_calls(campaign=number, versions=versions):
            lead, day = lead_of(call.lead), call.lead.rehearsal_day
            who = call.lead.reference or call.lead.phone
            journal = read_entries(call.journal)
            try:
                before, after = (replay(arms(script)[chosen(script, who)], lead, day, journal) for script in (old, new))
            except (KeyError, TypeError, ValueError):
                found.unreadable += 1
            else:
                found.add(call, before, after)
        return found

    try:
        return with_store(context, work)
    except VoicebotError as error:
        if campaign:
            raise
        output.err.print(f"Recorded calls are not compared: {error}")
        return None


def _record(old: Script, new: Script, changes: tuple[Change, ...], walked: Calls | None) -> dict[str, Any]:
    return {
        "a": _version(old),
        "b": _version(new),
        "same": old.content_hash == new.content_hash,
        "changes": [{**dataclasses.asdict(one), "told": str(one)} for one in changes],
        "calls": None
        if walked is None
        else {
            "compared": walked.compared,
            "as_recorded": walked.as_recorded,
            "unreadable": walked.unreadable,
            "promises_changed": walked.promises,
            "changed": walked.changed,
        },
    }


def _version(script: Script) -> dict[str, str]:
    return {
        "script": script.script,
        "language": script.language,
        "version": script.version,
        "hash": script.content_hash,
    }


def _show(old: Script, new: Script, changes: tuple[Change, ...]) -> None:
    output.out.print(f"{described(old)} → {described(new)}")
    if not changes:
        output.out.print("They are equivalent.")
    for change in changes:
        output.out.print(output.joined(output.styled(*_SIGNS[change.kind]), f" {change}"))


def _show_calls(walked: Calls) -> None:
    output.out.print()
    if not walked.compared:
        output.out.print(
            "No calls were recorded with either version; name a campaign with --campaign to replay its calls."
        )
        return
    output.out.print(
        f"{walked.compared} recorded calls replayed with both: {len(walked.changed)} would end differently, "
        f"{walked.promises} of them promises.",
    )
    others = walked.compared - walked.as_recorded
    if others:
        output.out.print(f"In {others} of them A itself does not reproduce what was recorded.")
    if walked.unreadable:
        output.out.print(f"{walked.unreadable} calls have journals that cannot be replayed.")
    for (before, after), count in walked.outcomes.most_common():
        output.out.print(f"  {count} × {before} → {after}")
    if walked.changed:
        output.print_table(
            "",
            ("call", "campaign", "A", "B"),
            (
                (one["call"][:8], one["campaign"], _told(one["a"]), _told(one["b"]))
                for one in walked.changed[:CALLS_SHOWN]
            ),
        )
    if len(walked.changed) > CALLS_SHOWN:
        output.out.print(f"… and {len(walked.changed) - CALLS_SHOWN} more; --json has them all")


def _told(side: dict[str, Any]) -> str:
    slots = ", ".join(f"{name} {value}" for name, value in side["slots"].items())
    open_ = f"would go on at {side['goes_on']}" if side["goes_on"] else ""
    return "; ".join(filter(None, (side["outcome"], slots, open_)))
