"""Which step stands in which layer, and in which order: the first half of a layered drawing. Pure.

After Sugiyama, Tagawa and Toda (1981): make the graph acyclic, put each step below all that lead to it, then order
the layers so that few lines cross. Cycles are broken where fewest lines have to run upwards (sifting), layers follow
from the longest path, and two neighbouring layers become one where their steps lead into each other: such steps are
read side by side. Lines that lead to the same step run together as one *net*, so a layer between has one lane for
it, whoever comes along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

Pair = tuple[str, str]
"""Source and target."""

WIDEST: Final = 3
"""Most steps that stand side by side where they need not."""
_ALONE: Final = 2
"""The start and the first question stand alone."""
_SWEEPS: Final = 12
_FEW: Final = 80
"""Up to so many lines, neighbours are exchanged one by one as well; more would take seconds."""
_LANE: Final = "|"


def lane(target: str) -> str:
    """Return the name of the lane by which the lines to a step pass a layer."""
    return _LANE + target


def lane_of(item: str) -> str:
    """Return the step that a lane leads to; empty for a step."""
    return item[1:] if item.startswith(_LANE) else ""


def layers_of(names: Sequence[str], edges: Iterable[Pair]) -> list[list[str]]:
    """Put steps and lanes into layers, and each layer in order.

    Parameters
    ----------
    names
        All steps; the first is the start.
    edges
        Lines to be drawn; those to the same step are one net.

    Returns
    -------
    list[list[str]]
        From top to bottom, from left to right: names of steps, and lanes (``lane``) of nets that pass the layer.
    """
    lines = list(dict.fromkeys((source, target) for source, target in edges if source != target))
    joined = {names[0], *(name for line in lines for name in line)}
    ranks = _ranks([name for name in names if name in joined], lines)
    rows: list[list[str]] = [[] for _ in range(max(ranks.values()) + 1)]
    for name, rank in ranks.items():
        rows[rank].append(name)
    for name in names:
        if name in joined:
            continue
        if len(rows) > 1 and len(rows[-1]) < WIDEST:  # no line leads here or away
            rows[-1].append(name)
        else:
            rows.append([name])
    links = _links(ranks, lines)
    for rank, (_, lower) in links:
        if lane_of(lower) and lower not in rows[rank + 1]:
            rows[rank + 1].append(lower)
    return _ordered(rows, links, lines)


def _ranks(names: Sequence[str], lines: Sequence[Pair]) -> dict[str, int]:
    order = _linear(names, lines)
    place = {name: index for index, name in enumerate(order)}
    forward = [(source, target) for source, target in lines if place[source] < place[target]]
    entered = {target for _, target in lines}
    ranks = dict.fromkeys(names, 0)
    for name in order:
        ranks[name] = max((ranks[source] + 1 for source, target in forward if target == name), default=0)
    lowest = max(ranks.values())
    for name in reversed(order[1:]):  # what no line leads to stands just above what it leads to
        if name not in entered:
            ranks[name] = max(
                1, min((ranks[target] for source, target in forward if source == name), default=lowest) - 1
            )
    return _merged(names, ranks, set(lines))


def _linear(names: Sequence[str], lines: Sequence[Pair]) -> list[str]:
    """Order steps so that few lines lead back: each is moved to its best place until nothing gets better."""
    order = _breadth_first(names, lines)
    outgoing: dict[str, list[str]] = {name: [] for name in names}
    incoming: dict[str, list[str]] = {name: [] for name in names}
    for source, target in lines:
        outgoing[source].append(target)
        incoming[target].append(source)
    for _ in range(_SWEEPS):
        moved = False
        for name in order[1:]:
            at = order.index(name)
            rest = order[:at] + order[at + 1 :]
            after, before = set(outgoing[name]), set(incoming[name])
            # Standing first (after the start), every line that comes from a later step leads back.
            cost = sum(other in before for other in rest[1:]) + (rest[0] in after)
            costs = [cost]
            for other in rest[1:]:
                cost += (other in after) - (other in before)
                costs.append(cost)
            best = min(costs)
            if best < costs[at - 1]:
                to = costs.index(best) + 1
                order = [*rest[:to], name, *rest[to:]]
                moved = True
        if not moved:
            break
    return order


def _breadth_first(names: Sequence[str], lines: Sequence[Pair]) -> list[str]:
    order = [names[0]]
    for name in order:  # grows while it is iterated
        order += [target for source, target in lines if source == name and target not in order]
    return order + [name for name in names if name not in order]


def _merged(names: Sequence[str], ranks: Mapping[str, int], lines: set[Pair]) -> dict[str, int]:
    """Lift steps beside those of the layer above that they lead into and out of; then count without gaps."""
    merged: list[list[str]] = []
    for rank in sorted(set(ranks.values())):
        row = [name for name in names if ranks[name] == rank]
        above = merged[-1] if len(merged) > _ALONE else []
        mutual = [name for name in row if any((one, name) in lines and (name, one) in lines for one in above)]
        lifted = mutual[: max(0, WIDEST - len(above))]
        above += lifted
        if rest := [name for name in row if name not in lifted]:
            merged.append(rest)
    return {name: rank for rank, row in enumerate(merged) for name in row}


def _links(ranks: Mapping[str, int], lines: Sequence[Pair]) -> list[tuple[int, Pair]]:
    """Every piece of a downward line between two neighbouring layers, with the upper layer's number."""
    found: dict[tuple[int, Pair], None] = {}
    for source, target in lines:
        upper = source
        for rank in range(ranks[source], ranks[target]):
            lower = target if rank + 1 == ranks[target] else lane(target)
            found[rank, (upper, lower)] = None
            upper = lower
    return list(found)


