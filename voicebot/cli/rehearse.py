"""``voicebot rehearse``: try a script on simulated people over real SIP and RTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicebot.cli import rehearsing
from voicebot.rehearsal.persona import load_personas
from voicebot.rehearsal.runner import Rehearsal, new_folder
from voicebot.rehearsal.selection import PERSONAS, choose


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
    json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Try a script on simulated people; exit code 0 if every call ended as its persona expects."""
    files, people = choose(script, load_personas(personas))
    config = rehearsing.spoken_by(context, voice) | rehearsing.decided_by(context, policy, files)
    show = rehearsing.Show()
    report = rehearsing.run(
        Rehearsal(people, files, new_folder(), concurrency=concurrency, config=config, tell=show), show
    )
    rehearsing.tell(report, json=json, enough=len(people))
