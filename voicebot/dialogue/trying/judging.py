"""Whether a conversation had the result that its file expects. Pure; a miss says where, and what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from voicebot.dialogue.script.model import OUTCOMES, Script
from voicebot.dialogue.script.reading.document import DOCUMENT
from voicebot.dialogue.script.reading.marked_yaml import Path_, Place
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import Ending, Line, SlotValue
from voicebot.dialogue.trying.files import Turn, Written
from voicebot.dialogue.trying.text_talk import Exchange, TextTalk
from voicebot.errors import Problem
from voicebot.suggestions import meant

_KEY: Final = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
_MUTE: Final = re.compile(r"[^\w\s]")


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is not as expected.

    Parameters
    ----------
    problem
        Where in the conversation file, and what was expected and got.
    expected, got
        The two, as data.
    script_part
        The part of the script that decided, for example ``steps.when.answers.deny.0``, or empty.
    script_place
        Where it stands, or ``None``.
    """

    problem: Problem
    expected: str
    got: str
    script_part: str = ""
    script_place: Place | None = None


def judge(script: Script, written: Written, talk: TextTalk) -> tuple[Miss, ...]:
    """Compare a finished conversation with what its file expects."""
    judge_ = _Judge(script, written)
    found: list[Miss] = []
    conversation = written.conversation
    for place, exchange in enumerate(talk.exchanges[1:]):
        shift = 1 if conversation.turns and conversation.turns[0].does_nothing else 0
        found += judge_.turn(("turns", place + shift), exchange)
    if conversation.turns and conversation.turns[0].does_nothing:
        found = [*judge_.turn(("turns", 0), talk.exchanges[0]), *found]
    found += judge_.whole(talk)
    return tuple(found)


class _Judge:
    def __init__(self, script: Script, written: Written) -> None:
        self._script = script
        self._written = written
        self._places = DOCUMENT.of(script)

    def turn(self, at: Path_, exchange: Exchange) -> Iterator[Miss]:
        turn = exchange.turn or self._written.conversation.turns[0]
        if exchange.unheard:
            yield self._miss(at, "is heard", exchange.unheard, "nobody hears this", exchange)
        yield from self._understood(at, turn, exchange)
        stands = exchange.state.step if exchange.act.ending is None else f"the ending {exchange.state.ending}"
        if turn.step and turn.step != stands:
            if turn.step not in self._script.steps:
                cure = meant(turn.step, self._script.steps)
                yield self._miss((*at, "step"), turn.step, stands, f"the script has no step {turn.step!r}", None, cure)
            else:
                what = f"the conversation should be at {turn.step}, but is at {stands}"
                yield self._miss((*at, "step"), turn.step, stands, what, exchange)
        lines = exchange.act.lines
        for index, wanted in enumerate(turn.bot):
            if not any(_is_said(wanted, line) for line in lines):
                what = f"the bot should say {wanted!r}, but says {_shown(lines)}"
                yield self._miss((*at, "bot", index), wanted, _shown(lines), what, exchange)
        for index, unwanted in enumerate(turn.not_bot):
            hit = next((line for line in lines if _is_said(unwanted, line)), None)
            if hit:
                what = f"the bot should not say {unwanted!r}, but says {_shown((hit,))}"
                yield self._miss((*at, "not_bot", index), f"not {unwanted}", hit.text, what, exchange)
        yield from self._slots((*at, "slots"), turn.slots, exchange.state.slots, exchange)

    def whole(self, talk: TextTalk) -> Iterator[Miss]:
        expect, last, ending = self._written.conversation.expect, talk.now, talk.ending
        at: Path_ = ("expect",)
        if (expect.outcome or expect.ending or expect.slots) and ending is None:
            what = f"the conversation is not over: the bot still listens at {talk.state.step}"
            yield self._miss(at, expect.outcome or "an end", "no end", what, last, "add the turns that are missing")
            return
        got = ending or Ending("")
        known = OUTCOMES | set(self._script.outcomes)
        if expect.outcome and expect.outcome not in known:
            what = f"the script has no outcome {expect.outcome!r}"
            yield self._miss((*at, "outcome"), expect.outcome, got.outcome, what, None, meant(expect.outcome, known))
        elif expect.outcome and expect.outcome != got.outcome:
            what = f"the outcome should be {expect.outcome}, but is {got.outcome}"
            yield self._miss((*at, "outcome"), expect.outcome, got.outcome, what, last)
        if expect.ending and expect.ending != talk.state.ending:
            if expect.ending not in self._script.endings:
                cure = meant(expect.ending, self._script.endings)
                what = f"the script has no ending {expect.ending!r}"
                yield self._miss((*at, "ending"), expect.ending, talk.state.ending, what, None, cure)
            else:
                came = talk.state.ending or "none"
                what = f"the ending should be {expect.ending}, but is {came}"
                yield self._miss((*at, "ending"), expect.ending, came, what, last)
        yield from self._slots((*at, "slots"), expect.slots, got.slots, last)
        for index, wanted in enumerate(expect.said):
            if not any(_is_said(wanted, line) for line in talk.said):
                cut = any(_is_said(wanted, line) for line in talk.begun)
                what = f"{wanted!r} should have been said" + (" in full, but was cut off" if cut else "")
                yield self._miss((*at, "said", index), wanted, "cut" if cut else "not said", what, None)
        for index, unwanted in enumerate(expect.not_said):
            hit = next((line for line in talk.begun if _is_said(unwanted, line)), None)
            if hit:
                what = f"{unwanted!r} should not have been said, but was: {_shown((hit,))}"
                yield self._miss((*at, "not_said", index), f"not {unwanted}", hit.text, what, None)

    # ------------------------------------------------------------------------------------------------

    def _understood(self, at: Path_, turn: Turn, exchange: Exchange) -> Iterator[Miss]:
        got = exchange.understanding
        intent = str(got.intent) if got else ""
        if turn.intent and intent not in turn.intent:
            wanted = " or ".join(turn.intent)
            rivals = ", ".join(f"{name} {share:.2f}" for name, share in got.ranking[:3]) if got else ""
            came = f"{intent or 'nothing'}" + (f" ({got.confidence:.2f}; then {rivals})" if got and rivals else "")
            what = f"this should mean {wanted}, but means {came}"
            yield self._miss((*at, "intent"), wanted, intent, what, exchange)
        also = tuple(map(str, got.also)) if got else ()
        for index, wanted in enumerate(turn.also):
            if wanted not in also:
                what = f"this should also mean {wanted}, but also means {', '.join(also) or 'nothing'}"
                yield self._miss((*at, "also", index), wanted, ", ".join(also), what, exchange)

    def _slots(
        self, at: Path_, wanted: Mapping[str, str | None], got: Mapping[str, SlotValue], exchange: Exchange
    ) -> Iterator[Miss]:
        for name, value in wanted.items():
            if name not in self._script.slots:
                cure = meant(name, self._script.slots)
                yield self._miss((*at, name), str(value), "", f"the script has no slot {name!r}", None, cure)
                continue
            came = got.get(name)
            if value is None:
                if came is not None:
                    what = f"{name} should not be known, but is {shown(came)}"
                    yield self._miss((*at, name), "none", shown(came), what, exchange)
            elif came is None or not same_value(value, came):
                what = f"{name} should be {value}, but is {shown(came)}"
                yield self._miss((*at, name), value, shown(came), what, exchange)

    def _miss(  # noqa: PLR0917 - what, where, and what came
        self, at: Path_, expected: str, got: str, what: str, exchange: Exchange | None, cure: str = ""
    ) -> Miss:
        part = deciding_part(self._script, exchange) if exchange else ()
        place = self._places.place(part) if self._places is not None and part else None
        return Miss(self._written.problem(at, what, cure), expected, got, ".".join(map(str, part)), place)


