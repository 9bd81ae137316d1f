"""A journal as people read it: what was said by whom, what happened when, and who spoke when. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from voicebot.journal import events
from voicebot.journal.events import Entry, Event, Unknown
from voicebot.journal.reader import first
from voicebot.plain import plain
from voicebot.store.records import Said

Who = Literal["bot", "callee", "line", "engine"]
Side = Literal["bot", "callee"]
Span = tuple[float, float]

WIDTH: Final = 72
"""Columns of the drawing of who spoke when."""
_EXPLAINS_THE_ENGINE: Final = (
    events.Begun,
    events.InterimAsked,
    events.Understood,
    events.Sounding,
    events.SpeechStarted,
    events.SpeechEnded,
    events.SpeechIgnored,
    events.LineSaid,
)
"""Left out of a timeline unless everything is asked for."""
_ON_THE_LINE: Final = (
    events.MediaUp,
    events.Ringing,
    events.Answered,
    events.Originated,
    events.Transferred,
    events.Beep,
    events.Greeting,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline.

    Parameters
    ----------
    at
        Seconds since the answer; negative before it. Without an answer: since the journal was begun.
    who
        Who did it: the bot or the callee by speaking, the line (network), or the engine.
    what
        In words.
    """

    at: float
    who: Who
    what: str


def moments(journal: Sequence[Entry], *, everything: bool = False) -> list[Moment]:
    """Return a timeline.

    Parameters
    ----------
    everything
        Also the events that only explain the engine, and words that were overtaken by more speech.
    """
    start = _answered(journal)
    last_words = {
        entry.event.utterance: place for place, entry in enumerate(journal) if isinstance(entry.event, events.Words)
    }
    found: list[Moment] = []
    for place, entry in enumerate(journal):
        event = entry.event
        overtaken = isinstance(event, events.Words) and last_words[event.utterance] != place
        if everything or not (overtaken or isinstance(event, _EXPLAINS_THE_ENGINE)):
            found.append(Moment(entry.at - start, *_told(event)))
    return found


def utterances(journal: Sequence[Entry]) -> tuple[Said, ...]:
    """Return what each side said, in order, in milliseconds since the answer.

    A line that was cut is given as far as it was said, by its share of the words; the callee's words are the last that
    the recogniser gave for an utterance, from where speech began to where it ended. Utterances without words are left
    out: a cough, the room.
    """
    start = _answered(journal)
    spoken = [*_lines(journal), *_heard(journal)]
    return tuple(
        Said(side, max(0, round((begins - start) * 1000)), max(0, round((ends - start) * 1000)), text, confidence)
        for begins, ends, side, text, confidence in sorted(spoken, key=lambda one: one[0])
    )


def spoken(journal: Sequence[Entry]) -> dict[Side, list[Span]]:
    """Return when each side spoke, in seconds since the answer.

    A line of the bot lasts from when it was begun to when it was said, dropped, held or the call ended; of the
    callee, from the start of speech to its end.
    """
    start = _answered(journal)
    spans: dict[Side, list[Span]] = {"bot": [], "callee": []}
    begun: dict[Side, float] = {}

    def close(side: Side, at: float) -> None:
        since = begun.pop(side, None)
        if since is not None and spans[side]:
            since = max(since, spans[side][-1][1])
        if since is not None and at > since:
            spans[side].append((since, at))

    at = 0.0
    for entry in journal:
        at = entry.at - start
        match entry.event:
            case events.LineBegun():
                close("bot", at)
                begun["bot"] = at
            case events.LineResumed():
                begun.setdefault("bot", at)
            case events.LineSaid() | events.LineDropped() | events.LineHeld():
                close("bot", at)
            case events.SpeechStarted(began=began):
                begun.setdefault("callee", at if began is None else began - start)
            case events.SpeechEnded(ended=ended):
                close("callee", at if ended is None else ended - start)
            case events.HungUp():
                close("bot", at)
                close("callee", at)
    close("bot", at)
    close("callee", at)
    return spans


