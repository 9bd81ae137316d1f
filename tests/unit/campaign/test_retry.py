"""The retry rule: what becomes of a lead, by disposition, by outcome and by what was agreed."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.phone import Disposition, Origin
from voicebot.campaign.retry import decide, missed, parse_rule, read_rule, shipped_text
from voicebot.errors import ConfigurationError
from voicebot.store.records import Fate, LeadHistory, LeadState, Result

ZONE = "America/New_York"
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=ZoneInfo(ZONE)).timestamp()
HOUR, DAY = 3600.0, 86400.0


def history(**values: Any) -> LeadHistory:
    given: dict[str, Any] = {"now": NOW, "retry": "", "timezone": ZONE}
    return LeadHistory(**(given | values))


def local(at: float | None) -> str:
    assert at is not None
    return datetime.fromtimestamp(at, ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")


def test_the_shipped_rule_is_whole_and_about_dispositions_that_exist() -> None:
    rule = parse_rule("")
    assert rule == parse_rule(shipped_text())
    assert {"callback", "not_available", "no_response", "voicemail", "hung_up"} <= set(rule.outcome)
    assert not {Disposition.REJECTED, Disposition.UNREACHABLE_NUMBER} & set(rule.disposition)


@pytest.mark.parametrize(
    ("result", "gap"),
    [
        (Result("busy"), 15 * 60.0),
        (Result("no_answer"), 2 * HOUR),
        (Result("moved"), 2 * HOUR),
        (Result("blocked"), DAY),
        (Result("answered", outcome="not_available"), 4 * HOUR),
        (Result("answered", outcome="no_response"), 2 * HOUR),
        (Result("answered", outcome="voicemail"), 4 * HOUR),
        (Result("answered", outcome="hung_up"), 4 * HOUR),
        (Result("answered", outcome="callback"), DAY),
        (Result("no_answer", outcome="voicemail"), 4 * HOUR),
    ],
)
def test_what_may_change_is_tried_again(result: Result, gap: float) -> None:
    step = decide(result, history())
    assert (step.state, step.next_at, step.counts, step.bar) == (LeadState.READY, NOW + gap, True, False)
    assert step.why


@pytest.mark.parametrize(
    "result",
    [
        Result("rejected"),
        Result("unreachable_number"),
        Result("answered", outcome="promise_to_pay"),
        Result("answered", outcome="refused"),
        Result("answered"),
        Result("something new"),
    ],
)
def test_what_asking_again_does_not_change_ends_the_lead(result: Result) -> None:
    step = decide(result, history())
    assert (step.state, step.counts) == (LeadState.DONE, True)


def test_tries_that_end_in_the_same_way_are_counted_and_gaps_grow() -> None:
    busy, no_answer = ("busy",), ("no_answer",)
    second = decide(Result("busy"), history(tries=3, earlier=(no_answer, busy)))
    assert (second.state, second.next_at) == (LeadState.READY, NOW + 30 * 60.0)
    assert decide(Result("busy"), history(tries=4, earlier=(busy, no_answer, busy))).state is LeadState.DONE
    assert decide(Result("busy"), history(tries=6, earlier=(no_answer,) * 2)).state is LeadState.DONE
    voicemail = ("voicemail", "")
    assert decide(Result("answered", outcome="voicemail"), history(earlier=(voicemail,) * 2)).state is LeadState.DONE


def test_an_outcome_of_the_scripts_own_goes_by_what_it_counts_as_unless_the_rule_names_it() -> None:
    own = Result("answered", outcome="at_the_doctor", counts_as="not_available")
    step = decide(own, history())
    assert (step.state, step.next_at) == (LeadState.READY, NOW + 4 * HOUR)
    tried = ("at_the_doctor", "not_available"), ("not_available", ""), ("at_the_doctor", "not_available")
    assert decide(own, history(tries=4, earlier=tried)).state is LeadState.DONE
    named = "outcome: {at_the_doctor: {attempts: 2, gaps: [1 day]}, not_available: {attempts: 9, gaps: [1 h]}}"
    assert decide(own, history(retry=named)).next_at == NOW + DAY
    assert decide(own, history(retry=named, earlier=tried)).state is LeadState.DONE


@pytest.mark.parametrize("outcome", ["callback", "not_available"])
@pytest.mark.parametrize("value", ["2026-11-24T15:00:00", "2026-11-24T15:00:00-05:00", "2026-11-24T20:00:00+00:00"])
def test_call_back_tomorrow_at_three_is_dialled_then(outcome: str, value: str) -> None:
    result = Result("answered", outcome=outcome, slots={"callback_at": value})
    for tries in (1, 6, 40):  # what was promised is kept, however often was tried
        step = decide(result, history(tries=tries))
        assert step.state is LeadState.READY
        assert local(step.next_at) == local(step.agreed_at) == "2026-11-24 15:00"
        assert local(step.agreed_until) == "2026-11-24 15:15"


def test_a_day_without_a_time_is_the_time_at_which_they_were_reached() -> None:
    step = decide(Result("answered", outcome="callback", slots={"callback_at": "2026-11-25"}), history())
    assert local(step.next_at) == "2026-11-25 17:00"


def test_a_rehearsed_day_is_counted_from_the_day_of_the_call() -> None:
    slots = {"callback_at": "2030-01-02T15:00:00-05:00"}
    step = decide(Result("answered", outcome="callback", slots=slots), history(rehearsal_day=date(2030, 1, 1)))
    assert local(step.next_at) == "2026-11-24 15:00"


@pytest.mark.parametrize("value", [None, "", "some day", "2026-11-22T15:00:00", "9999-01-01T00:00:00", 15])
def test_a_time_that_is_none_or_past_goes_by_the_gaps(value: object) -> None:
    step = decide(Result("answered", outcome="callback", slots={"callback_at": value}), history())
    assert (step.state, step.next_at, step.agreed_until) == (LeadState.READY, NOW + DAY, None)


@pytest.mark.parametrize(
    ("missed_rule", "state", "at"),
    [
        ("next_day", LeadState.READY, "2026-11-24 15:00"),
        ("soon", LeadState.READY, "2026-11-23 17:00"),
        ("review", LeadState.REVIEW, ""),
    ],
)
def test_a_missed_time(missed_rule: str, state: LeadState, at: str) -> None:
    agreed = datetime(2026, 11, 23, 15, 0, tzinfo=ZoneInfo(ZONE)).timestamp()
    step = missed(history(retry=f"agreed: {{missed: {missed_rule}}}", agreed_at=agreed))
    assert step.state is state
    assert "2026-11-23 15:00" in step.why
    if at:
        assert local(step.next_at) == at
        assert (step.agreed_until is not None) == (missed_rule == "next_day")


def test_days_later_and_over_a_change_of_clocks_it_is_still_that_time_of_day() -> None:
    agreed = datetime(2026, 10, 30, 15, 0, tzinfo=ZoneInfo(ZONE)).timestamp()  # clocks go back on 1 November
    now = datetime(2026, 11, 2, 16, 0, tzinfo=ZoneInfo(ZONE)).timestamp()
    assert local(missed(history(agreed_at=agreed, now=now)).next_at) == "2026-11-03 15:00"


def refused(origin: Origin, disposition: str = "failed") -> Result:
    return Result(disposition, fate=Fate.NOT_ASKED, origin=origin.value, explanation="refused")


@pytest.mark.parametrize("origin", [Origin.OURS, Origin.TRUNK])
@pytest.mark.parametrize("refusals", [0, 3, 100])
def test_our_faults_and_the_trunks_cost_a_lead_nothing_ever(origin: Origin, refusals: int) -> None:
    step = decide(refused(origin), history(refusals=refusals, tries=6))
    assert (step.state, step.counts, step.next_at, step.refusals) == (LeadState.READY, False, NOW, refusals)


def test_a_number_that_the_carrier_alone_refuses_goes_to_a_person_in_the_end() -> None:
    gaps = []
    for refusals in range(4):
        step = decide(refused(Origin.CARRIER), history(refusals=refusals))
        assert (step.state, step.counts, step.refusals) == (LeadState.READY, False, refusals + 1)
        gaps.append((step.next_at or 0) - NOW)
    assert gaps == [60.0, 300.0, 900.0, 3600.0]
    step = decide(refused(Origin.CARRIER), history(refusals=4))
    assert (step.state, step.counts) == (LeadState.REVIEW, False)
    assert "refused" in step.why
    held = decide(dataclasses.replace(refused(Origin.CARRIER), held=True), history(refusals=4))
    assert (held.state, held.refusals, held.next_at) == (LeadState.READY, 4, NOW)


def test_gaps_of_a_disposition_that_asked_nobody() -> None:
    rule = "disposition: {congestion: {gaps: [7 min]}}"
    step = decide(refused(Origin.CARRIER, "congestion"), history(retry=rule, refusals=2))
    assert (step.next_at, step.counts) == (NOW + 420.0, False)


def test_what_may_still_ring_is_left_alone_for_a_while() -> None:
    step = decide(refused(Origin.OURS, "interrupted"), history())
    assert (step.state, step.counts, step.next_at) == (LeadState.READY, False, NOW + 300.0)


@pytest.mark.parametrize(
    ("origin", "disposition", "next_at"),
    [(Origin.TRUNK, "failed", NOW), (Origin.CARRIER, "failed", NOW + 60), (Origin.OURS, "interrupted", NOW + 300)],
)
def test_an_agreed_time_stands_if_nobody_was_asked(origin: Origin, disposition: str, next_at: float) -> None:
    step = decide(refused(origin, disposition), history(agreed_at=NOW - 60))
    assert (step.next_at, step.agreed_at, step.agreed_until) == (next_at, NOW - 60, NOW + 840)


def test_an_agreed_time_is_over_once_its_call_was_made() -> None:
    step = decide(Result("busy"), history(agreed_at=NOW - 60))
    assert (step.state, step.agreed_at, step.agreed_until) == (LeadState.READY, None, None)


@pytest.mark.parametrize("missed_rule", ["next_day", "soon"])
def test_refusals_in_a_row_are_counted_across_a_missed_time(missed_rule: str) -> None:
    step = missed(history(retry=f"agreed: {{missed: {missed_rule}}}", agreed_at=NOW - DAY, refusals=3))
    assert (step.state, step.refusals) == (LeadState.READY, 3)


def test_stop_calling_bars_the_number_whatever_the_rule_says() -> None:
    step = decide(Result("answered", outcome="do_not_call"), history())
    assert (step.state, step.bar) == (LeadState.DONE, True)


def test_a_result_is_written_whatever_rule_was_kept() -> None:
    unreadable = history(retry="busy: {every: 5 minutes}")
    assert decide(Result("busy"), unreadable).next_at == NOW + 900.0
    assert decide(refused(Origin.CARRIER, "some new disposition"), unreadable).state is LeadState.READY
    assert missed(unreadable).state is LeadState.READY


@given(
    disposition=st.sampled_from([*Disposition]),
    outcome=st.sampled_from(["", "callback", "promise_to_pay", "voicemail", "do_not_call"]),
    fate=st.sampled_from([*Fate]),
    origin=st.sampled_from([*Origin]),
    tries=st.integers(1, 60),
    refusals=st.integers(0, 60),
    held=st.booleans(),
    slot=st.none() | st.text(max_size=20) | st.datetimes().map(str),
)
def test_always(
    *, disposition: str, outcome: str, fate: Fate, origin: str, tries: int, refusals: int, held: bool, slot: str | None
) -> None:
    result = Result(disposition, outcome=outcome, fate=fate, origin=origin, slots={"callback_at": slot}, held=held)
    step = decide(result, history(tries=tries, refusals=refusals))
    assert step.state is not LeadState.DIALLING
    assert step.bar == (outcome == "do_not_call")
    if step.bar:
        return
    assert step.counts == (fate is not Fate.NOT_ASKED)
    if fate is Fate.UNKNOWN:
        assert step.state is LeadState.REVIEW
    if fate is Fate.NOT_ASKED:
        assert step.state is not LeadState.DONE
    if step.state is LeadState.READY:
        assert step.next_at is not None
        assert step.next_at >= NOW
    if step.agreed_until is not None:
        assert step.agreed_at is not None
        assert step.agreed_until > step.agreed_at


@pytest.mark.parametrize(
    ("text", "place", "what", "cure"),
    [
        ("attempts: 0", "1:1", "attempts: input should be greater", "example"),
        ("disposition:\n  bussy: {attempts: 2, gaps: [2 h]}", "2:3", "no disposition", "busy"),
        ("disposition:\n  answered: {}", "1:1", "answered calls are retried by outcome", "under outcome"),
        ("outcome:\n  voicemail:\n    attempts: 3\n    gaps: [4 hours]", "4:12", "not a duration", "2 h"),
        ("outcome: {do_not_call: {}}", "1:1", "never called again", "remove it"),
        ("disposition: {busy: {attempts: 2}}", "1:15", "no gaps", "add gaps"),
        ("outcome:\n  callback: {agreed: callback_at, atempts: 2}", "2:35", "not known", "correct its name"),
        ("agreed:\n  missed: never", "2:3", "next_day", "example"),
        ("- a", "1:1", "not a retry rule", "retry.yaml"),
        ("a: [", "1:5", "", ""),
        ("\tattempts: 1", "1:1", "tab", "spaces"),
    ],
)
def test_what_is_wrong_is_told_with_place_and_cure(tmp_path: Path, text: str, place: str, what: str, cure: str) -> None:
    file = tmp_path / "retry.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_rule(file)
    problem = refused.value.problems[0]
    assert problem.where == f"{file}:{place}"
    assert what in problem.what
    assert cure in problem.cure


def test_a_rule_is_kept_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "retry.yaml"
    file.write_text("attempts: 2\ndisposition: {busy: {attempts: 2, gaps: [90 s]}}\n", encoding="utf-8")
    rule, text = read_rule(file)
    assert rule == parse_rule(text)
    assert decide(Result("busy"), history(retry=text)).next_at == NOW + 90.0
    assert decide(Result("no_answer"), history(retry=text)).state is LeadState.DONE
