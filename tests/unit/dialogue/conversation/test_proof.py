"""What would decide a call needs proof: a doubtful answer is asked about once, and a yes or a repetition proves it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dialogue.conversation.test_conversation import Talk, at_payment, script_at
from tests.unit.dialogue.making import LEAD, NOW, SHIPPED, changed, loaded
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.script import fate
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import Evidence, Question, Understanding, Utterance
from voicebot.dialogue.understanding.policy import engine_answer
from voicebot.dialogue.understanding.weighing import BARELY_HEARD

ASKED = """intents:
  affirm: {consequence: asks, confirm: "Was that a yes?"}
  deny: {consequence: asks, confirm: "Was that a no?"}
  stop_calling: {consequence: bars, confirm: "Did you say that we should not call again?"}
  already_paid:
    consequence: ends
    confirm: {text: "Did you say that you have paid?", before_identity: "Did you say that it is done?"}
always:"""
DOUBTFUL = Understanding("already_paid", 0.5)


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return loaded(tmp_path, changed(("always:", ASKED)))


def test_what_counts_as_a_fate_is_read_off_the_table(script: Script) -> None:
    table = table_of(script)
    found = {cell.id: fate.consequence(script, cell) for cell in table.cells}
    assert found["identity affirm"] == "ends"
    assert found["payment affirm"] == "asks"
    assert found["identity deny"] == "bars"
    assert found["payment already_paid"] == "ends"
    assert found["identity promise_to_pay"] == "asks"
    assert {found["payment who_is_this"], found["identity repeat"], found["payment no_match"]} == {"none"}
    assert fate.of_turn(script, ["identity affirm", "payment stop_calling", "payment limit"]) == "bars"
    assert fate.tells(script, ["identity affirm"])
    assert not fate.tells(script, ["payment affirm"])


def test_a_meaning_costs_what_its_designer_says_where_it_ends_the_call_or_is_held(tmp_path: Path) -> None:
    grave = "intents:\n  already_paid: {consequence: bars}\n  promise_to_pay: {consequence: ends}\nalways:"
    script = loaded(tmp_path, changed(("always:", grave)))
    found = {cell.id: fate.consequence(script, cell) for cell in table_of(script).cells}
    assert found["payment already_paid"] == "bars"
    assert found["identity promise_to_pay"] == "ends"
    assert found["payment promise_to_pay"] == "asks"


def test_it_is_asked_and_a_yes_proves_it(script: Script) -> None:
    talk = at_payment(script).take(DOUBTFUL)
    assert talk.keys == ["intents.already_paid.confirm"]
    assert talk.act.taken == ("payment unsure already_paid",)
    assert talk.act.weighed.startswith("ask: 0.46 of 0.60")
    assert talk.act.listening is not None
    assert talk.act.listening.max_digits == 1
    assert talk.say("affirm").outcome == "already_paid"
    assert talk.act.weighed.startswith("already_paid confirmed")


def test_the_same_again_proves_it(script: Script) -> None:
    assert at_payment(script).take(DOUBTFUL).take(DOUBTFUL).outcome == "already_paid"


def test_a_no_puts_the_question_again(script: Script) -> None:
    talk = at_payment(script).take(DOUBTFUL).say("deny")
    assert talk.keys == ["reprompts.no_match.0", "steps.payment.again"]
    assert talk.state.unsure is None
    assert talk.state.outcome_so_far == "hung_up"


def test_anything_else_is_taken_as_if_nothing_had_been_asked(script: Script) -> None:
    assert at_payment(script).take(DOUBTFUL).say("promise_to_pay").state.step == "when"
    assert at_payment(script).take(DOUBTFUL).say("no_input").say("affirm").state.step == "when"
    assert at_payment(script).take(DOUBTFUL).say("stop_calling").outcome == "do_not_call"


def test_what_stays_uncertain_is_left_to_somebody_else(script: Script) -> None:
    talk = at_payment(script).take(DOUBTFUL).say("no_match").take(DOUBTFUL)
    assert talk.outcome == "no_response"
    assert talk.act.taken == ("payment unsure already_paid", "payment exhausted")


def test_a_yes_that_is_hardly_heard_proves_nothing(script: Script) -> None:
    talk = at_payment(script).take(DOUBTFUL).take(Understanding("affirm", recognition=BARELY_HEARD))
    assert talk.keys == ["reprompts.no_match.0", "steps.payment.again"]


def test_no_number_is_barred_on_words_that_only_resemble_a_yes(script: Script) -> None:
    """ "This yard to climb." is a likely yes to "did you say that this is the wrong number?", and is none."""
    likely = Understanding("affirm", 0.96)
    assert Talk(script).take(Understanding("deny", 0.9)).take(likely).keys[0] == "reprompts.no_match.0"
    literal = replace(likely, evidence=Evidence(literal=True))
    assert Talk(script).take(Understanding("deny", 0.9)).take(literal).state.ending
    assert at_payment(script).take(DOUBTFUL).take(likely).outcome == "already_paid"


def test_next_to_nothing_is_not_asked_about(script: Script) -> None:
    talk = at_payment(script).take(replace(DOUBTFUL, recognition=0.25))
    assert talk.keys == ["reprompts.no_match.0", "steps.payment.again"]
    assert talk.act.weighed.startswith("not understood")


def test_nobody_is_told_of_the_debt_who_only_resembles_people_who_say_yes(script: Script) -> None:
    talk = Talk(script).take(Understanding("affirm", 0.95))
    assert talk.keys == ["intents.affirm.confirm"]
    assert not talk.state.right_party
    assert talk.say("affirm").state.right_party
    talk = Talk(script).take(Understanding("affirm", recognition=0.4))
    assert talk.say("no_input").state.right_party is False


def test_before_anybody_is_confirmed_it_is_asked_without_the_debt(script: Script) -> None:
    talk = Talk(script).take(DOUBTFUL)
    assert talk.keys == ["intents.already_paid.confirm.before_identity"]
    assert talk.act.withheld == ()
    assert talk.say("affirm").outcome == "already_paid"


def test_two_answers_in_one_breath_are_as_grave_as_the_graver(script: Script) -> None:
    both = Understanding("already_paid", 0.5, also=("affirm",))
    talk = Talk(script).take(both)
    assert talk.keys == ["intents.already_paid.confirm.before_identity"]
    assert not talk.state.right_party
    assert talk.say("affirm").outcome == "already_paid"


def test_stop_calling_hardly_heard_is_asked_about_and_surely_heard_honoured(script: Script) -> None:
    hardly = Understanding("stop_calling", policy="keyword", recognition=0.4)
    talk = Talk(script).take(hardly)
    assert talk.keys == ["intents.stop_calling.confirm"]
    assert talk.say("affirm").outcome == "do_not_call"
    assert Talk(script).take(replace(hardly, recognition=0.65)).outcome == "do_not_call"
    over = at_payment(script).say("already_paid")
    assert over.take(hardly).act.ending == over.act.ending
    assert over.state.outcome_so_far == "already_paid"
    assert over.take(replace(hardly, recognition=0.9)).outcome == "do_not_call"


def test_without_words_to_ask_with_the_question_is_put_again(tmp_path: Path) -> None:
    plain = loaded(tmp_path, changed())
    talk = at_payment(plain).take(DOUBTFUL)
    assert talk.keys == ["reprompts.no_match.0", "steps.payment.again"]
    assert at_payment(plain).take(DOUBTFUL).say("affirm").state.step == "when"


def test_asking_does_not_make_a_conversation_longer_than_its_limit(script: Script) -> None:
    talk = at_payment(script)
    talk.state = replace(talk.state, history=(("payment", "wait"),) * (script.limits.turns - 1))
    assert talk.take(DOUBTFUL).outcome == "no_response"


def test_keys_answer_the_question_whatever_the_steps_own_keys_mean(script: Script) -> None:
    talk = at_payment(script).say("affirm").take(DOUBTFUL)
    assert talk.state.step == "when"
    for key, intent in (("1", "affirm"), ("2", "deny")):
        answer = engine_answer(script, Question(Utterance(digits=key), talk.state, NOW, LEAD))
        assert answer is not None
        assert answer.intent == intent
    plain = engine_answer(script, Question(Utterance(digits="1"), replace(talk.state, unsure=None), NOW, LEAD))
    assert plain is not None
    assert plain.intent == "promise_to_pay"


# ---- what a script asks for beside


def test_an_intent_below_the_scripts_threshold_is_not_believed(tmp_path: Path) -> None:
    strict = loaded(tmp_path, changed(("debt_words:", "thresholds: {intent: 0.5}\ndebt_words:")))
    talk = at_payment(strict).take(Understanding("promise_to_pay", 0.49))
    assert talk.keys[0] == "reprompts.no_match.0"
    assert talk.take(Understanding("stop_calling", policy="keyword")).outcome == "do_not_call"
    assert at_payment(strict).take(Understanding("promise_to_pay", 0.5)).state.step == "when"
    own = "    exhausted: {end: gave_up}\n    thresholds: {intent: 0}\n"
    free = (("debt_words:", "thresholds: {intent: 0.5}\ndebt_words:"), ("    exhausted: {end: gave_up}\n", own))
    assert at_payment(loaded(tmp_path, changed(*free))).take(Understanding("promise_to_pay", 0.4)).state.step == "when"


def test_an_answer_below_the_scripts_own_threshold_of_hearing_is_confirmed(tmp_path: Path) -> None:
    strict = loaded(
        tmp_path, changed(("debt_words:", "thresholds: {recognition: 0.8}\ndebt_words:"), ("always:", ASKED))
    )
    talk = at_payment(strict).take(Understanding("already_paid", recognition=0.79))
    assert talk.keys == ["intents.already_paid.confirm"]
    assert at_payment(strict).take(Understanding("already_paid", recognition=0.8)).outcome == "already_paid"
    assert at_payment(strict).take(Understanding("stop_calling", recognition=0.7)).outcome == "do_not_call"
    assert at_payment(strict).take(Understanding("promise_to_pay", recognition=0.7)).state.step == "when"


# ---- what holds in every shipped script


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*/reminder.yaml")), ids=lambda path: path.parent.name)
@given(data=st.data())
def test_a_yes_after_asking_leads_where_it_would_have_led_if_heard_surely(path: Path, data: st.DataObject) -> None:
    script = script_at(path)
    state, _ = conversation.open_conversation(script, LEAD, NOW)
    for _ in range(data.draw(st.integers(0, 3))):
        state, act = conversation.apply(script, LEAD, state, Understanding(data.draw(_intents(script))), NOW)
        if act.ending:
            return
    surely = Understanding(data.draw(_intents(script)))
    sure, sure_act = conversation.apply(script, LEAD, state, surely, NOW)
    asked, act = conversation.apply(script, LEAD, state, replace(surely, recognition=BARELY_HEARD), NOW)
    if asked.unsure is None:
        return
    assert act.ending is None
    assert (asked.step, asked.right_party, asked.slots) == (state.step, state.right_party, state.slots)
    assert asked.outcome_so_far == state.outcome_so_far
    assert not script.speaks_of_debt(" ".join(line.text for line in act.lines)) or asked.right_party
    then, then_act = conversation.apply(script, LEAD, asked, Understanding("affirm"), NOW)
    assert (then.step, then.ending, then.right_party) == (sure.step, sure.ending, sure.right_party)
    assert then_act.ending == sure_act.ending


def _intents(script: Script) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(intent for intent, part in script.intents.items() if part.confirm))
