"""A step as a card, the beginning of a call, and the boxes below: drawn at the origin, with size and exits. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from voicebot.dialogue.drawing import shapes
from voicebot.dialogue.drawing.counts import Share, Tally
from voicebot.dialogue.drawing.picture import Card, Item, Label, Picture, Row, Tone
from voicebot.dialogue.drawing.place import Exit
from voicebot.dialogue.drawing.shapes import LEADING, SIZES
from voicebot.dialogue.drawing.text import shorten, width, wrap

CARD: Final = 370.0
"""Width of a card; ``COUNTS`` more where there are counts."""
COUNTS: Final = 84.0
PAD: Final = 12.0
TARGET: Final = 138.0
"""Room for a row's target."""
_GAP: Final = 10.0
_MOST_LINES: Final = 12
"""Of an entry in a box; a variant may change much."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A piece of the drawing at the origin: size, SVG, and where lines leave it."""

    width: float
    height: float
    content: tuple[str, ...]
    exits: tuple[Exit, ...] = ()
    classes: str = "step"


class _Sheet:
    """Collects pieces from top to bottom."""

    def __init__(self, wide: float) -> None:
        self.wide = wide
        self.y = 0.0
        self.pieces: list[str] = []

    def lines(
        self, content: str, kind: str, *, x: float = PAD, room: float = 0.0, more: str = "", most: int = 0
    ) -> None:
        """Write a text, broken into lines."""
        size, bold = SIZES[kind], kind in shapes.BOLD
        for line in wrap(content, size, room or self.wide - x - PAD, bold=bold, most=most):
            self.y += size * LEADING
            self.pieces.append(shapes.text(x, self.y - size * 0.3, line, f"{kind} {more}".strip()))

    def framed(self, classes: str = "card", *, round_: float = 8.0) -> tuple[str, ...]:
        """All pieces on a card."""
        return (shapes.rect(0, 0, self.wide, self.y, classes, round_=round_), *self.pieces)


def card_width(tally: Tally | None) -> float:
    """Width of all cards."""
    return CARD + (COUNTS if tally else 0.0)


def step_card(card: Card, picture: Picture, tally: Tally | None) -> Drawn:
    """Draw a step."""
    sheet = _Sheet(card_width(tally))
    sheet.y = 7.0
    calls = tally.reached.get(card.name, 0) if tally else 0
    if tally:
        told = f"{calls} of {tally.calls} calls"
        sheet.pieces.append(shapes.text(sheet.wide - PAD, sheet.y + 15, told, "soft end"))
    taken = width(f"{calls} of {tally.calls} calls", SIZES["soft"]) + _GAP if tally else 0.0
    sheet.lines(card.name.replace("_", " "), "name", room=sheet.wide - 2 * PAD - taken)
    if not card.reached:
        sheet.lines("nothing leads here", "soft", more="drop")
    for name in card.disclosures:
        _notice(sheet, f"{name} is said in full first, unless it was")
    sheet.lines("“" + " ".join(card.question) + "”", "say")
    for tag in card.tags:
        sheet.lines(tag, "soft")
    for entry in card.entries:
        sheet.lines(f"also when {entry}" if not entry.endswith("any time") else f"also by {entry}", "soft")
    sheet.y += 6
    shares = {key: share for (step, key), share in tally.ways.items() if step == card.name} if tally else None
    exits = _rows(sheet, card.rows, picture, shares, calls)
    if tally:
        _hung_up(sheet, tally.hung_up.get(card.name, 0), calls)
    sheet.y += 4
    frame = "card" if card.reached else "card unreached"
    return Drawn(sheet.wide, sheet.y, sheet.framed(frame), tuple(exits), "step" if card.reached else "step faint")


def _notice(sheet: _Sheet, content: str) -> None:
    size = SIZES["soft"]
    found = wrap(content, size, sheet.wide - 2 * PAD - 12)
    sheet.y += 4
    sheet.pieces.append(
        shapes.rect(PAD, sheet.y, sheet.wide - 2 * PAD, len(found) * size * LEADING + 6, "notice", round_=4)
    )
    sheet.y += 2
    for line in found:
        sheet.y += size * LEADING
        sheet.pieces.append(shapes.text(PAD + 6, sheet.y - size * 0.3, line, "soft notice-ink"))
    sheet.y += 5


def _hung_up(sheet: _Sheet, count: int, calls: int) -> None:
    if count:
        sheet.y += 2
        sheet.lines(f"{count} of {calls} hung up here ({_percent(count, calls)})", "soft", more="drop")


