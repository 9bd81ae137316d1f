"""Files of written cases: read, tried and counted."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.dialogue.shipped import script_of
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Question, Understanding
from voicebot.dialogue.understanding import trials
from voicebot.errors import ConfigurationError

NOW = datetime(2026, 11, 23, 10)


@pytest.fixture(scope="module")
def script() -> Script:
    return script_of("en-US/reminder")


class Echo:
    """Takes the first word of an utterance for its intent."""

    name = "echo"

    async def understand(self, question: Question) -> Understanding:
        return Understanding(question.utterance.text.split()[0], 0.9, policy="echo")


def faults(error: pytest.ExceptionInfo[ConfigurationError]) -> list[tuple[int | None, str]]:
    assert all(problem.cure for problem in error.value.problems)
    return [(problem.line, problem.what) for problem in error.value.problems]


def test_utterances_are_read_and_counted(tmp_path: Path, script: Script) -> None:
    path = tmp_path / "intents.tsv"
    path.write_text("\ufeffintent\tutterance\naffirm\taffirm it\r\n\ndeny\twait now\ndeny\twait then\nwait\tdeny\n")
    cases = trials.read_intents(path, script)
    assert [(case.intent, case.text, case.line) for case in cases][:2] == [
        ("affirm", "affirm it", 2), ("deny", "wait now", 4),
    ]  # fmt: skip
    answers = asyncio.run(trials.ask(Echo(), [trials.question(script, case.text, NOW) for case in cases]))
    result = trials.judge_intents(cases, answers, script)
    assert (result.n, result.accuracy) == (4, 0.25)
    assert [(one.n, round(one.confidence, 6), one.right) for one in result.curve] == [(4, 0.9, 0.25)]
    assert result.strange is None
    assert result.confusions == (("deny", "wait", 2), ("wait", "deny", 1))
    assert [(miss.line, miss.text, miss.expected, miss.got) for miss in result.misses][2] == (6, "deny", "wait", "deny")


@pytest.mark.parametrize(("step", "deciding"), [("", 2), ("identity", 3)])
def test_what_is_out_of_scope_is_refused_or_taken_for_something_that_decides(
    script: Script, step: str, deciding: int
) -> None:
    taken = ("out_of_scope", "no_match", "repeat", "affirm", "stop_calling", "promise_to_pay")
    cases = [trials.IntentCase("out_of_scope", intent) for intent in taken]
    answers = [Understanding(intent, 0.9) for intent in taken]
    assert trials.judge_intents(cases, answers, script, step).strange == trials.Strange(6, 2, deciding)


def test_faults_of_a_file_of_utterances_are_all_told(tmp_path: Path, script: Script) -> None:
    path = tmp_path / "intents.tsv"
    path.write_text("affirm\tyes\naffirn\tyes\naffirm yes\ndeny\t\n")
    with pytest.raises(ConfigurationError) as error:
        trials.read_intents(path, script)
    assert faults(error) == [
        (2, "there is no intent 'affirn'"),
        (3, "the line has 1 field instead of 2"),
        (4, "the utterance is missing"),
    ]
    assert error.value.problems[0].cure == "did you mean affirm?"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"affirm\t\xff\xfe"])
def test_files_without_cases_or_in_another_encoding_are_refused(tmp_path: Path, script: Script, content: bytes) -> None:
    path = tmp_path / "cases.tsv"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as error:
        trials.read_intents(path, script)
    assert error.value.problems[0].file == str(path)
    with pytest.raises(ConfigurationError):
        trials.read_entities(tmp_path / "missing.tsv")


def test_phrases_are_read_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "entities.tsv"
    lines = [
        "2026-11-23\tdate\tfriday no wait monday\t2026-11-30",
        "2026-11-23\tdate\tfriday or monday\t2026-11-27 2026-11-30",
        "2026-11-23\tdate\ti don't know\t-",
        "2026-11-23\tamount\ta hundred twenty dollars and fifty cents\t$120.50",
        "2026-11-23T16:00\ttime\tin two hours\t2026-11-23T18:00",
        "2026-11-23\tdate\ttomorrow\t2026-11-25",
    ]
    path.write_text("\n".join(lines))
    result = trials.try_entities(trials.read_entities(path), "en-US")
    assert [(miss.line, miss.got) for miss in result.misses] == [(6, "2026-11-24")]
    assert result.n == 6


def test_faults_of_a_file_of_phrases_are_all_told(tmp_path: Path) -> None:
    path = tmp_path / "entities.tsv"
    lines = [
        "23.11.2026\tdate\ttoday\t2026-11-23",
        "2026-11-23\tday\ttoday\t2026-11-23",
        "2026-11-23\tdate\ttoday\tnow",
        "2026-11-23\tamount\tten\tten",
        "2026-11-23\tamount\tten\tNaN",
        "2026-11-23\tdate\ttoday",
        "2026-11-23\tdate\t\t-",
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(ConfigurationError) as error:
        trials.read_entities(path)
    assert [line for line, _ in faults(error)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_step_tells_whether_the_right_person_is_on_the_line(script: Script) -> None:
    assert not trials.question(script, "no", NOW).state.right_party
    assert not trials.question(script, "no", NOW, "identity").state.right_party
    assert not trials.question(script, "no", NOW, "other_person").state.right_party
    assert trials.question(script, "no", NOW, "payment").state.right_party
    assert trials.question(script, "no", NOW, "confirm").state.right_party


def test_an_unknown_step_is_told(script: Script) -> None:
    trials.check_step(script, "")
    with pytest.raises(ConfigurationError) as error:
        trials.check_step(script, "pament")
    assert error.value.problems[0].cure == "did you mean payment?"


def test_values_are_told_in_the_order_of_the_words() -> None:
    found = trials.values_in("fifty dollars on friday and half next week", "en-US", NOW)
    assert [(one["kind"], one["value"]) for one in found if one["kind"] != "time"][:2] == [
        ("amount", "50"), ("date", "2026-11-27"),
    ]  # fmt: skip