def _ordered(rows: list[list[str]], links: Sequence[tuple[int, Pair]], lines: Sequence[Pair]) -> list[list[str]]:
    """Sweep down and up, each layer sorted by where its neighbours stand; the best order seen is kept."""
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    between: list[list[Pair]] = [[] for _ in rows]
    for rank, (upper, lower) in links:
        below.setdefault(_at(upper, rank), []).append(lower)
        above.setdefault(_at(lower, rank + 1), []).append(upper)
        between[rank].append((upper, lower))
    best, least = [list(row) for row in rows], _badness(rows, between, lines)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for number in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            other = rows[number - 1 if down else number + 1]
            neighbours = above if down else below
            rows[number] = _sorted_by(
                rows[number], other, {one: neighbours.get(_at(one, number), ()) for one in rows[number]}
            )
        if len(lines) <= _FEW:
            _swap(rows, between, lines)
        badness = _badness(rows, between, lines)
        if badness < least:
            best, least = [list(row) for row in rows], badness
    return best


def _at(item: str, rank: int) -> str:
    """Lanes of a net have one name in all layers."""
    return f"{rank}{item}" if lane_of(item) else item


def _sorted_by(row: list[str], other: Sequence[str], neighbours: Mapping[str, Sequence[str]]) -> list[str]:
    """Sort by the mean relative place of neighbours; what has none keeps its own."""
    place = {item: (index + 0.5) / len(other) for index, item in enumerate(other)}

    def want(index: int) -> float:
        known = [place[one] for one in neighbours[row[index]]]
        return sum(known) / len(known) if known else (index + 0.5) / len(row)

    return [row[index] for index in sorted(range(len(row)), key=lambda index: (want(index), index))]


def _swap(rows: Sequence[list[str]], between: Sequence[Sequence[Pair]], lines: Sequence[Pair]) -> None:
    """Exchange neighbours in a layer where that makes it better."""
    for row in rows:
        for index in range(len(row) - 1):
            before = _badness(rows, between, lines)
            row[index], row[index + 1] = row[index + 1], row[index]
            if _badness(rows, between, lines) >= before:
                row[index], row[index + 1] = row[index + 1], row[index]


def _badness(
    rows: Sequence[Sequence[str]], between: Sequence[Sequence[Pair]], lines: Sequence[Pair]
) -> tuple[int, float]:
    """Crossings between neighbouring layers, then how far lines have to reach sideways."""
    crossings = 0
    for (upper, lower), pairs in zip(pairwise(rows), between, strict=False):
        top = {item: index for index, item in enumerate(upper)}
        bottom = {item: index for index, item in enumerate(lower)}
        spans = [(top[one], bottom[other]) for one, other in pairs]
        crossings += sum((a - c) * (b - d) < 0 for index, (a, b) in enumerate(spans) for c, d in spans[:index])
    place = {item: (index + 0.5) / len(row) for row in rows for index, item in enumerate(row) if not lane_of(item)}
    return crossings, round(sum(abs(place[source] - place[target]) for source, target in lines), 6)