def calls_of(count: int) -> str:
    """Return a number of calls in words."""
    return f"{count} call" if count == 1 else f"{count} calls"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def _rows(
    sheet: _Sheet, rows: Sequence[Row], picture: Picture, shares: Mapping[str, Share] | None, calls: int
) -> list[Exit]:
    """Write rows: answers on the left, where they lead on the right, between them how many calls did."""
    exits: list[Exit] = []
    target_x = sheet.wide - PAD - TARGET
    room = target_x - _GAP - PAD - (0.0 if shares is None else COUNTS)
    for row in rows:
        sheet.y += 3
        sheet.pieces.append(shapes.rule(PAD, sheet.y, sheet.wide - 2 * PAD))
        sheet.y += 3
        top = sheet.y
        start = len(sheet.pieces)
        for label in row.labels:
            _label(sheet, label, room, "soft" if row.engine else "row", dead=row.dead)
        middle = top + SIZES["row"] * LEADING / 2 + 1
        sheet.y = max(sheet.y, top + 20)
        if shares is not None and not row.dead:
            _share(sheet, shares.get(row.key, Share()), calls, target_x - _GAP, middle)
        sheet.pieces += _target(row, picture, target_x, middle)
        sheet.pieces[start:] = [shapes.hinted(sheet.pieces[start:], row.hint)]
        if row.kind == "go" and not row.dead and row.target not in {one.target for one in exits}:
            exits.append(Exit(row.target, middle))
    return exits


def _label(sheet: _Sheet, label: Label, room: float, kind: str, *, dead: bool) -> None:
    """Write answers and, fainter, their condition."""
    size = SIZES[kind]
    whole = f"{label.answers} {label.condition}".strip()
    at = 0
    for line in wrap(whole, size, room):
        at = whole.find(line, at)
        answers = line[: max(0, len(label.answers) - at)]
        condition = line[len(answers) :].strip()
        at += len(line)
        sheet.y += size * LEADING
        apart = ' dx="4"' if answers else ""
        inner = escape(answers) + (f'<tspan class="soft"{apart}>{escape(condition)}</tspan>' if condition else "")
        classes = f"{kind} dead" if dead else kind
        sheet.pieces.append(
            f'<text x="{PAD:g}" y="{shapes.number(sheet.y - size * 0.3)}" class="{classes}">{inner}</text>'
        )


def _share(sheet: _Sheet, share: Share, calls: int, right: float, middle: float) -> None:
    wide = (COUNTS - _GAP) * (share.calls / calls if calls else 0.0)
    sheet.pieces.append(shapes.rect(right - COUNTS + _GAP, middle - 8, wide, 16, "bar", round_=3))
    faint = "" if share.calls else " faint"
    told = f"{share.calls} ({_percent(share.calls, calls)})" if share.calls else "–"
    sheet.pieces.append(shapes.text(right - 4, middle + 4, told, f"soft end{faint}"))
    if share.dropped:
        sheet.pieces.append(shapes.text(right - 4, middle + 18, f"{share.dropped} then hung up", "soft end drop"))
        sheet.y = max(sheet.y, middle + 22)


def _target(row: Row, picture: Picture, x: float, middle: float) -> list[str]:
    size = SIZES["row"]
    if row.kind == "end":
        shown = shorten(row.target, SIZES["pill"], TARGET - 18)
        return [shapes.pill(x, middle, width(shown, SIZES["pill"]) + 18, shown, picture.tones[row.target])]
    if row.kind == "stay":
        shown = shorten(row.target, SIZES["soft"], TARGET - 16)
        return [shapes.again(x, middle), shapes.text(x + 16, middle + 4, shown, "soft")]
    shown = shorten(row.target.replace("_", " "), size, TARGET - 16)
    return [shapes.arrow(x, middle), shapes.text(x + 16, middle + size * 0.35, shown, "row")]


def opening_card(picture: Picture, tally: Tally | None) -> Drawn:
    """Draw what happens before the first question."""
    sheet = _Sheet(card_width(tally))
    sheet.y = 7.0
    sheet.lines("Somebody answers" + (f" ({calls_of(tally.calls)})" if tally else ""), "name")
    for item in picture.first:
        _notice(sheet, f"{item.name}: “{item.text}”")
    if picture.opening:
        sheet.lines("“" + " ".join(picture.opening) + "”", "say")
    sheet.y += 8
    return Drawn(sheet.wide, sheet.y, sheet.framed(round_=20), (Exit(picture.start, sheet.y, below=True),))


def boxes(picture: Picture, tally: Tally | None) -> list[Drawn]:
    """Draw the boxes that stand below: what holds everywhere, and what colours and lines mean."""
    found = [
        _always(picture, tally),
        _list_box("Asked back at any time", _ASKED, picture.digressions, tally),
        _list_box("Said in full before the debt", "", picture.debt, None),
        _list_box("Without an answer", "", picture.engine, None),
        _list_box("Asked when it was heard badly", "", picture.confirmed, None),
        _list_box("Values", "", picture.values, None),
        _list_box("Variants", "Everybody always gets the same one.", picture.variants, None),
        _key(tally),
    ]
    return [one for one in found if one is not None]


