"""``voicebot script chat``: talk to a script by typing, in a terminal or through a pipe."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from voicebot import paths
from voicebot.cli import output
from voicebot.cli.script.deciding import deciding, made_ready
from voicebot.cli.script.reading import pick_arm
from voicebot.config import DialogueSection, RasaSection, load_config
from voicebot.dialogue.conversation.script_talk import REHEARSAL_TIME
from voicebot.dialogue.script.lead_check import check_lead
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.document import DOCUMENT
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Line
from voicebot.dialogue.trying.files import LeadValues, Turn
from voicebot.dialogue.trying.judging import deciding_part, shown
from voicebot.dialogue.trying.schema import FILE as SCHEMA_FILE
from voicebot.dialogue.trying.text_talk import Exchange, TextTalk
from voicebot.dialogue.trying.typed import COMMANDS, Order, example_lead, read_lead, read_typed
from voicebot.dialogue.trying.writing import conversation_file
from voicebot.errors import ConfigurationError, Problem


def command(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="Name of a shipped script, or a file.")],
    *,
    lead: Annotated[
        list[str] | None, typer.Option(metavar="FILE|KEY=VALUE", help="Data of the callee, as KEY=VALUE; repeatable.")
    ] = None,
    variant: Annotated[str, typer.Option(help="Use this variant of the script.")] = "",
    today: Annotated[str, typer.Option(metavar="DATE", help="Day of the call, for example 2026-11-23.")] = "",
    policy: Annotated[str, typer.Option(help="Policy: local or rasa.")] = "local",
    language: Annotated[str, typer.Option(help="Language of a shipped script.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the whole talk as one JSON object at the end.")] = False,
) -> None:
    """Talk to a script: type what the callee says, one utterance per line. /help lists the commands."""
    path = find_script(script, language)
    loaded = pick_arm(load_script(path), variant)
    day = day_of(today)
    values = read_lead(lead or ()).over(example_lead(loaded.language, day))
    missing = check_lead(loaded, values.lead())
    if missing:
        raise ConfigurationError(Problem(one.what, "name it with --lead KEY=VALUE", str(path)) for one in missing)
    section = load_config(context.obj).rasa
    dialogue = made_ready(policy, path, section)
    chat = _Chat(loaded, values, day, dialogue, section, quiet=json)
    asyncio.run(chat.run())
    if json and chat.talk is not None:
        output.print_json(_data(loaded, chat.talk, values, day, policy))


def day_of(today: str) -> date:
    """Read the day of a call; by default today."""
    try:
        return date.fromisoformat(today) if today else datetime.now().date()
    except ValueError as error:
        raise ConfigurationError(f"{today!r} is not a date", cure="write it like 2026-11-23") from error


class _Chat:
    """One chat; ``quiet``: what is shown goes to stderr."""

    def __init__(
        self,
        script: Script,
        values: LeadValues,
        day: date,
        dialogue: DialogueSection,
        section: RasaSection,
        *,
        quiet: bool,
    ) -> None:
        self._script, self._values, self._day = script, values, day
        self._dialogue, self._section = dialogue, section
        self._console = output.err if quiet else output.out
        self.talk: TextTalk | None = None

    async def run(self) -> None:
        """Talk until the conversation or the input is over."""
        lead = self._values.lead()
        now = datetime.combine(self._day, REHEARSAL_TIME, ZoneInfo(lead.timezone))
        self._say(output.styled(f"{lead.name} is called on {self._day}; /help lists the commands", "dim"))
        async with deciding(self._script, self._dialogue, self._section) as policy:
            talk = self.talk = TextTalk(self._script, lead, policy, now)
            self._show(talk.now)
            while (line := await _next_line(self._prompt())) is not None:
                if not sys.stdin.isatty():
                    self._say(output.joined(output.styled("you", "cyan"), f"  {line}"))
                try:
                    typed = read_typed(line)
                    if isinstance(typed, Turn):
                        self._show(await talk.take(typed))
                    elif typed is not None and typed.name == "quit":
                        break
                    elif typed is not None:
                        self._obey(typed, talk)
                except ConfigurationError as error:
                    output.print_problems(error.problems)

    def _prompt(self) -> str:
        return "\x1b[36myou\x1b[0m  " if sys.stdin.isatty() and sys.stdout.isatty() else ""

    # --------------------------------------------------------------------------------------- orders

    def _obey(self, order: Order, talk: TextTalk) -> None:
        orders: dict[str, Callable[[], None]] = {
            "help": self._help,
            "state": lambda: self._state(talk),
            "why": lambda: self._why(talk.now),
            "back": lambda: self._back(talk),
            "save": lambda: self._save(Path(order.argument), talk),
        }
        orders[order.name]()

    def _help(self) -> None:
        for typed, does in COMMANDS.items():
            self._say(output.joined("     ", output.styled(f"{typed:<17}", "bold"), f" {does}"))

    def _state(self, talk: TextTalk) -> None:
        state = talk.state
        known = ", ".join(f"{name} {shown(value)}" for name, value in state.slots.items())
        asked = ", ".join(f"{kind} {count}" for kind, count in state.retries.items())
        self._rows(
            {
                "step": state.step if not state.ending else f"ended with {state.ending}",
                "values": known or "none",
                "right person": "confirmed" if state.right_party else "not confirmed: the debt is not mentioned",
                "asked again": asked,
                "held": state.held,
                "if hung up now": (talk.ending.outcome if talk.over and talk.ending else state.outcome_so_far),
            }
        )

    def _why(self, exchange: Exchange) -> None:
        understood = exchange.understanding
        if understood is None:
            self._say("     there was nothing to understand")
            return
        rivals = ", ".join(f"{name} {share:.2f}" for name, share in understood.ranking[:3])
        values = ", ".join(f"{name} {shown(value)}" for name, value in understood.slots.items())
        part = deciding_part(self._script, exchange)
        document = DOCUMENT.of(self._script)
        place = document.place(part) if document else None
        self._rows(
            {
                "means": f"{understood.intent}, sure to {understood.confidence:.2f}, by {understood.policy}",
                "rather than": rivals,
                "also": ", ".join(map(str, understood.also)),
                "values": values,
                "step": exchange.before.step,
                "cells": ", then ".join(exchange.act.taken),
                "weighed": exchange.act.weighed,
                "decided by": ".".join(map(str, part)) + (f"  {place.file}:{place.line}" if place else ""),
            }
        )

    def _back(self, talk: TextTalk) -> None:
        if talk.back():
            self._show(talk.now)
        else:
            self._say("     this is the start of the talk")

    def _save(self, path: Path, talk: TextTalk) -> None:
        schema = paths.shipped("scripts_dialogue") / SCHEMA_FILE
        beside = os.path.relpath(schema, path.resolve().parent)
        text = conversation_file(self._script.script, talk, self._values, self._day, name=path.stem, schema=beside)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise ConfigurationError(f"{path} already exists", cure="name another file") from error
        except OSError as error:
            what = f"{path} cannot be written: {error.strerror}"
            raise ConfigurationError(what, cure="name another file") from error
        self._say(f"     saved; try it with: voicebot script test {self._script.source} {path}")

    # --------------------------------------------------------------------------------------- showing

    def _show(self, exchange: Exchange) -> None:
        if exchange.unheard:
            self._say(output.styled(f"     no effect: {exchange.unheard}", "yellow"))
        for line in exchange.act.lines:
            self._say(_line(line))
        assert self.talk is not None or not exchange.act.lines  # noqa: S101 - set before anything is shown
        ending = self.talk.ending if self.talk is not None else None
        if ending is None:
            return
        values = "".join(f", {name} {shown(value)}" for name, value in ending.slots.items())
        pending = ending.action == "transfer" and self.talk is not None and not self.talk.over
        extra = f" to {ending.extension}; /transfer failed, if nobody takes it" if pending else ""
        self._say(output.joined("     ", output.styled(ending.outcome, "bold green"), f"{values}{extra}"))

    def _rows(self, rows: dict[str, str]) -> None:
        for name, value in rows.items():
            if value:
                self._say(output.joined("     ", output.styled(f"{name:<14}", "dim"), f" {value}"))

    def _say(self, text: str | Text) -> None:
        self._console.print(text)


def _line(line: Line) -> Text:
    marks = [f"disclosure {line.disclosure}"] if line.disclosure else []
    marks += ["not cut"] if line.uninterruptible else []
    about = output.styled(f"  ({', '.join(marks)})" if marks else "", "dim")
    return output.joined(output.styled("bot", "magenta"), f"  {line.text}", about)


async def _next_line(prompt: str) -> str | None:
    """Read a line without blocking the event loop; ``None`` at the end of the input."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str | None] = loop.create_future()

    def give(line: str | None) -> None:
        if not done.done():
            done.set_result(line)

    def read() -> None:
        try:
            line = input(prompt) if sys.stdin.isatty() else sys.stdin.readline()
            text = line.rstrip("\r\n") if line or sys.stdin.isatty() else None
        except (EOFError, ValueError):
            text = None
        try:
            loop.call_soon_threadsafe(give, text)
        except RuntimeError:  # the chat was left while the thread was reading
            return

    threading.Thread(target=read, name="typed", daemon=True).start()
    return await done


