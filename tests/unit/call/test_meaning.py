"""What an utterance is to the turn."""

from __future__ import annotations

import pytest

from voicebot.call.meaning import hesitant, meaning
from voicebot.call.turn_events import Meaning
from voicebot.dialogue.talk import Understanding, Utterance


@pytest.mark.parametrize(
    ("text", "intent", "speaking", "asked", "expected"),
    [
        ("uh-huh", "affirm", True, False, Meaning.BACK_CHANNEL),
        ("Okay.", "affirm", True, False, Meaning.BACK_CHANNEL),
        ("yes", "affirm", True, True, Meaning.ANSWER),
        ("yes", "affirm", False, True, Meaning.ANSWER),
        ("hello?", "no_match", True, True, Meaning.BACK_CHANNEL),
        ("stop calling me", "stop_calling", True, False, Meaning.ANSWER),
        ("mumble", "no_match", True, True, Meaning.BACK_CHANNEL),
        ("mumble mumble mumble", "no_match", True, True, Meaning.UNCLEAR),
        ("mumble", "no_match", False, True, Meaning.UNCLEAR),
        ("", "no_match", False, True, Meaning.NOTHING),
        ("…", "no_match", False, True, Meaning.NOTHING),
    ],
)
def test_meaning(text: str, intent: str, speaking: bool, asked: bool, expected: Meaning) -> None:
    got = meaning(Utterance(text, 0.9), Understanding(intent), language="en-US", speaking=speaking, asked=asked)
    assert got is expected


@pytest.mark.parametrize(
    ("asked", "confidence", "expected"),
    [
        (False, 0.3, Meaning.BACK_CHANNEL),
        (False, 0.8, Meaning.ANSWER),
        (True, 0.3, Meaning.ANSWER),
    ],
)
def test_a_word_hardly_heard_over_a_statement_interrupts_nothing(
    asked: bool, confidence: float, expected: Meaning
) -> None:
    understood = Understanding("not_available")
    got = meaning(Utterance("Her,", confidence), understood, language="en-US", speaking=True, asked=asked)
    assert got is expected


@pytest.mark.parametrize(
    ("text", "clear", "asked", "expected"),
    [
        ("Y'all should've got the letter.", False, False, Meaning.STRAY),
        ("Y'all should've got the letter.", True, False, Meaning.ANSWER),
        ("Y'all should've got the letter.", False, True, Meaning.ANSWER),
        ("Do you have the letter?", False, False, Meaning.ANSWER),
    ],
)
def test_words_that_mean_nothing_interrupt_only_a_question(
    text: str, clear: bool, asked: bool, expected: Meaning
) -> None:
    understood = Understanding("out_of_scope")
    got = meaning(Utterance(text, 0.9), understood, language="en-US", speaking=True, asked=asked, clear=clear)
    assert got is expected
    quiet = meaning(Utterance(text, 0.9), understood, language="en-US", speaking=False, asked=True, clear=clear)
    assert quiet is Meaning.ANSWER


def test_mandarin_back_channels() -> None:
    for text in ("嗯", "好的", "喂"):
        got = meaning(Utterance(text), Understanding("affirm"), language="zh-CN", speaking=True, asked=False)
        assert got is Meaning.BACK_CHANNEL


def test_a_click_taken_for_a_word_is_nothing() -> None:
    got = meaning(
        Utterance("the", 0.2), Understanding("no_match"), language="en-US", speaking=False, asked=True, seconds=0.2
    )
    assert got is Meaning.NOTHING


@pytest.mark.parametrize("text", ["i can pay on", "well", "let me see...", "uh", "I could pay maybe", "it's the"])
def test_trailing_words(text: str) -> None:
    assert hesitant(text, Understanding("no_match", complete=False), "en-US")
    assert not hesitant(text, Understanding("affirm", complete=True), "en-US")


@pytest.mark.parametrize("text", ["on Friday.", "yes", "I already paid it", "no", "next week"])
def test_finished_words(text: str) -> None:
    assert not hesitant(text, Understanding("no_match", complete=False), "en-US")


@pytest.mark.parametrize(("intent", "means"), [("affirm", Meaning.NOTHING), ("wrong_person", Meaning.ANSWER)])
def test_a_yes_before_anything_was_asked_says_yes_to_nothing(intent: str, means: Meaning) -> None:
    said, understood = Utterance("Philippa speaking", 0.9), Understanding(intent)
    got = meaning(said, understood, language="en-US", speaking=False, asked=True, asks=False)
    assert got is means
    over = meaning(said, understood, language="en-US", speaking=True, asked=False, asks=False)
    assert (over is Meaning.BACK_CHANNEL) == (intent == "affirm")
