"""What the campaign commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from voicebot.config import Config
from voicebot.errors import ConfigurationError

Name = Annotated[str, typer.Argument(help="Name of the campaign.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def trunk_of(config: Config, wanted: str) -> str:
    """Return a configured trunk's name; without ``wanted`` the only one configured."""
    known = ", ".join(sorted(config.trunks))
    if not config.trunks:
        raise ConfigurationError("no trunk is configured", cure="add [trunks.NAME] to voicebot.toml")
    if not wanted and len(config.trunks) == 1:
        return next(iter(config.trunks))
    if wanted not in config.trunks:
        what = f"there is no trunk {wanted}" if wanted else "there is more than one trunk"
        raise ConfigurationError(what, cure=f"name one with --trunk: {known}")
    return wanted
