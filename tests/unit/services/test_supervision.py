"""When a service is started, asked, ended, left alone."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from voicebot.services.supervision import Ask, BecameReady, Command, End, Failed, Limits, Start, State, Supervision

LIMITS = Limits(
    start_seconds=10, ask_seconds=1, frozen_seconds=2, stuck_seconds=20, first_pause_seconds=1,
    longest_pause_seconds=4, failures=4, rest_seconds=100, steady_seconds=30,
)  # fmt: skip


def _ready(now: float = 0.0) -> Supervision:
    machine = Supervision(LIMITS)
    assert machine.begin(now) == [Start(1)]
    assert machine.tick(now) == [Ask(1)]
    assert machine.answered(1, 0.0, now + 3) == [BecameReady(1, 3)]
    return machine


def test_asked_again_a_while_after_each_answer() -> None:
    machine = _ready()
    assert machine.state is State.READY
    assert machine.tick(3.9) == []
    assert machine.tick(4.0) == [Ask(1)]
    assert machine.wake_at == math.inf
    assert machine.answered(1, 0.0, 4.1) == []
    assert machine.wake_at == 5.1


def test_one_unanswered_question_is_asked_again_two_prove_a_freeze() -> None:
    machine = _ready()
    assert machine.tick(4.0) == [Ask(1)]
    assert machine.unanswered(1, 5.0) == []
    assert machine.tick(5.0) == [Ask(1)]
    (end,) = machine.unanswered(1, 6.0)
    assert isinstance(end, End)
    assert "frozen" in end.reason
    assert machine.exited(1, "it was ended by SIGKILL", 6.1) == [Failed(end.reason, 1, 1)]
    assert machine.tick(7.0) == []
    assert machine.tick(7.2) == [Start(2)]


def test_an_answer_in_between_clears_the_silence() -> None:
    machine = _ready()
    machine.tick(4.0)
    machine.unanswered(1, 5.0)
    machine.tick(5.0)
    machine.answered(1, 0.0, 5.5)
    machine.tick(6.5)
    assert machine.unanswered(1, 7.5) == []


def test_one_that_is_slow_to_start_is_asked_on_and_ended_at_its_limit() -> None:
    machine = Supervision(LIMITS)
    machine.begin(0.0)
    for second in range(9):
        assert machine.tick(float(second)) == [Ask(1)]
        assert machine.unanswered(1, second + 0.9) == []
    (end,) = machine.tick(10.0)
    assert isinstance(end, End)
    assert "10 s" in end.reason


def test_a_request_that_never_ends_is_a_fault_although_questions_are_answered() -> None:
    machine = _ready()
    machine.tick(4.0)
    assert machine.answered(1, 19.0, 4.1) == []
    machine.tick(5.1)
    (end,) = machine.answered(1, 20.5, 5.2)
    assert isinstance(end, End)
    assert "stuck" in end.reason


def test_pauses_grow_and_after_many_failures_it_rests() -> None:
    machine = Supervision(LIMITS)
    machine.begin(0.0)
    pauses, now = [], 0.0
    for number in itertools.count(1):
        (failed,) = machine.exited(number, "it ended with exit code 1", now)
        assert isinstance(failed, Failed)
        pauses.append(failed.again_in)
        if number == 5:
            break
        now += failed.again_in
        assert machine.tick(now) == [Start(number + 1)]
    assert pauses == [1, 2, 4, 100, 4]


def test_one_that_says_itself_that_it_is_hopeless_is_left_alone_at_once() -> None:
    machine = Supervision(LIMITS)
    machine.begin(0.0)
    assert machine.exited(1, "no such model", 1.0, hopeless=True) == [Failed("no such model", 1, 100)]
    assert machine.state is State.RESTING


def test_good_health_clears_the_failures_before() -> None:
    machine = _ready()
    (failed,) = machine.exited(1, "it was ended by SIGSEGV", 32.9)
    assert failed == Failed("it was ended by SIGSEGV", 1, 1)
    machine.tick(34.0)
    machine.answered(2, 0.0, 35.0)
    assert machine.exited(2, "gone", 65.0) == [Failed("gone", 1, 1)]


def test_what_an_earlier_process_says_changes_nothing() -> None:
    machine = _ready()
    machine.exited(1, "gone", 4.0)
    machine.tick(5.0)
    before = machine.wake_at
    assert machine.answered(1, 0.0, 5.1) == machine.unanswered(1, 5.1) == machine.exited(1, "gone", 5.2) == []
    assert (machine.state, machine.wake_at) == (State.STARTING, before)


def test_begin_cuts_a_rest_short() -> None:
    machine = Supervision(LIMITS)
    machine.begin(0.0)
    for number in range(1, 5):
        machine.exited(number, "gone", 1000.0 * number)
        machine.tick(1000.0 * number + 50)
    assert machine.state is State.RESTING
    assert machine.begin(4060.0) == [Start(5)]
    assert machine.begin(4061.0) == []


def test_end_restarts() -> None:
    machine = _ready()
    assert machine.end("a new model", 5.0) == [End(1, "a new model")]
    assert machine.end("a new model", 5.1) == []
    assert machine.tick(10.0) == [End(1, "a new model")], "told again when it is still there"


_EVENTS = st.sampled_from(["tick", "answered", "unanswered", "exited", "stuck", "end", "begin"])


@given(st.lists(st.tuples(st.floats(0, 15), _EVENTS), max_size=80))
def test_whatever_happens_there_is_one_process_at_most_and_always_a_next_one(
    steps: list[tuple[float, str]],
) -> None:
    machine, now = Supervision(LIMITS), 0.0
    running: set[int] = set()
    asked: set[int] = set()

    def carry(commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Start(process):
                    assert not running, "started while another one runs"
                    running.add(process)
                    asked.clear()
                case Ask(process):
                    assert process in running
                    assert not asked, "asked while a question is on its way"
                    asked.add(process)
                case End(process):
                    assert process in running
                case Failed(_, _, again_in):
                    assert 0 < again_in <= LIMITS.rest_seconds

    def event(what: str) -> None:
        number = machine.process
        if what == "begin":
            carry(machine.begin(now))
        elif what == "end":
            carry(machine.end("told to", now))
        elif what == "tick":
            carry(machine.tick(now))
        elif what == "exited" and running:
            running.clear()
            asked.clear()
            carry(machine.exited(number, "gone", now))
        elif asked and what in {"answered", "stuck", "unanswered"}:
            asked.clear()
            if what == "unanswered":
                carry(machine.unanswered(number, now))
            else:
                carry(machine.answered(number, 99.0 if what == "stuck" else 0.0, now))

    carry(machine.begin(now))
    for passed, what in steps:
        now += passed
        event(what)
    # From wherever it is, a service that is well becomes ready.
    for _ in range(8):
        if machine.state is State.READY:
            break
        now = max(now, min(machine.wake_at, now + 1000))
        event("tick")
        event("exited" if machine.state is State.ENDING else "answered")
    assert machine.state is State.READY
