"""The conversation's rules, one by one, on a small script; and what holds whatever is said, on all shipped scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dialogue.making import LEAD, NOW, SCRIPTS, SHIPPED
from tests.unit.examples import times
from voicebot.dialogue.conversation import conversation, turn
from voicebot.dialogue.conversation.disclosing import missing
from voicebot.dialogue.conversation.lines import Speaker
from voicebot.dialogue.script.model import INTENTS, PROMISES, Script
from voicebot.dialogue.script.moves import Move
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Act, SlotValue, State, Understanding
from voicebot.dialogue.understanding.weighing import SURELY_HEARD

FRIDAY = date(2026, 11, 27)


@cache
def script_at(path: Path) -> Script:
    return load_script(path)


@pytest.fixture
def small() -> Script:
    return script_at(SCRIPTS / "small.yaml")


def understood(intent: str, *, also: tuple[str, ...] = (), **slots: SlotValue) -> Understanding:
    return Understanding(intent, slots=slots, also=also)


class Talk:
    """Plays a conversation: every line is said to its end unless told otherwise."""

    def __init__(self, script: Script, *, heard: bool = True) -> None:
        self.script, self.heard = script, heard
        self.state, act = conversation.open_conversation(script, LEAD, NOW)
        self._took(act)

    def say(self, intent: str, *, also: tuple[str, ...] = (), **slots: SlotValue) -> Talk:
        return self.take(understood(intent, also=also, **slots))

    def take(self, understanding: Understanding) -> Talk:
        self.state, act = conversation.apply(self.script, LEAD, self.state, understanding, NOW)
        self._took(act)
        return self

    def _took(self, act: Act) -> None:
        self.act = act
        for line in act.lines if self.heard else ():
            self.state = conversation.said(self.state, line.key)

    @property
    def keys(self) -> list[str]:
        return [line.key for line in self.act.lines]

    @property
    def outcome(self) -> str:
        assert self.act.ending
        return self.act.ending.outcome


def at_payment(script: Script) -> Talk:
    return Talk(script).say("affirm")


# ---- 1: what is over stays over, what is too long ends


def test_what_is_over_stays_over(small: Script) -> None:
    talk = Talk(small).say("deny")
    ended = talk.state
    assert talk.outcome == "wrong_person"
    for intent in ("affirm", "talk_to_human", "no_input"):
        talk.say(intent)
        assert (talk.state, talk.outcome, talk.keys) == (ended, "wrong_person", [])


def test_stop_calling_is_honoured_after_the_end(small: Script) -> None:
    talk = Talk(small).say("deny").say("stop_calling")
    assert talk.outcome == "do_not_call"
    assert talk.say("stop_calling").keys == []


def test_what_is_too_long_ends(small: Script) -> None:
    talk = at_payment(small)
    for _ in range(30):
        talk.say("promise_to_pay", promise_date=FRIDAY).say("deny")
        if talk.act.ending:
            break
    assert talk.outcome == "no_response"
    assert len(talk.state.history) == small.limits.turns


def test_an_answer_that_ends_the_call_is_taken_in_the_last_turn_too(small: Script) -> None:
    talk = at_payment(small)
    talk.state = replace(talk.state, history=(("payment", "wait"),) * small.limits.turns)
    assert talk.say("already_paid").outcome == "already_paid"


# ---- 2: the engine's own events


@pytest.mark.parametrize("kind", ["no_input", "no_match"])
def test_reprompts_escalate_and_then_give_up(small: Script, kind: str) -> None:
    talk = at_payment(small)
    assert talk.say(kind).keys == [f"reprompts.{kind}.0", "steps.payment.again"]
    assert talk.say(kind).keys == [f"reprompts.{kind}.1", "steps.payment.again"]
    assert talk.say(kind).outcome == "no_response"


def test_a_steps_own_reprompts_go_first_and_silence_counts_apart(small: Script) -> None:
    talk = at_payment(small).say("affirm")
    assert talk.say("no_match").keys == ["steps.when.no_match.0", "steps.when.say"]
    assert talk.say("no_input").keys[0] == "reprompts.no_input.0"
    assert talk.say("no_match").keys[0] == "steps.when.no_match.1"


def test_reprompts_begin_anew_in_another_step(small: Script) -> None:
    talk = at_payment(small).say("no_match").say("no_match").say("affirm")
    assert talk.say("no_match").keys[0] == "steps.when.no_match.0"


def test_an_intent_that_fits_nowhere_is_a_misunderstanding(small: Script) -> None:
    assert at_payment(small).say("bankruptcy").keys[0] == "reprompts.no_match.0"


def test_a_machine_hears_no_debt_and_no_greeting(small: Script) -> None:
    talk = at_payment(small).say("voicemail")
    assert (talk.keys, talk.outcome) == (["voicemail.say"], "voicemail")


def test_after_a_screener_the_talk_begins_anew(small: Script) -> None:
    talk = Talk(small, heard=False).say("screener")
    assert talk.keys == ["screener.say"]
    assert talk.act.listening is not None
    assert talk.act.listening.no_input_seconds == 20
    assert talk.say("affirm").keys == ["disclosures.greeting", "steps.identity.say"]
    assert not talk.state.right_party
    assert Talk(small).say("screener").say("no_input").outcome == "no_response"
    assert Talk(small).say("screener").say("stop_calling").outcome == "do_not_call"


def test_screeners_do_not_go_on_for_ever(small: Script) -> None:
    talk = Talk(small)
    for _ in range(turn.MAX_SCREENED):
        assert talk.say("screener").act.listening
    assert talk.say("screener").outcome == "no_response"


# ---- 3: values


def test_a_value_that_cannot_be_is_asked_for_again(small: Script) -> None:
    talk = at_payment(small).say("promise_to_pay", promise_date=NOW.date() - timedelta(days=1))
    assert talk.keys == ["slots.promise_date.past", "steps.when.say"]
    assert "promise_date" not in talk.state.slots
    talk.say("promise_to_pay", promise_date=NOW.date() + timedelta(days=31))
    assert talk.keys == ["slots.promise_date.too_far", "steps.when.say"]
    talk = at_payment(small).say("partial_payment", amount=Decimal(500))
    assert talk.keys == ["slots.amount.out_of_range", "steps.how_much.say"]


def test_refusals_are_not_endless(small: Script) -> None:
    talk = at_payment(small)
    for _ in range(turn.MAX_REFUSED):
        assert talk.say("promise_to_pay", promise_date=date(2020, 1, 1)).act.listening
    assert talk.say("promise_to_pay", promise_date=date(2020, 1, 1)).act.ending


def test_only_intents_that_carry_a_value_bring_it(small: Script) -> None:
    assert at_payment(small).say("deny", promise_date=FRIDAY).state.slots == {}
    assert at_payment(small).say("affirm", promise_date=FRIDAY).state.slots == {"promise_date": FRIDAY}


def test_all_that_is_owed_is_no_part_of_it(small: Script) -> None:
    talk = at_payment(small).say("partial_payment", amount=Decimal(120))
    assert talk.state.slots == {}
    assert talk.state.step == "when"


# ---- 4: where an intent leads


def test_the_step_goes_before_what_holds_always(small: Script) -> None:
    assert Talk(small).say("repeat").keys[-1] == "steps.identity.say"  # stay, not the digression
    assert at_payment(small).say("repeat").keys == ["digressions.repeat.say", "steps.payment.say"]


def test_digressions_return_and_are_counted(small: Script) -> None:
    talk = at_payment(small)
    for _ in range(2):
        assert talk.say("who_is_this").keys == ["digressions.who_is_this.say", "steps.payment.again"]
    assert talk.say("who_is_this").keys[0] == "reprompts.no_match.0"
    waiting = at_payment(small).say("wait")
    assert waiting.keys == ["digressions.wait.say"]
    assert waiting.act.listening is not None
    assert waiting.act.listening.no_input_seconds == 20


def test_digressions_of_a_whole_call_are_counted(small: Script) -> None:
    talk = at_payment(small).say("who_is_this").say("wait").say("affirm").say("repeat")
    assert talk.keys[0] == "digressions.repeat.say"
    assert talk.say("who_is_this").keys[0] == "steps.when.no_match.0"


def test_what_is_said_too_early_is_kept(small: Script) -> None:
    talk = Talk(small).say("promise_to_pay", promise_date=FRIDAY)
    assert talk.state.held == "promise_to_pay"
    assert talk.say("affirm").keys[-1] == "steps.confirm.say"


def test_two_intents_in_one_breath_are_taken_in_turn(small: Script) -> None:
    assert Talk(small).say("already_paid", also=("affirm",)).outcome == "already_paid"
    talk = Talk(small).say("promise_to_pay", also=("affirm",), promise_date=FRIDAY)
    assert talk.state.right_party
    assert talk.keys[-1] == "steps.confirm.say"


def test_an_outcome_is_noted_on_the_way(small: Script) -> None:
    assert conversation.hung_up(small, at_payment(small).state).outcome == "hung_up"
    assert at_payment(small).say("deny").outcome == "refused"
    assert at_payment(small).say("affirm").say("deny").outcome == "cannot_pay"


def test_a_transfer_that_nobody_takes_goes_on(small: Script) -> None:
    talk = at_payment(small).say("talk_to_human")
    assert talk.act.ending
    assert (talk.act.ending.action, talk.act.ending.extension) == ("transfer", "700")
    assert conversation.hung_up(small, talk.state).outcome == "hung_up"
    state, act = conversation.transfer_failed(small, LEAD, talk.state, NOW)
    assert [line.key for line in act.lines] == ["transfer.failed.say", "endings.declined.say"]
    assert state.ending == "declined"


# ---- 6: steps that are passed, and values that are read back


def test_a_step_whose_value_is_known_is_passed(small: Script) -> None:
    talk = at_payment(small).say("affirm", promise_date=FRIDAY)
    assert talk.state.step == "confirm"


def test_a_value_is_read_back_before_it_counts(small: Script) -> None:
    talk = at_payment(small).say("promise_to_pay", promise_date=FRIDAY)
    assert talk.act.lines[-1].text == "You will pay by Friday, November twenty-seventh. Is that right?"
    assert conversation.hung_up(small, talk.state).slots == {}
    monday = FRIDAY + timedelta(days=3)
    talk.say("affirm", promise_date=monday)
    assert talk.state.step == "confirm"
    assert talk.act.listening
    talk.say("affirm")
    assert talk.act.ending
    assert talk.act.ending.slots == {"promise_date": monday}
    assert conversation.hung_up(small, talk.state).outcome == "promise_to_pay"


def test_what_is_read_back_is_asked_for_where_it_is_missing(small: Script) -> None:
    talk = at_payment(small).say("partial_payment", amount=Decimal(50))
    assert talk.state.step == "when"  # confirm_part reads back a day as well
    talk.say("promise_to_pay", promise_date=FRIDAY)
    assert talk.state.step == "confirm"
    assert talk.say("deny").state.slots == {"amount": Decimal(50)}


# ---- disclosures


def test_disclosures_come_first_and_again_until_they_are_heard(small: Script) -> None:
    talk = Talk(small, heard=False)
    assert talk.keys == ["disclosures.greeting", "steps.identity.say"]
    assert all(line.uninterruptible for line in talk.act.lines if line.disclosure)
    talk.say("affirm")
    assert talk.keys == ["disclosures.greeting", "disclosures.collector", "steps.payment.say"]
    for key in talk.keys:
        talk.state = conversation.said(talk.state, key)
    assert "disclosures.greeting" not in talk.say("no_match").keys


# ---- what holds whatever is said

SCRIPTS_TO_TRY = sorted([*SHIPPED.glob("*/reminder.yaml"), *SHIPPED.glob("*/collection.yaml"), SCRIPTS / "small.yaml"])
ANYTHING = sorted({*INTENTS, "no_input", "no_match", "screener", "voicemail", "never_heard_of"})


def values(script: Script) -> st.SearchStrategy[Mapping[str, SlotValue]]:
    days = st.integers(-20, 400).map(lambda days: NOW.date() + timedelta(days=days))
    kinds: Mapping[str, st.SearchStrategy[SlotValue]] = {
        "date": days,
        "money": st.integers(-5, 300).map(Decimal),
        "time": st.integers(-40, 2000).map(lambda hours: NOW + timedelta(hours=hours)),
    }
    some = {name: kinds.get(slot.type, st.just("words")) for name, slot in script.slots.items()}
    return st.fixed_dictionaries({}, optional=some)


def understandings(script: Script) -> st.SearchStrategy[Understanding]:
    likely = st.sampled_from(["affirm", "promise_to_pay", "deny", "partial_payment", "callback_request"])
    return st.builds(
        Understanding,
        st.one_of(likely, st.sampled_from(ANYTHING)),
        _sureness(),
        slots=values(script),
        policy=st.sampled_from(["local", "rasa", "keyword"]),
        also=st.lists(likely, max_size=1).map(tuple),
        recognition=_sureness(),
    )


def _sureness() -> st.SearchStrategy[float]:
    return st.one_of(st.just(1.0), st.floats(0, 1))


def turns(script: Script, data: st.DataObject) -> Iterator[tuple[State, Understanding, State, Act]]:
    """Walk through a conversation in which anything is said, lines are cut, transfers fail, until it is over."""
    state, act = conversation.open_conversation(script, LEAD, NOW)
    for _ in range(script.limits.turns + 4):
        for line in act.lines:
            if line.uninterruptible or data.draw(st.booleans()):
                state = conversation.said(state, line.key)
        if act.ending and act.ending.action == "transfer" and data.draw(st.booleans()):
            state, act = conversation.transfer_failed(script, LEAD, state, NOW)
            continue
        if act.ending:
            return
        before, understanding = state, data.draw(understandings(script))
        state, act = conversation.apply(script, LEAD, state, understanding, NOW)
        yield before, understanding, state, act
    raise AssertionError("a conversation did not end")


@pytest.mark.parametrize("path", SCRIPTS_TO_TRY, ids=lambda path: "/".join(path.parts[-2:]))
@given(data=st.data())
@settings(max_examples=times(0.6))
def test_what_holds_whatever_is_said(path: Path, data: st.DataObject) -> None:
    script = script_at(path)
    speaker = Speaker(script, LEAD, NOW)
    read_back: set[str] = set()
    for before, understanding, state, act in turns(script, data):
        assert (act.listening is None) != (act.ending is None)
        keys = [line.key for line in act.lines]
        if not state.right_party:
            assert not any(_tells_of_debt(script, line.text) for line in act.lines), keys
        elif debt := [index for index, line in enumerate(act.lines) if _tells_of_debt(script, line.text)]:
            heard = {*before.said, *keys[: debt[0] + 1]}
            assert not missing(script, speaker, "debt", heard) or _in_ending(keys[debt[0]]), keys
        for line in act.lines:
            assert line.uninterruptible or not line.disclosure
            assert line.text
        if understanding.intent == "stop_calling" and not before.ending and understanding.recognition > SURELY_HEARD:
            assert understanding.confidence < 1 or (act.ending and act.ending.outcome == "do_not_call")
        if state.right_party and not before.right_party:
            assert understanding.confidence == 1 or before.unsure, act.weighed
        if act.ending and act.ending.outcome in PROMISES:
            assert act.ending.slots
            assert set(act.ending.slots) <= read_back
            assert all(before.slots[name] == value for name, value in act.ending.slots.items())
        if act.listening:
            read_back = set(script.steps[state.step].confirms)


def _tells_of_debt(script: Script, text: str) -> bool:
    return script.speaks_of_debt(text)


def _in_ending(key: str) -> bool:
    return key.startswith("endings.")


@pytest.mark.parametrize("path", SCRIPTS_TO_TRY, ids=lambda path: "/".join(path.parts[-2:]))
def test_stop_calling_ends_the_calls_from_everywhere(path: Path) -> None:
    script = script_at(path)
    for step in script.steps:
        for right_party in (False, True):
            for slots in ({}, {name: NOW.date() for name in script.slots}):
                state = State(step, slots, {"no_match": 2, "digressions": 8}, right_party=right_party)
                _, act = conversation.apply(script, LEAD, state, understood("stop_calling"), NOW)
                assert act.ending
                assert act.ending.outcome == "do_not_call"


def test_what_is_used_up_and_leads_back_to_what_is_used_up_is_given_up() -> None:
    shipped = load_script(SHIPPED / "en-US" / "reminder.yaml")
    when = shipped.steps["when"].model_copy(update={"exhausted": None})
    round_about = shipped.model_copy(
        update={"exhausted": Move(go="confirm"), "steps": {**shipped.steps, "when": when}}, deep=True
    )
    talk = Talk(round_about).say("affirm").say("promise_to_pay")
    assert talk.state.step == "when"
    for _ in range(8):
        talk.say("no_match")
        if talk.state.ending:
            break
    assert talk.state.ending


@pytest.mark.parametrize(("confidence", "taken_up"), [(0.95, "when"), (0.72, "payment")])
def test_what_only_resembled_something_is_not_taken_up_when_the_person_is_known(
    confidence: float, taken_up: str
) -> None:
    script = script_at(SHIPPED / "en-US" / "collection.yaml")
    state, _ = conversation.open_conversation(script, LEAD, NOW)
    early = Understanding("promise_to_pay", confidence, recognition=0.9)
    state, act = conversation.apply(script, LEAD, state, early, NOW)
    assert (state.step, act.ending) == ("identity", None)
    state, _ = conversation.apply(script, LEAD, state, Understanding("affirm", recognition=0.9), NOW)
    assert state.step == taken_up
