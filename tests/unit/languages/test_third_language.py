"""A language that the package has never heard of: adding its folder is all there is to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from voicebot import languages
from voicebot.call.meaning import hesitant, meaning
from voicebot.call.turn_events import Meaning
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Lead, Question, Understanding, Utterance
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.speech.listening.activity import Activity
from voicebot.speech.listening.greeting import GreetingClassifier, Verdict

NOW = datetime(2026, 11, 23, 10)
LEAD = Lead("Ludoviko Z", "Banko", Decimal(30), "PLN", date(2026, 12, 1), "Europe/Warsaw")
SCRIPT = """
script: eta
version: "1"
language: eo-PL
start: identity
intents:
  affirm: {examples: [jes, jes mi estas, certe]}
  deny: {examples: [ne, tute ne, mi ne estas]}
  promise_to_pay: {examples: [mi pagos vendredo, mi pagos]}
slots:
  promise_date: {type: date, intent: promise_to_pay, ask: when, past: "Ne.", too_far: "Ne."}
steps:
  identity:
    say: "Ĉu vi estas {first_name}?"
    answers: {affirm: {go: when, right_party: true}, deny: {end: gone}}
  when:
    say: "Vi ŝuldas {amount_due}. Kiam vi pagos?"
    asks: promise_date
    expects: date
    answers:
      promise_to_pay: [{if: promise_date known, go: sure}, {stay: true}]
      deny: {end: gone}
  sure:
    say: "Do {promise_date}, ĉu ne?"
    confirms: promise_date
    answers: {affirm: {end: promised}, deny: {go: when, forget: promise_date}}
always: {stop_calling: {end: stopped}}
endings:
  gone: {outcome: wrong_person, say: "Ĝis."}
  promised: {outcome: promise_to_pay, say: "Do {promise_date}.", record: promise_date}
  stopped: {outcome: do_not_call, say: "Ĝis."}
  silent: {outcome: no_response, say: "Ĝis."}
  voicemail: {}
reprompts: {no_input: ["Ĉu vi aŭdas?"], no_match: ["Pardonu?"]}
exhausted: {end: silent}
limits: {turns: 9, digressions: 2, end: silent}
voicemail: {say: "{company}.", end: voicemail}
screener: {say: "{company}.", end: silent}
transfer: {failed: {end: silent}}
debt_words: [ŝuldas]
"""


@pytest.fixture(autouse=True)
def _third(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = Path(__file__).parent / "third"
    monkeypatch.setattr(languages, "__path__", [*languages.__path__, str(folder)])
    languages.of.cache_clear()
    yield
    languages.of.cache_clear()
    sys.modules.pop("voicebot.languages.eo", None)


def test_it_is_one_of_the_languages() -> None:
    assert languages.codes() == ("en", "eo", "zh")
    assert "eo-PL" in languages.tags()


def test_a_script_in_it_is_read_understood_and_spoken(tmp_path: Path) -> None:
    path = tmp_path / "eta.yaml"
    path.write_text(SCRIPT, encoding="utf-8")
    script = load_script(path)
    policy = LocalPolicy(script)
    state, act = conversation.open_conversation(script, LEAD, NOW)
    assert act.lines[-1].text == "Ĉu vi estas Ludoviko?"
    for words, intent, said in (
        ("ehm jes", "affirm", "Vi ŝuldas 30 zlotoj. Kiam vi pagos?"),
        ("mi pagos morgaŭ", "promise_to_pay", "Do morgaŭ, ĉu ne?"),
        ("certe", "affirm", "Do morgaŭ."),
    ):
        understanding = policy.decide(Question(Utterance(words), state, NOW, LEAD))
        assert understanding.intent == intent
        state, act = conversation.apply(script, LEAD, state, understanding, NOW)
        assert act.lines[-1].text == said
    assert act.ending is not None and act.ending.slots == {"promise_date": date(2026, 11, 24)}
    stopping = policy.decide(Question(Utterance("bonvolu ne voku min"), replace(state, step="when"), NOW, LEAD))
    assert (stopping.intent, stopping.policy) == ("stop_calling", "keyword")


def test_its_manners_and_machines_are_known() -> None:
    said = meaning(Utterance("Aha."), Understanding("affirm"), language="eo-PL", speaking=True, asked=False)
    assert said is Meaning.BACK_CHANNEL
    assert hesitant("mi pagos kaj", Understanding("no_match", complete=False), "eo-PL")
    classifier = GreetingClassifier("eo-PL")
    for frame in range(150):
        classifier.frame(Activity(True, frame * 20, 0, -20.0), frame * 0.02)
    assert classifier.words("Bonvolu lasu mesaĝon post la signalo", 3.0) is Verdict.VOICEMAIL
