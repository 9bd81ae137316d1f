"""What came of a rehearsal: expected against got, per persona and in sum; as data and as a table. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from voicebot.plain import plain
from voicebot.rehearsal.measure import Stop, percentile

COLUMNS: Final = ("", "persona", "expected", "got", "turns", "gap ms")
"""Of the table for people."""
_SAME_SLOT: Final = (
    frozenset({"callback_at", "callback", "callback_time", "callback_date", "time"}),
    frozenset({"promise_date", "date"}),
    frozenset({"amount", "partial_amount"}),
)
"""Names that mean the same slot, whichever a persona file or a script uses."""


@dataclass(frozen=True, slots=True)
class Call:
    """One persona's call.

    Parameters
    ----------
    persona
        Its name.
    expected
        What the persona file expects.
    got
        ``outcome`` and the recorded slots.
    turns
        How often the persona answered, by voice or keys.
    gaps
        Reply gaps in milliseconds as the persona heard them.
    stops
        What the bot did when the persona spoke over it.
    disposition, attempt, recording, journal
        Of the attempt; empty where the persona was never called.
    heard
        The persona's own recording, both sides.
    engines
        Which recogniser, policy and voice were used.
    problem
        What went wrong with the rehearsal itself, for people.
    never, broken
        What must not happen in this call, and what of it did.
    language
        BCP 47 tag of the persona.
    talk
        The conversation turn by turn, where it was had as text.
    """

    persona: str
    expected: Mapping[str, str]
    got: Mapping[str, Any]
    turns: int = 0
    gaps: tuple[float, ...] = ()
    stops: tuple[Stop, ...] = ()
    disposition: str = ""
    attempt: str = ""
    recording: str = ""
    journal: str = ""
    heard: str = ""
    engines: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    never: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    language: str = ""
    talk: tuple[Mapping[str, Any], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether all that was expected came and nothing that must not happen did; values that ``expect`` does not name
        do not count.
        """
        return not self.broken and all(same(value, found(self.got, name)) for name, value in self.expected.items())


