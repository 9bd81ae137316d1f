"""Runs a rehearsal: a network, a database, a campaign for each script, a real node beside them, and a report.

The node is the one that calls real people (``voicebot serve`` in a process of its own); nothing in it knows that
this is a rehearsal but the day, which comes with the lead.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import pinned_text, text_hash
from voicebot.dialogue.script.reading.load import load_script
from voicebot.errors import ConfigurationError, Problem, UnavailableError
from voicebot.journal.reader import find_journal, journal_path, read_entries, read_file, wall_of
from voicebot.plain import to_json
from voicebot.rehearsal.callee import Record
from voicebot.rehearsal.carrier import MELODY_THEN_PERSONA, PERSONA, number
from voicebot.rehearsal.hopeless import hopeless
from voicebot.rehearsal.measure import reply_gaps, stops
from voicebot.rehearsal.network import TRUNK, Network
from voicebot.rehearsal.never import Course, broken, course_of_call
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.prompting import render_prompts
from voicebot.rehearsal.report import Call, Report
from voicebot.services.launching import dies_with_us, signal_group
from voicebot.store.migrations import upgrade
from voicebot.store.records import Attempt, AttemptState, CampaignState, NewLead
from voicebot.store.store import Store

_POLL_SECONDS: Final = 0.25
_JOURNAL_SECONDS: Final = 10.0
_NODE_ENDS_SECONDS: Final = 8.0
_SETTLING_SECONDS: Final = 60.0
_CALL_SECONDS: Final = 200.0
_LAST_WORDS_SECONDS: Final = 12.0
_OPEN: Final = (AttemptState.CLAIMED, AttemptState.DIALLING)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rehearsal is.

    Parameters
    ----------
    stage
        What is being done, for people.
    states
        Persona -> ``waiting``, ``preparing``, ``dialling``, ``talking``, or the outcome.
    seconds
        Since the start.
    done
        How far the stage is, for people; empty where that is not known.
    """

    stage: str
    states: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    done: str = ""

    def __str__(self) -> str:
        """The stage, and how far it is."""
        return f"{self.stage}: {self.done}" if self.done else self.stage


@dataclass(slots=True)
class _Seat:
    """A persona at its number."""

    persona: Persona
    number: str
    campaign: int = 0


