"""How every command prints: data or tables on stdout, everything else on stderr, meaningful exit codes.

All that a command prints goes through ``out`` and ``err`` (or ``print_json``), and what they are given is text and
nothing else: square brackets are no markup, and characters that would steer a terminal are shown as pictures of
themselves. Styles are given with ``styled``, never written into the text. Cells of files, names, patterns and error
messages come from outside, and nobody has to remember to escape them.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import typer

from voicebot.errors import Problem, UnavailableError
from voicebot.masking import printable
from voicebot.plain import to_json

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

EXIT_NOT_FINE: Final = 1
"""The check failed."""
EXIT_USAGE: Final = 2
"""Wrong usage or configuration."""

_TSV_BREAKS: Final = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


class Output:
    """One of the two standard streams, as commands print on it.

    Rich is imported when something has a style or is laid out for a terminal: most commands print plain text into a
    pipe or a line or two, and importing it takes longer than what they do.
    """

    def __init__(self, stream: Literal["stdout", "stderr"]) -> None:
        self._name = stream

    @functools.cached_property
    def console(self) -> Console:
        """What rich prints with, where that is needed: live displays, progress bars, styles."""
        from voicebot.cli.console import PlainConsole  # noqa: PLC0415 - when it is needed

        return PlainConsole(stderr=self._name == "stderr")

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads along."""
        stream = getattr(sys, self._name)
        asked = any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"))
        return (asked or bool(stream.isatty())) and self.console.is_terminal

    def print(self, *parts: RenderableType, end: str = "\n") -> None:
        """Print parts with a blank between them: text as it stands, and whatever rich can show."""
        if "console" in self.__dict__ or not all(isinstance(part, str) for part in parts):
            self.console.print(*parts, end=end)
        else:
            _write(printable(" ".join(map(str, parts)) + end), self._name)


out: Final = Output("stdout")
err: Final = Output("stderr")


def styled(text: object, style: str) -> Text:
    """Return text in a style, such as ``bold red``; the only way to style text."""
    from rich.text import Text  # noqa: PLC0415 - see Output

    return Text(str(text), style=style)


def joined(*parts: str | Text) -> Text:
    """Return one text composed of plain and styled parts."""
    from rich.text import Text  # noqa: PLC0415 - see Output

    return Text.assemble(*parts)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout; dates, decimals and ids as text."""
    _write(to_json(value) + "\n")


def print_document(text: str) -> None:
    """Print a document on stdout as it is, with its own line ends: never wrapped, for files and pipes."""
    _write(printable(text))


def _write(text: str, to: Literal["stdout", "stderr"] = "stdout") -> None:
    """Write to a standard stream; a full disk behind it is an error for people, a reader that has gone is typer's."""
    try:
        stream = getattr(sys, to)
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is left in its buffer would fail once more as the program ends.
        setattr(sys, to, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the program ends
        raise UnavailableError(
            f"the output cannot be written: {error.strerror}", cure="free some space, or write it elsewhere"
        ) from error


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows on stdout: a table on a terminal, tab-separated values under the columns' names anywhere else."""
    cells = ([_cell(cell) for cell in row] for row in rows)
    if not out.is_terminal:
        lines: list[Sequence[object]] = [columns, *cells]
        if title:
            out.print(f"# {title}")
        print_document("".join("\t".join(str(cell).translate(_TSV_BREAKS) for cell in row) + "\n" for row in lines))
        return
    from rich.table import Table  # noqa: PLC0415 - see Output

    table = Table(*columns, title=title or None, title_justify="left")
    for column in table.columns:
        column.overflow = "fold"  # a hash or a name that is cut off cannot be copied
    for row in cells:
        table.add_row(*row)
    out.print(table)


def _cell(value: object) -> str | Text:
    """Return a cell's text, with its style where ``styled`` gave it one."""
    if isinstance(value, str) or value is None:
        return value or ""
    text = sys.modules.get("rich.text")  # a text with a style can only come from there
    return value if text is not None and isinstance(value, text.Text) else str(value)


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
