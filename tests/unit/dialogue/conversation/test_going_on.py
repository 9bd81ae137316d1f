"""Somebody who goes on as the reply begins: what was surely said is neither lost nor asked about again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dialogue.conversation.test_script_talk import LEAD, NOW, Words
from tests.unit.dialogue.shipped import policy_of, script_of
from voicebot.dialogue.conversation.going_on import Reading, changed
from voicebot.dialogue.conversation.script_talk import Plan, ScriptTalk
from voicebot.dialogue.talk import EngineIntent, Evidence, Understanding, Utterance
from voicebot.dialogue.understanding.weighing import Weighed

COLLECTION = script_of("en-US/collection")
LITERAL = Evidence(literal=True)
WEDNESDAY = date(2026, 11, 25)
STRANGE = "out_of_scope"


async def said(*pieces: str, **meanings: Understanding) -> tuple[ScriptTalk, Plan]:
    """Answer whether it can be paid, in pieces; ``x_y`` means a text, and texts that follow are joined by a comma."""
    policy = Words(yes=Understanding("affirm", evidence=LITERAL), **meanings)
    policy.meanings = {text.replace(" then ", ", "): meaning for text, meaning in policy.meanings.items()}
    talk = ScriptTalk(COLLECTION, LEAD, policy, lambda: NOW)
    talk.open()
    talk.commit(await talk.plan(Utterance("yes")))
    assert talk.state.step == "payment"
    plan = talk.commit(await talk.plan(Utterance(f"{pieces[0]}.")))
    for piece in pieces[1:]:
        plan = await talk.plan(Utterance(piece), goes_on=True)
        if not plan.nothing_new:
            plan = talk.commit(plan)
    return talk, plan


def meant(intent: str, confidence: float = 0.9, **more: Any) -> Understanding:
    return Understanding(intent, confidence, **more)


BANKRUPT = Understanding("bankruptcy", policy="keyword", evidence=LITERAL)


async def test_who_is_asked_whether_they_said_it_and_goes_on_to_say_it_surely_has_proved_it() -> None:
    """ "I filed on that." "Did you say…" "Chapter seven, back in October." """
    doubted = {"I_filed.": meant("bankruptcy", 0.98)}
    talk, plan = await said("I filed", **doubted)
    assert plan.act.taken == ("payment unsure bankruptcy",)
    talk, plan = await said("I filed", "chapter seven", **doubted, I_filed_then_chapter_seven=BANKRUPT)
    assert plan.takes_back
    assert plan.act.taken == ("payment bankruptcy",)
    assert "unsure.bankruptcy" not in talk.state.retries


async def test_the_proof_may_be_in_the_words_that_follow_alone() -> None:
    _, plan = await said(
        "I filed",
        "chapter seven",
        **{"I_filed.": meant("bankruptcy", 0.98)},
        I_filed_then_chapter_seven=meant("bankruptcy", 0.97),
        chapter_seven=BANKRUPT,
    )
    assert plan.act.taken == ("payment bankruptcy",)


async def test_a_doubtful_meaning_that_stays_doubtful_is_still_asked_about() -> None:
    _, plan = await said(
        "I filed",
        "you know",
        **{"I_filed.": meant("bankruptcy", 0.98)},
        I_filed_then_you_know=meant("bankruptcy", 0.97),
        you_know=meant(STRANGE),
    )
    assert plan.nothing_new


async def test_what_was_surely_said_is_not_lost_to_a_likeness_of_the_longer_text() -> None:
    """ "I'm not going to." "Seventy-eight fifty for driving over a bridge my father helped build." """
    pieces = ("not going to", "for a bridge")
    refused = {"not_going_to.": meant("refuse_to_pay", 0.84)}
    longer = {"not_going_to_then_for_a_bridge": meant("cannot_pay", 0.85)}
    talk, plan = await said(*pieces, **refused, **longer, for_a_bridge=meant(STRANGE))
    assert plan.nothing_new
    assert talk.hung_up().outcome == "refused"
    # the words themselves say it, or it had been likely before
    talk, plan = await said(*pieces, **refused, **longer, for_a_bridge=meant("cannot_pay"))
    assert plan.takes_back
    likely = {"not_going_to.": meant("refuse_to_pay", 0.64, ranking=(("cannot_pay", 0.3),))}
    talk, plan = await said(*pieces, **likely, **longer, for_a_bridge=meant(STRANGE))
    assert plan.takes_back
    # or the first words were not sure
    unsure = {"not_going_to.": meant("refuse_to_pay", 0.5)}
    talk, plan = await said(*pieces, **unsure, **longer, for_a_bridge=meant(STRANGE))
    assert plan.takes_back
    assert talk.hung_up().outcome == "cannot_pay"


async def test_a_clear_piece_counts_where_the_whole_is_unclear() -> None:
    """ "I was out for one month." "Kindly give me till the day after tomorrow." """
    day = meant("promise_to_pay", 0.98, slots={"promise_date": WEDNESDAY})
    for whole in (meant("promise_to_pay", 0.2), Understanding(EngineIntent.NO_MATCH), meant(STRANGE)):
        talk, plan = await said(
            "away a month",
            "give me till Wednesday",
            **{"away_a_month.": meant("cannot_pay", 0.45)},
            away_a_month_then_give_me_till_Wednesday=whole,
            give_me_till_Wednesday=day,
        )
        assert plan.takes_back
        assert talk.state.step == "confirm"
        assert talk.state.slots == {"promise_date": WEDNESDAY}


async def test_a_clear_piece_that_breaks_off_counts_where_the_whole_means_the_same() -> None:
    """ "All of it now?" "I can throw you a hundred, depends when they call me in" is a hundred, and not today."""
    clear = meant("partial_payment", 0.99, slots={"amount": Decimal(100)}, complete=False)
    today = {"amount": Decimal(100), "promise_date": NOW.date()}
    for whole, counts in (("partial_payment", True), ("promise_to_pay", False)):
        talk, _ = await said(
            "all of it now", "a hundred", **{"all_of_it_now.": meant("cannot_pay")},
            all_of_it_now_then_a_hundred=meant(whole, 0.5, slots=today), a_hundred=clear,
        )  # fmt: skip
        assert (talk.state.slots == {"amount": Decimal(100)}) == counts


async def test_what_follows_keeps_the_value_said_before() -> None:
    talk, _ = await said(
        "fifty dollars",
        "Wednesday works",
        **{"fifty_dollars.": meant("partial_payment", slots={"amount": Decimal(50)})},
        Wednesday_works=meant("promise_to_pay", 0.98, slots={"promise_date": WEDNESDAY}),
    )
    assert talk.state.slots == {"amount": Decimal(50), "promise_date": WEDNESDAY}


async def test_a_value_in_both_together_is_more_than_a_likeness() -> None:
    """ "No." "I'm tapped out till the fourth." """
    talk, plan = await said(
        "cannot pay", "tapped out till Wednesday", **{"cannot_pay.": meant("cannot_pay")},
        cannot_pay_then_tapped_out_till_Wednesday=meant("promise_to_pay", slots={"promise_date": WEDNESDAY}),
        tapped_out_till_Wednesday=meant("dont_know"),
    )  # fmt: skip
    assert plan.takes_back
    assert talk.state.slots == {"promise_date": WEDNESDAY}


async def test_another_answer_in_the_words_that_follow_changes_none_that_was_sure() -> None:
    """ "I'm not going to." "Seventy-eight fifty for driving over a bridge!" promises no part of it."""
    talk, plan = await said(
        "not going to", "fifty for a bridge", **{"not_going_to.": meant("refuse_to_pay")},
        not_going_to_then_fifty_for_a_bridge=meant("cannot_pay", 0.94),
        fifty_for_a_bridge=meant("partial_payment", slots={"amount": Decimal(50)}),
    )  # fmt: skip
    assert plan.nothing_new
    assert talk.hung_up().outcome == "refused"


async def test_an_amount_after_news_of_a_payment_is_that_payments() -> None:
    """ "I put it in the box myself." "Forty-one dollars." """
    part = meant("partial_payment", slots={"amount": Decimal(41)})
    paid = {"I_posted_it.": meant("already_paid")}
    _, plan = await said(
        "I posted it", "forty-one dollars", **paid,
        **{"forty-one_dollars": part, "I_posted_it_then_forty-one_dollars": part},
    )  # fmt: skip
    assert plan.nothing_new
    _, plan = await said(
        "I posted it", "no wait I owe another forty", **paid,
        I_posted_it_then_no_wait_I_owe_another_forty=part, no_wait_I_owe_another_forty=part,
    )  # fmt: skip
    assert plan.takes_back


async def test_a_value_that_cannot_be_accepted_takes_back_no_sure_answer() -> None:
    """ "That's right." "I've never been late in forty-one years." """
    far = meant("promise_to_pay", slots={"promise_date": date(2067, 11, 23)})
    _, plan = await said(
        "cannot pay", "in forty years", **{"cannot_pay.": meant("cannot_pay")},
        cannot_pay_then_in_forty_years=far, in_forty_years=far,
    )  # fmt: skip
    assert plan.nothing_new


async def test_words_that_mean_nothing_take_back_nothing() -> None:
    for nothing in (meant(STRANGE), Understanding(EngineIntent.NO_MATCH)):
        _, plan = await said(
            "why is that", "mumble", **{"why_is_that.": meant("why_calling")},
            why_is_that_then_mumble=nothing, mumble=nothing,
        )  # fmt: skip
        assert plan.nothing_new


async def test_a_doubt_about_who_is_on_the_line_takes_back_that_the_debt_is_told() -> None:
    """ "This is Robert." "He's out." is no Robert, however likely the name alone was."""
    policy = Words(
        **{"this_is_Robert.": Understanding("affirm", evidence=LITERAL)},
        you_want_dad=meant(STRANGE),
    )
    policy.meanings["this is Robert, you want dad"] = meant("not_available", 0.8)
    talk = ScriptTalk(COLLECTION, LEAD, policy, lambda: NOW)
    talk.open()
    talk.commit(await talk.plan(Utterance("this is Robert.")))
    assert talk.state.right_party
    plan = talk.commit(await talk.plan(Utterance("you want dad"), goes_on=True))
    assert plan.takes_back
    assert not talk.state.right_party


async def test_who_has_said_who_they_are_and_disputes_the_debt_as_it_is_told_has_taken_nothing_back() -> None:
    asks = meant("why_calling", also=("affirm",), evidence=Evidence(literal=True, yes=True))
    for piece, step in (("my bill is less", ""), ("she is my sister", "identity")):
        meaning = meant("dispute", 0.95) if not step else meant("not_available", 0.95)
        policy = Words()
        policy.meanings |= {"what.": asks, piece: meaning, f"what, {piece}": meaning}
        talk = ScriptTalk(COLLECTION, LEAD, policy, lambda: NOW)
        talk.open()
        first = talk.commit(await talk.plan(Utterance("what.")))
        assert (first.act.taken[0], talk.state.step) == ("identity affirm", "payment")
        then = await talk.plan(Utterance(piece), goes_on=True)
        assert (then.takes_back, then.nothing_new) == (bool(step), False)
        assert (then.base.step, then.understanding.intent) == (step or "payment", meaning.intent)


async def test_stop_calling_counts_whatever_was_said_before() -> None:
    stop = Understanding("stop_calling", policy="keyword", evidence=LITERAL)
    talk, plan = await said(
        "not going to", "stop calling", **{"not_going_to.": meant("refuse_to_pay")},
        not_going_to_then_stop_calling=meant("refuse_to_pay"), stop_calling=stop,
    )  # fmt: skip
    assert talk.urgent(plan)
    assert not plan.nothing_new


async def test_a_time_in_the_next_piece_belongs_to_the_day_in_the_first() -> None:
    """The full stop in between is the recogniser's: "Call me tomorrow." "Three o'clock." """
    talk = ScriptTalk(COLLECTION, LEAD, policy_of("en-US/collection"), lambda: NOW)
    talk.open()
    for text in ("yes, this is Anna", "Call me tomorrow."):
        talk.commit(await talk.plan(Utterance(text)))
    assert talk.state.slots["callback_at"] == datetime(2026, 11, 24, 10, 0)
    plan = talk.commit(await talk.plan(Utterance("Three o'clock."), goes_on=True))
    assert plan.takes_back
    assert talk.state.slots["callback_at"] == datetime(2026, 11, 24, 15, 0)


