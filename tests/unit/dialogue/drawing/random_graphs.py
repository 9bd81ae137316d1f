"""Boxes and lines as hypothesis makes them up."""

from __future__ import annotations

from hypothesis import strategies as st

from voicebot.dialogue.drawing.place import Box, Exit


@st.composite
def graphs(draw: st.DrawFn, most: int = 14) -> list[Box]:
    """Boxes of any size, each with rows that lead anywhere: forwards, back, to itself."""
    names = [f"box_{number}" for number in range(draw(st.integers(1, most)))]
    boxes = []
    for number, name in enumerate(names):
        targets = draw(st.lists(st.sampled_from(names), unique=True, max_size=7))
        below = number == 0 and draw(st.booleans())
        if below:
            targets = targets[:1]
        rows = draw(st.lists(st.integers(16, 70), min_size=len(targets), max_size=len(targets)))
        heights = [30 + sum(rows[: index + 1]) for index in range(len(rows))]
        box_height = (heights[-1] if heights else 30) + 20
        boxes.append(
            Box(
                name,
                draw(st.integers(120, 420)),
                box_height,
                tuple(Exit(target, y, below) for target, y in zip(targets, heights, strict=True)),
            )
        )
    return boxes