_ASKED: Final = "It is answered, and the question is put again."


def _always(picture: Picture, tally: Tally | None) -> Drawn | None:
    if not picture.always:
        return None
    sheet = _boxed("At any time", "In every step that does not answer it in its own way.", tally)
    shares = {key: Share(count) for key, count in tally.always.items()} if tally else None
    _rows(sheet, picture.always, picture, shares, tally.calls if tally else 0)
    sheet.y += 6
    return Drawn(sheet.wide, sheet.y, sheet.framed("band"), classes="box")


def _boxed(title: str, text: str, tally: Tally | None) -> _Sheet:
    sheet = _Sheet(card_width(tally))
    sheet.y = 8.0
    sheet.lines(title, "head")
    if text:
        sheet.lines(text, "soft")
    return sheet


def _list_box(title: str, text: str, items: Sequence[Item], tally: Tally | None) -> Drawn | None:
    if not items:
        return None
    sheet = _boxed(title, text, tally)
    for item in items:
        sheet.y += 5
        count = f" ({calls_of(tally.always.get(item.key, 0))})" if tally and item.key else ""
        name = item.name.replace("_", " ") + count + ("" if item.reached else " (never reached)")
        sheet.lines(name, "row", more="" if item.reached else "faint")
        sheet.lines(item.text, "soft", x=PAD + 10, more="" if item.reached else "faint", most=_MOST_LINES)
    sheet.y += 8
    return Drawn(sheet.wide, sheet.y, sheet.framed("band"), classes="box")


def endings_box(picture: Picture, tally: Tally | None, wide: float, columns: int) -> Drawn:
    """Draw all endings, as wide as the page."""
    sheet = _Sheet(wide)
    sheet.y = 8.0
    sheet.lines("Endings", "head")
    sheet.lines("What a call can come to, and its last words.", "soft")
    top = bottom = sheet.y + 2
    step = (wide - 2 * PAD + _GAP) / columns
    each = -(-len(picture.endings) // columns)
    for column in range(columns):
        sheet.y = top
        for item in picture.endings[column * each : (column + 1) * each]:
            _ending(sheet, item, PAD + column * step, step - _GAP, tally)
        bottom = max(bottom, sheet.y)
    sheet.y = bottom + 10
    return Drawn(wide, sheet.y, sheet.framed("band"), classes="box")


def _ending(sheet: _Sheet, item: Item, x: float, room: float, tally: Tally | None) -> None:
    sheet.y += 6
    shown = shorten(item.name, SIZES["pill"], room / 2)
    piece = shapes.pill(x, sheet.y + 9, width(shown, SIZES["pill"]) + 18, shown, item.tone or "lost")
    sheet.pieces.append(piece if item.reached else f'<g class="faint">{piece}</g>')
    beside = x + width(shown, SIZES["pill"]) + 18 + 8
    if not item.reached:
        sheet.pieces.append(shapes.text(beside, sheet.y + 13, "never reached", "soft drop"))
    elif tally:
        count = tally.endings.get(item.key, 0)
        told = f"{calls_of(count)}, {_percent(count, tally.calls)}"
        sheet.pieces.append(shapes.text(beside, sheet.y + 13, told, "soft"))
    sheet.y += 19
    sheet.lines(item.text, "soft", x=x + 9, room=room - 9, more="" if item.reached else "faint")


_TONES: Final[tuple[tuple[Tone, str], ...]] = (
    ("agreed", "something was agreed"),
    ("later", "another try"),
    ("human", "a person takes over"),
    ("closed", "not to be called again like this"),
    ("lost", "nothing was agreed"),
)


def _key(tally: Tally | None) -> Drawn:
    sheet = _boxed("How to read this", "", tally)
    for tone, meaning in _TONES:
        sheet.y += 4
        sheet.pieces.append(shapes.rect(PAD, sheet.y, 26, 14, tone, round_=7))
        sheet.lines(meaning, "soft", x=PAD + 36)
    for classes, meaning in (("line", "leads on"), ("back", "leads back, or to a step beside")):
        sheet.y += 4
        sheet.pieces.append(f'<path d="M{PAD:g} {shapes.number(sheet.y + 8)}h26" class="{classes}"/>')
        sheet.lines(meaning, "soft", x=PAD + 36)
    sheet.y += 4
    sheet.pieces.append(shapes.again(PAD + 8, sheet.y + 8))
    sheet.lines("the step asks again", "soft", x=PAD + 36)
    sheet.lines("A struck-out answer is never taken: one without a condition stands before it.", "soft")
    if tally:
        sheet.lines(
            "Counts are calls. A bar is the share of the calls that came to the step; a call that takes several "
            "ways from one step counts in each.",
            "soft",
        )
    sheet.y += 8
    return Drawn(sheet.wide, sheet.y, sheet.framed("band"), classes="box")
