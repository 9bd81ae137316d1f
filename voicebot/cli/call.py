"""``voicebot call``: which calls were made, what was said in them, and exports of their records."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from voicebot.agi.phone import Disposition
from voicebot.call.recordings import playable
from voicebot.cli import filters, output, playing, times
from voicebot.cli.lazy import lazy_app
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.dialogue.script.vocabulary import OUTCOMES
from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.journal import transcript
from voicebot.journal.reader import read_entries
from voicebot.masking import mask_name, mask_number, mask_person
from voicebot.plain import to_json
from voicebot.private_files import make_missing, open_private, private_folder, write_private
from voicebot.store.calls import CallFilter, FoundCall
from voicebot.store.records import Attempt
from voicebot.store.store import Store

app = lazy_app(
    {"classify": ("voicebot.cli.classifying:classify", "Tell what picked up in recordings, as a call would.")}
)

SHOWN: Final = 50
"""Calls shown in a table by default."""

Call = Annotated[str, typer.Argument(help="The attempt's id, or its first characters.")]
Json = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show names and numbers in full.")]


@app.command("list")
def list_calls(
    context: typer.Context,
    *,
    campaign: Annotated[str, typer.Option(help="Only calls or leads of this campaign.")] = "",
    phone: Annotated[str, typer.Option(help="Only to this number, or to numbers that end in these digits.")] = "",
    reference: Annotated[str, typer.Option(help="Only for leads with this reference.")] = "",
    since: Annotated[str, typer.Option(help="Only from this time on: 2026-11-26, today, 2026-11-26T15:00.")] = "",
    until: Annotated[str, typer.Option(help="Only until this time; a day is included to its end.")] = "",
    disposition: Annotated[list[str] | None, typer.Option(help="Only with this disposition.")] = None,
    outcome: Annotated[list[str] | None, typer.Option(help="Only with this outcome.")] = None,
    said: Annotated[str, typer.Option(help="Only calls in which either side said these words.")] = "",
    limit: Annotated[
        int | None, typer.Option(min=1, help="How many, newest first; by default 50 in a table, all as data.")
    ] = None,
    zone: Annotated[
        times.Zone, typer.Option("--times", help="Show times in the machine's zone or the lead's.")
    ] = times.Zone.MACHINE,
    unmasked: Unmasked = False,
    json: Json = False,
) -> None:
    """Show attempts, newest first. Days and times of --since and --until are the machine's."""
    most = limit if limit is not None or json else SHOWN
    now = times.machine_now()

    async def work(store: Store, _config: Config) -> tuple[list[FoundCall], int]:
        dispositions, outcomes = await store.results_there_are()
        which = CallFilter(
            campaign=(await store.campaign_named(campaign)).id if campaign else None,
            number=filters.phone(phone) if phone else "",
            reference=reference,
            since=filters.moment("--since", since, now),
            until=filters.moment("--until", until, now, end=True),
            dispositions=filters.words("--disposition", disposition or (), dispositions | set(Disposition)),
            outcomes=filters.words("--outcome", outcome or (), outcomes | OUTCOMES),
            said=said,
        )
        return await store.calls(which, limit=most)

    found, count = with_store(context, work)
    if json:
        output.print_json([_record(_masked(one.attempt, unmasked)) for one in found])
    else:
        output.print_table(
            "",
            ("attempt", "campaign", "dialled", "phone", "state", "disposition", "outcome", "recorded"),
            (_row(one, unmasked, zone) for one in found),
        )
    output.left_out(count - len(found), "calls")


def _row(call: FoundCall, unmasked: bool, zone: times.Zone) -> tuple[object, ...]:
    attempt = _masked(call.attempt, unmasked)
    return (
        str(attempt.id)[:8],
        attempt.campaign_name,
        times.shown(attempt.dialled_at, call.timezone if zone is times.Zone.LEAD else ""),
        attempt.phone,
        attempt.state,
        attempt.disposition,
        attempt.outcome,
        "yes" if attempt.recording else "",
    )


@app.command()
def show(
    context: typer.Context,
    call: Call,
    everything: Annotated[bool, typer.Option("--all", help="Include internal events of the engine.")] = False,
    unmasked: Unmasked = False,
    json: Json = False,
) -> None:
    """Show one call: its outcome, who spoke when, and what was said."""
    attempt, journal = _read(context, call, unmasked=unmasked)
    if json:
        output.print_json({**_record(attempt), "journal": journal})
        return
    slots = ", ".join(f"{name} {value}" for name, value in attempt.slots.items())
    lines: dict[str, object] = {
        "attempt": attempt.id,
        "campaign": attempt.campaign_name,
        "called": f"{attempt.name}, {attempt.phone}, try {attempt.tries}",
        "state": attempt.state,
        "disposition": f"{attempt.disposition} {attempt.explanation}".strip(),
        "outcome": f"{attempt.outcome} ({slots})" if slots else attempt.outcome,
        "dialled": times.shown(attempt.dialled_at),
        "answered": times.shown(attempt.answered_at),
        "ended": times.shown(attempt.ended_at),
        "engines": ", ".join(f"{name}: {value}" for name, value in attempt.engines.items()),
        "recording": attempt.recording,
    }
    output.print_record({name: value for name, value in lines.items() if value})
    if not journal:
        output.err.print("There is no journal: the call has not ended yet, or was never made.")
        return
    output.out.print()
    entries = read_entries(journal)
    for row in transcript.drawing(entries):
        output.out.print(row)
    output.out.print()
    for found in transcript.moments(entries, everything=everything):
        output.out.print(f"{found.at:+8.2f}  {found.who:<7} {found.what}")


