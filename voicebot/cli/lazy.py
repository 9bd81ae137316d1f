"""Groups of commands whose modules are imported only when one of them is used: each command starts quickly."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

Entries = Mapping[str, tuple[str, str]]
"""Name -> its place (``package.module:attribute``, a function or a ``typer.Typer``) and its one-line help."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A word that a shell may complete to, in the form that typer's completions have in every version."""

    value: str
    help: str
    type: str = "plain"


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and help, and imports the one that is called.

    Contexts and commands are ``Any`` here: which classes they are of depends on typer's version.
    """

    entries: ClassVar[Entries] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the help."""
        return [*super().list_commands(ctx), *self.entries]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and return one command, or ``None`` if there is none of that name."""
        if cmd_name not in self.entries:
            return super().get_command(ctx, cmd_name)
        place, help_text = self.entries[cmd_name]
        target = _imported(place)
        if isinstance(target, typer.Typer):
            command: Any = get_group(target)
            command.help = help_text
        else:
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            alone.command(cmd_name)(target)
            command = get_command(alone)
        command.name = cmd_name
        return command

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return possible completions without importing any command."""
        if incomplete.startswith("-"):
            return list(super().shell_complete(ctx, incomplete))
        return [Completion(name, text) for name, text in self._helps(ctx) if name.startswith(incomplete)]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands with their help without importing any."""
        rows = self._helps(ctx, formatter.width)
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _helps(self, ctx: Any, width: int = 80) -> list[tuple[str, str]]:
        """Return name and help of each command, those that are here already first."""
        own = {name: super(LazyGroup, self).get_command(ctx, name) for name in super().list_commands(ctx)}
        helps = [(name, command.get_short_help_str(width)) for name, command in own.items() if command is not None]
        return helps + [(name, text) for name, (_, text) in self.entries.items()]


def _imported(place: str) -> Any:
    """Import what an entry names, without looking for garbage meanwhile: an import makes none.

    The collector would go through all classes and functions again and again as they come to be (a tenth of the time
    that most commands take); frozen, they are left alone for good.
    """
    module, _, attribute = place.partition(":")
    if module in sys.modules:
        return getattr(sys.modules[module], attribute)
    collects = gc.isenabled()
    gc.disable()
    try:
        return getattr(importlib.import_module(module), attribute)
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def lazy_app(entries: Entries, *, completion: bool = False) -> typer.Typer:
    """Make a group of commands that are imported when they are used.

    Parameters
    ----------
    entries
        Its commands and groups, in the order of the help.
    completion
        Whether it is the whole program, which installs shell completion.
    """
    group = type("LazyGroupOfCommands", (LazyGroup,), {"entries": entries})
    made = typer.Typer(
        cls=group,
        no_args_is_help=True,
        add_completion=completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    made.callback()(_nothing)  # typer refuses a group with neither commands of its own nor a callback
    return made


def _nothing() -> None:
    pass
