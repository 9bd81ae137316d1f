"""The persona machine against a bot that is a few lines of arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.examples import times
from voicebot import languages
from voicebot.rehearsal import machine as rules
from voicebot.rehearsal import words
from voicebot.rehearsal.machine import Beep, Command, Leave, PersonaMachine, Phase, Press, Say
from voicebot.rehearsal.persona import Behaviour, Persona, PersonaLead
from voicebot.rehearsal.words import everything_said

TICK = 0.02
LEAD = PersonaLead(
    name="Ann Lee",
    company="Bank",
    amount=Decimal(10),
    currency="USD",
    due_date=date(2026, 12, 1),
    timezone="America/New_York",
)
SAYS = {"identity": ["yes, speaking"], "when": ["well I can pay it on Friday", "on Friday"], "any": ["sure"]}

ENGLISH = languages.of("en-US")
MANDARIN = languages.of("zh-CN")


def persona(*behaviour: Behaviour, says: dict[str, list[str]] | None = None, name: str = "ann") -> Persona:
    return Persona(
        persona=name,
        script="reminder",
        lead=LEAD,
        today=date(2026, 11, 23),
        behaviour=tuple(behaviour),
        says=SAYS if says is None else says,
        expect={"outcome": "hung_up"},
    )


@dataclass
class Stage:
    """A call in steps of 20 ms: the bot's voice is given, what the person does is noted."""

    machine: PersonaMachine
    now: float = 100.0
    did: list[tuple[float, Command]] = field(default_factory=list)
    mouth_until: float | None = None

    def __post_init__(self) -> None:
        self.machine.answered(self.now)

    def run(self, seconds: float, *, loud: bool = False) -> list[Command]:
        """Let time pass; return what the person did meanwhile."""
        before = len(self.did)
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            self.machine.heard(loud, self.now)
            if self.mouth_until is not None and self.now >= self.mouth_until:
                self.mouth_until = None
                self.machine.said(self.now)
            for command in self.machine.tick(self.now):
                self.did.append((self.now, command))
                if isinstance(command, Say):
                    assert self.mouth_until is None, "one mouth"
                    self.mouth_until = self.now + 0.06 * len(command.text)
                elif isinstance(command, Beep):
                    self.mouth_until = self.now + 0.4
        return [command for _, command in self.did[before:]]

    def ask(self, cue: str, seconds: float = 2.0) -> list[Command]:
        """Say a question."""
        self.machine.asked(cue, self.now)
        self.machine.line(True, self.now)
        did = self.run(seconds, loud=True)
        self.machine.line(False, self.now)
        return did


def said(commands: Sequence[Command]) -> list[str]:
    return [command.text for command in commands if isinstance(command, Say)]


def test_answers_by_cue_after_a_human_pause() -> None:
    stage = Stage(PersonaMachine(persona()))
    assert stage.ask("identity") == []
    asked = stage.now
    assert stage.run(3) == [Say("yes, speaking", answer=True)]
    assert 0.3 <= stage.did[0][0] - asked <= 0.75
    stage.ask("when")
    assert said(stage.run(3)) == ["well I can pay it on Friday"]
    stage.ask("when")
    assert said(stage.run(3)) == ["on Friday"]
    stage.ask("when")
    assert said(stage.run(3)) == ["on Friday"], "the last one is repeated"
    stage.ask("never_heard_of_it")
    assert said(stage.run(3)) == ["sure"]
    assert stage.machine.turns == 5


def test_silence_where_no_cue_matches() -> None:
    stage = Stage(PersonaMachine(persona(says={"identity": ["yes"]})))
    stage.ask("when")
    assert stage.run(10) == []


def test_the_main_question_of_the_other_script_is_understood() -> None:
    stage = Stage(PersonaMachine(persona(says={"reminder": ["I will pay"]})))
    stage.ask("collection")
    assert said(stage.run(3)) == ["I will pay"]


def test_a_statement_is_not_answered() -> None:
    stage = Stage(PersonaMachine(persona()))
    stage.ask("identity")
    stage.run(3)
    stage.run(2, loud=True)
    assert stage.run(5) == []


