"""Which personas and scripts are rehearsed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from voicebot.errors import ConfigurationError, Problem
from voicebot.paths import shipped
from voicebot.rehearsal.persona import Persona

_SHIPPED: Final = ("reminder", "collection")
PERSONAS: Final = Path(__file__).parent / "personas"
"""The shipped personas."""
DEMO: Final = (
    "wants_a_human",
    "pays_on_time",
    "promises_friday",
    "already_paid_online",
    "wrong_number",
    "husband_answers",
    "widow",
    "not_my_charge",
    "stop_calling",
    "filed_bankruptcy",
    "wont_pay",
    "voicemail_box",
)
"""Twelve of them with short calls and different outcomes, the longest first."""


def choose(wanted: str, personas: Sequence[Persona]) -> tuple[dict[str, Path], tuple[Persona, ...]]:
    """Return what to rehearse: the scripts by the name that personas use, and the personas who go by them.

    Parameters
    ----------
    wanted
        Name of a shipped script, path of a script file, or ``all`` shipped ones. A file stands for the script that
        the personas name when they name only one.

    Raises
    ------
    ConfigurationError
        There is no such script, or no persona for it.
    """
    path = Path(wanted)
    if path.suffix in (".yaml", ".yml"):
        named = {persona.script for persona in personas}
        files = {named.pop() if len(named) == 1 else path.stem: path}
    else:
        folder = shipped("scripts_dialogue") / "en-US"
        files = {name: folder / f"{name}.yaml" for name in (_SHIPPED if wanted == "all" else (wanted,))}
    for name, file in files.items():
        if not file.is_file():
            raise ConfigurationError(Problem(f"there is no script {name!r}", f"name {', '.join(_SHIPPED)} or a file"))
    chosen = tuple(persona for persona in personas if persona.script in files)
    if not chosen:
        raise ConfigurationError(
            Problem(f"no persona goes by the script {', '.join(files)}", "see 'script:' in the persona files")
        )
    return files, chosen
