"""Makes the calls of claimed attempts: everything prepared before dialling, the call, and its result."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from structlog.contextvars import bound_contextvars

from voicebot import __version__, logs
from voicebot.agi.numbers import check_number
from voicebot.agi.phone import CallRequest, Disposition, Origin, Phone
from voicebot.call.clock import call_clock
from voicebot.call.ended import Ended
from voicebot.call.recordings import CallRecording, Kept, Recordings, keep
from voicebot.call.session import CallSession
from voicebot.config import Config
from voicebot.dialogue.conversation.conversation import possible_speech
from voicebot.dialogue.conversation.script_talk import ScriptTalk
from voicebot.dialogue.script.lead_check import check_lead
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.parts import spoken
from voicebot.dialogue.script.variants import chosen
from voicebot.dialogue.talk import Lead
from voicebot.dialogue.understanding.policy import Policy
from voicebot.errors import ConfigurationError, LeadError, Problem, UnavailableError, UncertainError
from voicebot.journal import events
from voicebot.journal.reader import find_journal, first, last, read_entries, read_file
from voicebot.journal.recovery import recorded, recovered
from voicebot.journal.transcript import utterances
from voicebot.journal.writer import Journal, journals_outage
from voicebot.plain import plain
from voicebot.speech.recognition.recognizer import RecognizerPool
from voicebot.speech.recognition.second_ear import SecondEar
from voicebot.speech.speaking.prompts import Prompts
from voicebot.store.records import Fate, NewLead, Result, Ticket

ENDING_SECONDS: Final = 20.0
"""How long a call may take to end after its limit before it is abandoned."""

_log = logs.get_logger()


@dataclass(frozen=True, slots=True)
class Language:
    """What a language needs: a recogniser, a voice, and perhaps a second recogniser that listens where it is unsure."""

    recognizer: RecognizerPool
    prompts: Prompts
    second_ear: SecondEar | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A script that is ready for calls, with its variants if it has any."""

    script: Script
    policy: Policy
    variants: Mapping[str, Prepared] = field(default_factory=dict)


def lead_of(lead: NewLead) -> Lead:
    """What a script may know about a stored lead."""
    return Lead(
        name=lead.name,
        company=lead.company,
        amount=lead.amount,
        currency=lead.currency,
        due_date=lead.due_date,
        timezone=lead.timezone,
        more=lead.more,
    )


class _Watched(CallSession):
    """A call that reports when the network has carried it."""

    def __init__(self, reached: Callable[[], None], **parts: Any) -> None:
        super().__init__(**parts)
        self._reached = reached

    def ringing(self, at: float) -> None:
        """The far side rings."""
        self._reached()
        super().ringing(at)

    def answered(self, at: float) -> None:
        """The callee answered."""
        self._reached()
        super().answered(at)


