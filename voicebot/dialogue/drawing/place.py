"""Where everything stands and how the lines run: the second half of a layered drawing. Pure.

Lines run at right angles and never through a box, because they have ground of their own: a row leaves its card to
the side, into a lane beside the card; lanes lead to the *gaps* between layers; in a gap every net has a track; nets
that go further down pass a layer by their lane, nets that go up again by a lane at the page's side. Within a gap no
two uprights lie on each other, and of the orders in which tracks can stand the one with the fewest crossings is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from voicebot.dialogue.drawing.order import lane, lane_of, layers_of

Point = tuple[float, float]
Side = Literal["left", "right", "below"]

LANE: Final = 9.0
"""Distance of lines beside each other."""
BESIDE: Final = 12.0
"""From a card to the first lane."""
APART: Final = 26.0
"""From one card's ground to the next."""
ABOVE: Final = 20.0
"""From the last track of a gap to the arrow's tip, and from a card to the first track."""
_ROUNDS: Final = 10
_LOOSE: Final = 0.001
"""Weight of what no line holds: it stands close to the others."""
_NEVER: Final = 1000
"""Uprights that would lie on each other weigh more than any crossing."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A line's beginning.

    Parameters
    ----------
    target
        The box that it leads to.
    y
        Height of the row below the box's top.
    below
        It leaves in the middle of the lower side, not beside a row.
    """

    target: str
    y: float
    below: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Something with a place: name, size, and the lines that begin at it (at most one a target)."""

    name: str
    width: float
    height: float
    exits: tuple[Exit, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line from a box to another: corner points, and whether it leads up, to an earlier layer or the same one."""

    source: str
    target: str
    points: tuple[Point, ...]
    back: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """The finished layout: size, each box's upper left corner, lines."""

    width: float
    height: float
    at: Mapping[str, Point]
    lines: tuple[Line, ...]


@dataclass(slots=True)
class _Gap:
    """The ground above a layer: pins of each net (x, and whether the line goes on upwards from it), and tracks."""

    pins: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    tracks: dict[str, int] = field(default_factory=dict)

    def pin(self, net: str, x: float, *, up: bool) -> None:
        if (x, up) not in self.pins.setdefault(net, []):
            self.pins[net].append((x, up))


def place(boxes: Sequence[Box]) -> Placed:
    """Lay out boxes and lines; the first box is the start. The same input always gives the same layout."""
    return _Layout(boxes).placed()


