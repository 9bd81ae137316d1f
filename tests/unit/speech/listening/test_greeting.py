"""Who picked up: table of greetings, and what holds whatever is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.languages.answering import Unreachable
from voicebot.speech.listening.activity import Activity
from voicebot.speech.listening.greeting import GreetingClassifier, Verdict

FRAME_MS = 20
Part = tuple[str, int | str]
"""``speech`` or ``silence`` with milliseconds, ``words`` with a text, ``beep``."""


class Line:
    """A classifier and the time on its line."""

    def __init__(self, language: str = "en-US", *, screened: bool = False) -> None:
        base = GreetingClassifier(language)
        self.classifier = base.after_screener() if screened else base
        self.ms = 0
        self.silence = 0
        self.verdict = Verdict.UNDECIDED

    def hear(self, *parts: Part) -> Verdict:
        for kind, what in parts:
            if kind == "words":
                self._told(self.classifier.words(str(what), self.ms / 1000))
            elif kind == "beep":
                self._told(self.classifier.beep(self.ms / 1000))
            else:
                self._frames(int(what), speech=kind == "speech")
        return self.verdict

    def _frames(self, milliseconds: int, *, speech: bool) -> None:
        run = 0
        for _ in range(milliseconds // FRAME_MS):
            self.ms += FRAME_MS
            run = run + FRAME_MS if speech else 0
            self.silence = 0 if speech else self.silence + FRAME_MS
            self._told(self.classifier.frame(Activity(speech, run, self.silence, -20.0), self.ms / 1000))

    def _told(self, verdict: Verdict) -> None:
        if self.verdict not in {Verdict.UNDECIDED, Verdict.PERSON, Verdict.SILENCE}:
            assert verdict is self.verdict, "a verdict that it is a machine does not change"
        self.verdict = verdict
        assert bool(self.classifier.why) == (verdict is not Verdict.UNDECIDED), "each verdict says why"


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([("speech", 600), ("words", "hello"), ("silence", 1600)], Verdict.PERSON),
        ([("speech", 600), ("words", "hello"), ("silence", 1000)], Verdict.UNDECIDED),
        ([("speech", 3500), ("words", "hello this is the johnson residence"), ("silence", 3100)], Verdict.PERSON),
        ([("silence", 11900)], Verdict.UNDECIDED),
        ([("silence", 12100)], Verdict.SILENCE),
        ([("speech", 29900)], Verdict.UNDECIDED),
        ([("speech", 30100)], Verdict.PERSON),  # nothing proved a machine
        ([("speech", 5000), ("words", "please leave a message after the tone")], Verdict.VOICEMAIL),
        ([("speech", 2600), ("words", "we cannot take your call")], Verdict.VOICEMAIL),
        ([("speech", 1000), ("words", "leave a message")], Verdict.UNDECIDED),  # one phrase, no monologue
        ([("speech", 1000), ("words", "leave a message"), ("beep", 0)], Verdict.VOICEMAIL),
        ([("speech", 3000), ("silence", 500), ("beep", 0)], Verdict.VOICEMAIL),
        ([("speech", 600), ("beep", 0), ("silence", 1600)], Verdict.PERSON),  # a phone that beeps in an ear
        ([("speech", 900), ("words", "he is not available can i take a message"), ("silence", 1600)], Verdict.PERSON),
        ([("speech", 2600), ("words", "you left a message on my voicemail"), ("silence", 3100)], Verdict.PERSON),
        (
            [("speech", 3000), ("words", "please state your name and the reason for your call")],
            Verdict.SCREENER,
        ),
        ([("speech", 800), ("words", "who is calling"), ("silence", 1600)], Verdict.PERSON),
    ],
)
def test_greetings(parts: list[Part], verdict: Verdict) -> None:
    assert Line().hear(*parts) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("您拨打的用户暂时无法接通，请在提示音后留言", Verdict.VOICEMAIL),
        ("我是 机主 的 智能 助理 请 说明 来意", Verdict.SCREENER),
        ("喂 你好", Verdict.UNDECIDED),
        ("他不在 要不要留言", Verdict.UNDECIDED),
    ],
)
def test_greetings_in_chinese(text: str, verdict: Verdict) -> None:
    assert Line("zh-CN").hear(("speech", 3000), ("words", text)) is verdict


def test_a_menu_of_keys_is_a_switchboard_that_wants_none() -> None:
    line = Line()
    line.hear(("speech", 2400), ("words", "thank you for calling"), ("silence", 300))
    assert line.hear(("speech", 2400), ("words", "for sales press one for service press two")) is Verdict.UNDECIDED
    assert line.hear(("silence", 1300)) is Verdict.SWITCHBOARD
    assert line.classifier.key == ""


def test_a_tone_tells_nothing_until_it_is_said_what_it_is_for() -> None:
    line = Line()
    assert line.hear(("speech", 3000), ("words", "thanks for your patience after the tone")) is Verdict.UNDECIDED
    asked = "thanks for your patience after the tone please say your name and i will try to reach them"
    assert line.hear(("speech", 2000), ("words", asked)) is Verdict.SCREENER
    assert Line().hear(("speech", 3000), ("words", "do it after the tone"), ("silence", 1300)) is Verdict.VOICEMAIL


def test_whoever_asks_for_a_key_is_a_machine_however_short_that_is() -> None:
    line = Line()
    asked = ("words", "please press seven to go on")
    assert line.hear(("speech", 1500), asked, ("silence", 1300)) is Verdict.SWITCHBOARD
    assert line.classifier.key == "7"


def test_asking_whether_we_are_a_machine_makes_nobody_one() -> None:
    said = ("words", "wait are you a virtual assistant who is calling")
    assert Line().hear(("speech", 3000), said, ("silence", 3100)) is Verdict.PERSON


def test_after_a_screener_it_is_the_person_or_their_voicemail() -> None:
    asked = ("words", "please state your name and the reason for your call")
    assert Line(screened=True).hear(("speech", 3000), asked) is not Verdict.SCREENER
    assert Line(screened=True).hear(("speech", 600), ("words", "hello"), ("silence", 1600)) is Verdict.PERSON


parts = st.one_of(
    st.tuples(st.sampled_from(["speech", "silence"]), st.integers(0, 300).map(lambda frames: frames * FRAME_MS)),
    st.tuples(
        st.just("words"),
        st.lists(st.sampled_from(["hello", "yes", "who is calling", "speaking", "i am busy", "ok"])).map(" ".join),
    ),
)


@given(st.lists(parts, max_size=8), st.sampled_from(["en-US", "zh-CN"]))
def test_without_evidence_nobody_is_a_machine(heard: list[Part], language: str) -> None:
    line = Line(language)
    line.hear(*heard)
    assert line.verdict not in (Verdict.VOICEMAIL, Verdict.SCREENER)
    line.hear(("silence", 30100))
    assert line.verdict is not Verdict.UNDECIDED, "and in the end all is decided"


@pytest.mark.parametrize(
    ("language", "said", "key"),
    [
        (
            "en-US",
            ["the number is protected from unwanted calls", "to be connected please press five now"],
            "5",
        ),
        ("en-US", ["to be connected", "please press 5"], "5"),
        ("en-US", ["press one to be connected"], "1"),
        ("en-US", ["To complete your call, press the pound key."], "#"),
        (
            "en-US",
            ["if you are a telemarketer hang up", "otherwise dial the number zero to continue your call"],
            "0",
        ),
        ("zh-CN", ["您拨打的用户已开启防骚扰", "如需接通 请按5"], "5"),
        ("zh-CN", ["为防止骚扰电话 需要接通请按一号键"], "1"),
        ("zh-CN", ["继续呼叫请按井号键"], "#"),
    ],
)
def test_who_asks_for_a_key_to_be_connected_is_a_screener(language: str, said: list[str], key: str) -> None:
    line = Line(language)
    for text in said:
        line.hear(("speech", 2400), ("words", text), ("silence", 300))
    assert line.verdict is Verdict.SCREENER
    assert line.classifier.key == key


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "do you want me to press one or what"),
        ("en-US", "i pressed five and nothing happened"),
        ("en-US", "can i press charges against one of you"),
        ("en-US", "hold on let me press one more shirt"),
        ("zh-CN", "我按了五没有反应"),
        ("zh-CN", "你等一下我去按一下"),
    ],
)
def test_people_who_speak_of_keys_are_people(language: str, text: str) -> None:
    line = Line(language)
    assert line.hear(("speech", 2400), ("words", text), ("silence", 3100)) is Verdict.PERSON


def test_a_mailbox_with_keys_for_more_options_stays_a_mailbox() -> None:
    line = Line()
    text = "i can't take your call right now please leave a message after the tone or press one for more options"
    assert line.hear(("speech", 4000), ("words", text), ("silence", 300)) is Verdict.VOICEMAIL


def test_a_person_that_turns_out_to_ask_for_a_key_was_none() -> None:
    line = Line()
    assert line.hear(("speech", 1500), ("words", "hello you have dialled anna"), ("silence", 1600)) is Verdict.PERSON
    assert line.hear(("speech", 2000), ("words", "to be connected press three"), ("silence", 300)) is Verdict.SCREENER
    assert line.classifier.key == "3"


def test_a_screener_that_repeats_what_it_asks_for_is_no_person() -> None:
    line = Line(screened=True)
    said = line.hear(("speech", 2400), ("words", "to be connected please press five now"), ("silence", 300))
    assert said is Verdict.SCREENER


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en-US", "the number you have dialed is not in service please check the number", Unreachable.NOT_IN_SERVICE),
        ("en-US", "the mobile phone you are calling is switched off please try again later", Unreachable.SWITCHED_OFF),
        ("en-US", "the number you are calling has calling restrictions", Unreachable.BARRED),
        ("zh-CN", "您拨打的号码是空号 请查证后再拨", Unreachable.NOT_IN_SERVICE),
        ("zh-CN", "您好 您拨打的电话已关机", Unreachable.SWITCHED_OFF),
        ("zh-CN", "您拨打的用户正在通话中 请稍后再拨", Unreachable.BUSY),
        ("zh-CN", "您拨打的电话已停机", Unreachable.SUSPENDED),
    ],
)
def test_announcements_of_networks(language: str, text: str, reason: Unreachable) -> None:
    line = Line(language)
    assert line.hear(("speech", 4000), ("words", text), ("silence", 2600)) is Verdict.ANNOUNCEMENT
    assert line.classifier.unreachable is reason


def test_an_announcement_with_a_mailbox_behind_it_is_a_mailbox() -> None:
    said = ("words", "您拨打的用户暂时无法接通")
    line = Line("zh-CN")
    assert line.hear(("speech", 2500), said, ("silence", 800)) is Verdict.UNDECIDED
    assert line.hear(("speech", 2000), ("words", "请在提示音后留言")) is Verdict.VOICEMAIL


@pytest.mark.parametrize(
    "text",
    [
        "thank you for calling miller's hardware this is bob how can i help you",
        "good morning you've reached the front desk how may i direct your call",
    ],
)
def test_who_answers_for_a_company_is_a_person(text: str) -> None:
    line = Line()
    assert line.hear(("speech", 4600), ("words", text), ("silence", 1100)) is Verdict.PERSON
    assert line.classifier.refuses("yes go ahead") == ""


def test_who_listens_to_the_bot_and_answers_is_a_person_at_once() -> None:
    classifier = GreetingClassifier("en-US")
    for tick in range(200):
        classifier.frame(Activity(False, 0, 20 * tick, -70.0), tick / 50, playing=True)
    for tick in range(200, 230):
        classifier.frame(Activity(True, 20 * (tick - 199), 0, -20.0), tick / 50)
    assert classifier.words("yes speaking", 4.7) is Verdict.PERSON
    assert classifier.settled


def test_who_says_little_and_hangs_up_is_a_person() -> None:
    line = Line()
    line.hear(("speech", 1500), ("words", "stop calling me"))
    assert line.classifier.hung_up(2.0) is Verdict.PERSON
    machine = Line()
    machine.hear(("speech", 1500), ("words", "this number is protected from unwanted calls"))
    assert machine.classifier.hung_up(2.0) is not Verdict.PERSON


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "She's not home right now."),
        ("en-US", "He is not available, he's at work"),
        ("en-US", "they can't come to the phone"),
        ("zh-CN", "他不在家"),
        ("zh-CN", "她现在不方便接电话"),
    ],
)
def test_who_speaks_of_somebody_else_is_no_recording(language: str, text: str) -> None:
    assert GreetingClassifier(language).refuses(text) == ""


def test_a_recording_that_speaks_of_somebody_else_as_well_is_one() -> None:
    long = "hi you have reached the johnsons she's not home right now so please leave a message after the tone"
    assert GreetingClassifier("en-US").refuses(long)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("对方的语音信相以满 暂时不能流言", Verdict.VOICEMAIL),
        ("当前作习繁忙请您内心等待", Verdict.SWITCHBOARD),
        ("你好我是小艾同学正在代为阶停电话 请问您是哪位", Verdict.SCREENER),
        ("你薄打滴号码世空浩", Verdict.ANNOUNCEMENT),
    ],
)
def test_what_is_written_in_other_characters_sounds_the_same(text: str, verdict: Verdict) -> None:
    assert Line("zh-CN").hear(("speech", 3000), ("words", text), ("silence", 2600)) is verdict


def test_a_closed_shop_that_says_so_at_length_is_no_person() -> None:
    said = "thank you for calling carver and sons our office is closed right now for directions see our page"
    assert Line().hear(("speech", 8000), ("words", said), ("silence", 3100)) is Verdict.VOICEMAIL


def test_somebody_who_says_to_others_that_they_will_be_with_them_is_a_person() -> None:
    said = ("words", "hang on the phone is ringing i'll be right with you yes hello")
    assert Line().hear(("speech", 4000), said, ("silence", 3100)) is Verdict.PERSON