class Rehearsal:
    """One rehearsal.

    Parameters
    ----------
    personas
        Who is called; each by the script that it goes by in ``scripts``.
    scripts
        Language and name, as personas go by them -> script file.
    folder
        Where everything goes; made new.
    concurrency
        How many are called at a time.
    config
        Sections of ``voicebot.toml`` that differ, for example which recogniser.
    tell
        Called with the progress, several times a second.
    first_port
        See ``Network``.
    """

    def __init__(
        self,
        personas: Sequence[Persona],
        scripts: Mapping[str, Path],
        folder: Path,
        *,
        concurrency: int = 4,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        tell: Callable[[Progress], None] = lambda _progress: None,
        first_port: int | None = None,
    ) -> None:
        missing = sorted({persona.goes_by for persona in personas} - set(scripts))
        if missing:
            raise ConfigurationError(Problem(f"personas want scripts that are not rehearsed: {', '.join(missing)}"))
        self.folder = folder
        self._scripts = scripts
        self._tell = tell
        self._begun = 0.0
        self._seats = [
            _Seat(persona, number(MELODY_THEN_PERSONA if place % 10 == 9 else PERSONA, place))
            for place, persona in enumerate(personas)
        ]
        self.network = Network(
            folder,
            config=config,
            follow=self._journal_of,
            first_port=first_port,
            max_calls=concurrency,
            calls_per_second=4.0,
        )
        self._loaded: dict[str, Script] = {}
        self._store: Store | None = None
        self._node: asyncio.subprocess.Process | None = None

    async def run(self) -> Report:
        """Call everybody and report.

        Whatever happens, nothing is left running when this returns or raises.

        Raises
        ------
        ConfigurationError
            A script is broken, or a persona's lead lacks what it needs.
        UnavailableError
            Asterisk, the node or an engine does not come up, or no call can be prepared; the node's log tells why.
        """
        self._begun = time.monotonic()
        try:
            await self._prepare()
            attempts = await self._call_everybody()
            await self.network.people.quiet(_LAST_WORDS_SECONDS)
            return self._report(attempts, await self._barred())
        finally:
            await asyncio.shield(self._stop())

    # --- before

    async def _prepare(self) -> None:
        self._say("starting the carrier and the PBX")
        await self.network.start()
        for done, seat in enumerate(self._seats):
            self._say("the personas learn their lines", done=f"{done} of {len(self._seats)}")
            await self.network.people.invite(seat.number, seat.persona)
        url = self.network.config.database.url
        await upgrade(url)
        self._store = await Store.open(url)
        for name, path in self._scripts.items():
            seats = [seat for seat in self._seats if seat.persona.goes_by == name]
            if seats:
                await self._create_campaign(self._store, name, path, seats)
                await self._render(name, seats)

    async def _render(self, name: str, seats: Sequence[_Seat]) -> None:
        def tell(ready: int, of: int) -> None:
            self._say(f"{name} is rendered", done=f"{ready} of {of}")

        await render_prompts(self.network.config, self._loaded[name], [seat.persona for seat in seats], tell)

    async def _create_campaign(self, store: Store, name: str, path: Path, seats: Sequence[_Seat]) -> None:
        script = self._loaded[name] = load_script(path)
        text = pinned_text(script)
        campaign = await store.create_campaign(
            f"rehearsal of {name}",
            script=str(path),
            script_hash=text_hash(text),
            script_text=text,
            language=script.language,
            trunk=TRUNK,
        )
        for seat in seats:
            seat.campaign = campaign
        await store.add_leads(campaign, [_lead(seat) for seat in seats])
        await store.set_state(campaign, CampaignState.RUNNING)

    # --- the calls

    async def _call_everybody(self) -> dict[str, Attempt]:
        assert self._store is not None  # noqa: S101 – set by _prepare
        self._say("starting the node")
        self._node = await self._start_node()
        deadline = time.monotonic() + _SETTLING_SECONDS + _CALL_SECONDS * len(self._seats)
        while True:
            code = self._node.returncode  # read first: whatever an ended node wrote is seen below
            attempts = await self._attempts()
            self._say("calling", attempts)
            done = [seat for seat in self._seats if _is_over(attempts.get(_digits(seat.number)))]
            if len(done) == len(self._seats):
                return attempts
            if why := hopeless(await self._store.attempts(limit=None), await self._store.campaigns()):
                raise UnavailableError(Problem(f"the node can prepare no call: {why}", f"see {self._node_log}"))
            if code:
                raise UnavailableError(Problem(f"the node ended with {code}: {self._complaint()}",
                                               f"see {self._node_log}"))  # fmt: skip
            if code == 0 or time.monotonic() > deadline:
                return attempts
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._node.wait()), _POLL_SECONDS)

    async def _attempts(self) -> dict[str, Attempt]:
        """Return the first attempt to each number: a rehearsed lead is judged by its first call."""
        assert self._store is not None  # noqa: S101
        found: dict[str, Attempt] = {}
        for attempt in sorted(await self._store.attempts(limit=None), key=lambda one: one.claimed_at):
            if attempt.state is not AttemptState.RELEASED:
                found.setdefault(_digits(attempt.phone), attempt)
        return found

    async def _barred(self) -> frozenset[str]:
        """Return the numbers that must not be called any more."""
        assert self._store is not None  # noqa: S101
        bars, _ = await self._store.bars()
        return frozenset(_digits(bar.number) for bar in bars)

    def _journal(self, attempt: UUID) -> Path:
        """Where the journal of an attempt is, or will be."""
        folder = self.network.config.call.journals
        return find_journal(folder, attempt) or journal_path(folder, attempt, datetime.now(UTC).date())

    async def _journal_of(self, dialled: str) -> Path | None:
        """Find the live journal of the call that is dialling a number."""
        deadline = time.monotonic() + _JOURNAL_SECONDS
        while self._store is not None and time.monotonic() < deadline:
            for attempt in await self._store.attempts(states=_OPEN, limit=None):
                if _digits(attempt.phone) == dialled:
                    return self._journal(attempt.id)
            await asyncio.sleep(0.05)
        return None

    async def _start_node(self) -> asyncio.subprocess.Process:
        command = [sys.executable, "-P", "-m", "voicebot", "--config", str(self.network.config_file)]
        command += ["--log-level", "INFO", "--log-form", "json", "serve", "--until-done"]
        with self._node_log.open("wb") as log:
            return await asyncio.create_subprocess_exec(
                *dies_with_us(command, by=signal.SIGTERM),  # it goes when the rehearsal goes
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip

    @property
    def _node_log(self) -> Path:
        return self.folder / "node.log"

    def _complaint(self) -> str:
        lines = self._node_log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    # --- after

    async def _stop(self) -> None:
        """Stop all that was started, the node first, so that it hangs up properly."""
        node, self._node = self._node, None
        if node is not None:
            if node.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    node.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(node.wait(), _NODE_ENDS_SECONDS)
            signal_group(node.pid, signal.SIGKILL)  # and its worker processes
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(node.wait(), _NODE_ENDS_SECONDS)
        if self._store is not None:
            await self._store.close()
            self._store = None
        await self.network.stop()

    def _report(self, attempts: Mapping[str, Attempt], barred: Collection[str]) -> Report:
        records = {record.number: record for record in reversed(self.network.people.records)}
        dialled = self.network.carrier.dialled()
        calls = tuple(self._call(seat, attempts, records, dialled, barred) for seat in self._seats)
        report = Report(
            calls,
            time.monotonic() - self._begun,
            at_once=self.network.people.most_at_once,
            folder=str(self.folder.resolve()),
        )
        text = to_json(report.data(), indent=1)
        (self.folder / "report.json").write_text(text + "\n", encoding="utf-8")
        return report

    def _call(
        self,
        seat: _Seat,
        attempts: Mapping[str, Attempt],
        records: Mapping[str, Record],
        dialled: Counter[str],
        barred: Collection[str],
    ) -> Call:
        digits = _digits(seat.number)
        attempt, record = attempts.get(digits), records.get(digits)
        heard = ""
        if record is not None:
            path = self.folder / "heard" / f"{seat.persona.persona}.wav"
            record.write_wave(path)
            heard = str(path.resolve())
        if attempt is None:
            return Call(
                seat.persona.persona, seat.persona.expect, {}, problem="was not called", language=seat.persona.language
            )
        times = dialled[digits]
        problem = (
            f"was dialled {times} times" if times > 1 else ("never came to an end" if not _is_over(attempt) else "")
        )
        return Call(
            persona=seat.persona.persona,
            language=seat.persona.language,
            expected=seat.persona.expect,
            got={"outcome": attempt.outcome, **attempt.slots},
            turns=record.turns if record else 0,
            gaps=tuple(reply_gaps(record.spoken, record.loud)) if record else (),
            stops=tuple(stops(record.spoken, record.loud)) if record else (),
            disposition=attempt.disposition,
            attempt=str(attempt.id),
            recording=attempt.recording,
            journal=str(self._journal(attempt.id)),
            heard=heard,
            engines=attempt.engines,
            problem=problem,
            never=tuple(map(str, seat.persona.never)),
            broken=broken(seat.persona, self._course(seat, attempt, record, barred=digits in barred)),
        )

    def _course(self, seat: _Seat, attempt: Attempt, record: Record | None, *, barred: bool) -> Course:
        path = self._journal(attempt.id)
        journal = read_entries(read_file(path)) if path.exists() else []
        # The callee's times are on the monotonic clock, the journal's begin at a time of the wall clock.
        shift = time.time() - time.monotonic() - (wall_of(journal) or 0.0)
        spoken = [
            replace(one, start=one.start + shift, end=one.end + shift) for one in (record.spoken if record else ())
        ]
        return course_of_call(
            seat.persona,
            self._loaded[seat.persona.goes_by],
            journal,
            spoken=spoken,
            pressed=[at + shift for at, _ in record.pressed] if record else (),
            outcome=attempt.counts_as or attempt.outcome,
            slots=attempt.slots,
            barred=barred,
        )

    def _say(self, stage: str, attempts: Mapping[str, Attempt] | None = None, *, done: str = "") -> None:
        states = {seat.persona.persona: self._state(seat, attempts or {}) for seat in self._seats}
        self._tell(Progress(stage, states, time.monotonic() - self._begun, done))

    def _state(self, seat: _Seat, attempts: Mapping[str, Attempt]) -> str:
        attempt = attempts.get(_digits(seat.number))
        if attempt is None:
            return "waiting"
        if attempt.state is AttemptState.CLAIMED:
            return "preparing"
        if attempt.state in _OPEN:
            talks = any(not record.ended_at and record.number == _digits(seat.number)
                        for record in self.network.people.records)  # fmt: skip
            return "talking" if talks else "dialling"
        return attempt.outcome or attempt.disposition or str(attempt.state)


def new_folder(parent: Path = Path("var/rehearsals")) -> Path:
    """Return a folder for a rehearsal that begins now, not made yet."""
    name = datetime.now(UTC).astimezone().strftime("%Y%m%d-%H%M%S")
    folder = parent / name
    count = 1
    while folder.exists():
        count += 1
        folder = parent / f"{name}-{count}"
    return folder.resolve()


def _lead(seat: _Seat) -> NewLead:
    lead = seat.persona.lead
    return NewLead(
        phone=seat.number,
        name=lead.name,
        company=lead.company,
        amount=lead.amount,
        currency=lead.currency,
        due_date=lead.due_date,
        timezone=lead.timezone,
        reference=lead.reference,
        more=lead.more,
        rehearsal_day=seat.persona.today,
    )


def _is_over(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.state not in _OPEN


def _digits(phone: str) -> str:
    return phone.lstrip("+")
