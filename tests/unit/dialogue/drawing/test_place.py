"""Layouts of whatever graph: nothing overlaps, no line runs through a box or lies on another one."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dialogue.drawing.random_graphs import graphs
from tests.unit.examples import times
from voicebot.dialogue.drawing.order import lane_of, layers_of
from voicebot.dialogue.drawing.place import Box, Exit, Line, Placed, nearest, place, tracks

Segment = tuple[float, float, float, float]
"""Least and greatest x, least and greatest y."""


def rectangles(boxes: list[Box], placed: Placed) -> dict[str, Segment]:
    found = {}
    for box in boxes:
        x, y = placed.at[box.name]
        found[box.name] = (x, x + box.width, y, y + box.height)
    return found


def segments(line: Line) -> list[Segment]:
    return [(min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)) for (ax, ay), (bx, by) in pairwise(line.points)]


@settings(max_examples=times(0.6))
@given(graphs())
def test_boxes_stand_apart_and_inside_the_page(boxes: list[Box]) -> None:
    placed = place(boxes)
    found = rectangles(boxes, placed)
    for left, right, top, bottom in found.values():
        assert left >= -0.01
        assert right <= placed.width + 0.01
        assert top >= 0
        assert bottom <= placed.height + 0.01
    for (_, one), (_, other) in combinations(found.items(), 2):
        apart = one[1] < other[0] or other[1] < one[0] or one[3] < other[2] or other[3] < one[2]
        assert apart


@settings(max_examples=times(0.6))
@given(graphs())
def test_no_line_runs_through_a_box(boxes: list[Box]) -> None:
    placed = place(boxes)
    found = rectangles(boxes, placed)
    for line in placed.lines:
        for left, right, top, bottom in segments(line):
            assert abs(left - right) < 0.01 or abs(top - bottom) < 0.01, "lines run level or upright"
            for x, right_x, y, bottom_y in found.values():
                assert left >= right_x - 0.01 or right <= x + 0.01 or top >= bottom_y - 0.01 or bottom <= y + 0.01


@settings(max_examples=times(0.6))
@given(graphs())
def test_every_line_joins_its_row_and_its_box(boxes: list[Box]) -> None:
    placed = place(boxes)
    found = rectangles(boxes, placed)
    wanted = {(box.name, one.target) for box in boxes for one in box.exits if one.target != box.name}
    assert {(line.source, line.target) for line in placed.lines} == wanted
    exits = {(box.name, one.target): one for box in boxes for one in box.exits}
    for line in placed.lines:
        (x, y), (end_x, end_y) = line.points[0], line.points[-1]
        left, right, top, bottom = found[line.source]
        if exits[line.source, line.target].below:
            assert (left < x < right) and abs(y - bottom) < 0.01
        else:
            assert min(abs(x - left), abs(x - right)) < 0.01
            assert abs(y - top - exits[line.source, line.target].y) < 0.01
        left, right, top, _ = found[line.target]
        assert left < end_x < right
        assert abs(end_y - top) < 0.01


@settings(max_examples=times(0.6))
@given(graphs(9))
def test_lines_to_different_boxes_never_lie_on_each_other(boxes: list[Box]) -> None:
    placed = place(boxes)
    for one, other in combinations(placed.lines, 2):
        if one.target == other.target:
            continue
        for a in segments(one):
            for b in segments(other):
                level = abs(a[2] - a[3]) < 0.01 and abs(b[2] - b[3]) < 0.01 and abs(a[2] - b[2]) < 1
                upright = abs(a[0] - a[1]) < 0.01 and abs(b[0] - b[1]) < 0.01 and abs(a[0] - b[0]) < 1
                assert not (level and min(a[1], b[1]) - max(a[0], b[0]) > 1)
                assert not (upright and min(a[3], b[3]) - max(a[2], b[2]) > 1)


@settings(max_examples=times(0.4))
@given(graphs())
def test_the_same_graph_is_always_laid_out_alike(boxes: list[Box]) -> None:
    assert place(boxes) == place(list(boxes))


@given(graphs())
@settings(max_examples=times(0.4))
def test_every_step_has_a_layer_and_lanes_lead_to_steps_below(boxes: list[Box]) -> None:
    names = [box.name for box in boxes]
    layers = layers_of(names, [(box.name, one.target) for box in boxes for one in box.exits])
    ranks = {item: rank for rank, row in enumerate(layers) for item in row if not lane_of(item)}
    assert sorted(ranks) == sorted(names)
    assert ranks[names[0]] == 0
    for rank, row in enumerate(layers):
        assert len(set(row)) == len(row)
        assert all(ranks[lane_of(item)] > rank for item in row if lane_of(item))


def test_a_chain_runs_down_and_what_leads_into_each_other_stands_side_by_side() -> None:
    lines = [("start", "a"), ("a", "b"), ("b", "c"), ("c", "d"), ("c", "e"), ("e", "c"), ("a", "start")]
    assert layers_of(["start", "a", "b", "c", "d", "e", "loose"], lines) == [
        ["start"],
        ["a"],
        ["b"],
        ["c", "e"],
        ["d", "loose"],
    ]


@given(
    st.lists(st.tuples(st.floats(-500, 500), st.floats(0.01, 5), st.floats(0, 100)), min_size=1, max_size=8),
)
def test_nearest_keeps_order_and_distances(given_: list[tuple[float, float, float]]) -> None:
    wanted, weights = [one[0] for one in given_], [one[1] for one in given_]
    apart = [one[2] for one in given_[1:]]
    found = nearest(wanted, weights, apart)
    assert all(other - one >= distance - 1e-6 for (one, other), distance in zip(pairwise(found), apart, strict=True))
    shifted = nearest([one + 7 for one in wanted], weights, apart)
    assert all(abs(a + 7 - b) < 1e-6 for a, b in zip(found, shifted, strict=True))


def test_nearest_leaves_alone_what_is_far_enough_apart() -> None:
    assert nearest([0, 50, 200], [1, 1, 1], [20, 20]) == [0, 50, 200]
    assert nearest([0, 0], [1, 1], [20]) == [-10, 10]


def test_tracks_avoid_crossings() -> None:
    inner = [(10.0, True), (50.0, False)]
    outer = [(0.0, True), (60.0, False)]
    assert tracks({"inner": inner, "outer": outer}) in ({"inner": 0, "outer": 1}, {"inner": 1, "outer": 0})
    assert tracks({"left": [(0.0, True), (20.0, False)], "right": [(100.0, True), (120.0, False)]}) == {
        "left": 0,
        "right": 0,
    }
    crossing = tracks({"a": [(10.0, True), (100.0, False)], "b": [(50.0, True), (150.0, False)]})
    assert crossing == {"a": 1, "b": 0}


def test_a_row_may_leave_below() -> None:
    placed = place([Box("first", 100, 50, (Exit("next", 50, below=True),)), Box("next", 100, 50)])
    (line,) = placed.lines
    assert list(line.points) == [(50, 50), (50, placed.at["next"][1])]
    assert not line.back
