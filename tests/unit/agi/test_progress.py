"""The machine of one call: its stories told step by step, and what holds whatever happens."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi import progress as p
from voicebot.agi import progress_events as e
from voicebot.agi.ami_events import ChannelEnded, DialBegin, DialEnd, DialState, OriginateAnswer
from voicebot.agi.phone import Disposition, HangUp, Origin

BOT, CALLEE, HUMAN = "attempt", "callee.1", "human.2"
BEGIN = DialBegin(BOT, BOT, "AudioSocket/x", CALLEE, "PJSIP/carrier-1")
OWN_BEGIN = DialBegin(BOT, "", "", BOT, "AudioSocket/x")
OWN_END = DialEnd(BOT, "", BOT, "ANSWER")
RINGS = DialState(BOT, CALLEE, "RINGING")
ANSWERS = DialEnd(BOT, BOT, CALLEE, "ANSWER")
CALLEE_GONE = ChannelEnded(BOT, CALLEE, 16, 0)
BOT_GONE = ChannelEnded(BOT, BOT, 16, 0)
HUMAN_BEGIN = DialBegin(BOT, CALLEE, "PJSIP/carrier-1", HUMAN, "PJSIP/carrier-2")
HUMAN_ANSWERS = DialEnd(BOT, CALLEE, HUMAN, "ANSWER")
UP: list[e.Input] = [OWN_BEGIN, e.MediaUp(), OWN_END, e.SessionOpened(), BEGIN]
TALKING: list[e.Input] = [*UP, RINGS, ANSWERS]
MOVING: list[e.Input] = [*TALKING, e.TransferWanted("201")]
MOVED: list[e.Input] = [
    *MOVING,
    e.MediaDown(),
    e.DialDone("ANSWER", 16, 200),
    e.SessionClosed(),
    BOT_GONE,
    e.SessionOpened(),
]


class Story:
    """A machine that is told things, one second later each time."""

    def __init__(self, events: Iterable[e.Input] = (), ring: float = 25.0) -> None:
        self.machine = p.Progress(BOT, ring, 0.0)
        self.now = 0.0
        self.outputs: list[e.Output] = []
        self.tell(*events)

    def tell(self, *events: e.Input, seconds: float = 0.01) -> list[e.Output]:
        """Tell some events; return what came of them."""
        new: list[e.Output] = []
        for event in events:
            self.now += seconds
            new += self.machine.handle(event, self.now)
        self.outputs += new
        return new

    def wait(self, seconds: float) -> list[e.Output]:
        """Let time pass without anything being heard."""
        new: list[e.Output] = []
        for _ in range(int(seconds * 4)):
            new += self.tell(e.Tick(self.now), seconds=0.25)
        return new

    @property
    def hang_up(self) -> HangUp:
        (told,) = [output for output in self.outputs if isinstance(output, e.TellHungUp)]
        assert self.outputs[-1] is told
        return told.hang_up


def kinds(outputs: Iterable[e.Output]) -> list[str]:
    return [type(output).__name__ for output in outputs]


def test_rings_is_answered_and_the_callee_hangs_up() -> None:
    story = Story([*TALKING, CALLEE_GONE])
    assert kinds(story.outputs) == ["TellMediaUp", "TellRinging", "TellAnswered", "TellHungUp"]
    assert story.hang_up == HangUp(Disposition.ANSWERED, 16, 0, by_callee=True, explanation="the callee hung up")


def test_the_bots_own_leg_is_no_callee() -> None:
    story = Story([OWN_BEGIN, e.MediaUp(), OWN_END])
    assert kinds(story.outputs) == ["TellMediaUp"]
    assert story.machine.may_dial


def test_the_number_is_told_once_and_never_after_the_end() -> None:
    assert not Story([e.SessionOpened()]).machine.may_dial
    assert not Story([e.HangUpWanted()]).machine.may_dial
    assert not Story([e.AmiLost()]).machine.may_dial


def test_we_hang_up() -> None:
    story = Story(TALKING)
    assert story.tell(e.HangUpWanted()) == [e.EndChannels((CALLEE, BOT))]
    story.tell(CALLEE_GONE)
    assert not story.hang_up.by_callee


def test_we_hang_up_and_asterisk_does_nothing() -> None:
    story = Story([*TALKING, e.HangUpWanted()])
    assert "CloseMedia" in kinds(story.wait(p.END_SECONDS + 0.5))
    story.wait(p.GIVE_UP_SECONDS)
    assert story.hang_up.disposition is Disposition.ANSWERED


def test_ring_time_out() -> None:
    story = Story([*UP, RINGS], ring=2.0)
    story.wait(2.0)
    story.tell(e.DialDone("NOANSWER", 0, 180), ChannelEnded(BOT, CALLEE, 0, 0))
    assert story.hang_up.disposition is Disposition.NO_ANSWER
    assert "in time" in story.hang_up.explanation


def test_a_carrier_that_never_reacts() -> None:
    story = Story(UP, ring=2.0)
    story.wait(2.0)
    story.tell(e.DialDone("NOANSWER", 0, 0), ChannelEnded(BOT, CALLEE, 0, 0))
    assert story.hang_up.disposition is Disposition.CONGESTION


def test_a_status_that_only_the_session_knows_is_waited_for() -> None:
    story = Story([*UP, ChannelEnded(BOT, CALLEE, 127, 0)])
    assert "TellHungUp" not in kinds(story.outputs)
    story.tell(e.DialDone("NOANSWER", 127, 607))
    assert story.hang_up.disposition is Disposition.REJECTED


def test_but_not_for_ever() -> None:
    story = Story([*UP, ChannelEnded(BOT, CALLEE, 17, 0)])
    story.wait(2.0)
    assert story.hang_up.disposition is Disposition.BUSY


def test_nothing_was_dialled() -> None:
    story = Story([e.MediaUp(), e.SessionOpened(), e.DialDone("CHANUNAVAIL", 3, 0), e.SessionClosed(), BOT_GONE])
    story.wait(2.0)
    assert story.hang_up.disposition is Disposition.FAILED
    assert "endpoint" in story.hang_up.explanation


def test_the_bots_leg_could_not_be_made() -> None:
    assert Story([OriginateAnswer("x", "", success=False, reason=0)]).hang_up.disposition is Disposition.FAILED


def test_no_media_comes() -> None:
    story = Story()
    assert kinds(story.wait(p.MEDIA_SECONDS + 1)) == ["EndChannels", "TellHungUp"]


def test_everything_is_lost_at_once() -> None:
    story = Story([*TALKING, e.MediaDown(), e.SessionClosed(), e.AmiLost()])
    assert story.hang_up == HangUp(Disposition.ANSWERED, explanation="Asterisk went away")


def test_ami_lost_the_talk_goes_on_and_the_session_tells_the_end() -> None:
    story = Story([*UP, RINGS, e.AmiLost()])
    assert kinds(story.tell(e.DialDone("ANSWER", 16, 200), e.SessionClosed(), e.MediaDown())) == [
        "TellAnswered",
        "TellHungUp",
    ]
    assert story.hang_up.disposition is Disposition.ANSWERED


def test_answered_while_ami_was_away() -> None:
    story = Story([*UP, RINGS, e.AmiLost()])
    channels = {BOT: ("AudioSocket/x", "Up"), CALLEE: ("PJSIP/carrier-1", "Up")}
    assert kinds(story.tell(e.AmiBack(channels))) == ["TellAnswered"]


def test_dialled_and_answered_while_ami_was_away() -> None:
    story = Story([e.MediaUp(), e.SessionOpened(), e.AmiLost()])
    channels = {BOT: ("AudioSocket/x", "Up"), CALLEE: ("PJSIP/carrier-1", "Up")}
    assert kinds(story.tell(e.AmiBack(channels))) == ["TellAnswered"]
    assert story.tell(e.TransferWanted("201")) == [e.Redirect("PJSIP/carrier-1")]


def test_handed_over_and_gone_while_ami_was_away() -> None:
    story = Story([*MOVED, HUMAN_BEGIN, HUMAN_ANSWERS, e.AmiLost()])
    assert "TellHungUp" not in kinds(story.outputs)
    assert kinds(story.tell(e.SessionClosed())) == ["TellHungUp"]


def test_a_frozen_asterisk_is_given_up() -> None:
    story = Story([*TALKING, e.AmiLost()])
    heard_at = story.now
    for _ in range(int(p.FROZEN_SECONDS * 4) + 8):
        story.tell(e.Tick(heard_at), seconds=0.25)
    assert story.hang_up.disposition is Disposition.ANSWERED


def test_transfer_taken() -> None:
    story = Story(MOVING)
    assert story.outputs[-1] == e.Redirect("PJSIP/carrier-1")
    story = Story([*MOVED, HUMAN_BEGIN, HUMAN_ANSWERS])
    assert story.outputs[-1] == e.TellTransferred("201", answered=True)
    story.wait(600)
    assert story.machine.stage is p.Stage.HANDED_OVER
    story.tell(CALLEE_GONE)
    assert story.hang_up.by_callee


def test_transfer_taken_and_the_human_hangs_up() -> None:
    story = Story([*MOVED, HUMAN_BEGIN, HUMAN_ANSWERS, e.TransferDone("ANSWER"), e.SessionClosed(), CALLEE_GONE])
    assert not story.hang_up.by_callee
    assert "human" in story.hang_up.explanation


def test_transfer_not_taken_and_the_callee_comes_back() -> None:
    story = Story([*MOVED, HUMAN_BEGIN, e.TransferDone("NOANSWER")])
    assert story.machine.takes_media
    assert story.tell(e.MediaUp()) == [e.TellTransferred("201", answered=False)]
    story.wait(60)
    assert story.machine.stage is p.Stage.TALKING
    assert story.tell(e.TransferWanted("202")) == [e.Redirect("PJSIP/carrier-1")]


def test_the_callee_hangs_up_while_being_transferred() -> None:
    story = Story([*MOVED, HUMAN_BEGIN, CALLEE_GONE])
    assert kinds(story.outputs[-2:]) == ["TellTransferred", "TellHungUp"]


def test_a_transfer_that_cannot_be_ordered() -> None:
    story = Story(MOVING)
    assert story.tell(e.RedirectFailed()) == [e.TellTransferred("201", answered=False)]
    story = Story([*TALKING, e.AmiLost()])
    assert story.tell(e.TransferWanted("201")) == [e.TellTransferred("201", answered=False)]
    assert story.machine.stage is p.Stage.TALKING


def test_a_transfer_that_leads_nowhere_is_ended() -> None:
    story = Story([*MOVING, e.MediaDown(), e.DialDone("ANSWER", 16, 200), e.SessionClosed()])
    assert "EndChannels" in kinds(story.wait(p.END_SECONDS + 1))


ANY_EVENT = st.sampled_from(
    [
        *MOVED, BOT_GONE, CALLEE_GONE, HUMAN_BEGIN, HUMAN_ANSWERS, e.MediaDown(), e.SessionClosed(), e.AmiLost(),
        e.AmiBack({}), e.AmiBack({BOT: ("a", "Up"), CALLEE: ("b", "Ring")}), e.DialDone("BUSY", 17, 486), e.DialDone(),
        e.HangUpWanted(), e.RedirectFailed(), e.TransferDone("BUSY"), e.TransferDone("ANSWER"), e.TransferDone(),
        OriginateAnswer("x", "", success=False, reason=0), DialEnd(BOT, BOT, CALLEE, "BUSY"),
    ]
)  # fmt: skip


@given(st.lists(st.tuples(ANY_EVENT, st.sampled_from([0.0, 0.1, 1.0, 5.0])), max_size=30))
def test_whatever_happens_the_end_is_told_once_and_last_and_comes(events: list[tuple[e.Input, float]]) -> None:
    story = Story()
    for event, seconds in events:
        story.tell(event, seconds=seconds)
    story.tell(e.HangUpWanted())
    story.wait(p.GIVE_UP_SECONDS + 2)
    told = kinds(story.outputs)
    assert told.count("TellHungUp") == 1
    assert told[-1] == "TellHungUp"
    assert told.count("TellAnswered") <= 1
    assert told.count("TellMediaUp") <= 1
    answered = "TellAnswered" in told
    assert (story.hang_up.disposition is Disposition.ANSWERED) == answered
    wanted = sum(isinstance(event, e.TransferWanted) for event, _ in events)
    assert told.count("TellTransferred") <= wanted


def test_a_second_transfer_does_not_replace_the_first() -> None:
    story = Story(MOVED)
    assert story.tell(e.TransferWanted("202")) == [e.TellTransferred("202", answered=False)]
    assert story.tell(HUMAN_BEGIN, HUMAN_ANSWERS) == [e.TellTransferred("201", answered=True)]


PROCEEDS = DialState(BOT, CALLEE, "PROCEEDING")
EARLY = DialState(BOT, CALLEE, "PROGRESS")


@pytest.mark.parametrize(
    ("signs", "technical", "disposition", "origin"),
    [
        ([RINGS], 180, "no_answer", "callee"),
        ([EARLY], 183, "no_answer", "callee"),
        ([], 180, "no_answer", "callee"),  # the AMI event was missed
        ([PROCEEDS], 100, "congestion", "carrier"),
        ([], 100, "congestion", "carrier"),
        ([], 0, "congestion", "trunk"),
    ],
)
def test_only_what_rang_rang_out(signs: list[e.Input], technical: int, disposition: str, origin: str) -> None:
    story = Story([*UP, *signs], ring=4.0)
    story.wait(4.0)
    story.tell(ChannelEnded(BOT, CALLEE, 0, 0), e.DialDone("NOANSWER", 0, technical))
    assert (story.hang_up.disposition, story.hang_up.origin) == (disposition, origin)


@pytest.mark.parametrize(
    "events",
    [
        [OWN_BEGIN, OriginateAnswer(f"originate-{BOT}", "", success=False, reason=0)],
        [OWN_BEGIN, e.MediaUp(), OWN_END, BOT_GONE, e.MediaDown(), *[e.Tick(0.0)] * 2000],  # FastAGI not reached
        [OWN_BEGIN, *[e.Tick(0.0)] * 2000],
        [*UP[:4], e.DialDone("CHANUNAVAIL", 3, 0), e.SessionClosed(), BOT_GONE, *[e.Tick(0.0)] * 2000],
        [OWN_BEGIN, e.MediaUp(), OWN_END, e.AmiLost(), e.MediaDown()],
    ],
)
def test_where_nobody_was_dialled_nobody_was_asked(events: list[e.Input]) -> None:
    story = Story(events)
    assert story.hang_up.disposition is Disposition.FAILED
    assert story.hang_up.origin is Origin.OURS


def test_asterisk_that_goes_away_while_it_rings_interrupts_the_call() -> None:
    story = Story([*UP, RINGS, e.AmiLost(), e.SessionClosed(), e.MediaDown()])
    assert story.hang_up.disposition is Disposition.INTERRUPTED
    assert (story.hang_up.origin, story.hang_up.rang) == (Origin.OURS, True)
    told = Story([*TALKING, e.AmiLost(), e.SessionClosed(), e.MediaDown()]).hang_up
    assert (told.disposition, told.origin) == (Disposition.ANSWERED, Origin.CALLEE)


def test_a_second_dialled_channel_is_ended_and_is_not_the_callee() -> None:
    story = Story(UP)
    other = "forwarded.3"
    outputs = story.tell(DialBegin(BOT, BOT, "AudioSocket/x", other, "Local/900@x"))
    assert outputs == [e.EndChannels((other, BOT))]
    story.tell(DialEnd(BOT, BOT, other, "ANSWER"))
    story.tell(ChannelEnded(BOT, CALLEE, 23, 302), e.DialDone("CHANUNAVAIL", 21, 0))
    assert (story.hang_up.disposition, story.hang_up.technical) == (Disposition.MOVED, 302)


def test_the_words_beside_the_status_are_waited_for() -> None:
    story = Story(UP)
    assert not story.tell(ChannelEnded(BOT, CALLEE, 21, 603))
    story.tell(e.DialDone("CHANUNAVAIL", 21, 603, "Network Blocked"))
    assert story.hang_up.disposition is Disposition.BLOCKED


def test_a_carrier_where_the_trunk_is_not_registered_does_not_blame_the_number() -> None:
    story = Story([*UP, ChannelEnded(BOT, CALLEE, 1, 404)])
    story.tell(e.DialDone("CHANUNAVAIL", 1, 404, registered=False))
    assert (story.hang_up.disposition, story.hang_up.origin) == (Disposition.FAILED, Origin.TRUNK)


@pytest.mark.parametrize("status", [0, 300, 301, 302, 305, 380])
def test_a_redirect_is_told_whether_or_not_asterisk_noted_its_status(status: int) -> None:
    """Asterisk hangs the channel up as soon as it sees the new target, often before it has noted the status."""
    story = Story(UP)
    story.tell(DialEnd(BOT, BOT, CALLEE, "CANCEL", moved=True), DialEnd(BOT, BOT, CALLEE, "BUSY"))
    story.tell(ChannelEnded(BOT, CALLEE, 16 if status else 0, status), e.DialDone("BUSY"), e.SessionClosed())
    (told,) = [output for output in story.outputs if isinstance(output, e.TellHungUp)]
    assert told.hang_up.disposition is Disposition.MOVED
    assert told.hang_up.technical == (status or 302)
