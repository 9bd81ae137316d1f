"""A script as one SVG document, complete in itself: no font, script or picture from elsewhere. Pure."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

from voicebot.dialogue.drawing import cards, shapes
from voicebot.dialogue.drawing.cards import Drawn
from voicebot.dialogue.drawing.counts import Tally
from voicebot.dialogue.drawing.picture import Picture, picture_of
from voicebot.dialogue.drawing.place import Box, place
from voicebot.dialogue.drawing.text import shorten, wrap
from voicebot.dialogue.script.model import Script

MARGIN: Final = 28.0
_COLUMN_GAP: Final = 18.0
_OPENING: Final = "?"
"""Name of the first card; no step can be called so."""


def draw_svg(script: Script, tally: Tally | None = None) -> str:
    """Draw a script.

    Parameters
    ----------
    tally
        Counts of calls, drawn beside every way; ``None``: the script alone.

    Returns
    -------
    str
        An SVG document; the same for the same script and counts.
    """
    picture = picture_of(script)
    drawn = {_OPENING: cards.opening_card(picture, tally)}
    drawn |= {card.name: cards.step_card(card, picture, tally) for card in picture.cards}
    placed = place([Box(name, one.width, one.height, one.exits) for name, one in drawn.items()])
    boxes = cards.boxes(picture, tally)
    columns = max(2, int((placed.width + _COLUMN_GAP) // (cards.card_width(tally) + _COLUMN_GAP)))
    wide = max(placed.width, columns * (cards.card_width(tally) + _COLUMN_GAP) - _COLUMN_GAP)
    head, head_height = _head(picture, tally, wide)
    left = MARGIN + (wide - placed.width) / 2
    pieces = [head]
    tips = []
    for line in sorted(placed.lines, key=lambda one: not one.back):
        points = [(x + left, y + head_height) for x, y in line.points]
        kind = "back" if line.back else "line"
        share = tally.ways.get((line.source, f"go:{line.target}")) if tally else None
        weight = 1.2 + 3.3 * share.calls / max(1, tally.reached.get(line.source, 1)) if tally and share else 0.0
        told = f"{line.source} → {line.target}" if line.source != _OPENING else f"→ {line.target}"
        pieces.append(shapes.hinted([shapes.polyline(points, kind, wide=weight)], told))
        tips.append((points[-1], kind))
    pieces += [shapes.tip(x, y, f"{kind}-tip" if kind == "back" else "tip") for (x, y), kind in tips]
    for name, (x, y) in placed.at.items():
        pieces.append(shapes.group(left + x, head_height + y, drawn[name].content, drawn[name].classes))
    below = head_height + placed.height + MARGIN
    stacked, bottom = _stack(boxes, columns, wide, below)
    endings = cards.endings_box(picture, tally, wide, columns)
    pieces += [*stacked, shapes.group(MARGIN, bottom + _COLUMN_GAP, endings.content, endings.classes)]
    return _document(picture, wide + 2 * MARGIN, bottom + _COLUMN_GAP + endings.height + MARGIN, pieces)


def _head(picture: Picture, tally: Tally | None, wide: float) -> tuple[str, float]:
    """Title and what version this is; returns the height below which the drawing begins."""
    y = MARGIN + 20
    title = picture.name.replace("_", " ") + (f", variant {picture.variant}" if picture.variant else "")
    pieces = [shapes.text(MARGIN, y, shorten(title, 22.0, wide, bold=True), "title")]
    told = f"{picture.language}, version {picture.version}, {picture.content_hash[:12]}"
    if tally:
        told += f", {cards.calls_of(tally.calls)}"
    for line in (*wrap(picture.description, 12.5, wide), *wrap(told, 11.0, wide)):
        y += 18
        pieces.append(shapes.text(MARGIN, y, line, "row" if line in picture.description else "soft"))
    return "".join(pieces), y + MARGIN


def _stack(boxes: list[Drawn], columns: int, wide: float, top: float) -> tuple[list[str], float]:
    """Put boxes into columns, each onto the shortest."""
    step = (wide + _COLUMN_GAP) / columns
    heights = [top] * columns
    pieces = []
    for box in boxes:
        column = heights.index(min(heights))
        pieces.append(shapes.group(MARGIN + column * step, heights[column], box.content, box.classes))
        heights[column] += box.height + _COLUMN_GAP
    return pieces, max(heights) - _COLUMN_GAP


def _document(picture: Picture, wide: float, high: float, pieces: list[str]) -> str:
    width, height = shapes.number(wide), shapes.number(high)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" aria-labelledby="title">',
            f'<title id="title">{escape(picture.name)}, {escape(picture.language)}: where each answer leads</title>',
            f"<style>{shapes.style()}</style>",
            f'<rect width="{width}" height="{height}" class="page"/>',
            *pieces,
            "</svg>\n",
        )
    )