def deciding_part(script: Script, exchange: Exchange) -> Path_:
    """Return the part of the script that decided a turn, as keys and indexes."""
    taken = exchange.act.taken
    if not taken:
        return ("steps", exchange.before.step)
    cells = {cell.id: cell for cell in table_of(script).cells}
    for name in reversed(taken):
        cell = cells.get(name)
        if cell is not None and cell.path:
            return cell.path
    step, _, why = taken[-1].partition(" ")
    own = script.steps[step].exhausted if step in script.steps else None
    if why == "exhausted" and own is None:
        return ("exhausted",)
    return ("steps", step, *(("exhausted",) if why == "exhausted" else ()))


def same_value(wanted: str, got: SlotValue) -> bool:
    """Whether a value is the one written in a file: ``2026-11-27``, ``60``, ``2026-11-24 15:00``, ``yes``."""
    try:
        if isinstance(got, bool):
            return got == {"yes": True, "true": True, "no": False, "false": False}.get(wanted.lower())
        if isinstance(got, datetime):
            return datetime.fromisoformat(wanted).replace(tzinfo=None) == got.replace(tzinfo=None, second=0)
        if isinstance(got, date):
            return date.fromisoformat(wanted) == got
        if isinstance(got, Decimal):
            return Decimal(wanted) == got
    except (ValueError, InvalidOperation):
        return False
    return wanted == got


def shown(value: SlotValue | None) -> str:
    """Return a slot's value as conversation files write it."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def _is_said(wanted: str, line: Line) -> bool:
    """Whether a line is the one that is meant: by its key, or by words in it."""
    if _KEY.match(wanted):
        return line.key == wanted or line.key.startswith(f"{wanted}.")
    return _plain(wanted) in _plain(line.text)


def _plain(text: str) -> str:
    return " ".join(_MUTE.sub(" ", text.replace("’", "'").replace("'", "").casefold()).split())


def _shown(lines: Iterable[Line]) -> str:
    return " / ".join(f"{line.text!r} ({line.key})" for line in lines) or "nothing"
