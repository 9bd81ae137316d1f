"""Which values can be accepted, how they are heard from words and keys, and how they are said again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.dialogue.making import LEAD, NOW, SHIPPED, changed, loaded
from voicebot import languages
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.conversation.hints import MOST, phrases
from voicebot.dialogue.conversation.lines import Speaker
from voicebot.dialogue.conversation.values import is_all, refusal
from voicebot.dialogue.script.lead_check import check_lead
from voicebot.dialogue.script.model import Script, Slot
from voicebot.dialogue.script.parts import spoken
from voicebot.dialogue.talk import Lead, Question, SlotValue, State, Understanding, Utterance
from voicebot.dialogue.understanding.heard_values import hear_values
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.dialogue.understanding.policy import engine_answer
from voicebot.languages.grammar.phone_numbers import as_read_out, is_phone, phone_in, region_of

TODAY = NOW.date()

MORE_SLOTS = """\
slots:
  phone: {type: phone, intent: callback_request, ask: number, out_of_range: "That number does not exist."}
  reason: {type: choice, intent: cannot_pay, ask: why, choices: {illness: ["being ill", sick], work: [my job]}}
  owns: {type: yes_no, intent: affirm}
"""
MORE_STEPS = """\
  number:
    say: "Which number can we call?"
    asks: phone
    expects: digits
    max_digits: 11
    keys: {"9": stop_calling}
    answers:
      callback_request: [{if: phone known, go: read}, {stay: true}]
  read:
    say: {text: "We call {phone} about {reason}, {owns}.", speed: 0.8}
    confirms: phone
    answers: {affirm: {end: goodbye}, deny: {go: number, forget: phone}}
always:
"""


@pytest.fixture
def script(tmp_path: Path) -> Script:
    text = changed(("slots:\n", MORE_SLOTS), ("always:\n", MORE_STEPS), ("ask: why, ", ""))
    return loaded(tmp_path, text)


@pytest.fixture(scope="module")
def script_with_intents(tmp_path_factory: pytest.TempPathFactory) -> LocalPolicy:
    start = "start: identity\n"
    text = changed(
        ("slots:\n", MORE_SLOTS), ("always:\n", MORE_STEPS), ("ask: why, ", ""), (start, f"{start}include: intents\n")
    )
    examples = (SHIPPED / "en-US/intents.yaml").read_text(encoding="utf-8")
    return LocalPolicy(loaded(tmp_path_factory.mktemp("script"), text, intents=examples))


@pytest.mark.parametrize(
    ("slot", "value", "why"),
    [
        (Slot(type="date"), TODAY, None),
        (Slot(type="date"), TODAY - timedelta(days=1), "past"),
        (Slot(type="date", horizon_days=7), TODAY + timedelta(days=7), None),
        (Slot(type="date", horizon_days=7), TODAY + timedelta(days=8), "too_far"),
        (Slot(type="date"), NOW, "wrong_kind"),
        (Slot(type="time"), NOW + timedelta(minutes=1), None),
        (Slot(type="time"), NOW, "past"),
        (Slot(type="time", horizon_days=1), NOW + timedelta(days=2), "too_far"),
        (Slot(type="time"), TODAY, "wrong_kind"),
        (Slot(type="money"), Decimal("0.50"), "out_of_range"),
        (Slot(type="money"), Decimal("121.50"), None),
        (Slot(type="money"), Decimal(122), "out_of_range"),
        (Slot(type="money", most=Decimal(50)), Decimal(60), "out_of_range"),
        (Slot(type="money"), 50, "wrong_kind"),
        (Slot(type="yes_no"), False, None),
        (Slot(type="yes_no"), "no", "wrong_kind"),
        (Slot(type="choice", choices={"a": ("b",)}), "a", None),
        (Slot(type="choice", choices={"a": ("b",)}), "b", "wrong_kind"),
        (Slot(type="phone"), "+12127365000", None),
        (Slot(type="phone"), "+12121234567", "out_of_range"),
        (Slot(type="phone"), Decimal(5), "wrong_kind"),
        (Slot(type="text"), "words", None),
        (Slot(type="text"), "  ", "wrong_kind"),
    ],
)
def test_what_is_accepted(slot: Slot, value: SlotValue, why: str | None) -> None:
    assert refusal(slot, value, LEAD, NOW) == why


def test_all_of_it_is_rounded_as_people_do() -> None:
    assert is_all(Decimal(120), LEAD)
    assert is_all(Decimal(121), LEAD)
    assert not is_all(Decimal(119), LEAD)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("my number is two one two, seven three six, five thousand", "en-US", ["+12127365000"]),
        ("it's (212) 736-5000", "en-US", ["+12127365000"]),
        ("212 736 5000 or 212 736 5001", "en-US", ["+12127365000", "+12127365001"]),
        ("area code two one two and then seven three six five oh double oh", "en-US", ["+12127365000"]),
        ("one two one two seven three six five zero zero zero", "en-US", ["+12127365000"]),
        ("in two weeks", "en-US", []),
        ("fifty dollars on the fifteenth", "en-US", []),
        ("一三八 零零一三 八零零零", "zh-CN", ["+8613800138000"]),
        ("打幺三八零零幺三八零零零吧", "zh-CN", ["+8613800138000"]),
        ("五十块", "zh-CN", []),
    ],
)
def test_telephone_numbers_in_words(text: str, language: str, found: list[str]) -> None:
    assert [one.value for one in languages.of(language).find_phones(text, region_of(language))] == found


@given(st.text(max_size=60), st.sampled_from(["en-US", "zh-CN"]))
def test_finding_numbers_stands_anything(text: str, language: str) -> None:
    for one in languages.of(language).find_phones(text, region_of(language)):
        assert one.value.startswith("+")
        assert text[one.start : one.end] == one.text


def test_numbers_are_keyed_and_checked(script: Script) -> None:
    def keyed(digits: str) -> object:
        return engine_answer(script, Question(Utterance(digits=digits), State("number"), NOW, LEAD))

    assert keyed("2127365000") == Understanding("callback_request", slots={"phone": "+12127365000"}, policy="engine")
    assert keyed("9") == Understanding("stop_calling", policy="engine")
    assert keyed("123") == Understanding("no_match", policy="engine")
    state = State("number", right_party=True)
    wrong = Understanding("callback_request", slots={"phone": "+12121234567"})
    reached, act = conversation.apply(script, LEAD, state, wrong, NOW)
    assert [line.key for line in act.lines][-2:] == ["slots.phone.out_of_range", "steps.number.say"]
    assert reached.slots == {}
    assert phone_in("12", "US") is None
    assert not is_phone("+1")
    assert as_read_out("+8613800138000") == "13800138000"


def test_a_key_means_its_intent_whatever_its_words_would_mean(tmp_path: Path) -> None:
    key = '{"1": {intent: promise_to_pay, words: "i paid yesterday and can pay again tomorrow"}}'
    script = loaded(tmp_path, changed(('{"1": {intent: promise_to_pay, words: tomorrow}}', key)))
    answer = engine_answer(script, Question(Utterance(digits="1"), State("when"), NOW, LEAD))
    tomorrow = TODAY + timedelta(days=1)
    assert answer == Understanding("promise_to_pay", slots={"promise_date": tomorrow}, policy="engine")


def test_a_key_answers_a_yes_or_no_question(tmp_path: Path) -> None:
    step = """\
  owner:
    say: "Do you own it?"
    asks: owns
    keys: {"1": affirm, "2": deny}
    answers: {affirm: [{if: owns known, go: number}, {stay: true}], deny: {end: goodbye}}
