"""Pieces of SVG: text, boxes, lines with round corners, and how they look on paper, on white and on black. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from voicebot.dialogue.drawing.picture import Tone

FONT: Final = "Arial, Helvetica, 'Liberation Sans', 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
SIZES: Final = {"title": 22.0, "name": 15.0, "say": 12.5, "row": 12.5, "soft": 11.0, "pill": 11.5, "head": 13.0}
"""Font size of each class of text, in pixels."""
BOLD: Final = frozenset({"title", "name", "head"})
LEADING: Final = 1.32
"""From one base line to the next, in font sizes."""

_LIGHT: Final = {
    "page": "#ffffff", "card": "#fdfdfc", "edge": "#8b959c", "rule": "#dfe3e6", "band": "#eef1f4", "ink": "#1b2226",
    "soft": "#59646b", "line": "#4d6072", "back": "#9a6fb0", "lost_edge": "#b9b4ac",
    "notice": "#fff3d6", "notice_ink": "#6b4a00", "bar": "#dbe9f6", "drop": "#b3261e",
    "agreed": "#d9f0df", "agreed_ink": "#0f5128", "later": "#dbe9f8", "later_ink": "#123f6e",
    "human": "#e9e0f7", "human_ink": "#47237c", "closed": "#f9dedc", "closed_ink": "#7a1710",
    "lost": "#e9e7e2", "lost_ink": "#46413a",
}  # fmt: skip
_DARK: Final = {
    "page": "#14181b", "card": "#1c2226", "edge": "#66717a", "rule": "#2f373d", "band": "#262e34", "ink": "#e7ecef",
    "soft": "#a3aeb5", "line": "#9db4c8", "back": "#c39ad8", "lost_edge": "#6f6a62",
    "notice": "#3d3210", "notice_ink": "#f3d78c", "bar": "#24405a", "drop": "#ff8a80",
    "agreed": "#173d25", "agreed_ink": "#a8e5bb", "later": "#17344f", "later_ink": "#a9d0f5",
    "human": "#34234f", "human_ink": "#d3bff5", "closed": "#4a1d1a", "closed_ink": "#f6b8b3",
    "lost": "#34322e", "lost_ink": "#cfcac0",
}  # fmt: skip


def _colours(of: dict[str, str]) -> str:
    tones = "".join(
        f".{tone}{{fill:{of[tone]}}}.{tone}-ink{{fill:{of[tone + '_ink']}}}"
        for tone in ("agreed", "later", "human", "closed", "lost", "notice")
    )
    return (
        f".page{{fill:{of['page']}}}.card{{fill:{of['card']};stroke:{of['edge']}}}.band{{fill:{of['band']}}}"
        f".bar{{fill:{of['bar']}}}.rule{{stroke:{of['rule']}}}text{{fill:{of['ink']}}}"
        f".soft{{fill:{of['soft']}}}.drop{{fill:{of['drop']}}}"
        f".line{{stroke:{of['line']}}}.tip{{fill:{of['line']}}}.back{{stroke:{of['back']}}}"
        f".back-tip{{fill:{of['back']}}}.unreached{{stroke:{of['lost_edge']}}}.sign{{stroke:{of['soft']}}}" + tones
    )


def style() -> str:
    """Return the style sheet: light, and dark where the reader has asked for it, but never on paper."""
    sizes = "".join(
        f".{name}{{font-size:{size:g}px{';font-weight:bold' if name in BOLD else ''}}}" for name, size in SIZES.items()
    )
    fixed = (
        f"text{{font-family:{FONT}}}{sizes}.say{{font-style:italic}}.card{{stroke-width:1.2}}"
        ".line,.back{fill:none;stroke-width:1.6;stroke-linejoin:round}.end{text-anchor:end}.mid{text-anchor:middle}"
        ".unreached{stroke-dasharray:6 4}.sign{fill:none;stroke-width:1.3}.dead{text-decoration:line-through}"
        ".faint{opacity:.62}"
    )
    return f"{fixed}{_colours(_LIGHT)}@media screen and (prefers-color-scheme:dark){{{_colours(_DARK)}}}"


def number(value: float) -> str:
    """Return a coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, content: str, classes: str) -> str:
    """Return one line of text; ``y`` is its base line."""
    return f'<text x="{number(x)}" y="{number(y)}" class="{classes}">{escape(content)}</text>'


