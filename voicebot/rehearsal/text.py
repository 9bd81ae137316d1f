"""The same people as text: their words go straight into the policy, with no telephone, voice or recogniser between.

What a persona says to each question, what must come of it and what must never happen are the same as in a rehearsal
over audio. Only the phone line and the recogniser are missing, so the difference between the two is what hearing costs.
Behaviours that only concern time and the room change nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from voicebot import languages
from voicebot.dialogue.conversation.lines import debt_keys
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.trying.files import Turn
from voicebot.dialogue.trying.text_talk import Exchange, TextTalk
from voicebot.dialogue.understanding.policy import Policy
from voicebot.plain import plain
from voicebot.rehearsal.aloud import Keys, pieces, words
from voicebot.rehearsal.never import (
    Confirmed,
    Course,
    DebtNamed,
    Happening,
    HumanCalled,
    SaidByPerson,
    TakenForMachine,
    broken,
    confirming_cells,
)
from voicebot.rehearsal.persona import Behaviour, Persona
from voicebot.rehearsal.report import Call
from voicebot.rehearsal.selection import lead_of, time_of_call
from voicebot.rehearsal.words import Answers, keys, screening_question

MOST_TURNS: Final = 60
"""After so many turns a person hangs up; scripts end long before."""


class TextPerson:
    """What one persona does next in a conversation as text."""

    def __init__(self, persona: Persona) -> None:
        self._persona = persona
        self._language = languages.of(persona.language)
        self._answers = Answers(persona)
        self._begun = False
        self._silent_once = persona.behaves(Behaviour.SILENT_FIRST_TURN)
        self._screened = persona.behaves(Behaviour.CALL_SCREENER)
        self.turns = 0
        """How often the persona answered."""

    def next(self, now: Exchange) -> Turn:
        """Return what the persona does, the bot having come to ``now``."""
        persona, first = self._persona, not self._begun
        self._begun = True
        if first and persona.behaves(Behaviour.ANSWERING_MACHINE):
            return Turn(machine="voicemail")
        if first and self._screened:
            return Turn(machine="screener")
        if self._screened:
            self._screened = False
            wanted = keys(screening_question(persona), self._language)
            pressed = now.act.press != "" and now.act.press in wanted
            if persona.behaves(Behaviour.SCREENER_WANTS_KEY) and not pressed:
                return Turn(hangs_up=True)
            return Turn(they=self._language.callees.hello)
        if persona.behaves(Behaviour.HANGS_UP_AFTER_GREETING) or self.turns >= MOST_TURNS:
            return Turn(hangs_up=True)
        if persona.behaves(Behaviour.SILENT_ALWAYS) or self._silent_once:
            self._silent_once = False
            return Turn(silence=True)
        return self._answer(now.act.listening.cue if now.act.listening is not None else "")

    def _answer(self, cue: str) -> Turn:
        text = self._answers.to(cue)
        if text is None:
            return Turn(silence=True)
        self.turns += 1
        over = self._persona.behaves(Behaviour.TALKS_OVER_PROMPT)
        if self._persona.behaves(Behaviour.DTMF_ONLY):
            pressed = keys(text, self._language)
        else:  # keys settle a turn in which somebody speaks as well
            pressed = "".join(one.keys for one in pieces(text, self._language) if isinstance(one, Keys))
            if not pressed and (said := words(text, self._language)):
                return Turn(they=said, interrupts=over)
        return Turn(key=pressed, interrupts=over) if pressed else Turn(silence=True)


async def rehearse_as_text(persona: Persona, script: Script, policy: Policy) -> Call:
    """Have one persona talk as text, and say what came of it."""
    talk = TextTalk(script, lead_of(persona), policy, time_of_call(persona))
    person = TextPerson(persona)
    while talk.now.act.ending is None and not talk.over and len(talk.exchanges) <= 2 * MOST_TURNS:
        await talk.take(person.next(talk.now))
    talk.hear_out()
    ending = talk.ending
    outcome = ending.outcome if ending is not None else ""
    slots: Mapping[str, Any] = ending.slots if ending is not None else {}
    course = Course(tuple(_happenings(script, talk.exchanges)), script.outcomes.get(outcome, outcome), slots)
    return Call(
        persona=persona.persona,
        expected=persona.expect,
        got={"outcome": outcome, **slots},
        language=persona.language,
        turns=person.turns,
        engines={"policy": policy.name},
        problem="" if ending is not None else "never came to an end",
        never=tuple(map(str, persona.never)),
        broken=broken(persona, course),
        talk=tuple(_told(talk.exchanges)),
    )


def _happenings(script: Script, exchanges: Sequence[Exchange]) -> Iterator[Happening]:
    of_debt, confirming = debt_keys(script), confirming_cells(script)
    for exchange in exchanges:
        turn, act = exchange.turn, exchange.act
        if turn is not None and turn.machine:
            yield TakenForMachine()
        elif turn is not None and (turn.they or turn.key):
            yield SaidByPerson(turn.they)
        if confirming & set(act.taken):
            yield Confirmed()
        if any(line.key in of_debt for line in act.lines):
            yield DebtNamed()
        if act.ending is not None and act.ending.action == "transfer":
            yield HumanCalled()


def _told(exchanges: Sequence[Exchange]) -> Iterator[dict[str, Any]]:
    """Yield the conversation as data, turn by turn."""
    for exchange in exchanges:
        turn, understood = exchange.turn, exchange.understanding
        did = ""
        if turn is not None:
            did = turn.they or turn.key or turn.machine or ("(hangs up)" if turn.hangs_up else "(silence)")
        yield {
            "person": did,
            "intent": understood.intent if understood is not None else "",
            "slots": plain(dict(understood.slots)) if understood is not None else {},
            "step": exchange.state.step,
            "bot": " ".join(line.text for line in exchange.act.lines),
        }