class _Layout:
    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = {box.name: box for box in boxes}
        edges = [(box.name, one.target) for box in boxes for one in box.exits]
        self._layers = layers_of(list(self._boxes), edges)
        self._rank = {name: rank for rank, row in enumerate(self._layers) for name in row if not lane_of(name)}
        self._exits = {(box.name, one.target): one for box in boxes for one in box.exits if one.target != box.name}
        self._sides: dict[tuple[str, str], Side] = {}
        self._x: dict[tuple[int, str], float] = {}
        """Centre of an item in a layer."""

    def placed(self) -> Placed:
        self._spread()
        self._choose_sides()
        self._spread()
        lanes = self._lanes()
        entries = self._entries(lanes)
        left, right = self._side_lanes()
        gaps = self._gaps(lanes, entries, {**left, **right})
        tops, rails, bottom = self._heights(gaps)
        lines = tuple(self._lines(lanes, entries, {**left, **right}, tops, rails))
        xs = [x for line in lines for x, _ in line.points]
        for (_, item), x in self._x.items():
            if not lane_of(item):
                xs += [x - self._boxes[item].width / 2, x + self._boxes[item].width / 2]
        shift, wide = -min(xs), max(xs) - min(xs)
        return Placed(
            wide,
            bottom,
            {
                name: (self._x[rank, name] - self._boxes[name].width / 2 + shift, tops[rank])
                for name, rank in self._rank.items()
            },
            tuple(
                Line(one.source, one.target, tuple((x + shift, y) for x, y in one.points), one.back) for one in lines
            ),
        )

    # -- across

    def _room(self, item: str) -> tuple[float, float]:
        """How far an item's ground reaches to the left and to the right of its centre."""
        if lane_of(item):
            return LANE, LANE
        half = self._boxes[item].width / 2
        counts = {"left": 0, "right": 0, "below": 0}
        for (source, _), side in self._sides.items():
            if source == item:
                counts[side] += 1
        left, right = (BESIDE + LANE * counts[side] if counts[side] else 0.0 for side in ("left", "right"))
        return half + left + APART / 2, half + right + APART / 2

    def _spread(self) -> None:
        """Give every item its x: as near to its neighbours' mean as the order in its layer allows."""
        links = self._links()
        for rank, row in enumerate(self._layers):
            rooms = [self._room(item) for item in row]
            x = -sum(left + right for left, right in rooms) / 2
            for item, (before, after) in zip(row, rooms, strict=True):
                self._x[rank, item] = x + before
                x += before + after
        for turn in range(_ROUNDS):
            ranks = range(len(self._layers)) if turn % 2 == 0 else range(len(self._layers) - 1, -1, -1)
            for rank in ranks:
                row = self._layers[rank]
                wanted, weights = [], []
                for item in row:
                    near = [self._x[key] for key in links.get((rank, item), ())]
                    own = self._x[rank, item]
                    held = 0.0 if turn >= _ROUNDS - 2 else 0.25
                    wanted.append((1 - held) * sum(near) / len(near) + held * own if near else 0.0)
                    weights.append(1.0 if near else _LOOSE)
                rooms = [self._room(item) for item in row]
                apart = [rooms[index][1] + rooms[index + 1][0] for index in range(len(row) - 1)]
                for item, x in zip(row, nearest(wanted, weights, apart), strict=True):
                    self._x[rank, item] = x

    def _links(self) -> dict[tuple[int, str], list[tuple[int, str]]]:
        found: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for source, target in self._exits:
            if self._rank[source] < self._rank[target]:
                chain = self._chain(source, target)
                for one, other in pairwise(chain):
                    for key, neighbour in ((one, other), (other, one)):
                        if neighbour not in found.setdefault(key, []):
                            found[key].append(neighbour)
        return found

    def _chain(self, source: str, target: str) -> list[tuple[int, str]]:
        """Items that a downward line passes, from source to target."""
        first, last = self._rank[source], self._rank[target]
        return [(first, source), *((rank, lane(target)) for rank in range(first + 1, last)), (last, target)]

    def _choose_sides(self) -> None:
        """Each line leaves its card on the side on which it goes on."""
        for (source, target), one in self._exits.items():
            rank = self._rank[source]
            here = self._x[rank, source]
            if one.below:
                self._sides[source, target] = "below"
            elif self._rank[target] < rank:
                self._sides[source, target] = self._page_side(target)
            else:
                key = (rank, target) if self._rank[target] == rank else self._chain(source, target)[1]
                there = self._x[key]
                if abs(there - here) < LANE:
                    others = [side for (name, _), side in self._sides.items() if name == source]
                    self._sides[source, target] = "left" if others.count("right") > others.count("left") else "right"
                else:
                    self._sides[source, target] = "left" if there < here else "right"

    def _page_side(self, target: str) -> Literal["left", "right"]:
        """The page's side along which lines run up to a step: the one that is nearer to it and them."""
        ends = [source for source, other in self._exits if other == target and self._rank[source] > self._rank[target]]
        mean = sum(self._x[self._rank[name], name] for name in (target, *ends)) / (len(ends) + 1)
        middle = sum(self._x.values()) / len(self._x)
        return "left" if mean < middle - LANE else "right"

    def _goes_down(self, source: str, target: str) -> bool:
        return self._rank[source] < self._rank[target]

    def _lanes(self) -> dict[tuple[str, str], float]:
        """x of each line's lane beside its card.

        Of lines that go down, the upper row takes the outer lane, of those that go up the lower one does: so none
        crosses another on its way out.
        """
        found: dict[tuple[str, str], float] = {}
        for name, box in self._boxes.items():
            centre = self._x[self._rank[name], name]
            for side in ("left", "right"):
                ways = [key for key, chosen in self._sides.items() if key[0] == name and chosen == side]
                down = sorted((key for key in ways if self._goes_down(*key)), key=lambda key: -self._exits[key].y)
                up = sorted((key for key in ways if not self._goes_down(*key)), key=lambda key: self._exits[key].y)
                for index, key in enumerate((*up, *down)):
                    away = box.width / 2 + BESIDE + LANE * index
                    found[key] = centre + (away if side == "right" else -away)
            for key, chosen in self._sides.items():
                if key[0] == name and chosen == "below":
                    found[key] = centre
        return found

    def _entries(self, lanes: Mapping[tuple[str, str], float]) -> dict[str, float]:
        """x at which the net of a step enters it: its middle, or beside it where another net has an upright there."""
        taken: dict[int, list[tuple[str, float]]] = {}
        for (source, target), x in lanes.items():
            gap = self._rank[source] + (1 if self._goes_down(source, target) else 0)
            taken.setdefault(gap, []).append((target, x))
        for (rank, item), _ in list(self._x.items()):
            if net := lane_of(item):
                others = taken.setdefault(rank, []) + taken.setdefault(rank + 1, [])
                x = self._x[rank, item] = _free(self._x[rank, item], [at for name, at in others if name != net])
                taken[rank].append((net, x))
                taken[rank + 1].append((net, x))
        found: dict[str, float] = {}
        for name in dict.fromkeys(target for _, target in self._exits):
            rank = self._rank[name]
            others = taken.setdefault(rank, [])
            found[name] = _free(self._x[rank, name], [at for net, at in others if net != name])
            others.append((name, found[name]))
        return found

    def _side_lanes(self) -> tuple[dict[str, float], dict[str, float]]:
        """x of the lanes at the page's left and right side, the shortest innermost."""
        edges = [(x - self._room(item)[0], x + self._room(item)[1]) for (_, item), x in self._x.items()]
        least, most = min(left for left, _ in edges), max(right for _, right in edges)
        found: dict[str, dict[str, float]] = {"left": {}, "right": {}}
        spans: dict[str, int] = {}
        for source, target in self._exits:
            if self._rank[source] > self._rank[target]:
                spans[target] = max(spans.get(target, 0), self._rank[source] - self._rank[target])
        for target, _ in sorted(spans.items(), key=lambda item: (item[1], -self._rank[item[0]], item[0])):
            side = self._page_side(target)
            lanes = found[side]
            lanes[target] = least - LANE * len(lanes) if side == "left" else most + LANE * len(lanes)
        return found["left"], found["right"]

    # -- down

    def _gaps(
        self,
        lanes: Mapping[tuple[str, str], float],
        entries: Mapping[str, float],
        sides: Mapping[str, float],
    ) -> list[_Gap]:
        gaps = [_Gap() for _ in range(len(self._layers) + 1)]
        for key, x in lanes.items():
            source, target = key
            rank, goal = self._rank[source], self._rank[target]
            if self._goes_down(source, target):
                gaps[rank + 1].pin(target, x, up=True)
                for between in range(rank + 1, goal):
                    gaps[between].pin(target, self._x[between, lane(target)], up=False)
                    gaps[between + 1].pin(target, self._x[between, lane(target)], up=True)
            else:
                gaps[rank].pin(target, x, up=False)
                if goal < rank:
                    gaps[rank].pin(target, sides[target], up=True)
                    gaps[goal].pin(target, sides[target], up=False)
            gaps[goal].pin(target, entries[target], up=False)
        for gap in gaps:
            gap.tracks = tracks(gap.pins)
        return gaps

    def _heights(self, gaps: Sequence[_Gap]) -> tuple[list[float], list[dict[str, float]], float]:
        """Top of each layer, y of each net's track in each gap, and the height of all."""
        tops: list[float] = []
        rails: list[dict[str, float]] = []
        y = 0.0
        for rank, gap in enumerate(gaps):
            last = rank == len(self._layers)
            if gap.tracks:
                y += ABOVE if rank else LANE
                rails.append({net: y + LANE * level for net, level in gap.tracks.items()})
                y += LANE * max(gap.tracks.values()) + ABOVE
            else:
                rails.append({})
                y += 0.0 if last or not rank else ABOVE
            if not last:
                tops.append(y)
                y += max((self._boxes[item].height for item in self._layers[rank] if not lane_of(item)), default=0.0)
        return tops, rails, y

    def _lines(
        self,
        lanes: Mapping[tuple[str, str], float],
        entries: Mapping[str, float],
        sides: Mapping[str, float],
        tops: Sequence[float],
        rails: Sequence[Mapping[str, float]],
    ) -> Iterable[Line]:
        for (source, target), one in self._exits.items():
            rank, goal = self._rank[source], self._rank[target]
            box, x, centre = self._boxes[source], lanes[source, target], self._x[rank, source]
            side = self._sides[source, target]
            if side == "below":
                points = [(x, tops[rank] + box.height)]
            else:
                y = tops[rank] + one.y
                points = [(centre + (box.width / 2 if side == "right" else -box.width / 2), y), (x, y)]
            if rank < goal:
                ways = [self._x[between, lane(target)] for between in range(rank + 1, goal)] + [entries[target]]
                for gap, onward in enumerate(ways, rank + 1):
                    rail = rails[gap][target]
                    points += [(points[-1][0], rail), (onward, rail)]
            else:
                for gap, onward in (
                    ((rank, sides[target]), (goal, entries[target])) if goal < rank else ((rank, entries[target]),)
                ):
                    rail = rails[gap][target]
                    points += [(points[-1][0], rail), (onward, rail)]
            points.append((entries[target], tops[goal]))
            yield Line(source, target, tuple(_straightened(points)), back=goal <= rank)


