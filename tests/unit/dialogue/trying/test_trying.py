"""Conversation files are read with exact errors, talked through as a call would, and judged line by line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.dialogue.shipped import policy_of, script_of
from voicebot.dialogue.trying.files import LeadValues, Turn, read_file
from voicebot.dialogue.trying.text_talk import TextTalk
from voicebot.dialogue.trying.trial import Trial, try_all
from voicebot.dialogue.trying.typed import BADLY, Order, example_lead, read_lead, read_typed
from voicebot.dialogue.trying.writing import conversation_file
from voicebot.errors import ConfigurationError

NAME = "en-US/reminder"
NOW = datetime(2026, 11, 23, 10, 0)
HEAD = """\
script: reminder
lead: {name: Anna Bell, company: Harbor Bank, amount: 120.50, currency: USD, due_date: 2026-12-01, timezone: Etc/UTC}
today: 2026-11-23
conversations:
"""


async def tried(folder: Path, text: str) -> Trial:
    file = folder / "talks.yaml"
    file.write_text(HEAD + text)
    return await try_all(script_of(NAME), read_file(file)[1], policy_of(NAME))


async def misses(folder: Path, text: str) -> list[tuple[int | None, str]]:
    trial = await tried(folder, text)
    return [(miss.problem.line, miss.problem.what) for one in trial.tried for miss in one.misses]


async def test_a_miss_says_where_what_was_expected_and_what_decided(tmp_path: Path) -> None:
    text = """\
  - name: pays
    turns:
      - they: "yes speaking"
        intent: deny
        step: when
        bot: "good evening"
      - "yes I will"
    expect: {outcome: dispute, said: steps.when.say, not_said: endings.will_pay_on_time.say}
