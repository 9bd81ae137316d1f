"""How every command speaks: data or tables on stdout, everything else on stderr, exit codes that mean something."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from voicebot.errors import Problem

EXIT_FINE: Final = 0
EXIT_NOT_FINE: Final = 1
"""The thing that was checked is not as it should be."""
EXIT_USAGE: Final = 2
"""Used or configured wrongly."""

_FILE_WIDTH: Final = 240
"""Columns of a table that no terminal limits."""

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout; dates, decimals and ids as text."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table on stdout."""
    table = Table(*columns, title=title or None, title_justify="left")
    for column in table.columns:
        column.overflow = "fold"  # a hash or a name that is cut off cannot be copied
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console = out if out.is_terminal else Console(width=_FILE_WIDTH, soft_wrap=True)
    console.print(table)


def print_record(record: Mapping[str, object]) -> None:
    """Print names and values, one pair a line."""
    width = max(map(len, record), default=0)
    for name, value in record.items():
        out.print(f"{name:<{width}}  {value}", markup=False, highlight=False)


def print_problems(problems: Iterable[Problem]) -> None:
    """Print problems on stderr, each with its cure."""
    for problem in problems:
        err.print(f"[bold red]✗[/] {problem.where + ': ' if problem.where else ''}{problem.what}", highlight=False)
        if problem.cure:
            err.print(f"  [green]→[/] {problem.cure}", highlight=False)


def fail(problems: Iterable[Problem], code: int = EXIT_USAGE) -> NoReturn:
    """Print problems and leave with ``code``."""
    print_problems(problems)
    raise typer.Exit(code)
