"""A service in a process of its own: started, health-checked, ended when unhealthy, restarted.

``supervision`` decides; this file carries: process, socket, clock, log file. The program is run with ``--socket PATH``
after its own arguments and serves that socket with ``line_server``. It gets a session and process group of its own,
dies with this process whatever kills that, reads nothing, and writes to the log file alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from voicebot.errors import UnavailableError
from voicebot.logs import get_logger
from voicebot.services.launching import dies_with_us, foreign_environment, program_log, signal_group, temporary_folder
from voicebot.services.lines import LineClient, Reply
from voicebot.services.supervision import Ask, BecameReady, Command, End, Failed, Limits, Start, State, Supervision

HOPELESS: Final = os.EX_CONFIG
"""A program that ends with this exit code says that it would fail again; it is not tried soon."""
_RETRY_SECONDS: Final = 0.1
_CLOSE_SECONDS: Final = 2.0
_FOR_GOOD: Final = 1e9

_log = get_logger(module="services")


class SupervisedProcess:
    """One service; used from one event loop, which must run in the main thread.

    Parameters
    ----------
    name
        For people: ``Coqui``.
    command
        Program and arguments; ``--socket PATH`` is added.
    log
        File that gets what the program prints; the one before is kept as ``*.1`` when it has grown long.
    environment
        Variables to set; ours are inherited but for those that belong to this Python.
    limits
        What is expected of it.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | os.PathLike[str]],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.name = name
        self._command = [os.fspath(part) for part in command]
        self._log_file = log
        self._environment = dict(environment or {})
        self._limits = limits or Limits()
        self._machine = Supervision(self._limits)
        self._folder: Path | None = None
        self._client: LineClient | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        self._closed = False
        self._log_start = 0
        self.details: Mapping[str, Any] = {}
        """What the service reported about itself at the last health check."""

    @property
    def is_ready(self) -> bool:
        """Whether it has answered and nothing is known to be wrong."""
        return self._machine.state is State.READY

    @property
    def state(self) -> State:
        """Its state."""
        return self._machine.state

    @property
    def reason(self) -> str:
        """Why it is not ready, for people; empty when it is."""
        return self._machine.reason

    @property
    def pid(self) -> int:
        """Process id; 0 when none runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    async def start(self) -> None:
        """Start it and return at once; ``ready`` waits.

        Raises
        ------
        UnavailableError
            There is no room for its socket.
        """
        if self._closed:
            raise RuntimeError(f"{self.name} was closed")
        if self._folder is None:
            self._folder = temporary_folder(self.name)
            self._client = LineClient(self._folder / "socket", self.name)
        self._carry(self._machine.begin(time.monotonic()))

    async def ready(self, seconds: float) -> Mapping[str, Any]:
        """Wait until it is ready.

        Returns
        -------
        Mapping
            What it reports about itself.

        Raises
        ------
        UnavailableError
            It is not ready in time, or keeps failing; quotes what it printed last.
        """
        until = time.monotonic() + seconds
        while not self.is_ready:
            left = until - time.monotonic()
            if self._closed or left <= 0 or self.state in {State.IDLE, State.RESTING}:
                raise UnavailableError(f"{self.name} is not ready: {self.reason}", cure=f"see {self._log_file}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)
        return self.details

    async def ask(self, request: Mapping[str, Any], *, seconds: float) -> Reply:
        """Send a request; see ``LineClient.ask``. Fails at once while it is not ready."""
        if self._client is None or not self.is_ready:
            raise UnavailableError(f"{self.name} is not ready: {self.reason}")
        return await self._client.ask(request, seconds=seconds)

    def restart(self, reason: str) -> None:
        """End the running process, so that another one is started."""
        self._carry(self._machine.end(reason, time.monotonic()))

    async def close(self) -> None:
        """End it and everything it started; returns when all of it is gone."""
        self._closed = True
        self._changed.set()
        if self._timer is not None:
            self._timer.cancel()
        if self._client is not None:
            self._client.disconnect()
        process = self._process
        if process is not None:
            signal_group(process.pid, signal.SIGTERM)
            signal_group(process.pid, signal.SIGCONT)  # a stopped process would not receive it
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _CLOSE_SECONDS)
            signal_group(process.pid, signal.SIGKILL)
            await process.wait()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    # ------------------------------------------------------------------------------------------------ carrying

    def _carry(self, commands: Sequence[Command]) -> None:
        if self._closed:
            return
        for command in commands:
            match command:
                case Start(process):
                    self._spawn(self._run(process))
                case Ask(process):
                    self._spawn(self._check_health(process))
                case End(_, reason):
                    _log.warning("service ended by us", service=self.name, reason=reason)
                    if self._process is not None:
                        signal_group(self._process.pid, signal.SIGKILL)
                case BecameReady(process, seconds):
                    _log.info("service ready", service=self.name, start=process, seconds=round(seconds, 2))
                case Failed(reason, failures, again_in):
                    tell = _log.error if self.state is State.RESTING else _log.warning
                    tell("service failed", service=self.name, reason=reason, failures=failures, again_in=again_in,
                         log=str(self._log_file))  # fmt: skip
        self._changed.set()
        self._changed.clear()
        self._wake()

    def _wake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        delay = self._machine.wake_at - time.monotonic()
        if delay < _FOR_GOOD:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, delay), self._tick)

    def _tick(self) -> None:
        self._carry(self._machine.tick(time.monotonic()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, number: int) -> None:
        """Run process ``number`` to its end."""
        how, code = "", None
        try:
            self._process = await self._launch()
        except OSError as error:
            how = f"it cannot be started: {error.strerror or error}"
        if self._process is not None and not how:
            if self._closed:
                signal_group(self._process.pid, signal.SIGKILL)
            code = await self._process.wait()
            signal_group(self._process.pid, signal.SIGKILL)  # and whatever it had started
            how = _how(code, self._last_words())
        if self._client is not None:
            self._client.disconnect()
        self._carry(self._machine.exited(number, how, time.monotonic(), hopeless=code == HOPELESS))

    async def _launch(self) -> asyncio.subprocess.Process:
        assert self._folder is not None  # noqa: S101 - made by start
        with program_log(self._log_file) as log:
            self._log_start = 0 if isinstance(log, int) else log.tell()
            return await asyncio.create_subprocess_exec(
                *dies_with_us([*self._command, "--socket", self._folder / "socket"]),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=foreign_environment(self._environment),
            )  # fmt: skip

    async def _check_health(self, number: int) -> None:
        """Check its health; a refused connection is retried until the time is up."""
        assert self._client is not None  # noqa: S101 - made by start
        until = time.monotonic() + self._limits.answer_seconds
        while (left := until - time.monotonic()) > 0:
            try:
                reply = await self._client.ask({"do": "health"}, seconds=left)
            except UnavailableError:
                await asyncio.sleep(min(_RETRY_SECONDS, max(0.0, until - time.monotonic())))
                continue
            self.details = reply.fields
            oldest = float(reply.fields.get("oldest_seconds", 0.0))
            self._carry(self._machine.answered(number, oldest, time.monotonic()))
            return
        self._carry(self._machine.unanswered(number, time.monotonic()))

    def _last_words(self) -> str:
        """The last line that the process printed."""
        try:
            with self._log_file.open("rb") as log:
                log.seek(max(self._log_start, log.seek(0, os.SEEK_END) - 4000))
                lines = log.read().decode(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1].strip()[:300] if lines else ""


def _how(code: int, last_words: str) -> str:
    try:
        how = f"it was ended by {signal.Signals(-code).name}" if code < 0 else f"it ended with exit code {code}"
    except ValueError:
        how = f"it was ended by signal {-code}"
    return f"{how}: {last_words}" if last_words else how
