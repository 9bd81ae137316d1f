"""Workers that crash, freeze, cannot start, and pools that close: no call loses what it said, nothing stays behind."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from tests.integration.speech.conftest import TRIALS
from tests.integration.speech.engines import Trial, hinted
from tests.integration.speech.listening import Listener, gone, is_there, true, whole
from voicebot.errors import UnavailableError
from voicebot.speech.recognition import pool as pool_module
from voicebot.speech.recognition.pool import WorkerPool
from voicebot.speech.recognition.recognizer import Recognition

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def watchful(trial: Trial) -> AsyncIterator[WorkerPool]:
    """A pool that soon takes a worker for frozen."""
    pool = trial.pool(silent_seconds=trial.frozen_seconds)
    await pool.start()
    yield pool
    await pool.close()


@pytest.mark.parametrize("how_many", ["one", "all"])
async def test_a_worker_killed_in_mid_utterance(trial: Trial, pool: WorkerPool, how_many: str) -> None:
    """What was said before is heard by another worker together with what is said after; the rest goes on."""
    await whole(pool)
    calls = [Listener(pool, f"call-{number}") for number in range(2)]
    said = trial.phrases[:2]
    for call, phrase in zip(calls, said, strict=True):
        call.begin(trial.phrases)
        call.feed(trial.clips[phrase][:4000])
        call.session.interim(1)
    for call in calls:
        await call.words(1)
    victims = list(pool.worker_ids) if how_many == "all" else [calls[0].worker]
    assert len({call.worker for call in calls}) == 2, "both workers have calls"
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    for call, phrase in zip(calls, said, strict=True):
        call.feed(trial.clips[phrase][4000:])
        call.session.interim(2)
    for call, phrase in zip(calls, said, strict=True):
        heard = await call.words(2)
        assert (heard.interim, heard.failed, hinted(heard)) == (2, False, phrase)
        assert len(call.got) == 2
        call.session.close()
    await gone(*victims)


async def test_a_call_that_fails_on_its_words_disturbs_no_other(trial: Trial, pool: WorkerPool) -> None:
    workers = pool.worker_ids
    broken, good = Listener(pool, "broken"), Listener(pool, "good")

    def fail(_: Recognition) -> None:
        raise ValueError("a defect of the call")

    broken.then = fail
    phrase = trial.phrases[0]
    for _ in range(2):
        heard = await asyncio.gather(
            *(one.hear(trial.clips[phrase], trial.phrases) for one in (broken, good, broken, good)[:2])
        )
        assert [hinted(one) for one in heard] == [phrase, phrase]
    assert pool.worker_ids == workers
    broken.session.close()
    good.session.close()


async def test_an_utterance_that_ends_two_workers_is_given_up(trial: Trial, pool: WorkerPool) -> None:
    """Whoever speaks meanwhile is heard, and so is the next utterance of the same call."""
    await whole(pool)
    poison, good = Listener(pool, "poison"), Listener(pool, "good")
    phrase = trial.phrases[0]
    poison.begin(trial.phrases)
    others = asyncio.create_task(good.hear(trial.clips[phrase], trial.phrases))
    worker = 0
    for _ in range(2):
        poison.feed(trial.clips[""] * 3)  # so long that the worker is met at work on it
        poison.session.interim(1)
        worker = await poison.being_heard(not_by=worker)
        os.kill(worker, signal.SIGKILL)
    assert hinted(await others) == phrase
    heard = await poison.words()
    assert (heard.failed, heard.best.text, heard.best.confidence) == (True, "", 0.0)
    # From now on each interim result fails at once, but none of the next utterance.
    poison.session.interim(2)
    assert (await poison.words(2)).failed
    poison.session.interim(3)
    poison.begin(trial.phrases)
    poison.feed(trial.clips[phrase])
    poison.session.interim(4)
    heard = await poison.words(3)
    assert (heard.interim, heard.failed, hinted(heard)) == (4, False, phrase)
    poison.session.close()
    good.session.close()


async def test_a_worker_frozen_in_mid_utterance(trial: Trial, watchful: WorkerPool) -> None:
    """It keeps its socket, and is replaced all the same; the utterance is heard elsewhere, the others undisturbed."""
    frozen, good = Listener(watchful, "frozen"), Listener(watchful, "good")
    phrase = trial.phrases[0]
    for call in (frozen, good):
        call.begin(trial.phrases)
        call.feed(trial.clips[phrase][:3200])
    victim = frozen.worker
    assert victim != good.worker
    os.kill(victim, signal.SIGSTOP)
    for call in (frozen, good):
        call.feed(trial.clips[phrase][3200:])
        call.session.interim(1)
    for call in (good, frozen):
        heard = await call.words()
        assert (heard.failed, hinted(heard)) == (False, phrase)
        call.session.close()
    await gone(victim)


async def test_a_frozen_worker_is_replaced_though_the_call_gives_up(trial: Trial, watchful: WorkerPool) -> None:
    """A call that waits no longer than a worker may be silent must not hide that it is frozen."""
    call = Listener(watchful)
    phrase = trial.phrases[0]
    call.begin(trial.phrases)
    call.feed(trial.clips[phrase])
    frozen = call.worker
    os.kill(frozen, signal.SIGSTOP)
    call.session.interim(1)
    call.session.end()  # given up at once
    await gone(frozen)
    assert hinted(await call.hear(trial.clips[phrase], trial.phrases)) == phrase
    assert [one.utterance for one in call.got] == [2]
    call.session.close()


async def test_a_worker_that_cannot_start_is_told_and_leaves_nothing(
    trial: Trial, pool: WorkerPool, watchful: WorkerPool, tmp_path: Path
) -> None:
    await whole(pool)
    await whole(watchful)
    before = _children()
    for broken in ("absent", "empty", "wrong"):
        folder = tmp_path / broken
        if broken != "absent":
            folder.mkdir()
        if broken == "wrong":
            for file in trial.folder.rglob("*.*"):
                if file.is_file():
                    (folder / file.relative_to(trial.folder)).parent.mkdir(parents=True, exist_ok=True)
                    (folder / file.relative_to(trial.folder)).write_bytes(b"not a model")
        unable = trial.pool(folder=folder)
        with pytest.raises(UnavailableError, match=r"not a \w+ model that can be loaded"):
            await unable.start()
        assert _children() == before
        assert unable.worker_ids == ()


async def test_without_any_worker_each_look_fails_until_one_can_be_started(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_RESTART_SECONDS", (0.0, 0.05))
    model = tmp_path / "model"
    model.symlink_to(trial.folder)
    pool = trial.pool(workers=1, folder=model)
    await pool.start()
    try:
        call = Listener(pool)
        phrase = trial.phrases[0]
        call.begin(trial.phrases)
        call.feed(trial.clips[phrase])
        call.session.interim(1)
        await call.words(1)
        model.unlink()
        os.kill(call.worker, signal.SIGKILL)
        call.session.interim(2)
        heard = await call.words(2)
        assert (heard.interim, heard.failed, heard.best.text) == (2, True, "")
        # A call that comes now is not kept waiting either.
        heard = await Listener(pool, "late").hear(trial.clips[phrase], trial.phrases)
        assert heard.failed
        model.symlink_to(trial.folder)
        for number in itertools.count(3):
            call.session.interim(number)
            heard = await call.words(number)
            if not heard.failed:
                break
        assert (heard.utterance, hinted(heard)) == (1, phrase), "and nothing of what was said is lost"
    finally:
        await pool.close()


async def test_closing_with_work_under_way(trial: Trial) -> None:
    """One worker works, the other is frozen."""
    pool = trial.pool()
    await pool.start()
    workers = pool.worker_ids
    calls = [Listener(pool, f"call-{number}") for number in range(4)]
    for call in calls:
        call.begin(trial.phrases)
        call.feed(trial.clips[""])
        call.session.interim(1)
    os.kill(workers[0], signal.SIGSTOP)
    so_far = [len(call.got) for call in calls]
    await pool.close()
    assert not any(is_there(pid) for pid in workers)
    # Calls that have not heard of it yet go on as if nothing were.
    for call in calls:
        call.session.interim(2)
        call.feed(trial.clips[trial.phrases[0]])
        call.begin(trial.phrases)
        call.session.close()
    await asyncio.sleep(0)
    assert [len(call.got) for call in calls] == so_far
    await pool.close()


async def test_closing_while_a_worker_is_being_replaced(trial: Trial, pool: WorkerPool, watchful: WorkerPool) -> None:
    await whole(pool)
    await whole(watchful)
    before = _children()
    closed = trial.pool(workers=1)
    await closed.start()
    (killed,) = closed.worker_ids
    os.kill(killed, signal.SIGKILL)
    await gone(killed)
    await true(lambda: _children() > before)  # the next one is being started
    await closed.close()
    assert _children() == before


async def test_workers_end_with_the_process_that_owns_them(trial: Trial) -> None:
    """However it ends, and be they frozen."""
    program = (
        "import asyncio, sys\n"
        "from tests.integration.speech.conftest import TRIALS\n"
        "async def main():\n"
        "    pool = TRIALS[sys.argv[1]].pool(workers=1)\n"
        "    await pool.start()\n"
        "    print(*pool.worker_ids, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    name = next(name for name, one in TRIALS.items() if one is trial)
    arguments = [sys.executable, "-c", program, name]
    owner = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 - it starts at once
    assert owner.stdout is not None
    worker = int(await asyncio.to_thread(owner.stdout.readline))
    assert is_there(worker)
    os.kill(worker, signal.SIGSTOP)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    await true(lambda: not _is_worker(worker))


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def _is_worker(pid: int) -> bool:
    try:
        return b"voicebot.speech.recognition.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
