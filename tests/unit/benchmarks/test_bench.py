"""The benchmark's command line, the commands of its parts, and its table."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.bench import figures
from tests.benchmarks.bench.__main__ import PartFailedError, asked, carry, run
from tests.benchmarks.bench.figures import Row, add_section, markdown, table
from tests.benchmarks.bench.parts import ALL, PARTS, Cases, Command, Part, reports
from tests.benchmarks.figures import share, wilson
from voicebot.errors import ConfigurationError


def test_parts_are_chosen_by_name_and_folders_by_path(tmp_path: Path) -> None:
    found = asked(["machines", "text", "machines", "--recordings", str(tmp_path), "--json", "out.json"])
    assert found.parts == ["machines", "text"]
    assert found.recordings == tmp_path.resolve()
    assert found.json.is_absolute()
    assert asked([]).parts == list(ALL)


@pytest.mark.parametrize("words", [["nosuch"], ["people", "--people", "/nowhere/at/all"], ["--concurrency", "many"]])
def test_what_is_not_known_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        asked(words)
    assert ended.value.code == 2
    assert words[-1] in capsys.readouterr().err


def test_cases_of_ones_own_are_what_the_commands_get(tmp_path: Path) -> None:
    (tmp_path / "mine_en.tsv").write_text("affirm\tyes\n")
    (tmp_path / "entities_zh.tsv").write_text("2026-11-23\tdate\t今天\t2026-11-23\n")
    (tmp_path / "one.yaml").write_text("persona: one\n")
    cases = Cases(tmp_path, tmp_path, tmp_path, 7)
    understood = PARTS["understanding"].commands(cases)
    assert [command.about["file"] for command in understood] == ["mine_en", "entities_zh"]
    assert "--entities" in understood[1].words
    text, voice = PARTS["people"].commands(cases)
    assert text.words[-3:] == ("--as", "text", "--json")
    assert voice.words[-3:] == ("--concurrency", "7", "--json")
    assert PARTS["machines"].commands(cases)[1].words[-3:-1] == ("classify", str(tmp_path))


def test_a_folder_without_cases_is_named(tmp_path: Path) -> None:
    for name in ("people", "understanding"):
        with pytest.raises(ConfigurationError, match="holds no") as told:
            PARTS[name].commands(Cases(people=tmp_path, utterances=tmp_path))
        assert str(tmp_path) in str(told.value)


def test_all_parts_have_commands_without_any_cases() -> None:
    for part in PARTS.values():
        assert all(command.words[0] == sys.executable for command in part.commands(Cases(quick=True)))


def test_reports_are_one_document_or_one_a_line() -> None:
    assert reports('{"a":\n 1}') == [{"a": 1}]
    assert reports('{"a": 1}\n\n{"b": 2}\n') == [{"a": 1}, {"b": 2}]
    with pytest.raises(ValueError, match="Expecting"):
        reports("")


def python(source: str, *, judges: bool = False) -> Command:
    return Command((sys.executable, "-c", source), {}, judges)


def test_what_judges_may_find_faults_and_what_measures_may_not_fail() -> None:
    source = "print('[1]'); raise SystemExit(1)"
    assert carry(python(source, judges=True)) == [[1]]
    with pytest.raises(PartFailedError, match="ended with 1"):
        carry(python(source))
    with pytest.raises(PartFailedError, match="no JSON: oh"):
        carry(python("print('oh')"))


def test_a_part_that_fails_is_named_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def part(source: str) -> Part:
        return Part("a test", lambda _: [python(source)], lambda name, _: [Row(name, "figure", "1")])

    monkeypatch.setattr(
        "tests.benchmarks.bench.__main__.PARTS", {"bad": part("raise SystemExit(3)"), "good": part("print(1)")}
    )
    kept: list[list[str]] = []
    found = run(["bad", "good"], Cases(), lambda so_far: kept.append(list(so_far.parts)))
    assert kept == [["bad"], ["bad", "good"]], "what there is can be kept after each part"
    assert [row.part for row in found.rows] == ["good"]
    assert list(found.failed) == ["bad"]
    assert found.parts["good"]["commands"][0]["reports"] == [1]
    assert {"load", "free_memory_mb"} <= found.parts["bad"]["before"].keys()
    assert found.data({"cores": 2})["machine"] == {"cores": 2}


def call(persona: str, *, ok: bool, language: str = "en-US", broken: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"persona": persona, "ok": ok, "language": language, "broken": list(broken)}


def rehearsal(*calls: dict[str, Any], folder: str = "") -> dict[str, Any]:
    return {"calls": list(calls), "summary": {"folder": folder, "gap_ms": {"p50": 200.0, "p95": 300.0}}}


def test_people_are_counted_by_line_and_habit() -> None:
    report = rehearsal(call("a", ok=True), call("b", ok=False, broken=("barred",)), folder="somewhere")
    rows = {
        row.name: row for row in figures.people("people", [report], {"a": ("line tv",), "b": ("line tv", "habit slow")})
    }
    assert rows["right outcome"].met is False
    assert rows["right outcome, line tv"].value.startswith("1 of 2, 50.0%")
    assert rows["right outcome, habit slow"].value.startswith("0 of 1")
    assert rows["must never: barred"].met is False


def test_voice_is_held_against_text() -> None:
    text = [rehearsal(call("a", ok=True), call("b", ok=True), call("c", ok=False))]
    voice = [rehearsal(call("a", ok=True), call("b", ok=False), call("c", ok=True), folder="x")]
    ratio, lost = figures.text_against_voice("people", text, voice)
    assert (ratio.value, ratio.met) == ("100.0% of 2", True)
    assert lost.value == "1: b"


def test_figures_of_calls_have_their_targets() -> None:
    one = {"calls_at_a_time": 20, "reply_gap_ms": {"p50": 231.0, "p95": 330.0}, "barge_in_ms": {"p95": None},
           "cpu_seconds_per_call": {"engine": 0.2, "recognizer": 0.2, "other_side": 9.0}, "as_expected": 20,
           "calls": 20, "stopped_for_back_channel": 0, "back_channels": 12}  # fmt: skip
    rows = {row.name: row for row in figures.calls("calls", [one])}
    assert rows["reply gap p50, 20 at a time"].met is False
    assert rows["reply gap p95, 20 at a time"].met is True
    assert rows["barge-in p95, 20 at a time"] == Row("calls", "barge-in p95, 20 at a time", "none", "≤ 250 ms")
    assert rows["CPU a call, 20 at a time"].value == "0.4 s"


def test_the_table_is_in_columns_and_marks_what_is_met() -> None:
    rows = [Row("a", "one", "1", "≤ 2", True), Row("long name", "two", "5", "≤ 2", False), Row("a", "three", "7")]
    lines = table(rows)
    assert lines[0].split() == ["part", "figure", "value", "target"]
    assert lines[1].endswith("✓")
    assert lines[2].endswith("✗")
    assert lines[1].index("one") == lines[2].index("two") == lines[3].index("three")


def test_the_newest_section_of_a_history_stands_first() -> None:
    section = markdown([Row("a", "one", "1")], "today", ["a note"])
    older = add_section("# Performance\n\nWhy.\n", "## before\n\nold\n")
    newer = add_section(older, section)
    assert newer.index("## today") < newer.index("## before")
    assert newer.startswith("# Performance\n\nWhy.\n")
    assert "| a | one | 1 |  |  |" in newer


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share(right: int, n: int) -> None:
    right = min(right, n)
    low, high = wilson(right, n)
    assert 0 <= low <= right / n + 1e-9
    assert right / n - 1e-9 <= high <= 1


def test_intervals_are_wilsons() -> None:
    assert [round(one, 3) for one in wilson(98, 100)] == [0.93, 0.994]
    assert wilson(0, 0) == (0.0, 1.0)
    assert json.dumps(share(0, 0)) == '{"right": 0, "n": 0, "share": null, "low": 0.0, "high": 1.0}'
