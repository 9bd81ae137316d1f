"""``voicebot script say``: the lines of a step, spoken as a callee would hear them."""

from __future__ import annotations

import asyncio
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from voicebot.cli import output
from voicebot.cli.playing import play
from voicebot.cli.script import reading
from voicebot.cli.script.chat import day_of
from voicebot.cli.script.reading import pick_arm, read_script
from voicebot.config import Config, load_config
from voicebot.dialogue.conversation.lines import Speaker, key_of
from voicebot.dialogue.conversation.script_talk import REHEARSAL_TIME
from voicebot.dialogue.script.lead_check import check_lead
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.parts import spoken
from voicebot.dialogue.talk import Lead, Line, SlotValue
from voicebot.dialogue.trying.text_talk import typed_value
from voicebot.dialogue.trying.typed import example_lead, read_lead
from voicebot.errors import ConfigurationError, Problem
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.speaking.choosing import choose_prompts
from voicebot.suggestions import meant

GAP: Final = bytes(2 * int(0.4 * SAMPLE_RATE))
"""Silence between two lines."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line with its speech (16-bit PCM at 8 kHz), and how long the voice took for it."""

    line: Line
    pcm: bytes
    took: float
    voice: str


def command(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help=reading.SCRIPT_HELP)],
    what: Annotated[str, typer.Argument(metavar="STEP", help="A step, or a line's key such as endings.declined.")],
    *,
    lead: Annotated[
        list[str] | None, typer.Option(metavar="FILE|KEY=VALUE", help="Data of the callee, as KEY=VALUE; repeatable.")
    ] = None,
    value: Annotated[
        list[str] | None, typer.Option(metavar="SLOT=VALUE", help="Value of a slot, as SLOT=VALUE; repeatable.")
    ] = None,
    today: Annotated[str, typer.Option(metavar="DATE", help="Day of the call, for example 2026-11-23.")] = "",
    stranger: Annotated[
        bool, typer.Option("--stranger", help="Use the words said before the right party is confirmed.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--output", "-o", help="WAV file to write; by default it is played.")
    ] = None,
    variant: Annotated[str, typer.Option(help="Of this variant of the script.")] = "",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object; nothing is played.")] = False,
) -> None:
    """Speak a step's lines with the voice used in calls, values and speed included."""
    loaded = pick_arm(read_script(context, script, language), variant)
    day = day_of(today)
    who = read_lead(lead or ()).over(example_lead(loaded.language, day)).lead()
    if missing := check_lead(loaded, who):
        raise ConfigurationError(Problem(one.what, "name it with --lead KEY=VALUE") for one in missing)
    now = datetime.combine(day, REHEARSAL_TIME, ZoneInfo(who.timezone))
    lines = lines_of(loaded, what, who, now, _values(loaded, value or ()), right_party=not stranger)
    config = load_config(context.obj)
    spoken_lines = asyncio.run(_speak(config, loaded, lines))
    if to is not None:
        write_wave(to, [one.pcm for one in spoken_lines])
    if json:
        output.print_json({"script": loaded.script, "file": to, "lines": [_record(one) for one in spoken_lines]})
        return
    for one in spoken_lines:
        output.out.print(f"{one.line.key}: {one.line.text}")
        seconds = len(one.pcm) / 2 / SAMPLE_RATE
        output.err.print(f"  {seconds:.1f} s, spoken by {one.voice} in {one.took:.2f} s")
    if to is None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            write_wave(file, [one.pcm for one in spoken_lines])
            play(file, cure="write a file with -o, and take it to a machine with sound")


def lines_of(
    script: Script, what: str, lead: Lead, now: datetime, slots: dict[str, SlotValue], *, right_party: bool
) -> tuple[Line, ...]:
    """Return the lines that a step, or a part of the script, says.

    Parameters
    ----------
    what
        A step's name: its question. Else the key of a line, or what several keys begin with.

    Raises
    ------
    ConfigurationError
        There is nothing of that name, or all of it mentions the debt, which a stranger must never hear.
    """
    speaker = Speaker(script, lead, now)
    wanted = f"steps.{what}.say" if what in script.steps else what
    parts = {key_of(path): words for path, words in spoken(script)}
    fitting = {key: words for key, words in parts.items() if key == wanted or key.startswith(f"{wanted}.")}
    if not fitting:
        raise ConfigurationError(
            f"{script.script} has no step and no line {what!r}", cure=meant(what, {*script.steps, *parts})
        )
    found = tuple(
        line for key, words in fitting.items() for line in speaker.lines(words, key, slots, right_party=right_party)
    )
    if not found:
        raise ConfigurationError(
            f"{what} mentions the debt: a stranger must never hear it", cure="leave out --stranger"
        )
    return found


def _values(script: Script, given: Sequence[str]) -> dict[str, SlotValue]:
    found: dict[str, SlotValue] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or name not in script.slots:
            cure = meant(name, script.slots) if script.slots else "this script has no slots"
            raise ConfigurationError(f"--value {one}: there is no slot {name!r}", cure=cure)
        try:
            found[name] = typed_value(script.slots[name].type, text)
        except (ValueError, ArithmeticError) as error:
            raise ConfigurationError(
                f"--value {one}: {text!r} is no {script.slots[name].type}", cure="write dates like 2026-12-01"
            ) from error
    return found


async def _speak(config: Config, script: Script, lines: Sequence[Line]) -> tuple[Spoken, ...]:
    prompts = choose_prompts(config, script.language, script.voice)
    await prompts.start()
    try:
        made = []
        for line in lines:
            begun = time.perf_counter()
            pcm = await prompts.speech(line.text, speed=line.speed)
            took = time.perf_counter() - begun
            made.append(Spoken(line, pcm, took, prompts.speaker(line.text, speed=line.speed)))
        return tuple(made)
    finally:
        await prompts.close()


def write_wave(path: Path, clips: Sequence[bytes]) -> None:
    """Write clips (16-bit PCM at 8 kHz) one after the other, with a gap between them.

    Raises
    ------
    ConfigurationError
        The file cannot be written.
    """
    try:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(GAP.join(clips))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}", cure="name another file") from error


def _record(one: Spoken) -> dict[str, object]:
    return {
        "key": one.line.key,
        "text": one.line.text,
        "seconds": round(len(one.pcm) / 2 / SAMPLE_RATE, 2),
        "voice": one.voice,
        "took_seconds": round(one.took, 3),
    }
