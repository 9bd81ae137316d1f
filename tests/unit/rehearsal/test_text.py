"""Rehearsals as text: the same words, outcomes and prohibitions as in calls, without audio."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.unit.rehearsal.one_persona import EVERYTHING, persona
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Question, Understanding
from voicebot.paths import shipped
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.report import Call, Report
from voicebot.rehearsal.text import rehearse_as_text

REMINDER = load_script(shipped("scripts_dialogue") / "en-US/reminder.yaml")


class ByTheWord:
    """A policy that takes a text for the intent that it names."""

    name = "by the word"

    async def understand(self, question: Question) -> Understanding:
        heard = question.utterance
        if heard.machine or heard.silence or heard.digits:
            engine = heard.machine or ("no_input" if heard.silence else "")
            return Understanding(engine or {"1": "affirm", "2": "deny"}.get(heard.digits, "no_match"))
        word = heard.text.partition(" ")[0]
        return Understanding(word if "_" in word or word in {"affirm", "deny"} else "no_match")


def somebody(folder: Path, says: str, behaviour: str, outcome: str) -> Persona:
    return persona(
        folder,
        ("  identity: [yes]\n  any: no\n", says),
        ("behaviour: [dtmf_only]", f"behaviour: [{behaviour}]"),
        EVERYTHING,
        ("outcome: promise_to_pay, promise_date: 2026-11-27", f"outcome: {outcome}"),
    )


def talk(one: Persona) -> Call:
    return asyncio.run(rehearse_as_text(one, REMINDER, ByTheWord()))


AFFIRMS = "  identity: [affirm yes]\n  reminder: [affirm]\n"


@pytest.mark.parametrize(
    ("says", "behaviour", "outcome", "turns"),
    [
        (AFFIRMS, "", "will_pay_on_time", 2),
        (AFFIRMS, "silent_first_turn", "will_pay_on_time", 2),
        (AFFIRMS, "call_screener", "will_pay_on_time", 2),
        (AFFIRMS, "talks_over_prompt", "will_pay_on_time", 2),
        (AFFIRMS, "silent_always", "no_response", 0),
        (AFFIRMS, "hangs_up_after_greeting", "hung_up", 0),
        (AFFIRMS, "answering_machine", "voicemail", 0),
        ('  screening: ["press five"]\n' + AFFIRMS, "call_screener, screener_wants_key", "hung_up", 0),
        ("  any: [1]\n", "dtmf_only", "will_pay_on_time", 2),
        ('  identity: ["[3] affirm [1.5] yes"]\n  reminder: ["[press 1]"]\n', "", "will_pay_on_time", 2),
        ('  identity: [affirm]\n  reminder: ["let me see [0.4] [press 1]"]\n', "", "will_pay_on_time", 2),
        ("  identity: [stop_calling]\n", "", "do_not_call", 1),
        ("  identity: [wrong_person]\n", "", "wrong_person", 1),
        ("  identity: [affirm]\n  reminder: [talk_to_human]\n", "", "transferred", 2),
        ("  identity: [affirm]\n", "", "no_response", 1),
        ("  identity: [mumble]\n  any: [mumble]\n", "", "no_response", 3),
    ],
)
def test_what_people_do_as_text(*, tmp_path: Path, says: str, behaviour: str, outcome: str, turns: int) -> None:
    never = {"do_not_call": "barred, ", "voicemail": "taken_for_machine, ", "transferred": ", human_called"}
    one = somebody(tmp_path, says, behaviour, outcome)
    kept = tuple(item for item in one.never if str(item) not in never.get(outcome, ""))
    if "call_screener" in behaviour:
        kept = tuple(item for item in kept if item != "taken_for_machine")
    call = talk(one.model_copy(update={"never": kept}))
    assert (call.got["outcome"], call.turns, call.ok, call.broken) == (outcome, turns, True, ())


def test_the_second_answer_to_a_question_is_the_second_line(tmp_path: Path) -> None:
    call = talk(somebody(tmp_path, "  identity: [mumble, wrong_person]\n", "", "wrong_person"))
    assert [turn["person"] for turn in call.talk] == ["", "mumble", "wrong_person"]
    assert call.talk[0]["bot"]
    assert call.talk[1]["step"] == "identity"


def test_what_must_never_happen_is_watched_as_text(tmp_path: Path) -> None:
    call = talk(somebody(tmp_path, "  identity: [affirm]\n  reminder: [affirm]\n", "", "wrong_person"))
    assert call.broken == ("debt_told", "promise_recorded")
    assert not call.ok


def test_a_rehearsal_as_text_is_told_as_such_and_by_language(tmp_path: Path) -> None:
    call = talk(somebody(tmp_path, AFFIRMS, "", "will_pay_on_time"))
    other = Call("mei", {"outcome": "dispute"}, {"outcome": "refused"}, language="zh-CN")
    report = Report((call, other), 1.0)
    assert report.lines()[:2] == ["1 of 2 as expected, as text, 1 s", "en-US: 1 of 1, zh-CN: 0 of 1"]
    assert not any("recordings" in line for line in report.lines())
    data = report.data()
    assert data["summary"]["languages"] == {"en-US": {"ok": 1, "calls": 1}, "zh-CN": {"ok": 0, "calls": 1}}
    assert data["calls"][0]["talk"][1]["intent"] == "affirm"