INTENTS = (
    "refuse_to_pay",
    "cannot_pay",
    "promise_to_pay",
    "affirm",
    "why_calling",
    STRANGE,
    str(EngineIntent.NO_MATCH),
)
READINGS = st.builds(
    Reading,
    st.builds(
        Understanding,
        st.sampled_from(INTENTS),
        st.sampled_from((0.3, 0.7, 0.95)),
        policy=st.sampled_from(("local", "keyword")),
        complete=st.booleans(),
    ),
    st.builds(
        Weighed,
        st.sampled_from(("act", "ask", "not_understood")),
        st.just(0.9),
        st.just(0.9),
        st.sampled_from((0.2, 0.5, 0.9)),
        st.sampled_from((0.0, 0.3, 0.6)),
    ),
    st.booleans(),
    st.booleans(),
)


@given(READINGS, READINGS, READINGS)
def test_a_reply_is_taken_back_only_for_what_means_something(before: Reading, both: Reading, piece: Reading) -> None:
    found = changed(before, both, piece)
    if found is None:
        return
    one = both if found is both.understanding else piece
    assert found.intent == one.understanding.intent
    assert one.intent not in {STRANGE, EngineIntent.NO_MATCH}
    assert one.weighed.step != "not_understood"
    if before.acts:
        assert not one.refused
        assert one.says != before.says


@given(READINGS, READINGS)
def test_what_is_said_twice_without_a_doubt_changes_nothing(before: Reading, piece: Reading) -> None:
    sure = replace(before, weighed=replace(before.weighed, step="act", belief=0.9), refused=False)
    likeness = replace(piece, understanding=replace(piece.understanding, policy="local"))
    if sure.acts:
        assert changed(sure, sure, likeness) is None