def test_a_pause_between_two_sentences_is_not_the_end_of_the_question() -> None:
    stage = Stage(PersonaMachine(persona()))
    stage.machine.asked("identity", stage.now)
    stage.machine.line(True, stage.now)
    stage.run(2, loud=True)
    assert stage.run(0.8) == []
    stage.run(1.5, loud=True)
    stage.machine.line(False, stage.now)
    assert said(stage.run(1)) == ["yes, speaking"]


def test_a_farewell_is_not_answered() -> None:
    stage = Stage(PersonaMachine(persona()))
    stage.ask("identity")
    stage.machine.bids_farewell()
    assert stage.run(5) == []


def test_without_cues_each_silence_is_a_question() -> None:
    stage = Stage(PersonaMachine(persona(), cues=False))
    stage.run(2, loud=True)
    assert stage.run(0.8) == [], "may be a pause between sentences"
    assert said(stage.run(1)) == ["sure"]
    stage.run(2, loud=True)
    assert said(stage.run(2)) == ["sure"]
    assert stage.run(3) == [], "nothing new was heard"


def test_slow_to_answer() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.SLOW_TO_ANSWER)))
    stage.ask("identity")
    assert stage.run(2.9) == []
    assert said(stage.run(0.3)) == ["yes, speaking"]


def test_talks_over_the_prompt() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.TALKS_OVER_PROMPT)))
    assert said(stage.ask("identity", seconds=5)) == [], "not before knowing who calls"
    assert said(stage.run(2)) == ["yes, speaking"]
    assert said(stage.ask("when", seconds=4)) == ["well I can pay it on Friday"]
    assert said(stage.run(0.5)) == []


def test_who_spoke_over_the_bot_and_was_not_heard_says_it_again() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.TALKS_OVER_PROMPT)))
    stage.ask("identity")
    stage.run(2)
    assert said(stage.ask("when", seconds=6)) == ["well I can pay it on Friday"]
    assert said(stage.run(6)) == ["well I can pay it on Friday"], "once more, and only once"


def test_a_question_put_again_is_heard_before_it_is_answered() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.SILENT_FIRST_TURN)))
    stage.ask("identity")
    stage.run(6)
    stage.machine.asked("identity", stage.now)
    assert stage.run(1) == []
    stage.run(1, loud=True)
    assert said(stage.run(1)) == ["yes, speaking"]


def test_a_question_that_is_learnt_late_is_answered() -> None:
    stage = Stage(PersonaMachine(persona()))
    stage.run(2, loud=True)
    stage.run(1)
    stage.machine.asked("identity", stage.now)
    stage.machine.line(True, stage.now)
    stage.machine.line(False, stage.now)
    assert said(stage.run(1)) == ["yes, speaking"]


def test_uh_huh_answers_nothing() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.SAYS_UH_HUH)))
    assert said(stage.ask("identity", seconds=5)) == [ENGLISH.callees.back_channel]
    assert said(stage.run(2)) == ["yes, speaking"]


def test_a_long_pause_in_the_middle() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.LONG_PAUSE)))
    stage.ask("when")
    assert stage.run(8) == [Say("well I can pay,"), Say("it on Friday", answer=True)]
    (first, one), (second, _) = stage.did
    assert isinstance(one, Say)
    pause = second - (first + 0.06 * len(one.text))
    assert 0.8 <= pause <= 1.25
    assert stage.machine.turns == 1


def test_pauses_and_keys_within_an_answer() -> None:
    says = {"when": ["[2] well I would [1.5] but [press 2] not now"], "any": ["yes"]}
    stage = Stage(PersonaMachine(persona(says=says)))
    stage.ask("when")
    stage.run(10)
    commands = [command for _, command in stage.did]
    assert commands == [Say("well I would,"), Say("but,"), Press("2"), Say("not now", answer=True)]
    assert {one.text for one in commands if isinstance(one, Say)} <= set(everything_said(stage.machine.persona))
    asked_at, first, second = 102.0, stage.did[0][0], stage.did[1][0]
    assert first - asked_at >= 2.3
    assert 1.5 <= second - (first + 0.06 * len("well I would,")) <= 1.6
    assert stage.machine.turns == 1


