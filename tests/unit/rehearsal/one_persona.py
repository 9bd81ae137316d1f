"""A persona file for tests, which they change as they need."""

from __future__ import annotations

from pathlib import Path

from voicebot.rehearsal.persona import Persona, load_persona

GOOD = """\
persona: careful_carl
language: en-US
script: reminder
lead: {name: "O'Neil, Carl; jr.", company: 'Smith "and" Sons, Inc.', amount: 120.50, currency: USD, \
due_date: 2026-12-01, timezone: America/New_York}
today: 2026-11-23
line: {noise: none, level: quiet}
behaviour: [dtmf_only]
says:
  identity: [yes]
  any: no
expect: {outcome: promise_to_pay, promise_date: 2026-11-27}
"""
EVERYTHING = ("expect:", "never: [debt_told, promise_recorded, barred, taken_for_machine, human_called]\nexpect:")
"""A change that forbids everything that can be forbidden."""


def persona(folder: Path, *changes: tuple[str, str]) -> Persona:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return load_persona(path)
