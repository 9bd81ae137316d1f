"""What is typed into a chat with a script, and who is called there. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from voicebot import languages
from voicebot.dialogue.script.reading.marked_yaml import read_document
from voicebot.dialogue.trying.files import LeadValues, Turn
from voicebot.errors import ConfigurationError, Problem
from voicebot.suggestions import meant

COMMANDS: Final = {
    "/silence": "say nothing until the bot's patience is over",
    "/key 1": "press a key",
    "/over TEXT": "say TEXT over the bot's line",
    "/badly TEXT": "say TEXT so that the recogniser is not sure of it",
    "/hangup": "hang up; /hangup TEXT: while saying TEXT",
    "/voicemail": "an answering machine has picked up",
    "/screener": "a call screener has picked up",
    "/transfer failed": "nobody takes the transfer (or: taken)",
    "/state": "where the conversation stands",
    "/why": "how the last answer was understood, and what decided",
    "/back": "undo the last turn",
    "/save FILE": "save this conversation as a file for 'voicebot script test'",
    "/help": "this list",
    "/quit": "leave",
}
"""What may be typed beside words -> what it does."""
BADLY: Final = 0.4
"""How sure the recogniser is of words that are said badly: enough to ask whether they were said."""


@dataclass(frozen=True, slots=True)
class Order:
    """Something for the chat itself: ``state``, ``why``, ``back``, ``save``, ``help``, ``quit``."""

    name: str
    argument: str = ""


def read_typed(line: str) -> Turn | Order | None:
    """Read one line.

    Returns
    -------
    Turn
        What the callee says or does.
    Order
        Something for the chat itself.
    None
        The line is empty.

    Raises
    ------
    ConfigurationError
        There is no such command.
    """
    text = line.strip()
    if not text.startswith("/"):
        return Turn(they=text) if text else None
    word, _, rest = text[1:].partition(" ")
    rest = rest.strip()
    turns = {
        "silence": Turn(silence=True),
        "hangup": Turn(hangs_up=True, they=rest),
        "voicemail": Turn(machine="voicemail"),
        "screener": Turn(machine="screener"),
    }
    if word in turns:
        return turns[word]
    if word == "over" and rest:
        return Turn(they=rest, interrupts=True)
    if word == "badly" and rest:
        return Turn(they=rest, heard=BADLY)
    if word == "key" and rest and set(rest) <= set("0123456789*#"):
        return Turn(key=rest)
    if word == "transfer" and rest in {"taken", "failed"}:
        return Turn(transfer="taken" if rest == "taken" else "failed")
    if word == "save" and rest:
        return Order("save", shlex.split(rest)[0] if rest[0] in "\"'" else rest)
    if word in {"state", "why", "back", "help", "quit"}:
        return Order(word)
    known = [command.partition(" ")[0] for command in COMMANDS]
    wanted = next((command for command in COMMANDS if command.partition(" ")[0] == f"/{word}"), None)
    raise ConfigurationError(
        f"{text} is not understood", cure=f"write {wanted}" if wanted else meant(f"/{word}", known)
    )


_AMOUNT: Final = "120.50"
_DAYS_AHEAD: Final = 8


def example_lead(language: str, today: date) -> LeadValues:
    """Return an example lead to try a script with: the payment is due in eight days."""
    example = languages.locale(language)
    return LeadValues(
        name=example.name,
        company=example.company,
        amount=_AMOUNT,
        currency=example.currency,
        due_date=today + timedelta(days=_DAYS_AHEAD),
        timezone=example.timezone,
    )


def read_lead(given: Sequence[str]) -> LeadValues:
    """Read who is called from ``key=value`` pairs and YAML files; the later ones go before.

    Raises
    ------
    ConfigurationError
        A file cannot be read, or a value is not valid.
    """
    found = LeadValues()
    for one in given:
        key, equals, value = one.partition("=")
        if equals and key.isidentifier():
            known = key in LeadValues.model_fields and key != "more"
            found = _valid({key: value} if known else {"more": {key: value}}, f"--lead {one}").over(found)
        else:
            found = _from_file(Path(one)).over(found)
    return found


def _from_file(path: Path) -> LeadValues:
    document = read_document(path)
    data = document.data
    if not document.problems and not isinstance(data, dict):
        document.problems.append(document.problem((), "is no lead", "write 'name: …', 'amount: …' one a line"))
    if document.problems or not isinstance(data, dict):
        raise ConfigurationError(document.problems)
    values = data.get("lead", data)  # the file of a persona or of conversations holds one as well
    if not isinstance(values, dict):
        raise ConfigurationError(document.problem(("lead",), "is no lead", "write 'name: …' below it"))
    own = {key: value for key, value in values.items() if key in LeadValues.model_fields}
    more = {key: str(value or "") for key, value in values.items() if key not in own}
    return _valid({**own, "more": {**(own.get("more") or {}), **more}}, str(path))


def _valid(values: dict[str, object], source: str) -> LeadValues:
    try:
        return LeadValues.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(_told(error, source)) from error


def _told(error: ValidationError, source: str) -> Iterable[Problem]:
    for fault in error.errors():
        name = ".".join(map(str, fault["loc"]))
        yield Problem(f"{name}: {str(fault['msg']).removeprefix('Value error, ')}", "", source)
