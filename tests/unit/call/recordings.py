"""Journals as calls write them, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.journal import events
from voicebot.journal.reader import read_entries

Entry = dict[str, Any]


class Recording:
    """A journal as a call writes it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.add("begun", wall="2026-11-23T15:00:00+00:00")
        self.add("answered")

    def add(self, event: str, **data: Any) -> None:
        self.entries.append({"at": float(len(self.entries)), "event": event, **data})

    def ask(self, step: str, *lines: str, cut: str = "") -> Recording:
        self.add("listen", step=step)
        for line in lines:
            self.add("say", line=line)
            if line != cut:
                self.add("said", line=line)
        return self

    def hear(
        self,
        intent: str,
        step: str,
        *,
        slots: Mapping[str, str] | None = None,
        also: tuple[str, ...] = (),
        ending: str = "",
    ) -> Recording:
        look = len(self.entries)
        self.add("understood", look=look - 1, intent="no_match", slots={})
        self.add("understood", look=look, intent=intent, slots=dict(slots or {}), also=list(also), confidence=0.9)
        asked = next(entry["step"] for entry in reversed(self.entries) if entry["event"] == "listen")
        self.add("turn", look=look, intent=intent, step=step, ending=ending, taken=[f"{asked} {intent}"])
        return self

    def end(self, *, by_callee: bool = False) -> list[Entry]:
        self.add("hung_up", hang_up={"by_callee": by_callee})
        return self.entries

    def ended(self, *, by_callee: bool = False) -> list[events.Entry]:
        return read_entries(self.end(by_callee=by_callee))


def promised() -> Recording:
    """A promise that was read back and confirmed."""
    return (
        Recording()
        .ask("identity", "disclosures.greeting", "steps.identity.say")
        .hear("affirm", "payment")
        .ask("payment", "steps.payment.say")
        .hear("promise_to_pay", "confirm", slots={"promise_date": "2026-11-27"})
        .ask("confirm", "steps.confirm.say")
        .hear("affirm", "confirm", ending="promise_to_pay")
    )
