"""A conversation as it is carried: the way through the table is told, and the lead is known to who understands."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import chain

from tests.unit.dialogue.shipped import script_of
from voicebot.dialogue.conversation.conversation import apply, open_conversation, transfer_failed
from voicebot.dialogue.conversation.script_talk import ScriptTalk
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import EngineIntent, Lead, Question, Understanding, Utterance
from voicebot.dialogue.understanding.policy import engine_answer

NOW = datetime(2026, 11, 23, 10, 0)
LEAD = Lead("Anna Bell", "Harbor Bank", Decimal("120.50"), "USD", date(2026, 12, 1), "America/New_York")
FRIDAY = date(2026, 11, 27)
REMINDER = script_of("en-US/reminder")


def way(*turns: Understanding, name: str = "reminder") -> list[tuple[str, ...]]:
    """The cells taken by each of the turns, from the beginning of a call."""
    state, act = open_conversation(script_of(f"en-US/{name}"), LEAD, NOW)
    assert act.taken == ()
    found = []
    for turn in turns:
        state, act = apply(script_of(f"en-US/{name}"), LEAD, state, turn, NOW)
        found.append(act.taken)
    return found


def test_the_way_through_the_table_is_told_cell_by_cell() -> None:
    assert way(
        Understanding("affirm"),
        Understanding("promise_to_pay", slots={"promise_date": FRIDAY}),
        Understanding("affirm"),
    ) == [
        ("identity affirm",),
        ("payment promise_to_pay if promise_date known",),
        ("confirm affirm if promise_date <= due_date",),
    ]  # fmt: skip


def test_two_intents_in_one_breath_are_two_cells() -> None:
    assert way(Understanding("wrong_person", also=("deny",)))[-1] == ("identity wrong_person",)
    assert way(Understanding("already_paid", also=("affirm",)))[-1] == ("identity affirm", "payment already_paid")
    assert way(Understanding("callback_request", also=("affirm",)))[-1] == (
        "identity affirm",
        "payment callback_request",
    )


def test_silence_misunderstanding_and_their_end_are_told() -> None:
    silence, noise = Understanding(EngineIntent.NO_INPUT), Understanding(EngineIntent.NO_MATCH)
    assert way(silence, silence, silence) == [
        ("identity no_input",), ("identity no_input",), ("identity no_input", "identity exhausted"),
    ]  # fmt: skip
    assert way(Understanding("affirm"), noise)[-1] == ("payment no_match",)


def test_a_refused_value_is_told() -> None:
    late = Understanding("promise_to_pay", slots={"promise_date": date(2027, 11, 1)})
    assert way(Understanding("affirm"), late)[-1] == ("payment refused promise_date",)


def test_a_transfer_that_nobody_takes_is_told() -> None:
    state, _ = open_conversation(REMINDER, LEAD, NOW)
    state, _ = apply(REMINDER, LEAD, state, Understanding("talk_to_human"), NOW)
    _, act = transfer_failed(REMINDER, LEAD, state, NOW)
    assert act.taken == ("identity transfer_failed",)


def test_cells_have_different_ids() -> None:
    cells = table_of(REMINDER).cells
    assert len({cell.id for cell in cells}) == len(cells)
    assert set(chain.from_iterable(way(Understanding("affirm"), Understanding("wait")))) <= {cell.id for cell in cells}


class Listener:
    """A policy that keeps what it was asked."""

    name = "listener"

    def __init__(self) -> None:
        self.asked: list[Question] = []

    async def understand(self, question: Question) -> Understanding:
        self.asked.append(question)
        return Understanding("affirm")


async def test_who_understands_knows_who_is_called() -> None:
    """A half of what is owed, and a name that is said, mean nothing without."""
    listener = Listener()
    talk = ScriptTalk(REMINDER, LEAD, listener, lambda: NOW)
    talk.open()
    await talk.plan(Utterance("half of it"))
    assert listener.asked[0].lead is LEAD


class Words:
    """Understands what it was told that texts mean."""

    name = "local"

    def __init__(self, **meanings: Understanding) -> None:
        self.meanings = {text.replace("_", " "): meaning for text, meaning in meanings.items()}

    async def understand(self, question: Question) -> Understanding:
        return self.meanings.get(question.utterance.text, Understanding(EngineIntent.NO_MATCH))


async def at_payment(**meanings: Understanding) -> ScriptTalk:
    """A talk whose callee has just said yes to the question of the payment."""
    policy = Words(yes=Understanding("affirm"), can_I=Understanding("promise_to_pay"), **meanings)
    talk = ScriptTalk(REMINDER, LEAD, policy, lambda: NOW)
    talk.open()
    for text in ("yes", "can I"):
        talk.commit(await talk.plan(Utterance(text)))
    return talk


async def test_who_goes_on_is_answered_anew() -> None:
    talk = await at_payment(can_I_pay_Friday=Understanding("promise_to_pay", slots={"promise_date": FRIDAY}))
    plan = await talk.plan(Utterance("pay Friday"), goes_on=True)
    assert plan.takes_back
    talk.said("steps.when.say")
    plan = talk.commit(plan)
    assert plan.state.step == "confirm"
    assert plan.state.slots == {"promise_date": FRIDAY}
    assert plan.state.said[-1] == "steps.when.say"
    assert [step for step, _ in plan.state.history] == ["identity", "payment"]
    # what is said next is not understood together with it
    assert not (await talk.plan(Utterance("yes"))).takes_back


async def test_who_goes_on_and_says_nothing_new_changes_nothing() -> None:
    talk = await at_payment(can_I_please=Understanding("promise_to_pay"), please=Understanding("affirm"))
    plan = await talk.plan(Utterance("please"), goes_on=True)
    assert plan.nothing_new
    assert plan.base.step == "when"


async def test_words_that_make_no_sense_together_count_on_their_own() -> None:
    talk = await at_payment(stop_calling_me=Understanding("stop_calling"))
    plan = await talk.plan(Utterance("stop calling me"), goes_on=True)
    assert not plan.takes_back
    assert plan.understanding.intent == "stop_calling"


async def test_a_hesitation_adds_nothing_to_what_follows_it() -> None:
    talk = ScriptTalk(REMINDER, LEAD, Words(yes=Understanding("affirm")), lambda: NOW)
    talk.open()
    talk.commit(await talk.plan(Utterance("Well,")))
    plan = await talk.plan(Utterance("yes"), goes_on=True)
    assert plan.takes_back
    assert talk.commit(plan).state.step == "payment"
    assert talk.state.retries == {}


async def test_stop_calling_is_never_taken_back() -> None:
    talk = await at_payment(
        stop_calling=Understanding("stop_calling"), stop_calling_me_at_work=Understanding("callback_request")
    )
    assert talk.commit(await talk.plan(Utterance("stop calling"))).act.ending
    plan = await talk.plan(Utterance("me at work"), goes_on=True)
    assert not plan.takes_back
    talk.commit(plan)
    assert talk.hung_up().outcome == "do_not_call"


async def test_a_key_that_comes_late_settles_the_question_before() -> None:
    class Keys(Words):
        async def understand(self, question: Question) -> Understanding:
            return engine_answer(REMINDER, question) or await super().understand(question)

    talk = ScriptTalk(REMINDER, LEAD, Keys(yes=Understanding("affirm")), lambda: NOW)
    talk.open()
    talk.commit(await talk.plan(Utterance("yes")))
    assert (await talk.plan(Utterance(digits="1"), goes_on=True)).nothing_new, "one is a yes, too"
    assert (await talk.plan(Utterance(digits="7"), goes_on=True)).nothing_new, "seven means nothing there"
    other = await talk.plan(Utterance(digits="2"), goes_on=True)
    assert other.takes_back
    assert (other.base.step, other.understanding.intent) == ("identity", "deny")