def _data(script: Script, talk: TextTalk, values: LeadValues, day: date, policy: str) -> dict[str, Any]:
    ending = talk.ending
    return {
        "script": script.script,
        "language": script.language,
        "variant": script.variant,
        "policy": policy,
        "today": day,
        "lead": values.model_dump(exclude_none=True),
        "turns": [_turn(exchange) for exchange in talk.exchanges],
        "outcome": ending.outcome if ending else None,
        "slots": {name: shown(value) for name, value in ending.slots.items()} if ending else {},
    }


def _turn(exchange: Exchange) -> dict[str, Any]:
    understood = exchange.understanding
    return {
        "callee": exchange.turn.model_dump(exclude_defaults=True) if exchange.turn else None,
        "understood": {
            "intent": str(understood.intent),
            "confidence": round(understood.confidence, 3),
            "runners_up": [{"intent": name, "confidence": round(share, 3)} for name, share in understood.ranking],
            "also": [str(one) for one in understood.also],
            "slots": {name: shown(value) for name, value in understood.slots.items()},
            "by": understood.policy,
        }
        if understood
        else None,
        "unheard": exchange.unheard,
        "cells": list(exchange.act.taken),
        "weighed": exchange.act.weighed,
        "bot": [
            {
                "line": line.key,
                "text": line.text,
                "uninterruptible": line.uninterruptible,
                "disclosure": line.disclosure,
            }
            for line in exchange.act.lines
        ],
        "step": exchange.state.step,
        "ending": exchange.state.ending or None,
    }