@app.command()
def play(context: typer.Context, call: Call) -> None:
    """Play a call's recording, the callee on the left and the bot on the right."""
    attempt, _ = _read(context, call, unmasked=True)
    with tempfile.TemporaryDirectory() as folder:
        path = _recording(attempt, Path(folder))
        if path is None:
            what = f"{attempt.recording} is missing" if attempt.recording else "it was not recorded"
            raise UnavailableError(
                f"attempt {attempt.id}: {what}", cure="only answered calls are recorded, on the machine that made them"
            )
        output.err.print(str(path))
        playing.play(path)


@app.command()
def export(
    context: typer.Context,
    calls: Annotated[list[str] | None, typer.Argument(help="Ids of attempts, or their first characters.")] = None,
    *,
    campaign: Annotated[str | None, typer.Option(help="All attempts of this campaign.")] = None,
    to: Annotated[Path, typer.Option(help="Folder to write to; created if missing.")] = Path("export"),
    zipped: Annotated[bool, typer.Option("--zip", help="One archive per attempt instead of a folder.")] = False,
    unmasked: Unmasked = False,
    json: Json = False,
) -> None:
    """Export the outcome, journal and recording of attempts, one folder or archive each."""
    if not calls and campaign is None:
        raise ConfigurationError("no call was named", cure="name attempts, or a campaign with --campaign")

    async def work(store: Store, _config: Config) -> list[str]:
        found = [await _one(store, call) for call in calls or ()]
        if campaign is not None:
            found += await store.attempts((await store.campaign_named(campaign)).id, limit=None)
        written = []
        for attempt in found:
            journal = await store.journal(attempt.id)
            entries = _mask_all(journal, attempt.name, unmasked)
            written.append(str(_export(_masked(attempt, unmasked), entries, to, zipped=zipped)))
        return written

    try:
        written = with_store(context, work)
    except OSError as error:
        raise UnavailableError(
            f"{error.filename or to} cannot be written: {error.strerror}", cure="name another folder with --to"
        ) from error
    if json:
        output.print_json(written)
    else:
        for path in written:
            output.out.print(path)


def _export(attempt: Attempt, journal: list[Mapping[str, Any]], folder: Path, *, zipped: bool) -> Path:
    with tempfile.TemporaryDirectory() as other:
        return _written(attempt, journal, _recording(attempt, Path(other)), folder, zipped=zipped)


def _written(
    attempt: Attempt, journal: list[Mapping[str, Any]], recording: Path | None, folder: Path, *, zipped: bool
) -> Path:
    """Write one attempt's files, readable only by their owner; the record says if the recording is gone."""
    record = _record(attempt) | {"recording": f"recording{recording.suffix}" if recording else None}
    texts = {
        "outcome.json": to_json(record, indent=1) + "\n",
        "journal.jsonl": "".join(to_json(entry) + "\n" for entry in journal),
    }
    make_missing(folder)
    if zipped:
        path = folder / f"{attempt.id}.zip"
        half = path.with_suffix(".half")
        with open_private(half, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in texts.items():
                archive.writestr(name, text)
            if recording:
                archive.write(recording, f"recording{recording.suffix}")
        half.replace(path)
        return path
    path = private_folder(folder / str(attempt.id))
    for name, text in texts.items():
        write_private(path / name, text)
    if recording:
        with recording.open("rb") as source, open_private(path / f"recording{recording.suffix}", "wb") as copy:
            shutil.copyfileobj(source, copy)
    return path


def _read(context: typer.Context, call: str, *, unmasked: bool) -> tuple[Attempt, list[Mapping[str, Any]]]:
    async def work(store: Store, _config: Config) -> tuple[Attempt, list[Mapping[str, Any]]]:
        attempt = await _one(store, call)
        return attempt, await store.journal(attempt.id)

    attempt, journal = with_store(context, work)
    return _masked(attempt, unmasked), _mask_all(journal, attempt.name, unmasked)


async def _one(store: Store, call: str) -> Attempt:
    found = await store.attempts(starting_with=call, limit=2) if call else []
    if not found:
        raise ConfigurationError(f"there is no attempt {call}", cure="see: voicebot call list")
    if len(found) > 1:
        raise ConfigurationError(f"more than one attempt begins with {call}", cure="give more characters of the id")
    return found[0]


def _recording(attempt: Attempt, folder: Path) -> Path | None:
    """Return a call's recording as a file that players open, created in ``folder`` if necessary, or ``None``."""
    try:
        path = playable(Path(attempt.recording), folder) if attempt.recording else None
    except OSError:
        return None
    return path if path is not None and path.is_file() else None


def _masked(attempt: Attempt, unmasked: bool) -> Attempt:
    if unmasked:
        return attempt
    return dataclasses.replace(
        attempt,
        phone=mask_number(attempt.phone),
        name=mask_name(attempt.name),
        slots=_mask_value(attempt.slots, attempt.name),
        explanation=_mask_value(attempt.explanation, attempt.name),
    )


def _mask_all(journal: list[Mapping[str, Any]], name: str, unmasked: bool) -> list[Mapping[str, Any]]:
    return journal if unmasked else [_mask_value(entry, name) for entry in journal]


def _mask_value(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return mask_person(value, name)
    if isinstance(value, Mapping):
        kept = {"attempt", "script_hash", "path"}
        return {key: item if key in kept else _mask_value(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_mask_value(item, name) for item in value]
    return value


def _record(attempt: Attempt) -> dict[str, Any]:
    return dataclasses.asdict(attempt)
