"""How every command prints: data or tables on stdout, everything else on stderr, meaningful exit codes.

All that a command prints goes through ``out`` and ``err`` (or ``print_json``), and what they are given is text and
nothing else: square brackets are no markup, and characters that would steer a terminal are shown as pictures of
themselves. Styles are given with ``styled``, never written into the text. Cells of files, names, patterns and error
messages come from outside, and nobody has to remember to escape them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from voicebot.errors import Problem, UnavailableError
from voicebot.masking import printable
from voicebot.plain import to_json

EXIT_FINE: Final = 0
EXIT_NOT_FINE: Final = 1
"""The check failed."""
EXIT_USAGE: Final = 2
"""Wrong usage or configuration."""

_TSV_BREAKS: Final = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


class _PlainConsole(Console):
    """A console that prints text as it is."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=True, markup=False, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            text = segment.text if segment.control else printable(segment.text)
            yield segment if text == segment.text else segment._replace(text=text)


out: Final[Console] = _PlainConsole()
err: Final[Console] = _PlainConsole(stderr=True)


def styled(text: object, style: str) -> Text:
    """Return text in a style, such as ``bold red``; the only way to style text."""
    return Text(str(text), style=style)


def joined(*parts: str | Text) -> Text:
    """Return one text composed of plain and styled parts."""
    return Text.assemble(*parts)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout; dates, decimals and ids as text."""
    _write(to_json(value) + "\n")


def print_document(text: str) -> None:
    """Print a document on stdout as it is, with its own line ends: never wrapped, for files and pipes."""
    _write(printable(text))


def _write(text: str) -> None:
    """Write to stdout; a full disk behind it is an error for people, a reader that has gone is typer's to end by."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is left in its buffer would fail once more as the program ends.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the program ends
        raise UnavailableError(
            f"the output cannot be written: {error.strerror}", cure="free some space, or write it elsewhere"
        ) from error


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows on stdout: a table on a terminal, tab-separated values under the columns' names anywhere else."""
    cells = ([cell if isinstance(cell, Text) else "" if cell is None else str(cell) for cell in row] for row in rows)
    if not out.is_terminal:
        lines: list[Sequence[object]] = [columns, *cells]
        if title:
            out.print(f"# {title}")
        print_document("".join("\t".join(str(cell).translate(_TSV_BREAKS) for cell in row) + "\n" for row in lines))
        return
    table = Table(*columns, title=title or None, title_justify="left")
    for column in table.columns:
        column.overflow = "fold"  # a hash or a name that is cut off cannot be copied
    for row in cells:
        table.add_row(*row)
    out.print(table)


def print_record(record: Mapping[str, object]) -> None:
    """Print names and values, one pair a line."""
    width = max(map(len, record), default=0)
    for name, value in record.items():
        out.print(f"{name:<{width}}  {value}")


def print_problems(problems: Iterable[Problem]) -> None:
    """Print problems on stderr, each with its cure."""
    for problem in problems:
        err.print(joined(styled("✗", "bold red"), f" {problem.where + ': ' if problem.where else ''}{problem.what}"))
        if problem.cure:
            err.print(joined("  ", styled("→", "green"), f" {problem.cure}"))


def left_out(count: int, what: str) -> None:
    """Say on stderr how many rows were not shown, if any."""
    if count > 0:
        err.print(f"… and {count} more {what}; show more with --limit, or narrow them down with a filter")


def fail(problems: Iterable[Problem], code: int = EXIT_USAGE) -> NoReturn:
    """Print problems and leave with ``code``."""
    print_problems(problems)
    raise typer.Exit(code)
