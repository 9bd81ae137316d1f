"""What the parts' own reports say, as rows of one table: a figure, the target it is held against, whether it is met.

Pure. Targets are those of the product; a figure without one is shown for comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.benchmarks.figures import wilson

Report = Mapping[str, Any]
_HEADS: Final = ("part", "figure", "value", "target", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Parameters
    ----------
    part
        Whose it is.
    name, value
        What it is, and what it came to, for people.
    target
        What it should be; empty where nothing is asked.
    met
        Whether it is; ``None`` without a target, or where there is no figure.
    """

    part: str
    name: str
    value: str
    target: str = ""
    met: bool | None = None


def at_most(part: str, name: str, value: float | None, most: float, unit: str = "") -> Row:
    """Return a row of a figure that should not be more."""
    if value is None:
        return Row(part, name, "none", f"≤ {most:g}{unit}")
    return Row(part, name, f"{value:g}{unit}", f"≤ {most:g}{unit}", value <= most)


def share(part: str, name: str, right: int, n: int, least: float | None = None) -> Row:
    """Return a row of a share with its 95 % interval, that should be at least so much."""
    low, high = wilson(right, n)
    value = f"{right} of {n}, {right / n:.1%} ({low:.1%} – {high:.1%})" if n else "none"
    if least is None:
        return Row(part, name, value)
    return Row(part, name, value, f"≥ {least:.1%}", right / n >= least if n else None)


def small_share(part: str, name: str, times: int, n: int, most: float) -> Row:
    """Return a row of a share that should be at most so much."""
    row = share(part, name, times, n)
    return Row(part, name, row.value, f"≤ {most:.1%}", times / n <= most if n else None)