def drawing(journal: Sequence[Entry], width: int = WIDTH) -> list[str]:
    """Draw who spoke when, as text: one row a side over a scale in seconds; empty where nobody spoke."""
    spans = spoken(journal)
    end = max((stop for side in spans.values() for _, stop in side), default=0.0)
    scale = end / width
    if scale <= 0:
        return []
    rows = []
    for side, spoken_by in spans.items():
        cells = [" "] * width
        for since, until in spoken_by:
            begins = min(width - 1, max(0, int(since / scale)))
            ends = min(width - 1, max(begins, int(until / scale - 1e-9)))
            cells[begins : ends + 1] = "█" * (ends + 1 - begins)
        rows.append(f"{side:<7}│{''.join(cells)}│")
    left, right = "0 s", f"{end:.1f} s"
    rows.append(f"{'':<8}{left}{right.rjust(width - len(left) + 1)}")
    return rows


# ----------------------------------------------------------------------------------------------------

_Spoken = tuple[float, float, str, str, float | None]
"""Begin and end on the journal's clock, side, text, confidence."""


def _lines(journal: Sequence[Entry]) -> list[_Spoken]:
    """Return the bot's lines."""
    found: list[_Spoken] = []
    line: tuple[float, str] | None = None

    def close(at: float, share: float = 1.0) -> None:
        nonlocal line
        if line is not None and (text := said_so_far(line[1], share)):
            found.append((line[0], max(line[0], at), "bot", text, None))
        line = None

    at = 0.0
    for entry in journal:
        at = entry.at
        match entry.event:
            case events.LineBegun(text=text):
                close(at)
                line = (at, text)
            case events.LineSaid() | events.HungUp():
                close(at)
            case events.LineDropped(progress=progress):
                close(at, progress)
    close(at)
    return found


def said_so_far(text: str, share: float) -> str:
    """Return about so much of a text, by words where it has any."""
    if share >= 1:
        return text
    parts = text.split(" ") if " " in text else list(text)
    kept = parts[: max(0, round(len(parts) * share))]
    return (" " if " " in text else "").join(kept) + "…" if kept else ""


def _heard(journal: Sequence[Entry]) -> list[_Spoken]:
    """Return the callee's utterances that have words, and keys; not those that were not taken for the callee's."""
    began: dict[int, float] = {}
    ended: dict[int, float] = {}
    words: dict[int, tuple[float, events.Words]] = {}
    keys: list[_Spoken] = []
    ignored: set[int] = set()
    for entry in journal:
        match entry.event:
            case events.SpeechStarted(utterance=number, began=at):
                began[number] = entry.at if at is None else at
            case events.SpeechEnded(utterance=number, ended=at):
                ended[number] = entry.at if at is None else at
            case events.SpeechIgnored(utterance=number):
                ignored.add(number)
            case events.Words(utterance=number) as event if event.text:
                words[number] = (entry.at, event)
            case events.Digit(digit=digit) if digit:
                keys.append((entry.at, entry.at, "callee", digit, None))
    return [
        (
            began.get(number, at),
            max(began.get(number, at), ended.get(number, at)),
            "callee",
            event.text,
            event.confidence,
        )
        for number, (at, event) in words.items()
        if number not in ignored
    ] + keys


def _told(event: Event | Unknown) -> tuple[Who, str]:
    match event:
        case events.LineBegun():
            return "bot", event.text
        case events.Words():
            return "callee", f"{event.text or '(nothing understood)'} [{event.confidence}]"
        case events.Digit():
            return "callee", f"pressed {event.digit or '?'}"
        case events.HungUp():
            side = "the callee hung up" if event.by_callee else "the call ended"
            details = ", ".join(filter(None, (event.disposition, event.explanation)))
            return "line", f"{side} ({details})" if details else side
        case _:
            return "line" if isinstance(event, _ON_THE_LINE) else "engine", _in_words(event)


def _in_words(event: Event | Unknown) -> str:
    data: Mapping[str, Any] = event.data if isinstance(event, Unknown) else plain(event)
    rest = ", ".join(f"{key} {_short(value)}" for key, value in data.items() if value not in ("", None, [], {}, False))
    name = event.name.replace("_", " ")
    return f"{name}: {rest}" if rest else name


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _answered(journal: Iterable[Entry]) -> float:
    found = first(journal, events.Answered)
    return found[0] if found else 0.0
