"""``voicebot rehearse``: try a script on simulated people over real SIP and RTP, or as text."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from voicebot.cli import rehearsing
from voicebot.errors import ConfigurationError
from voicebot.rehearsal.persona import load_personas
from voicebot.rehearsal.runner import Rehearsal, new_folder
from voicebot.rehearsal.selection import PERSONAS, choose


class Medium(enum.StrEnum):
    """How the people are talked to."""

    VOICE = "voice"
    TEXT = "text"


def command(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="A shipped script (reminder, zh-CN/reminder), a script file, or all.")],
    *,
    personas: Annotated[
        Path, typer.Option(exists=True, help="Folder of persona files, or one file; the shipped ones by default.")
    ] = PERSONAS,
    concurrency: Annotated[int, typer.Option(min=1, max=50, help="Calls at the same time.")] = 4,
    policy: Annotated[rehearsing.PolicyName | None, typer.Option(help=rehearsing.POLICY_HELP)] = None,
    voice: Annotated[rehearsing.VoiceName | None, typer.Option(help=rehearsing.VOICE_HELP)] = None,
    medium: Annotated[
        Medium,
        typer.Option("--as", help="voice: real calls; text: the same words straight into the policy, in seconds."),
    ] = Medium.VOICE,
    json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Try a script on simulated people; exit code 0 if every call ended as its persona expects."""
    files, people = choose(script, load_personas(personas))
    if medium is Medium.TEXT:
        if voice is not None:
            raise ConfigurationError("nothing is spoken in a rehearsal as text", cure="leave --voice out")
        rehearsing.tell(rehearsing.run_as_text(context, policy, files, people), json=json, enough=len(people))
        return
    config = rehearsing.spoken_by(context, voice) | rehearsing.decided_by(context, policy, files)
    show = rehearsing.Show()
    report = rehearsing.run(
        Rehearsal(people, files, new_folder(), concurrency=concurrency, config=config, tell=show), show
    )
    rehearsing.tell(report, json=json, enough=len(people))
