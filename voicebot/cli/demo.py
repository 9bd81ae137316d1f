"""``voicebot demo``: a dozen simulated people called through two real Asterisks."""

from __future__ import annotations

import enum
from typing import Annotated, Final

import typer

from voicebot.cli import rehearsing
from voicebot.rehearsal.persona import load_persona
from voicebot.rehearsal.runner import Rehearsal, new_folder
from voicebot.rehearsal.selection import DEMO, PERSONAS, choose

_MOST: Final = min(map(len, DEMO.values()))


class Language(enum.StrEnum):
    """Languages that there are people for."""

    ENGLISH = "en-US"
    MANDARIN = "zh-CN"


def command(
    context: typer.Context,
    *,
    policy: Annotated[rehearsing.PolicyName | None, typer.Option(help=rehearsing.POLICY_HELP)] = None,
    voice: Annotated[rehearsing.VoiceName | None, typer.Option(help=rehearsing.VOICE_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
    language: Annotated[Language, typer.Option(help="What is spoken.")] = Language.ENGLISH,
    calls: Annotated[int, typer.Option(min=1, max=_MOST, help="How many people to call.")] = _MOST,
    concurrency: Annotated[int, typer.Option(min=1, max=50, help="Calls at the same time.")] = 6,
) -> None:
    """Call simulated people; exit code 0 if at most one outcome in twelve differs from what is expected."""
    people = [load_persona(PERSONAS / f"{name}.yaml") for name in DEMO[language.value][:calls]]
    files, chosen = choose("all", people)
    config = rehearsing.spoken_by(context, voice) | rehearsing.decided_by(context, policy, files)
    show = rehearsing.Show()
    report = rehearsing.run(
        Rehearsal(chosen, files, new_folder(), concurrency=concurrency, config=config, tell=show), show
    )
    rehearsing.tell(report, json=json, enough=len(chosen) - len(chosen) // 12)
