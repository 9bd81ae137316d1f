"""What is said behind people: there is enough of it, faults in its files are found, and a seed draws it."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from voicebot.errors import ConfigurationError
from voicebot.rehearsal.lines.spoken import (
    Kind,
    Repertoire,
    cast,
    load_repertoire,
    repertoire,
)
from voicebot.rehearsal.voices import BYSTANDERS, SPEAKERS, children, spoken_around


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_there_is_variety(language: str) -> None:
    found = repertoire(language)
    assert set(Repertoire.model_fields) == set(get_args(Kind))
    assert len(found.programmes) >= 20
    assert all(sum(_sentences(text) for _, text in piece.turns) >= 4 for piece in found.programmes)
    assert len({role for piece in found.programmes for role, _ in piece.turns}) >= 3
    assert {piece.music for piece in found.programmes} == {"none", "bed", "jingle", "song"}
    assert all(len(found.of(kind)) >= 6 for kind in get_args(Kind))


def test_words_that_decide_a_call_are_said_on_television() -> None:
    said = " ".join(text.lower() for piece in repertoire("en-US").programmes for _, text in piece.turns)
    for words in ("yes", "no", "pay", "friday", "wrong number", "lawyer", "died", "stop calling me", "this is she"):
        assert words in said


def test_people_without_programmes_of_their_own_hear_english_ones() -> None:
    assert [spoken_around(tag) for tag in ("en-GB", "zh-TW", "ko-KR")] == ["en", "zh", "en"]


def test_a_seed_draws_the_programme_and_its_voices() -> None:
    programmes = repertoire("en-US")
    drawn = [programmes.choose("programmes", np.random.default_rng(seed)).name for seed in range(60)]
    assert drawn == [programmes.choose("programmes", np.random.default_rng(seed)).name for seed in range(60)]
    assert len(set(drawn)) > 12
    news = programmes.choose("programmes", np.random.default_rng(0), "evening_news")
    casts = [cast(news, "programmes", "en-US", np.random.default_rng(seed)) for seed in range(20)]
    assert all(len(set(people.values())) == 3 for people in casts), "each role has a voice of its own"
    assert len({people["a"] for people in casts}) > 5


def test_nobody_on_television_has_a_callers_voice() -> None:
    callers = {(speaker.semitones, speaker.tempo) for speaker in SPEAKERS}
    assert {speaker.engine for speaker in children("zh-CN")} == {"kokoro"}
    assert not callers & {(speaker.semitones, speaker.tempo) for speaker in BYSTANDERS}


def test_a_programme_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean evening_news"):
        repertoire("en-US").choose("programmes", np.random.default_rng(0), "evening_new")


@pytest.mark.parametrize(
    ("wrong", "line", "what"),
    [
        ("  - name: two\n    lines: [{a: Hello., b: Hi.}]\n", 5, "a line is one letter"),
        ("  - name: two\n    lines: []\n", 5, "at least 1 item"),
        ("  - name: two\n    muzak: bed\n    lines: [{a: Hello.}]\n", 5, "muzak"),
        ("  - name: one\n    lines: [{a: Hello.}]\n", 4, "programmes has 'one' twice"),
    ],
)
def test_faults_of_a_file_have_their_place(tmp_path: Path, wrong: str, line: int, what: str) -> None:
    path = tmp_path / "xx.yaml"
    others = "".join(
        f"{kind}: [{{name: one, lines: [{{a: Hello.}}]}}]\n" for kind in get_args(Kind) if kind != "programmes"
    )
    path.write_text("programmes:\n  - name: one\n    lines: [{a: Hello.}]\n" + wrong + others, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=what) as caught:
        load_repertoire(path)
    assert caught.value.problems[0].line == line


def _sentences(text: str) -> int:
    return max(1, sum(text.count(mark) for mark in ".!?。！？"))
