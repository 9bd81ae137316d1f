"""Whose words count, and which words show how loud the callee is."""

from __future__ import annotations

from typing import Any

import pytest

from voicebot.call.turn_events import Meaning
from voicebot.call.whose import Said, counts, dismissed, teaches
from voicebot.speech.listening.nearest.picture import Who


@pytest.mark.parametrize(
    ("said", "heeded"),
    [
        (Said(Who.PERSON, Meaning.UNCLEAR), True),
        (Said(Who.ALONE, Meaning.ANSWER, answers=True, over_us=True), True),
        (Said(Who.ALONE, Meaning.ANSWER), True),
        (Said(Who.ALONE, Meaning.ANSWER, over_us=True), False),
        (Said(Who.ALONE, Meaning.ANSWER, strange=True), False),
        (Said(Who.ALONE, Meaning.UNCLEAR), False),
        (Said(Who.UNSURE, Meaning.ANSWER, answers=True), True),
        (Said(Who.UNSURE, Meaning.ANSWER), False),
        (Said(Who.UNSURE, Meaning.UNCLEAR, answers=True), False),
        (Said(Who.ROOM, Meaning.ANSWER, answers=True), False),
        (Said(Who.ECHO, Meaning.ANSWER, answers=True), False),
    ],
)
def test_what_is_heeded(said: Said, heeded: bool) -> None:
    assert counts(said) is heeded


@pytest.mark.parametrize("who", list(Who))
@pytest.mark.parametrize(
    ("text", "said", "teaching"),
    [
        ("Yes, this is she.", {"answers": True, "sure": 0.9}, {Who.PERSON, Who.ALONE, Who.UNSURE}),
        ("Yes, this is she.", {"answers": True, "sure": 0.4}, {Who.PERSON}),
        ("Who is this?", {"sure": 0.9}, {Who.PERSON}),
        ("Rain is moving in.", {"means": Meaning.UNCLEAR}, set()),
        ("Do you want whiter teeth?", {"strange": True}, set()),
        ("Hello?", {"means": Meaning.UNCLEAR, "sure": 0.3}, {Who.PERSON, Who.ALONE, Who.UNSURE}),
    ],
)
def test_what_teaches(who: Who, text: str, said: dict[str, Any], teaching: set[Who]) -> None:
    assert teaches(Said(who, **{"means": Meaning.ANSWER, **said}), text, "en-US") is (who in teaching)


def test_the_person_is_never_taken_for_the_room_afterwards() -> None:
    assert not dismissed(Who.PERSON, heeded=False)
    assert dismissed(Who.UNSURE, heeded=False)
    assert not dismissed(Who.ALONE, heeded=True)
