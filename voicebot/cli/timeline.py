"""A call's journal as people read it: what happened when, and who spoke when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Who = Literal["bot", "callee", "line", "engine"]
Span = tuple[float, float]

WIDTH: Final = 72
"""Columns of the drawing of who spoke when."""
_LEFT_OUT: Final = frozenset({"begun", "look", "understood", "sounding", "speech_started", "speech_ended", "said"})
"""Events that explain the engine, not the talk; ``--all`` shows them too."""
_COUNTED: Final = frozenset({"at", "event"})


@dataclass(frozen=True, slots=True)
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


def moments(journal: Iterable[Mapping[str, Any]], *, everything: bool = False) -> list[Moment]:
    """Return a timeline.

    Parameters
    ----------
    journal
        Entries with ``at`` and ``event``.
    everything
        Also the events that only explain the engine.
    """
    entries = [entry for entry in journal if "event" in entry]
    start = _answered(entries)
    found: list[Moment] = []
    last_words = _last_looks(entries)
    for place, entry in enumerate(entries):
        event = str(entry["event"])
        if not everything and (event in _LEFT_OUT or (event == "words" and place not in last_words)):
            continue
        who, what = _said(event, entry)
        found.append(Moment(_at(entry) - start, who, what))
    return found


def _last_looks(entries: Sequence[Mapping[str, Any]]) -> set[int]:
    """Places of the last words of each utterance: the earlier ones were overtaken by more speech."""
    last = {entry.get("utterance"): place for place, entry in enumerate(entries) if entry["event"] == "words"}
    return set(last.values())


def _said(event: str, entry: Mapping[str, Any]) -> tuple[Who, str]:
    match event:
        case "say":
            return "bot", str(entry.get("text", ""))
        case "words":
            text = str(entry.get("text", ""))
            return "callee", f"{text or '(nothing understood)'} [{entry.get('confidence', '?')}]"
        case "digit":
            return "callee", f"pressed {entry.get('digit', '?')}"
        case "hung_up":
            told = entry.get("hang_up") or {}
            side = "the callee hung up" if told.get("by_callee") else "the call ended"
            details = ", ".join(str(told[key]) for key in ("disposition", "explanation") if told.get(key))
            return "line", f"{side} ({details})" if details else side
        case "media_up" | "ringing" | "answered" | "originate" | "transferred" | "beep" | "greeting":
            return "line", _plain(event, entry)
        case _:
            return "engine", _plain(event, entry)


def _plain(event: str, entry: Mapping[str, Any]) -> str:
    rest = ", ".join(f"{key} {_short(value)}" for key, value in entry.items() if key not in _COUNTED and value != "")
    name = event.replace("_", " ")
    return f"{name}: {rest}" if rest else name


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 120 else text[:119] + "…"


def _at(entry: Mapping[str, Any]) -> float:
    at = entry.get("at", 0.0)
    return float(at) if isinstance(at, (int, float)) else 0.0


def _answered(entries: Iterable[Mapping[str, Any]]) -> float:
    return next((_at(entry) for entry in entries if entry["event"] == "answered"), 0.0)


def spoken(journal: Iterable[Mapping[str, Any]]) -> dict[Literal["bot", "callee"], list[Span]]:
    """Return when each side spoke, in seconds since the answer.

    A line of the bot lasts from when it was begun to when it was said, dropped, held or the call ended; of the
    callee, from the start of speech to its end as the engine noticed it.
    """
    entries = [entry for entry in journal if "event" in entry]
    start = _answered(entries)
    spans: dict[Literal["bot", "callee"], list[Span]] = {"bot": [], "callee": []}
    begun: dict[Literal["bot", "callee"], float] = {}

    def close(side: Literal["bot", "callee"], at: float) -> None:
        since = begun.pop(side, None)
        if since is not None and at > since:
            spans[side].append((since, at))

    at = 0.0
    for entry in entries:
        at = _at(entry) - start
        match entry["event"]:
            case "say":
                close("bot", at)
                begun["bot"] = at
            case "resumed":
                begun.setdefault("bot", at)
            case "said" | "dropped" | "held":
                close("bot", at)
            case "speech_started":
                begun.setdefault("callee", at)
            case "speech_ended":
                close("callee", at)
            case "hung_up":
                close("bot", at)
                close("callee", at)
    close("bot", at)
    close("callee", at)
    return spans


def drawing(journal: Sequence[Mapping[str, Any]], width: int = WIDTH) -> list[str]:
    """Draw who spoke when, as text: one row a side over a scale in seconds; empty where nobody spoke."""
    spans = spoken(journal)
    end = max((stop for side in spans.values() for _, stop in side), default=0.0)
    if end <= 0:
        return []
    scale = end / width
    rows = []
    for side in ("bot", "callee"):
        cells = [" "] * width
        for since, until in spans[side]:
            first = min(width - 1, max(0, int(since / scale)))
            last = min(width - 1, max(first, int(until / scale - 1e-9)))
            cells[first : last + 1] = "█" * (last + 1 - first)
        rows.append(f"{side:<7}│{''.join(cells)}│")
    left, right = "0 s", f"{end:.1f} s"
    rows.append(f"{'':<8}{left}{right.rjust(width - len(left) + 1)}")
    return rows