"""
    trial = await tried(tmp_path, text)
    found = trial.tried[0].misses
    assert [(miss.problem.line, miss.expected, miss.got.split(" (")[0]) for miss in found] == [
        (8, "deny", "affirm"),
        (9, "when", "payment"),
        (10, "good evening", found[2].got.split(" (")[0]),
        (12, "dispute", "will_pay_on_time"),
        (12, "steps.when.say", "not said"),
        (12, "not endings.will_pay_on_time.say", found[5].got),
    ]
    assert found[0].script_part == "steps.identity.answers.affirm.0"
    assert found[0].script_place is not None
    assert found[0].script_place.file.endswith("common.yaml")


async def test_a_conversation_that_does_not_end_has_come_to_nothing(tmp_path: Path) -> None:
    found = await misses(tmp_path, '  - {name: open, turns: ["yes"], expect: {outcome: hung_up}}\n')
    assert found == [(5, "the conversation is not over: the bot still listens at payment")]


async def test_an_outcome_that_the_script_does_not_have_is_told(tmp_path: Path) -> None:
    text = '  - {name: typo, turns: ["wrong number"], expect: {outcome: wrong_persn}}\n'
    trial = await tried(tmp_path, text)
    ((miss,),) = (one.misses for one in trial.tried)
    assert miss.problem.what == "the script has no outcome 'wrong_persn'"
    assert miss.problem.cure == "did you mean wrong_person?"


async def test_after_the_end_only_stop_calling_is_heard(tmp_path: Path) -> None:
    late = '  - {name: late, turns: ["wrong number", "I can pay on friday"], expect: {outcome: wrong_person}}\n'
    assert await misses(tmp_path, late) == [(5, "nobody hears this")]
    stop = '  - {name: stop, turns: ["wrong number", "stop calling me"], expect: {outcome: do_not_call}}\n'
    assert await misses(tmp_path, stop) == []


async def test_a_meaning_that_the_script_does_not_know_is_told(tmp_path: Path) -> None:
    text = "  - {name: odd, turns: [{means: afirm, values: {promise_date: soon, day: 1}}]}\n"
    assert [what for _, what in await misses(tmp_path, text)] == [
        "there is no intent 'afirm'",
        "'soon' is not a value of a slot of the type date",
        "the script has no slot 'day'",
    ]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("  - {name: a, turns: [{they: hello, silence: yes}]}\n", 5, "one turn is one thing"),
        ("  - {name: a, turn: []}\n", 5, "'turn' is not known here"),
        ("  - {name: a}\n  - {name: a}\n", 6, "appears twice"),
        ("  - {name: a, turns: [hello, {bot: hello}]}\n", 5, "the callee does nothing"),
        ("  - {name: a, turns: [{they: hello, values: {amount: 5}}]}\n", 5, "values go with a meaning"),
    ],
)
def test_faults_of_a_file_are_told_with_their_place(tmp_path: Path, text: str, line: int, what: str) -> None:
    file = tmp_path / "talks.yaml"
    file.write_text(HEAD + text)
    with pytest.raises(ConfigurationError) as raised:
        read_file(file)
    (problem,) = raised.value.problems
    assert problem.line == line
    assert what in problem.what


def talk() -> TextTalk:
    return TextTalk(script_of(NAME), example_lead("en-US", NOW.date()).lead(), policy_of(NAME), NOW)


async def test_what_may_not_be_cut_is_said_in_full_and_what_is_cut_counts_as_begun() -> None:
    one = talk()
    await one.take(Turn(they="yes", interrupts=True))
    assert [line.key for line in one.said] == ["disclosures.greeting"]
    assert [line.key for line in one.begun] == ["disclosures.greeting", "steps.identity.say"]


async def test_back_undoes_a_turn() -> None:
    one = talk()
    before = one.state
    await one.take(Turn(they="wrong number"))
    assert one.ending is not None
    assert one.back()
    assert one.state == before
    assert one.said == ()
    assert one.now.act.ending is None
    assert not one.back()


async def test_a_hang_up_comes_to_what_was_agreed_by_then() -> None:
    one = talk()
    for words in ("yes", "I lost my job", "yes please"):
        await one.take(Turn(they=words))
    assert one.ending is not None
    assert one.ending.outcome == "transferred"
    await one.take(Turn(hangs_up=True))
    assert one.ending.outcome == "cannot_pay"


async def test_a_transfer_that_failed_goes_on() -> None:
    one = talk()
    await one.take(Turn(they="can I talk to a real person"))
    exchange = await one.take(Turn(transfer="failed"))
    assert exchange.act.taken[0].endswith("transfer_failed")
    assert exchange.state.step == "callback_time"


async def test_a_talk_that_was_written_down_goes_as_it_went(tmp_path: Path) -> None:
    one = talk()
    for turn in (Turn(they="yes"), Turn(silence=True), Turn(they="I can pay in three weeks"), Turn(key="1")):
        await one.take(turn)
    values = example_lead("en-US", NOW.date())
    file = tmp_path / "written.yaml"
    file.write_text(conversation_file("reminder", one, values, NOW.date(), name="written", schema="x"))
    scripts, written = read_file(file)
    assert scripts == ("reminder",)
    assert written[0].conversation.expect.slots == {"promise_date": "2026-12-14"}
    assert (await try_all(script_of(NAME), written, policy_of(NAME))).failed == ()


def test_what_is_typed() -> None:
    assert read_typed("  ") is None
    assert read_typed("/key 12#") == Turn(key="12#")
    assert read_typed("/hangup stop it") == Turn(hangs_up=True, they="stop it")
    assert read_typed("/over yes") == Turn(they="yes", interrupts=True)
    assert read_typed("/badly I paid it") == Turn(they="I paid it", heard=BADLY)
    assert read_typed("/save a b.yaml") == Order("save", "a b.yaml")
    with pytest.raises(ConfigurationError, match=r"did you mean /silence"):
        read_typed("/silense")


def test_a_lead_is_read_from_values_and_files(tmp_path: Path) -> None:
    file = tmp_path / "lead.yaml"
    file.write_text("name: Bob\namount: 10\nmember_id: 7\n")
    assert read_lead([str(file), "amount=12.50"]) == LeadValues(name="Bob", amount="12.50", more={"member_id": "7"})
    with pytest.raises(ConfigurationError, match="amount"):
        read_lead(["amount=much"])