def nearest(wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Return the places nearest to those wanted (weighted least squares) that keep their order and distances.

    Parameters
    ----------
    apart
        Least distance of each place from the next.

    Returns
    -------
    list[float]
        By pooling adjacent violators: without the distances it is an isotonic regression.
    """
    offsets = [0.0]
    for distance in apart:
        offsets.append(offsets[-1] + distance)
    pools: list[tuple[float, float, int]] = []
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        pool = (weight * (want - offset), weight, 1)
        while pools and pools[-1][0] / pools[-1][1] > pool[0] / pool[1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    flat = [total / weight for total, weight, count in pools for _ in range(count)]
    return [place + offset for place, offset in zip(flat, offsets, strict=True)]


def tracks(pins: Mapping[str, Sequence[tuple[float, bool]]]) -> dict[str, int]:
    """Give every net of a gap a track, 0 the uppermost, so that few lines cross.

    Parameters
    ----------
    pins
        Of each net: x, and whether the line goes on upwards from there.
    """
    spans = {net: (min(x for x, _ in found), max(x for x, _ in found)) for net, found in pins.items()}

    def cost(upper: str, lower: str) -> int:
        """Crossings when one net's track is above the other's."""
        low, high = spans[lower]
        found = sum(low < x < high for x, up in pins[upper] if not up)
        low, high = spans[upper]
        found += sum(low < x < high for x, up in pins[lower] if up)
        touching = [
            x for x, up in pins[upper] if not up for other, on in pins[lower] if on and abs(x - other) < LANE / 2
        ]
        return found + _NEVER * len(touching)

    order: list[str] = []
    for net in sorted(pins, key=lambda net: (spans[net], net)):
        costs = [
            sum(cost(other, net) for other in order[:index]) + sum(cost(net, other) for other in order[index:])
            for index in range(len(order) + 1)
        ]
        order.insert(costs.index(min(costs)), net)
    levels: dict[str, int] = {}
    for index, net in enumerate(order):
        low, high = spans[net]
        levels[net] = max(
            (
                levels[other] + 1
                for other in order[:index]
                if spans[other][0] - LANE < high and low < spans[other][1] + LANE
            ),
            default=0,
        )
    return levels


def _free(wanted: float, taken: Sequence[float]) -> float:
    """Return the place nearest to the one wanted that is a lane's width from all others."""
    for step in range(200):
        for place_ in (wanted + step * LANE / 2, wanted - step * LANE / 2):
            if all(abs(place_ - other) >= LANE * 0.75 for other in taken):
                return place_
    return wanted


def _straightened(points: Sequence[Point]) -> list[Point]:
    """Leave out points that are no corners."""
    found: list[Point] = []
    for point in points:
        if found and abs(found[-1][0] - point[0]) < 0.01 and abs(found[-1][1] - point[1]) < 0.01:
            continue
        if len(found) >= 2:
            (ax, ay), (bx, by) = found[-2], found[-1]
            if (abs(ax - bx) < 0.01 and abs(bx - point[0]) < 0.01) or (
                abs(ay - by) < 0.01 and abs(by - point[1]) < 0.01
            ):
                found[-1] = point
                continue
        found.append(point)
    return found