def people(part: str, reports: Sequence[Report], lines: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """Yield the outcomes of rehearsals: all, by language, by line and habit, and what must never happen.

    Parameters
    ----------
    reports
        ``voicebot rehearse --json``.
    lines
        For each persona, what its line and its habits are called.
    """
    calls = [call for report in reports for call in report["calls"]]
    voice = any(report["summary"]["folder"] for report in reports)
    least = 0.93 if voice else None
    yield share(part, "right outcome", sum(call["ok"] for call in calls), len(calls), least)
    for language in sorted({call["language"] for call in calls}):
        group = [call for call in calls if call["language"] == language]
        yield share(part, f"right outcome, {language}", sum(call["ok"] for call in group), len(group), least)
    for name in sorted({name for call in calls for name in lines.get(call["persona"], ())}):
        group = [call for call in calls if name in lines.get(call["persona"], ())]
        yield share(part, f"right outcome, {name}", sum(call["ok"] for call in group), len(group))
    broken = sorted({name for call in calls for name in call["broken"]})
    for name in broken:
        times = sum(name in call["broken"] for call in calls)
        yield at_most(part, f"must never: {name}", times, 0)
    if not broken:
        yield at_most(part, "what must never happen", 0, 0)
    if voice:
        gaps = [report["summary"]["gap_ms"] for report in reports if report["summary"]["gap_ms"]["p50"] is not None]
        for place, gap in enumerate(gaps, start=1):
            yield Row(part, f"reply gap, set {place}", f"p50 {gap['p50']:.0f}, p95 {gap['p95']:.0f} ms")


def text_against_voice(part: str, text: Sequence[Report], voice: Sequence[Report]) -> Iterator[Row]:
    """Yield how many of the people who are understood as text are understood as calls."""
    spoken = {call["persona"]: call["ok"] for report in voice for call in report["calls"]}
    written = {call["persona"]: call["ok"] for report in text for call in report["calls"]}
    both = sorted(spoken.keys() & written.keys())
    right = sum(written[name] for name in both)
    if not right:
        return
    ratio = sum(spoken[name] for name in both) / right
    yield Row(part, "voice against text", f"{ratio:.1%} of {right}", "≥ 95.0%", ratio >= 0.95)
    lost = [name for name in both if written[name] and not spoken[name]]
    yield Row(part, "right as text, wrong as calls", f"{len(lost)}: {', '.join(lost)}" if lost else "nobody")


def understanding(part: str, reports: Sequence[Report]) -> Iterator[Row]:
    """Yield accuracy and calibration; ``voicebot script understand --json``, each with the name of its file."""
    for report in reports:
        name, intents, values = report["file"], report.get("intents"), report.get("entities")
        if intents and intents["n"]:
            strange = intents["out_of_scope"]
            if strange is None or strange["n"] < intents["n"]:
                right = intents["n"] - len(intents["misses"])
                least = 0.93 if str(report["language"]).startswith("zh") else 0.95
                yield share(part, f"intents, {name}", right, intents["n"], least)
                error = intents["expected_calibration_error"]
                yield at_most(part, f"expected calibration error, {name}", error, 0.05)
            if strange:
                yield share(part, f"out of scope refused, {name}", strange["refused"], strange["n"], 0.9)
                yield small_share(
                    part, f"out of scope taken to decide, {name}", strange["deciding"], strange["n"], 0.005
                )
        if values and values["n"]:
            yield share(part, f"dates and amounts, {name}", values["n"] - len(values["misses"]), values["n"], 0.97)


def machines(part: str, found: Report) -> Iterator[Row]:
    """Yield who picked up; ``tests.benchmarks.machines``."""
    for name in ("all", "machines", "people"):
        yield share(part, f"right, {name}", found[name]["right"], found[name]["n"], 0.98)
    for name, one in found["languages"].items():
        yield share(part, f"right, {name}", one["right"], one["n"], 0.98)
    for kind in found["kinds"]:
        yield share(part, f"{kind['language']} {kind['kind'].replace('_', ' ')}", kind["right"], kind["n"])
    taken = found["people_taken_for_machines"]
    yield small_share(part, "people taken for machines", taken["right"], taken["n"], 0.005)
    yield at_most(part, "words of machines that counted", found["words_of_machines_that_counted"], 0)
    took = found["machines"]["seconds_to_verdict"]
    yield Row(part, "verdict on machines p50", _or_none(took["p50"], " s"))
    yield at_most(part, "verdict on machines p95", took["p95"], 2.0, " s")
    took = found["people"]["seconds_to_verdict"]
    yield Row(part, "verdict on people", f"p50 {_or_none(took['p50'], ' s')}, p95 {_or_none(took['p95'], ' s')}")
    yield share(part, "beeps heard", found["beeps"]["right"], found["beeps"]["n"])
    yield Row(part, "false beeps", f"{found['false_beeps']} in {found['minutes']} min")


def recordings(part: str, found: Sequence[Report]) -> Iterator[Row]:
    """Yield what picked up in somebody's recordings; ``voicebot call classify --json``."""
    known = [one for one in found if one["class"]]
    yield share(part, "right, of those with a class", sum(not one["wrong"] for one in known), len(known), 0.98)
    for name in sorted({one["class"] for one in known}):
        group = [one for one in known if one["class"] == name]
        yield share(part, f"right, {name}", sum(not one["wrong"] for one in group), len(group))
    counted = sum(len(one["counted"]) for one in known if one["class"] not in ("person", "silence"))
    yield at_most(part, "words of machines that counted", counted, 0)


def calls(part: str, found: Sequence[Report]) -> Iterator[Row]:
    """Yield reply gaps, barge-in and CPU; ``tests.benchmarks.calls``."""
    for one in found:
        many = one["calls_at_a_time"]
        name = f"{many} at a time"
        gap = one["reply_gap_ms"]
        if many >= 20:
            yield at_most(part, f"reply gap p50, {name}", gap["p50"], 230, " ms")
            yield at_most(part, f"reply gap p95, {name}", gap["p95"], 330, " ms")
        else:
            yield Row(part, f"reply gap, {name}", f"p50 {_or_none(gap['p50'])}, p95 {_or_none(gap['p95'])} ms")
        yield at_most(part, f"barge-in p95, {name}", one["barge_in_ms"]["p95"], 250, " ms")
        spent = one["cpu_seconds_per_call"]
        own = round(spent.get("engine", 0.0) + spent.get("recognizer", 0.0), 3)
        yield at_most(part, f"CPU a call, {name}", own, 0.44, " s")
        yield share(part, f"as expected, {name}", one["as_expected"], one["calls"])
        held = one["stopped_for_back_channel"]
        yield small_share(part, f"stopped for back-channels, {name}", held, one["back_channels"], 0.02)


def overlap(part: str, found: Sequence[Report]) -> Iterator[Row]:
    """Yield what speech over the bot does; ``tests.benchmarks.overlap``."""
    for one in found:
        language = one["language"]
        yield at_most(part, f"stop p95, {language}", one["stop_ms"]["p95"], 250, " ms")
        missed = len(one["not_stopped_for"])
        yield Row(part, f"interruptions not stopped for, {language}", f"{missed} of {one['interruptions']}")
        rate = one["false_stop_rate"]
        yield Row(part, f"false stops, {language}", f"{rate:.1%} of {one['others']}", "≤ 2.0%", rate <= 0.02)
        yield at_most(part, f"lost lines, {language}", one["lost_lines"], 0)
        yield Row(part, f"average penalty, {language}", f"{one['average_penalty_seconds']:.3f} s")


def nearest(part: str, found: Sequence[Report]) -> Iterator[Row]:
    """Yield who is taken for the person on the phone; ``tests.benchmarks.nearest``."""
    for one in found:
        if one.get("all"):
            yield Row(part, "false accepts a minute", f"{one['false_accepts']:g}")
            yield Row(part, "of these without an answer", f"{one['sure_false_accepts']:g}")
            yield Row(part, "false rejects", f"{one['false_rejects']:.1%} of {one['utterances']}")
            yield Row(part, "false stops", f"{one['false_stops']:.1%}", "≤ 2.0%", one["false_stops"] <= 0.02)
            yield Row(part, "missed interruptions", f"{one['missed_stops']:.1%}")


def store(part: str, found: Report) -> Iterator[Row]:
    """Yield what the store carries; ``tests.benchmarks.store``."""
    rate = found["attempts_per_second"]
    yield Row(part, "attempts a second", f"{rate:g} by {found['workers']} workers", "≥ 200", rate >= 200)
    agrees = found["database_agrees"]
    yield Row(part, "database agrees", "yes" if agrees else "no", "yes", agrees)


def table(rows: Sequence[Row]) -> list[str]:
    """Return the rows in columns for a terminal."""
    cells = [_HEADS, *((row.part, row.name, row.value, row.target, _mark(row)) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def markdown(rows: Sequence[Row], title: str, notes: Sequence[str]) -> str:
    """Return a section of a history: title, notes, and the rows as a table."""
    lines = [f"## {title}", "", *notes, "", "| part | figure | value | target | |", "|---|---|---|---|---|"]
    lines += [f"| {row.part} | {row.name} | {row.value} | {row.target} | {_mark(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def add_section(history: str, section: str) -> str:
    """Return a history with one more section, before the older ones."""
    at = history.find("\n## ")
    if at < 0:
        return f"{history.rstrip()}\n\n{section}"
    return f"{history[: at + 1]}{section}\n{history[at + 1 :]}"


def _mark(row: Row) -> str:
    return "" if row.met is None else "✓" if row.met else "✗"


def _or_none(value: float | None, unit: str = "") -> str:
    return "none" if value is None else f"{value:g}{unit}"