def rect(x: float, y: float, width: float, height: float, classes: str, *, round_: float = 0.0) -> str:
    """Return a box."""
    corner = f' rx="{number(round_)}"' if round_ else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"{corner} '
        f'class="{classes}"/>'
    )


def rule(x: float, y: float, width: float) -> str:
    """Return a thin level line."""
    return f'<path d="M{number(x)} {number(y)}h{number(width)}" class="rule"/>'


def pill(x: float, middle: float, width: float, content: str, tone: Tone) -> str:
    """Return an ending's pill; ``middle`` is the y of its centre."""
    size = SIZES["pill"]
    return rect(x, middle - 9, width, 18, tone, round_=9) + text(
        x + width / 2, middle + size * 0.35, content, f"pill mid {tone}-ink"
    )


def again(x: float, middle: float) -> str:
    """Return the sign of a question that is put again."""
    return (
        f'<path d="M{number(x + 8.5)} {number(middle - 3)}a4.6 4.6 0 1 0 .6 4.2M{number(x + 9.4)} '
        f'{number(middle - 6.4)}v3.8h-3.8" class="sign"/>'
    )


def arrow(x: float, middle: float) -> str:
    """Return the sign of a way to another step."""
    return f'<path d="M{number(x)} {number(middle)}h10m-4-4l4 4l-4 4" class="sign"/>'


def group(x: float, y: float, content: Sequence[str], classes: str, *, hint: str = "") -> str:
    """Return pieces moved to a place together."""
    title = f"<title>{escape(hint)}</title>" if hint else ""
    return f'<g class="{classes}" transform="translate({number(x)} {number(y)})">{title}{"".join(content)}</g>'


def hinted(content: Sequence[str], hint: str) -> str:
    """Return pieces that tell more when the pointer rests on them."""
    return f"<g><title>{escape(hint)}</title>{''.join(content)}</g>" if hint else "".join(content)


def polyline(points: Sequence[tuple[float, float]], classes: str, *, corner: float = 7.0, wide: float = 0.0) -> str:
    """Return a line with round corners, short of its last point by an arrow's length."""
    *middle, (end_x, end_y) = points
    shown = [*middle, (end_x, end_y - 7)]
    path = [f"M{number(shown[0][0])} {number(shown[0][1])}"]
    for (ax, ay), (bx, by), (cx, cy) in zip(shown, shown[1:], shown[2:], strict=False):
        before, after = abs(ax - bx) + abs(ay - by), abs(bx - cx) + abs(by - cy)
        radius = min(corner, before / 2, after / 2)
        if before == 0 or after == 0:
            continue
        sx, sy = bx + (ax - bx) / before * radius, by + (ay - by) / before * radius
        ex, ey = bx + (cx - bx) / after * radius, by + (cy - by) / after * radius
        path.append(f"L{number(sx)} {number(sy)}Q{number(bx)} {number(by)} {number(ex)} {number(ey)}")
    path.append(f"L{number(shown[-1][0])} {number(shown[-1][1])}")
    stroke = f" style={quoteattr(f'stroke-width:{number(wide)}')}" if wide else ""
    return f'<path d="{"".join(path)}" class="{classes}"{stroke}/>'


def tip(x: float, y: float, classes: str) -> str:
    """Return an arrow's head that points down to a place."""
    return f'<path d="M{number(x - 4.5)} {number(y - 8.5)}h9L{number(x)} {number(y)}z" class="{classes}"/>'
