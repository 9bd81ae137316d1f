"""``voicebot call classify``: what picked up in recordings, as a call would decide it."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from voicebot.call.trying.folder import Ear, Judged, Recorded, find_recordings, judge
from voicebot.cli import output
from voicebot.config import load_config
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.speech.recording_files import read_recording


def classify(
    context: typer.Context,
    recordings: Annotated[Path, typer.Argument(help="Folder of recordings of the callee's side, or one file.")],
    *,
    script: Annotated[str, typer.Option(help="Script that calls them: a shipped one, or a file.")] = "collection",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "en-US",
    json: Annotated[bool, typer.Option("--json", help="Print data instead of text.")] = False,
) -> None:
    """Tell what picked up in recordings; exit code 1 if that is not what their names or classes.tsv say."""
    found = find_recordings(recordings)
    heard = {one.path: read_recording(one.path) for one in found}  # a file that cannot be read is reported at once
    ear = Ear(load_config(context.obj).speech, load_script(find_script(script, language)))
    judged: list[tuple[Recorded, Judged]] = []
    begun = time.monotonic()
    for one in found:
        judged.append((one, judge(one.truth, ear.hear(heard[one.path]))))
        output.err.print(f"{time.monotonic() - begun:5.1f} s  {len(judged)} of {len(found)}  {one.path.name}")
    wrong = sum(bool(result.wrong) for _, result in judged)
    if json:
        output.print_json([_data(one.path, result) for one, result in judged])
    else:
        output.print_table(
            "",
            ("", "recording", "is", "told", "after s", "beeps s", "counted as the callee's", "did not count", "why"),
            (_row(one.path, result) for one, result in judged),
        )
        known = sum(bool(result.truth) for _, result in judged)
        output.out.print(f"{known - wrong} of {known} right, {len(judged) - known} without a class; {ear.info.model}")
    if wrong:
        raise typer.Exit(output.EXIT_NOT_FINE)


def _row(path: Path, judged: Judged) -> tuple[object, ...]:
    call = judged.call
    mark = "" if not judged.truth else output.styled("✗", "red") if judged.wrong else output.styled("✓", "green")
    return (
        mark,
        path.name,
        judged.truth,
        ", ".join(str(one.verdict) for one in call.told) or "undecided",
        ", ".join(f"{one.at:.1f}" for one in call.told),
        ", ".join(f"{at:.1f}" for at in call.beeps),
        ", ".join(call.counted),
        ", ".join(f"{intent} {count}×" for intent, count in Counter(one for one, _ in call.refused).most_common()),
        judged.wrong or (call.told[-1].why if call.told else ""),
    )


def _data(path: Path, judged: Judged) -> dict[str, Any]:
    call = judged.call
    return {
        "recording": str(path),
        "class": judged.truth,
        "wrong": judged.wrong,
        "told": [{"verdict": str(one.verdict), "at": one.at, "why": one.why} for one in call.told],
        "beeps": list(call.beeps),
        "words": [{"at": at, "text": text} for at, text in call.words],
        "counted": list(call.counted),
        "did_not_count": [{"intent": intent, "why": why} for intent, why in call.refused],
        "outcome": call.outcome,
        "seconds": call.seconds,
    }
