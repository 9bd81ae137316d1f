"""A real little service: killed, frozen, crashing, slow; asked many things at once; nothing left running."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from voicebot.errors import RefusedError, UnavailableError
from voicebot.services.supervised import SupervisedProcess
from voicebot.services.supervision import Limits, State

LITTLE = Path(__file__).with_name("little.py")
LONG = 30.0
"""No test waits this long when all is well."""
QUICK = Limits(start_seconds=LONG, ask_seconds=0.1, frozen_seconds=0.6, first_pause_seconds=0.05, failures=3)

Make = Callable[..., SupervisedProcess]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    made: list[SupervisedProcess] = []

    def one(mode: str = "serve", limits: Limits = QUICK) -> SupervisedProcess:
        command = [sys.executable, str(LITTLE), mode, str(tmp_path)]
        made.append(SupervisedProcess("Little", command, log=tmp_path / "log" / "little.log", limits=limits))
        return made[-1]

    yield one
    for service in made:
        await service.close()


async def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.01)


async def test_starts_tells_of_itself_and_answers(make: Make) -> None:
    service = make()
    await service.start()
    details = await service.ready(LONG)
    assert (details["model"], details["pid"]) == ("little", service.pid)
    reply = await service.ask({"do": "echo", "said": "žluťoučký\n“kůň”"}, seconds=LONG)
    assert reply.fields["said"] == reply.payload.decode() == "žluťoučký\n“kůň”"


async def test_a_request_without_answer_holds_up_no_other(make: Make) -> None:
    service = make()
    await service.start()
    await service.ready(LONG)
    never = asyncio.create_task(service.ask({"do": "never"}, seconds=0.3))
    replies = await asyncio.gather(
        *(service.ask({"do": "echo", "said": str(number)}, seconds=LONG) for number in range(200))
    )
    assert [reply.payload.decode() for reply in replies] == [str(number) for number in range(200)]
    with pytest.raises(UnavailableError, match="did not answer within"):
        await never
    large = await service.ask({"do": "large", "size": 20_000_000}, seconds=LONG)
    assert len(large.payload) == 20_000_000


async def test_a_late_answer_is_dropped(make: Make) -> None:
    service = make()
    await service.start()
    await service.ready(LONG)
    with pytest.raises(UnavailableError, match="within"):
        await service.ask({"do": "after", "seconds": 0.2, "said": "late"}, seconds=0.05)
    later = await service.ask({"do": "after", "seconds": 0.4, "said": "mine"}, seconds=LONG)
    assert later.fields["said"] == "mine"


async def test_what_nobody_waits_for_any_more_is_not_done(make: Make, tmp_path: Path) -> None:
    service = make(limits=Limits(frozen_seconds=LONG))
    await service.start()
    await service.ready(LONG)
    blocking = asyncio.create_task(service.ask({"do": "block", "seconds": 0.5}, seconds=LONG))
    await asyncio.sleep(0)  # it is sent first
    with pytest.raises(UnavailableError, match="within"):
        await service.ask({"do": "descend"}, seconds=0.1)
    await blocking
    await service.ask({"do": "echo", "said": ""}, seconds=LONG)
    assert not psutil.Process(service.pid).children()


async def test_refusals_and_faults_are_told_and_end_nothing(make: Make, tmp_path: Path) -> None:
    service = make()
    await service.start()
    await service.ready(LONG)
    with pytest.raises(RefusedError, match="I would rather not"):
        await service.ask({"do": "refuse"}, seconds=LONG)
    with pytest.raises(RefusedError, match=r"RuntimeError in the service, at little.py:\d+"):
        await service.ask({"do": "fail"}, seconds=LONG)
    assert "a secret" not in (tmp_path / "log" / "little.log").read_text()
    with pytest.raises(UnavailableError):
        await service.ask({"do": "echo", "said": "x" * 2_000_000}, seconds=LONG)
    assert (await service.ask({"do": "echo", "said": "on"}, seconds=LONG)).fields["said"] == "on"
    assert service.details["start"] == 1


async def test_killed_it_is_started_again_and_whoever_waits_is_told_at_once(make: Make) -> None:
    service = make()
    await service.start()
    await service.ready(LONG)
    waiting = asyncio.create_task(service.ask({"do": "never"}, seconds=LONG))
    await service.ask({"do": "echo", "said": "it has arrived"}, seconds=LONG)
    os.kill(service.pid, signal.SIGKILL)
    with pytest.raises(UnavailableError, match="ended while it was asked"):
        await waiting
    await _until(lambda: service.is_ready and service.details["start"] == 2, "it did not come back")
    assert (await service.ask({"do": "echo", "said": "again"}, seconds=LONG)).fields["said"] == "again"


async def test_frozen_it_is_noticed_and_replaced(make: Make) -> None:
    service = make()
    await service.start()
    await service.ready(LONG)
    frozen = service.pid
    os.kill(frozen, signal.SIGSTOP)
    await _until(lambda: service.state is not State.READY, "the freeze was not noticed")
    assert "frozen" in service.reason
    await _until(lambda: service.is_ready, "it did not come back")
    assert service.pid != frozen
    assert not psutil.pid_exists(frozen)


async def test_a_request_that_never_ends_is_noticed(make: Make) -> None:
    service = make(limits=Limits(ask_seconds=0.05, stuck_seconds=0.3, first_pause_seconds=0.05))
    await service.start()
    await service.ready(LONG)
    with pytest.raises(UnavailableError, match="ended"):
        await service.ask({"do": "never"}, seconds=LONG)
    await _until(lambda: service.is_ready and service.details["start"] == 2, "it did not come back")


async def test_one_that_crashes_again_and_again_is_left_alone_and_says_why(make: Make, tmp_path: Path) -> None:
    service = make("crash")
    await service.start()
    with pytest.raises(UnavailableError, match="exit code 1: the model is broken"):
        await service.ready(LONG)
    await _until(lambda: service.state is State.RESTING, "it is started on and on")
    assert (tmp_path / "starts").read_text() == "xxx"
    with pytest.raises(UnavailableError, match="not ready"):
        await service.ask({"do": "echo", "said": ""}, seconds=LONG)


async def test_one_that_is_hopeless_is_not_tried_again(make: Make, tmp_path: Path) -> None:
    service = make("hopeless")
    await service.start()
    with pytest.raises(UnavailableError, match="there is no such model"):
        await service.ready(LONG)
    assert (tmp_path / "starts").read_text() == "x"


async def test_one_that_crashes_once_comes_up(make: Make) -> None:
    service = make("crash_once")
    await service.start()
    assert (await service.ready(LONG))["start"] == 2


async def test_one_that_never_gets_ready_is_ended(make: Make, tmp_path: Path) -> None:
    service = make("hang", Limits(start_seconds=0.5, failures=1, rest_seconds=math.inf))
    await service.start()
    with pytest.raises(UnavailableError, match=r"not ready within 0\.5 s"):
        await service.ready(LONG)


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    service = SupervisedProcess("Nothing", [tmp_path / "nothing"], log=tmp_path / "log", limits=QUICK)
    await service.start()
    with pytest.raises(UnavailableError, match="nothing cannot be run: No such file"):
        await service.ready(LONG)
    await service.close()


async def test_close_ends_all_that_was_started_also_when_it_is_frozen(make: Make) -> None:
    service = make(limits=Limits(frozen_seconds=LONG))
    await service.start()
    await service.ready(LONG)
    child = (await service.ask({"do": "descend"}, seconds=LONG)).fields["pid"]
    pid = service.pid
    os.kill(pid, signal.SIGSTOP)
    await service.close()
    assert not psutil.pid_exists(pid)
    await _until(lambda: not psutil.pid_exists(child), "its child is left")
    with pytest.raises(UnavailableError, match="not ready"):
        await service.ask({"do": "echo", "said": ""}, seconds=LONG)


async def test_close_while_it_starts(make: Make) -> None:
    before = set(psutil.Process().children(recursive=True))
    service = make("hang")
    await service.start()
    await asyncio.sleep(0)
    await service.close()
    assert set(psutil.Process().children(recursive=True)) <= before


async def test_dies_with_whoever_started_it(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from voicebot.services.supervised import SupervisedProcess\n"
        "async def main():\n"
        f"    one = SupervisedProcess('Little', [sys.executable, {str(LITTLE)!r}, 'serve', {str(tmp_path)!r}],\n"
        f"                            log=Path({str(tmp_path / 'log')!r}))\n"
        "    await one.start(); await one.ready(30); print('pid', one.pid, flush=True); await asyncio.sleep(1000)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stdout is not None
    words = (await process.stdout.readuntil(b"pid ") + await process.stdout.readline()).split()
    pid = int(words[-1])
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    await _until(lambda: _gone(pid), "it outlived its parent")


def _gone(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE  # nobody reaps orphans in a bare container
    return True