def test_what_is_asked_again_during_an_answer_is_answered_once() -> None:
    stage = Stage(PersonaMachine(persona(says={"identity": ["[3] yes"], "any": ["what"]})))
    stage.ask("identity")
    stage.run(2)
    stage.ask("identity", seconds=3.0)
    assert [command for _, command in stage.did] == [Say("yes", answer=True)]


def test_silent_first_turn() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.SILENT_FIRST_TURN)))
    stage.ask("identity")
    assert stage.run(6) == []
    stage.ask("identity")
    assert said(stage.run(3)) == ["yes, speaking"]


def test_silent_always() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.SILENT_ALWAYS)))
    for _ in range(5):
        stage.ask("identity")
        assert stage.run(6) == []


def test_keys_only() -> None:
    says = {"identity": ["1"], "when": ["one five"], "any": ["no thanks"]}
    stage = Stage(PersonaMachine(persona(Behaviour.DTMF_ONLY, says=says)))
    pressed: list[Command] = []
    for cue in ("identity", "when", "other"):
        stage.ask(cue)
        pressed += stage.run(3)
    assert pressed == [Press("1"), Press("15"), Press("2")]


def test_hangs_up_after_the_greeting() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.HANGS_UP_AFTER_GREETING)))
    assert stage.ask("identity", seconds=3) == []
    assert [type(command) for command in stage.run(1)] == [Leave]
    assert stage.machine.phase is Phase.GONE
    stage.ask("identity")
    assert stage.run(5) == []


def test_answering_machine() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.ANSWERING_MACHINE, says={})))
    did = stage.run(12)
    assert said(did) == ["Hi, you have reached Ann Lee. I can't come to the phone right now. "
                         "Please leave a message after the tone."]  # fmt: skip
    assert did[1:] == [Beep()]
    stage.ask("identity", seconds=4)
    assert stage.run(5) == [], "a machine answers no question"
    assert [type(command) for command in stage.run(10)] == [Leave]


def test_answering_machine_in_its_own_words() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.ANSWERING_MACHINE, says={"greeting": ["gone fishing"]})))
    assert said(stage.run(5)) == ["gone fishing"]


def test_call_screener_passes_the_call_on() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.CALL_SCREENER)))
    assert said([*stage.ask("identity", seconds=1), *stage.run(9)]) == [ENGLISH.callees.screening]
    stage.run(3, loud=True)
    assert said(stage.run(6)) == [ENGLISH.callees.passed_on, ENGLISH.callees.hello]
    stage.ask("identity")
    assert said(stage.run(3)) == ["yes, speaking"]


def test_call_screener_gives_up() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.CALL_SCREENER)))
    assert [type(command) for command in stage.run(30)] == [Say, Leave]


def test_a_screener_that_wants_a_key_passes_on_whoever_presses_it() -> None:
    says = {"screening": ["To be connected, press five now."], "any": ["sure"]}
    for key, passed_on in (("5", [ENGLISH.callees.passed_on, ENGLISH.callees.hello]), ("1", []), ("", [])):
        stage = Stage(PersonaMachine(persona(Behaviour.CALL_SCREENER, Behaviour.SCREENER_WANTS_KEY, says=says)))
        stage.run(6)
        stage.run(2, loud=True)
        if key:
            stage.machine.pressed(key, stage.now)
        assert said(stage.run(7)) == passed_on


def test_dead_air() -> None:
    stage = Stage(PersonaMachine(persona()))
    assert said(stage.run(10)) == [ENGLISH.callees.hello]
    assert [type(command) for command in stage.run(30)] == [Leave]