"""
    text = changed(("slots:\n", MORE_SLOTS), ("always:\n", step + MORE_STEPS), ("ask: why, ", ""))
    script = loaded(
        tmp_path, text.replace("{type: yes_no, intent: affirm}", "{type: yes_no, intent: affirm, intents: deny}")
    )

    def keyed(digits: str) -> object:
        return engine_answer(script, Question(Utterance(digits=digits), State("owner"), NOW, LEAD))

    assert keyed("1") == Understanding("affirm", slots={"owns": True}, policy="engine")
    assert keyed("2") == Understanding("deny", slots={"owns": False}, policy="engine")


def test_values_are_heard_for_the_slots_of_a_script(script: Script) -> None:
    heard = hear_values(script, "payment", "call 212 736 5000 on friday", NOW, LEAD)
    assert heard.values == {"phone": "+12127365000", "promise_date": date(2026, 11, 27)}
    assert heard.of("affirm", script) == {"promise_date": date(2026, 11, 27)}


def test_values_are_said_as_their_slots_are_spoken_of(script: Script) -> None:
    speaker = Speaker(script, LEAD, NOW)
    slots: dict[str, SlotValue] = {"phone": "+12127365000", "reason": "illness", "owns": True}
    (line,) = speaker.lines(script.steps["read"].say, "steps.read.say", slots, right_party=True)
    assert line.text == "We call two one two, seven three six, five zero zero zero about being ill, yes."
    assert line.speed == 0.8
    assert speaker.word(Decimal(50)) == "fifty dollars"
    assert speaker.word(datetime(2026, 11, 24, 15)) == "tomorrow at three in the afternoon"
    assert speaker.fill("{nobody} is {name}", {}) == "is Maria Lopez"
    assert speaker.fill("Thank you[ very much].", {}) == "Thank you very much."


def test_lines_of_the_debt_are_withheld(script: Script) -> None:
    speaker = Speaker(script, LEAD, NOW)
    words = script.digressions["who_is_this"].say
    (line,) = speaker.lines(words, "d", {}, right_party=False)
    assert (line.key, line.text) == ("d.before_identity", "I call for Acme Bank.")
    assert speaker.lines(script.steps["payment"].say, "s", {}, right_party=False) == ()


def test_what_can_be_known_is_rendered_at_its_speed(script: Script) -> None:
    by_speed = conversation.possible_speech(script, LEAD, NOW)
    texts = {text for some in by_speed.values() for text in some}
    assert "Am I speaking with Maria Lopez?" in texts
    assert not [text for text in texts if "{" in text or "You will pay by" in text]
    assert set(by_speed) <= {words.speed or script.speed for _, words in spoken(script)}


@pytest.mark.parametrize(
    ("name", "language", "short"),
    [("Maria Lopez", "en-US", "Maria"), ("Mr. John Smith", "en-US", "John"), ("Lopez, Maria", "en-US", "Lopez, Maria"),
     ("王小明", "zh-CN", "王小明"), ("Mr.", "en-US", "Mr.")],
)  # fmt: skip
def test_first_names(name: str, language: str, short: str) -> None:
    assert languages.of(language).wording.first_name(name) == short


def test_hints_are_the_steps_own_and_short_examples(tmp_path: Path) -> None:
    examples = ", ".join(f'"yes number {number}"' for number in range(80))
    text = changed(
        ("always:", 'intents: {affirm: {examples: [sure, "this one is much too long to be a hint"]}}\nalways:'),
        ('    again: "Can you pay?"\n', f"    hints: [yes, sure, {examples}]\n"),
    )
    found = phrases(loaded(tmp_path, text), "payment")
    assert found[:3] == ("yes", "sure", "yes number 0")
    assert len(found) == 82, "a step's own are never cut"
    assert "sure" in phrases(loaded(tmp_path, text), "identity")
    assert len(phrases(loaded(tmp_path, text), "identity")) <= MOST
    assert not [phrase for phrase in phrases(loaded(tmp_path, text), "identity") if len(phrase.split()) > 5]


def test_leads_carry_what_a_script_needs(tmp_path: Path) -> None:
    script = loaded(
        tmp_path, changed(("start: identity", "lead: {needs: [account], may_have: region}\nstart: identity"))
    )
    complete = Lead("A", "B", Decimal(1), "USD", TODAY, "America/New_York", {"account": "7"})
    assert check_lead(script, complete) == ()
    broken = Lead(" ", "B", Decimal(0), "USD", TODAY, "Nowhere/At_All")
    assert [problem.what.split()[0] for problem in check_lead(script, broken)] == [
        "account", "name", "amount", "'Nowhere/At_All'"
    ]  # fmt: skip
    assert all(problem.cure for problem in check_lead(script, broken))


@pytest.mark.parametrize(
    ("text", "intent", "phone"),
    [
        ("two one two seven three six five thousand", "callback_request", "+12127365000"),
        ("my number is 212 736 5000", "callback_request", "+12127365000"),
        ("yes it's two one two seven three six five oh oh oh", "callback_request", "+12127365000"),
        ("don't ever call 212 736 5000 again", "stop_calling", None),
        ("take my number off your list", "stop_calling", None),
    ],
)
def test_a_number_that_is_asked_for_is_the_answer(
    script_with_intents: LocalPolicy, text: str, intent: str, phone: str | None
) -> None:
    understood = script_with_intents.decide(Question(Utterance(text), State("number", right_party=True), NOW, LEAD))
    assert (understood.intent, understood.slots.get("phone")) == (intent, phone)


@pytest.mark.parametrize(
    ("value", "said"),
    [("0042", "zero zero four two"), ("007", "zero zero seven"), ("Elm Street 4", "Elm Street 4")],
)
def test_a_column_of_digits_is_said_digit_by_digit(script: Script, value: str, said: str) -> None:
    speaker = Speaker(script, replace(LEAD, more={"account": value}), NOW)
    assert speaker.fill("ending in {account}", {}).replace(",", "") == f"ending in {said}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("i was so sick", "illness"), ("that's a sickening thing", None), ("lost my job", "work"), ("my jobs", None)],
)
def test_a_choice_is_heard_as_whole_words(tmp_path: Path, text: str, reason: str | None) -> None:
    step = """\
  why:
    say: "What is the reason?"
    asks: reason
    keys: {"9": stop_calling}
    answers: {cannot_pay: [{if: reason known, go: number}, {stay: true}]}
"""
    script = loaded(tmp_path, changed(("slots:\n", MORE_SLOTS), ("always:\n", step + MORE_STEPS)))
    assert hear_values(script, "why", text, NOW, LEAD).values.get("reason") == reason
