"""A conversation saved as a conversation file. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from voicebot.dialogue.trying.files import LeadValues, Turn
from voicebot.dialogue.trying.judging import shown
from voicebot.dialogue.trying.text_talk import Exchange, TextTalk


def conversation_file(script: str, talk: TextTalk, values: LeadValues, today: date, *, name: str, schema: str) -> str:
    """Return the text of a file that expects a talk to go as it has gone.

    Parameters
    ----------
    script
        Name of the script.
    values, today
        Who was called, and on which day.
    name
        Of the conversation.
    schema
        Where the JSON Schema of such files is, for editors.
    """
    head = {
        "script": script,
        "lead": {key: _plain(value) for key, value in values.model_dump(exclude_none=True).items() if value != {}},
        "today": today.isoformat(),
    }
    turns = [_turn(exchange) for exchange in talk.exchanges[1:] if not exchange.unheard]
    conversation: dict[str, Any] = {"name": name, "turns": turns}
    ending = talk.ending
    if ending is not None:
        expect: dict[str, Any] = {"outcome": ending.outcome}
        if ending.slots:
            expect["slots"] = {slot: shown(value) for slot, value in ending.slots.items()}
        conversation["expect"] = expect
    body = yaml.safe_dump({**head, "conversations": [conversation]}, sort_keys=False, allow_unicode=True, width=100)
    return f"# yaml-language-server: $schema={schema}\n{body}"


def _turn(exchange: Exchange) -> dict[str, Any]:
    turn = exchange.turn or Turn()
    found = turn.model_dump(exclude_defaults=True)
    if exchange.understanding is not None and turn.they:
        found["intent"] = str(exchange.understanding.intent)
    if exchange.act.listening is not None and not turn.hangs_up:
        found["step"] = exchange.state.step
    return found


def _plain(value: object) -> object:
    return value if isinstance(value, dict) else str(value)