def test_people_differ_and_stay_the_same() -> None:
    manners = {rules.Manner.of(persona(name=name)) for name in ("ann", "bob", "cid", "dee")}
    assert len(manners) == 4
    assert rules.Manner.of(persona()) == rules.Manner.of(persona())


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("yes", ("yes", "")),
        ("yes it is", ("yes it is", "")),
        ("well, I can pay on Friday", ("well,", "I can pay on Friday")),
        ("I can pay on Friday", ("I can,", "pay on Friday")),
    ],
)
def test_halves(text: str, halves: tuple[str, str]) -> None:
    assert words.halves(text, ENGLISH) == halves


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("是的", ("是的", "")),
        ("可以，我周五还", ("可以，", "我周五还")),
        ("我周五可以还", ("我周五，", "可以还")),
    ],
)
def test_halves_where_no_spaces_are_written(text: str, halves: tuple[str, str]) -> None:
    assert words.halves(text, MANDARIN) == halves


@pytest.mark.parametrize(
    ("text", "keys"), [("一", "1"), ("按二", "2"), ("是的", "1"), ("不是", "2"), ("九", "9"), ("喂", "")]
)
def test_keys_that_mandarin_words_stand_for(text: str, keys: str) -> None:
    assert words.keys(text, MANDARIN) == keys


@given(text=st.text(alphabet="ab ,.;", max_size=40))
def test_halves_lose_no_word(text: str) -> None:
    first, rest = words.halves(text, ENGLISH)
    joined = f"{first} {rest}" if rest else first
    letters = "".join(character for character in joined if character in "ab")
    assert letters == "".join(character for character in text if character in "ab")


@given(
    behaviour=st.sets(st.sampled_from(list(Behaviour)), max_size=3),
    says=st.dictionaries(
        st.sampled_from(["identity", "when", "any", "pickup"]),
        st.lists(st.sampled_from(["a", "b", "a [1] c"]), min_size=1),
    ),
    cues=st.booleans(),
    steps=st.lists(
        st.tuples(st.sampled_from(["identity", "when", "odd", "", "line", "end"]), st.floats(0.02, 4), st.booleans()),
        max_size=25,
    ),
)
@settings(max_examples=times(3))
def test_whatever_the_bot_does(
    behaviour: set[Behaviour], says: dict[str, list[str]], cues: bool, steps: list[tuple[str, float, bool]]
) -> None:
    who = persona(*sorted(behaviour), says=says)
    stage = Stage(PersonaMachine(who, cues=cues))
    questions = 0
    for what, seconds, loud in steps:
        if what == "line":
            stage.machine.line(loud, stage.now)
        elif what == "end":
            stage.machine.bids_farewell()
        elif what:
            stage.machine.asked(what, stage.now)
            questions += 1
        stage.run(seconds, loud=loud)
    stage.run(rules.LONGEST_CALL_SECONDS + 1)
    commands = [command for _, command in stage.did]
    assert isinstance(commands[-1], Leave), "everybody hangs up at last"
    assert sum(isinstance(command, Leave) for command in commands) == 1
    known = set(everything_said(who))
    assert set(said(commands)) <= known, "all that is said could be spoken before the call"
    answers = sum(isinstance(command, Press) or (isinstance(command, Say) and command.answer) for command in commands)
    if cues:
        assert answers <= 2 * questions, "each question is answered once, and once more by who was not heard"
    if Behaviour.SILENT_ALWAYS in behaviour and not behaviour & {Behaviour.ANSWERING_MACHINE, Behaviour.CALL_SCREENER}:
        assert said(commands) == []
    if Behaviour.DTMF_ONLY in behaviour:
        assert answers == sum(isinstance(command, Press) for command in commands)


def test_a_recorded_mailbox_records_as_soon_as_its_recording_is_over() -> None:
    stage = Stage(PersonaMachine(persona(Behaviour.ANSWERING_MACHINE, says={"wav": ["box.wav"]})))
    assert stage.run(2.0) == [Say("box.wav")]
    assert stage.machine.phase is Phase.RECORDING, "the recording has its own tone"
    assert "box.wav" not in everything_said(stage.machine.persona), "nobody reads its name aloud"


def test_after_a_recorded_greeting_the_person_answers() -> None:
    stage = Stage(PersonaMachine(persona(says={"wav": ["shop.wav"], **SAYS})))
    assert stage.run(1.0) == [Say("shop.wav")]
    stage.ask("identity")
    assert said(stage.run(2.0)) == ["yes, speaking"]
