"""What is asked about an utterance: answers in time, lines made ready, and what happens when neither comes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.unit.call.carried import RECOGNITION_SECONDS, Clips, Policy, Pool, Recognizer, Silent
from tests.unit.dialogue.making import LEAD, NOW, SMALL, loaded
from voicebot.call.asking import PLAN_SECONDS, RENDER_SECONDS, Asked, Asker
from voicebot.call.trying.told_time import told
from voicebot.call.turn_events import Decided, Meaning
from voicebot.dialogue.conversation.script_talk import ScriptTalk
from voicebot.dialogue.talk import Question, Understanding, Utterance
from voicebot.journal.writer import Journal
from voicebot.speech.recognition.second_ear import LOOK_SECONDS, SecondEar


class Slow(Policy):
    """Takes its time."""

    seconds = 0.0

    async def understand(self, question: Question) -> Understanding:
        await asyncio.sleep(self.seconds)
        return await super().understand(question)


class Desk:
    """An asker, and what it asks."""

    def __init__(self, folder: Path, *, ear: Recognizer | None = None, **intents: str) -> None:
        loop = asyncio.get_running_loop()
        script = loaded(folder, SMALL)
        self.policy, self.clips = Slow(script, **intents), Clips()
        self.journal = Journal(folder, uuid4(), begun_at=loop.time(), wall=NOW.timestamp())
        talk = ScriptTalk(script, LEAD, self.policy, lambda: NOW)
        talk.open()
        self.wanted = True
        self.ear = ear or Recognizer()
        second_ear = SecondEar(Pool(self.ear)) if ear else None
        self._asker = Asker(talk, self.clips, self.journal, loop.time, second_ear)

    async def ask(self, said: Utterance, **known: Any) -> Decided:
        asked = Asked(**{"speaking": False, "asked": True, "seconds": 2.0, **known})
        heard, plan = await self._asker.plan(7, asked, said, lambda: self.wanted)
        return await self._asker.decided(7, asked, heard, plan)

    def names(self) -> list[str]:
        return [str(entry["event"]) for entry in self.journal.entries]


def test_an_answer_is_told_from_words_that_fit_nothing_and_from_none(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path, yes="affirm", stop="stop_calling")
        said = {text: await desk.ask(Utterance(text, 0.9)) for text in ("yes", "the weather", "", "stop")}
        assert [one.meaning for one in said.values()] == [
            Meaning.ANSWER,
            Meaning.UNCLEAR,
            Meaning.NOTHING,
            Meaning.ANSWER,
        ]
        assert [one.urgent for one in said.values()] == [False, False, False, True]
        assert {one.query for one in said.values()} == {7}

    told(story())


def test_what_is_said_over_a_statement_may_be_no_answer(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path, yes="affirm")
        over = {"speaking": True, "asked": False}
        assert (await desk.ask(Utterance("yes", 0.9), **over)).meaning is Meaning.BACK_CHANNEL
        assert (await desk.ask(Utterance("yes", 0.9), speaking=True)).meaning is Meaning.ANSWER
        for special in (Utterance(silence=True), Utterance(machine="voicemail")):
            assert (await desk.ask(special, **over)).meaning is Meaning.ANSWER

    told(story())


def test_words_over_a_statement_interrupt_it_only_if_they_mean_something_here(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path, my_letter="out_of_scope", wait_for_a_moment="wait")
        over = {"speaking": True, "asked": False}
        for text in ("my letter", "mumble mumble mumble"):
            assert (await desk.ask(Utterance(text, 0.9), **over)).meaning is Meaning.STRAY
            assert (await desk.ask(Utterance(text, 0.9), speaking=True)).meaning is not Meaning.STRAY
        assert (await desk.ask(Utterance("what letter do you mean", 0.9), **over)).meaning is not Meaning.STRAY
        assert (await desk.ask(Utterance("wait for a moment", 0.9), **over)).meaning is Meaning.ANSWER
        assert (await desk.ask(Utterance("wait for a moment", 0.4), **over)).meaning is Meaning.STRAY

    told(story())


def test_an_answer_is_all_of_it_where_it_is_surely_one(tmp_path: Path) -> None:
    async def story() -> None:
        intents: dict[str, Any] = {"yes": "affirm", "yes,": "affirm", "the_letter": "out_of_scope"}
        desk = Desk(tmp_path, **intents)
        assert (await desk.ask(Utterance("yes", 0.9))).settled
        for text, sure in (("yes", 0.5), ("yes,", 0.9), ("the letter", 0.9), ("mumble mumble mumble", 0.9)):
            assert not (await desk.ask(Utterance(text, sure))).settled
        assert (await desk.ask(Utterance("okay", 0.9), speaking=True, asked=False)).settled

    told(story())


def test_a_policy_that_takes_too_long_costs_a_misunderstanding_and_no_more_time(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path, yes="affirm")
        desk.policy.seconds = 60.0
        begun = asyncio.get_running_loop().time()
        await desk.ask(Utterance("yes", 0.9))
        assert asyncio.get_running_loop().time() - begun <= PLAN_SECONDS + 0.001
        assert desk.names()[-2:] == ["decision_failed", "understood"]

    told(story())


def test_a_line_that_was_not_rendered_is_waited_for_but_not_long(tmp_path: Path) -> None:
    line = "Your payment of one hundred twenty dollars and fifty cents is late. Can you pay it?"

    async def story(seconds: float) -> tuple[float, list[str]]:
        desk = Desk(tmp_path, yes="affirm")
        desk.clips.late[line] = seconds
        begun = asyncio.get_running_loop().time()
        await desk.ask(Utterance("yes", 0.9))
        return round(asyncio.get_running_loop().time() - begun, 3), desk.names()

    assert told(story(0.4))[0] == 0.4
    waited, names = told(story(5.0))
    assert (waited, names[-1]) == (RENDER_SECONDS, "render_failed")
    assert told(story(float("inf")))[1][-1] == "render_failed"


SOUND = b"\x00\x10" * 8000


def test_what_was_hardly_heard_is_listened_to_once_more(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path, ear=Recognizer(), yes="affirm")
        desk.ear.words = ["yes"]
        decided = await desk.ask(Utterance("yonder guess", 0.4), sound=SOUND, utterance=3)
        assert decided.meaning is Meaning.ANSWER
        assert desk.names()[-3:] == ["second_look", "words", "understood"]
        look, words, understood = desk.journal.entries[-3:]
        assert (look["text"], look["counts"], look["waited_ms"]) == ("yes", True, RECOGNITION_SECONDS * 1000)
        assert (words["utterance"], words["text"], words["source"]) == (3, "yes", "second_ear")
        assert understood["intent"] == "affirm"

    told(story())


def test_sure_words_of_no_consequence_are_not_listened_to_again_and_words_that_tell_the_debt_are(
    tmp_path: Path,
) -> None:
    async def story(confidence: float, said: str) -> bool:
        desk = Desk(tmp_path, ear=Recognizer(), yes="affirm", wait="wait")
        desk.ear.words = [said]
        await desk.ask(Utterance(said, confidence), sound=SOUND)
        return "second_look" in desk.names()

    assert told(story(0.8, "yes"))
    assert not told(story(0.9, "yes"))
    assert not told(story(0.8, "wait"))
    assert told(story(0.6, "wait"))


def test_a_second_look_is_waited_for_briefly_and_not_where_speech_has_gone_on(tmp_path: Path) -> None:
    async def story(*, wanted: bool) -> tuple[float, list[str]]:
        desk = Desk(tmp_path, ear=Silent(), yes="affirm")
        desk.wanted = wanted
        begun = asyncio.get_running_loop().time()
        await desk.ask(Utterance("yes", 0.5), sound=SOUND)
        return round(asyncio.get_running_loop().time() - begun, 3), desk.names()

    waited, names = told(story(wanted=True))
    assert (waited, names[-1]) == (LOOK_SECONDS, "understood")
    assert "second_look" not in names
    assert told(story(wanted=False))[0] == 0.0