class CallMaker:
    """Prepares and makes calls; implements ``voicebot.campaign.dialer.Caller``.

    Parameters
    ----------
    config
        Of the node.
    phone
        Asterisk.
    languages
        Recogniser and voice, by BCP 47 tag and the voice that a script asks for.
    script
        Returns a script version and its policy by content hash; loads them on first use.
    monotonic
        Seconds that never go back.
    """

    def __init__(
        self,
        config: Config,
        phone: Phone,
        languages: Mapping[tuple[str, str], Language],
        script: Callable[[str], Awaitable[Prepared]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._phone, self._languages, self._script = config, phone, languages, script
        self._monotonic = monotonic
        self._journals = journals_outage()
        self._recordings = Recordings(config.asterisk.recordings, config.call.max_seconds)

    async def prepare(self, ticket: Ticket) -> None:
        """Load the script and render what it can say to this lead.

        Raises
        ------
        LeadError
            This lead lacks what the script needs, or its trunk may not dial its number.
        ConfigurationError, UnavailableError
            No lead can be called by this script, or not now.
        """
        try:  # the trunk's list may have changed since the import
            check_number(ticket.lead.phone, ticket.trunk, self._config.trunks[ticket.trunk])
        except ConfigurationError as error:
            raise LeadError(error.problems) from error
        prepared = await self._prepared(ticket)
        language = self._language(prepared.script)
        lead = lead_of(ticket.lead)
        missing = check_lead(prepared.script, lead)
        if missing:
            raise LeadError(missing)
        try:
            speech = possible_speech(prepared.script, lead, self._clock(ticket)())
        except ValueError as error:  # a value that no line can word: this lead waits for a person, the others go on
            raise LeadError(f"a line cannot be worded for this lead: {error}", cure="correct the lead") from error
        templates = [template for _, words in spoken(prepared.script) for template in words.templates]
        for speed, texts in speech.items():
            await language.prompts.render(texts, speed=speed, templates=templates)

    async def call(self, ticket: Ticket, reached: Callable[[], None]) -> Result:
        """Dial and talk; ``reached`` is called as soon as the network has carried the call.

        A call that fails or is cancelled after somebody answered still yields what was agreed in it: the journal has
        it, in memory where the file could not be written.

        Returns
        -------
        Result
            Whatever happened; ``fate`` says if it is unknown whether somebody was called.

        Raises
        ------
        asyncio.CancelledError
            Before anybody answered.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(bound_contextvars(attempt=str(ticket.attempt), campaign=ticket.campaign_name))
            journal = Journal(
                self._config.call.journals,
                ticket.attempt,
                begun_at=self._monotonic(),
                wall=time.time(),
                outage=self._journals,
            )
            stack.callback(journal.close)
            recording = await asyncio.to_thread(self._recordings.open, ticket.attempt, journal.wall)
            try:
                return await self._call(ticket, journal, recording, reached)
            except asyncio.CancelledError:
                journal.add(events.Cancelled(), self._monotonic())
                kept = recovered(journal.entries, "the node was stopped during the call; what had been agreed is kept")
                if kept is None:
                    raise
                return kept
            except (ConfigurationError, UnavailableError) as error:
                return await self._failed(journal, recording, str(error), Fate.NOT_ASKED)
            except UncertainError as error:
                return await self._failed(journal, recording, str(error), Fate.UNKNOWN)
            except Exception as error:
                _log.exception("a call failed")
                return await self._failed(journal, recording, f"internal error: {error}", Fate.UNKNOWN)

    async def recover(self, attempt: UUID) -> Result | None:
        """Return what the live journal of a crashed call says; ``None`` if nobody is known to have answered."""

        def read() -> Result | None:
            path = find_journal(self._config.call.journals, attempt)
            result = None if path is None else recovered(read_file(path))
            if result is None or not result.recording:
                return result
            talked = (result.ended_at or 0.0) - (result.answered_at or 0.0)
            try:
                found = keep(Path(result.recording), talked)
            except OSError as error:
                found = Kept(why_not=str(error))
            return replace(result, recording="" if found.why_not else str(found.path))

        return await asyncio.to_thread(read)

    # ------------------------------------------------------------------------------------------------

    async def _call(
        self, ticket: Ticket, journal: Journal, recording: CallRecording, reached: Callable[[], None]
    ) -> Result:
        prepared = await self._prepared(ticket)
        language = self._language(prepared.script)
        engines = self._engines(prepared, language)
        day = ticket.lead.rehearsal_day
        journal.add(
            events.CallPlanned(
                ticket.campaign_name,
                ticket.lead_id,
                ticket.script,
                ticket.script_hash,
                prepared.script.variant,
                prepared.script.content_hash,
                ticket.trunk,
                day.isoformat() if day else None,
                engines,
            ),
            self._monotonic(),
        )
        talk = ScriptTalk(prepared.script, lead_of(ticket.lead), prepared.policy, self._clock(ticket))
        session = _Watched(
            reached,
            talk=talk,
            clips=language.prompts,
            recognizer=language.recognizer,
            second_ear=language.second_ear,
            journal=journal,
            longest_seconds=self._config.call.max_seconds,
            why_not_recorded=recording.why_not,
            clock=self._monotonic,
        )
        trunk = self._config.trunks[ticket.trunk]
        request = CallRequest(
            ticket.attempt,
            ticket.lead.phone,
            ticket.trunk,
            ring_seconds=trunk.ring_seconds,
            caller_id=trunk.caller_id,
            recording=recording.path,
        )
        journal.add(events.Originated(trunk.ring_seconds), self._monotonic())
        try:
            session.attach(await self._phone.call(request, session))
            ended = await self._until_ended(session, trunk.ring_seconds)
        except BaseException:
            session.abandon()
            raise
        return await self._result(ended, journal, recording, engines)

    async def _until_ended(self, session: CallSession, ring_seconds: float) -> Ended:
        """Wait for the end; a call that doesn't end by itself is hung up."""
        longest = ring_seconds + self._config.call.max_seconds + ENDING_SECONDS
        while True:
            done, _ = await asyncio.wait({session.ended}, timeout=longest)
            if done:
                return session.ended.result()
            if session.handed_over:
                continue
            session.hang_up("the call did not end by itself")
            done, _ = await asyncio.wait({session.ended}, timeout=ENDING_SECONDS)
            if not done:
                raise UncertainError("the call did not end when hung up")

    async def _result(
        self, ended: Ended, journal: Journal, recording: CallRecording, engines: Mapping[str, str]
    ) -> Result:
        hang_up, ending = ended.hang_up, ended.ending
        outcome, slots = (ending.outcome, plain(ending.slots)) if ending is not None else ("", {})
        counts_as = ending.counts_as if ending is not None else ""
        journal.add(events.OutcomeReached(outcome, slots, hang_up.disposition.value, counts_as), self._monotonic())
        path = await self._kept(journal, recording)
        return Result(
            disposition=hang_up.disposition.value,
            outcome=outcome,
            counts_as=counts_as,
            slots=slots,
            journal=tuple(journal.entries),
            recording=path,
            cause=hang_up.cause,
            technical=hang_up.technical,
            explanation=hang_up.explanation,
            fate=Fate.KNOWN if hang_up.origin.asked or ended.answered_at is not None else Fate.NOT_ASKED,
            origin=hang_up.origin.value,
            started_at=journal.wall,
            answered_at=journal.wall_time(ended.answered_at),
            ended_at=journal.wall_time(ended.ended_at),
            engines=engines,
            utterances=utterances(read_entries(journal.entries)),
        )

    async def _failed(self, journal: Journal, recording: CallRecording, explanation: str, fate: Fate) -> Result:
        """Return the result of a call that failed: everything agreed so far, if somebody had answered."""
        journal.add(events.Failed(explanation, fate.value), self._monotonic())
        await self._kept(journal, recording)
        kept = recovered(journal.entries, explanation)
        if kept is not None:
            return kept
        return Result(
            disposition=Disposition.FAILED.value,
            journal=tuple(journal.entries),
            explanation=explanation,
            started_at=journal.wall,
            ended_at=journal.wall_time(self._monotonic()),
            fate=fate,
            origin=Origin.OURS.value,
        )

    async def _kept(self, journal: Journal, recording: CallRecording) -> str:
        """Finish the recording of a call that is over; returns its path, empty where it does not count as recorded."""
        entries = read_entries(journal.entries)
        answered, over = first(entries, events.Answered), last(entries, events.HungUp)
        if over is not None:  # else Asterisk may still be writing it
            kept = await asyncio.to_thread(recording.keep, over[0] - answered[0] if answered else None)
            now = self._monotonic()
            if kept.path is not None:
                starts_at = round(over[0] - kept.seconds, 3)
                journal.add(events.RecordingKept(str(kept.path), round(kept.seconds, 3), starts_at), now)
            if kept.why_not or not answered:
                journal.add(events.NotRecorded(kept.why_not or "nobody answered"), now)
        return recorded(read_entries(journal.entries))

    async def _prepared(self, ticket: Ticket) -> Prepared:
        """Return the script, or the variant of it that this lead always gets."""
        prepared = await self._script(ticket.script_hash)
        lead = ticket.lead
        return prepared.variants.get(chosen(prepared.script, lead.reference or lead.phone), prepared)

    def _language(self, script: Script) -> Language:
        language = self._languages.get((script.language, script.voice))
        if language is None:
            raise ConfigurationError(
                Problem(f"no recogniser and voice for {script.language}", "voicebot doctor reports what is missing")
            )
        return language

    def _clock(self, ticket: Ticket) -> Callable[[], datetime]:
        return call_clock(ticket.lead.timezone, ticket.lead.rehearsal_day, wall=time.time, monotonic=self._monotonic)

    def _engines(self, prepared: Prepared, language: Language) -> dict[str, str]:
        info = language.recognizer.info
        return {
            "recognizer": f"{info.engine} ({info.model})",
            "recognizer_why": info.why,
            **({"second_ear": language.second_ear.info.model} if language.second_ear else {}),
            "policy": prepared.policy.name,
            "voice": language.prompts.voice.name,
            "voicebot": __version__,
            **({"variant": prepared.script.variant} if prepared.script.variant else {}),
        }