@dataclass(frozen=True, slots=True)
class Report:
    """A whole rehearsal.

    Parameters
    ----------
    calls
        In the order of the personas.
    seconds
        From the first thing started to the last call's end.
    at_once
        The most calls under way at the same time.
    folder
        Where recordings, journals and logs are; empty where nobody was called: then it was a rehearsal as text.
    """

    calls: tuple[Call, ...]
    seconds: float
    at_once: int = 0
    folder: str = ""

    @property
    def ok(self) -> int:
        """How many calls came to what was expected."""
        return sum(call.ok for call in self.calls)

    @property
    def languages(self) -> dict[str, tuple[int, int]]:
        """For each language: how many calls came to what was expected, and how many there were."""
        names = sorted({call.language for call in self.calls if call.language})
        by_name = {name: [call.ok for call in self.calls if call.language == name] for name in names}
        return {name: (sum(ok), len(ok)) for name, ok in by_name.items()}

    @property
    def broken(self) -> dict[str, int]:
        """How often what must not happen did, by its name."""
        return dict(Counter(name for call in self.calls for name in call.broken))

    @property
    def gaps(self) -> list[float]:
        """All reply gaps in milliseconds."""
        return [gap for call in self.calls for gap in call.gaps]

    @property
    def engines(self) -> dict[str, str]:
        """Recognisers, policy and voice; several, joined by commas, where calls used several."""
        used = {
            kind: ", ".join(sorted({call.engines[kind] for call in self.calls if call.engines.get(kind)}))
            for kind in ("recognizer", "second_ear", "policy", "voice")
        }
        return {kind: names for kind, names in used.items() if names or kind != "second_ear"}

    def data(self) -> dict[str, Any]:
        """Return the report as JSON-ready data."""
        gaps = self.gaps
        return {
            "calls": [
                {
                    "persona": call.persona,
                    "language": call.language,
                    "expected": dict(call.expected),
                    "got": {name: plain(value) for name, value in call.got.items()},
                    "ok": call.ok,
                    "turns": call.turns,
                    "gaps_ms": list(call.gaps),
                    "disposition": call.disposition,
                    "attempt": call.attempt,
                    "recording": call.recording,
                    "journal": call.journal,
                    "heard": call.heard,
                    "stops_ms": [stop.milliseconds for stop in call.stops if stop.answer],
                    "never": list(call.never),
                    "broken": list(call.broken),
                    **({"problem": call.problem} if call.problem else {}),
                    **({"talk": list(call.talk)} if call.talk else {}),
                }
                for call in self.calls
            ],
            "summary": {
                "calls": len(self.calls),
                "ok": self.ok,
                "broken": self.broken,
                "languages": {name: {"ok": ok, "calls": calls} for name, (ok, calls) in self.languages.items()},
                "gap_ms": {"p50": percentile(gaps, 50), "p95": percentile(gaps, 95)},
                "seconds": round(self.seconds, 1),
                "at_once": self.at_once,
                "folder": self.folder,
            },
            "engines": self.engines,
        }

    def rows(self) -> list[tuple[bool, tuple[str, ...]]]:
        """Return the table for people: whether each call was as expected, and the cells of the other ``COLUMNS``."""
        rows: list[tuple[bool, tuple[str, ...]]] = []
        for call in self.calls:
            gaps = f"{percentile(call.gaps, 50):.0f}" if call.gaps else ""
            got = call.problem or _pairs({name: call.got[name] for name in _shown(call)})
            if call.broken:
                got = f"{got}; must never: {', '.join(call.broken)}"
            rows.append((call.ok, (call.persona, _pairs(call.expected), got, str(call.turns), gaps)))
        return rows

    def lines(self) -> list[str]:
        """Return what stands under the table."""
        gaps = self.gaps
        count = f"{self.ok} of {len(self.calls)} as expected"
        how = f"at most {self.at_once} calls at once" if self.folder else "as text"
        told = [f"{count}, {how}, {self.seconds:.0f} s"]
        if len(self.languages) > 1:
            told.append(", ".join(f"{name}: {ok} of {calls}" for name, (ok, calls) in self.languages.items()))
        if broken := self.broken:
            told.append("must never happen: " + ", ".join(f"{name} {times}×" for name, times in broken.items()))
        if gaps:
            middle, high = percentile(gaps, 50), percentile(gaps, 95)
            told.append(f"reply gap on the callee's side: p50 {middle:.0f} ms, p95 {high:.0f} ms, {len(gaps)} replies")
        told += [f"{kind}: {engine}" for kind, engine in self.engines.items() if engine]
        if self.folder:
            told.append(f"recordings, journals and logs: {self.folder}")
        return told


def found(got: Mapping[str, Any], name: str) -> Any:
    """Return what was got under ``name``, or under another name of the same slot."""
    if name in got:
        return got[name]
    names = next((names for names in _SAME_SLOT if name in names), frozenset())
    return next((got[other] for other in sorted(names) if other in got), None)


def same(expected: str, got: Any) -> bool:
    """Return whether a value is the expected one: numbers by value, times to the minute, text without case.

    A date that is expected matches a time on that day.
    """
    if got is None:
        return False
    left, right = expected.strip().lower(), str(plain(got)).strip().lower()
    if left == right:
        return True
    try:
        return Decimal(left.replace(",", "").lstrip("$")) == Decimal(right.replace(",", "").lstrip("$"))
    except InvalidOperation:
        pass
    left, right = left.replace(" ", "t", 1), right.replace(" ", "t", 1)
    if len(left) < 10 or left[4:5] != "-" or left[10:11] not in ("", "t"):
        return False
    return right[:16] == left[:16] if "t" in left else right[:10] == left


def _shown(call: Call) -> Sequence[str]:
    known = frozenset().union(call.expected, *_SAME_SLOT)
    return [name for name in call.got if name in known] or list(call.got)


def _pairs(values: Mapping[str, Any]) -> str:
    rest = [f"{name}={plain(value)}" for name, value in values.items() if name != "outcome" and value not in (None, "")]
    return " ".join([str(values.get("outcome") or "-"), *rest])
