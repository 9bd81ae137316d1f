"""``voicebot dnc``: the numbers that must not be called, in any campaign."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from voicebot.agi.numbers import check_region
from voicebot.campaign import fields
from voicebot.campaign.csv_file import CsvFile, lines_of
from voicebot.campaign.encodings import check_encoding, encoding_of
from voicebot.campaign.fields import RefusedValue
from voicebot.cli import filters, output, times
from voicebot.cli.script.published import who
from voicebot.cli.stores import with_store
from voicebot.config import Config
from voicebot.errors import ConfigurationError, Problem
from voicebot.masking import mask_number
from voicebot.store.store import Store
from voicebot.store.suppression import Bar, Barred

app = typer.Typer(rich_markup_mode=None)

SHOWN: Final = 50
"""Numbers shown in a table by default."""

Region = Annotated[str, typer.Option(help="Country of numbers written without a country code (US, GB, CN …).")]
Why = Annotated[str, typer.Option(help="Reason, kept with the numbers.")]
Json = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]


@app.command("list")
def list_numbers(
    context: typer.Context,
    *,
    phone: Annotated[str, typer.Option(help="Only this number, or numbers that end in these digits.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="How many; by default 50 in a table, all as data.")] = None,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show numbers in full.")] = False,
    json: Json = False,
) -> None:
    """Show the numbers that must not be called, newest first."""
    most = limit if limit is not None or json else SHOWN

    async def work(store: Store, _config: Config) -> tuple[list[Bar], int]:
        return await store.bars(filters.phone(phone) if phone else "", limit=most)

    found, count = with_store(context, work)
    bars = found if unmasked else [dataclasses.replace(bar, number=mask_number(bar.number)) for bar in found]
    if json:
        output.print_json([dataclasses.asdict(bar) for bar in bars])
    else:
        output.print_table(
            "",
            ("number", "since", "said in call", "by", "why"),
            (
                (bar.number, times.shown(bar.since), str(bar.attempt)[:8] if bar.attempt else "", bar.by, bar.why)
                for bar in bars
            ),
        )
    output.left_out(count - len(found), "numbers")


@app.command()
def add(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(help="Numbers, with their country code or --region.")],
    *,
    region: Region = "",
    why: Why = "",
    json: Json = False,
) -> None:
    """Bar numbers in every campaign; if one of them is not valid, none is barred."""
    country = check_region(region, "--region") if region else ""
    wanted, problems = [], []
    for number in numbers:
        try:
            wanted.append(fields.phone(number.strip(), country))
        except RefusedValue as error:
            problems.append(Problem(error.what, error.cure))
    if problems:
        raise ConfigurationError(problems)
    _bar(context, wanted, [], why=why, json=json)


@app.command("import")
def import_numbers(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="One number per line, or CSV with a column phone.")],
    *,
    region: Region = "",
    encoding: Annotated[
        str, typer.Option(help="Encoding, if not UTF-8 and without a byte order mark, like gb18030.")
    ] = "",
    why: Why = "",
    json: Json = False,
) -> None:
    """Bar the numbers in files in every campaign; bad rows are refused with file and line, the others go in."""
    country = check_region(region, "--region") if region else ""
    codec = check_encoding(encoding) if encoding else ""
    wanted: list[str] = []
    refused: list[Problem] = []
    for file in files:
        for found in _numbers(file, country, codec):
            if isinstance(found, Problem):
                refused.append(found)
            else:
                wanted.append(found)
    _bar(context, wanted, refused, why=why, json=json)


def _numbers(path: Path, region: str, codec: str) -> Iterator[str | Problem]:
    try:
        with path.open("rb") as file:
            encoding = encoding_of(file, codec)
            if encoding.fault:
                yield Problem(encoding.fault, encoding.cure, str(path), encoding.line)
                return
            with contextlib.closing(lines_of(file, encoding.name, str(path))) as lines:
                first = next(lines, None)
            named = first is not None and any(character.isalpha() for character in first.text)
            file.seek(0)
            with contextlib.closing(lines_of(file, encoding.name, str(path))) as lines:
                if named:
                    for record in CsvFile(str(path), (), ("phone",)).records(lines):
                        yield record if isinstance(record, Problem) else _number(path, *record, region)
                    return
                for line in lines:
                    if line.problem is not None:
                        yield line.problem
                    elif line.text.strip(" \t,;"):
                        yield _number(path, line.number, {"phone": line.text.strip(" \t,;")}, region)
    except OSError as error:
        yield Problem(f"cannot be read: {error.strerror}", "check the path and its permissions", str(path))


def _number(path: Path, line: int, values: dict[str, str], region: str) -> str | Problem:
    try:
        return fields.phone(values["phone"].strip(), region)
    except RefusedValue as error:
        return Problem(f"phone: {error.what}", error.cure, str(path), line)


def _bar(context: typer.Context, numbers: list[str], refused: list[Problem], *, why: str, json: bool) -> None:
    async def work(store: Store, _config: Config) -> tuple[Barred, int]:
        return await store.bar(numbers, by=who(), why=why), await store.open_calls(set(numbers))

    done, under_way = with_store(context, work)
    there = len(set(numbers)) - done.new
    record: dict[str, Any] = {"added": done.new, "there already": there, "leads stopped": done.leads}
    if json:
        data = {name.replace(" ", "_"): value for name, value in record.items()}
        output.print_json(data | {"under_way": under_way, "refused": [dataclasses.asdict(one) for one in refused]})
    else:
        output.print_problems(refused)
        output.print_record(record | {"refused": len(refused)})
        if under_way:
            output.err.print(f"{under_way} of these numbers are being called now; those calls are finished.")
    if refused:
        raise typer.Exit(output.EXIT_NOT_FINE)
