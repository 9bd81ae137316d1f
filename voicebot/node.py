"""One dialling node: database, Asterisk, recognisers, voices, scripts and dialer put together."""

from __future__ import annotations

import asyncio
import contextlib

from voicebot import logs
from voicebot.agi.asterisk_phone import AsteriskPhone
from voicebot.call.maker import CallMaker, Language, Prepared
from voicebot.call.retention import tidy_for_ever
from voicebot.campaign.dialer import Dialer
from voicebot.config import Config
from voicebot.dialogue.policies import Policies
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.pinned import read_pinned
from voicebot.dialogue.script.variants import arms
from voicebot.errors import ConfigurationError, Problem, UnavailableError
from voicebot.speech.listening.activity import VoiceActivity
from voicebot.speech.recognition.choosing import choose_recognizer, choose_second_ear
from voicebot.speech.recognition.recognizer import EngineInfo
from voicebot.speech.recognition.second_ear import SecondEar
from voicebot.speech.speaking.choosing import check_coqui, choose_prompts
from voicebot.speech.speaking.hibari_voice import warm_up
from voicebot.store.records import CampaignState
from voicebot.store.store import Store

_log = logs.get_logger()


class Node:
    """Everything that one node needs, started in order and stopped in reverse.

    Parameters
    ----------
    config
        Of this node.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._store: Store | None = None
        self._dialer: Dialer | None = None
        self._policies = Policies(config.dialogue, config.rasa, apart=True)
        self._languages: dict[tuple[str, str], Language] = {}
        self._prepared: dict[str, asyncio.Task[Prepared]] = {}
        self._language_lock = asyncio.Lock()
        self._closing = contextlib.AsyncExitStack()
        """Recognisers and voices that were started."""

    async def run(self, *, until_done: bool = False) -> None:
        """Dial until told to stop.

        Parameters
        ----------
        until_done
            Return when no running campaign has anything left to do.

        Raises
        ------
        ConfigurationError, UnavailableError
            Something that the node needs is wrong or missing.
        """
        async with contextlib.AsyncExitStack() as stack:
            self._store = await Store.open(self._config.database.url)
            stack.push_async_callback(self._store.close)
            await self._check_policies()
            if self._config.speech.voice == "coqui":
                await asyncio.to_thread(check_coqui, self._config.coqui)
            await asyncio.to_thread(VoiceActivity)  # loads its network, or the first call's audio would wait for it
            if self._config.speech.voice != "espeak":
                await warm_up()
            phone = AsteriskPhone(self._config)
            await phone.start()
            stack.push_async_callback(phone.close)
            stack.push_async_callback(self._close_languages)
            stack.push_async_callback(self._policies.close)
            maker = CallMaker(self._config, phone, self._languages, self._script)
            self._dialer = Dialer(self._store, phone, maker, self._config)
            tidying = asyncio.create_task(tidy_for_ever(self._config, self._store), name="tidy")
            stack.callback(tidying.cancel)
            await self._dialer.run(until_done=until_done)

    def stop(self) -> None:
        """Claim no more leads; ``run`` returns when the calls in progress have ended."""
        if self._dialer is not None:
            self._dialer.stop()

    # ------------------------------------------------------------------------------------------------

    async def _check_policies(self) -> None:
        """Refuse to start while a running campaign has a script that the policy cannot decide for."""
        assert self._store is not None  # noqa: S101 - just opened
        if self._config.dialogue.policy != "rasa":
            return
        for campaign in await self._store.campaigns():
            if campaign.state is CampaignState.RUNNING and campaign.trunk in self._config.trunks:
                script, called = await self._pinned(campaign.script_hash)
                for arm in arms(script).values():
                    self._policies.check(arm, called)

    async def _pinned(self, script_hash: str) -> tuple[Script, str]:
        """Return a pinned script, and the name or file that it was pinned from."""
        assert self._store is not None  # noqa: S101 - set before the dialer runs
        version = await self._store.script(script_hash)
        if version is None:
            raise ConfigurationError(Problem(f"script {script_hash[:12]} is not stored", "create the campaign again"))
        return read_pinned(version.text, script_hash), version.name

    async def _script(self, script_hash: str) -> Prepared:
        """Return a pinned script with its policy; prepared once, on the first request."""
        task = self._prepared.get(script_hash)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._prepared[script_hash] = asyncio.create_task(self._prepare(script_hash))
        return await asyncio.shield(task)

    async def _prepare(self, script_hash: str) -> Prepared:
        script, called = await self._pinned(script_hash)
        variants = await asyncio.to_thread(arms, script)  # making many takes a while
        ready = {name: Prepared(arm, await self._policies.of(arm)) for name, arm in variants.items()}
        for arm in variants.values():
            await self._language(arm.language, arm.voice)
        policies = sorted({one.policy.name for one in ready.values()})
        _log.info(
            "script ready", script=called, script_hash=script_hash[:12], policy=policies, variants=[*script.variants]
        )
        return ready[""] if "" in ready else Prepared(script, next(iter(ready.values())).policy, ready)

    async def _language(self, language: str, wanted: str) -> None:
        """Prepare the recogniser of a language, shared by all its voices, and the voice that a script wants."""
        async with self._language_lock:
            if (language, wanted) in self._languages:
                return
            prompts = choose_prompts(self._config, language, wanted)
            known = [one for (other, _), one in self._languages.items() if other == language]
            recognizer = known[0].recognizer if known else choose_recognizer(self._config.speech, language)
            async with contextlib.AsyncExitStack() as started:
                started.push_async_callback(prompts.close)
                if not known:
                    started.push_async_callback(recognizer.close)
                await asyncio.gather(prompts.start(), *([] if known else [recognizer.start()]))
                second_ear = known[0].second_ear if known else await self._second_ear(recognizer.info)
                if second_ear is not None and not known:
                    started.push_async_callback(second_ear.close)
                self._closing.push_async_exit(started.pop_all())
            self._languages[language, wanted] = Language(recognizer, prompts, second_ear)
            info = recognizer.info
            _log.info(
                "language ready",
                language=language,
                recognizer=info.engine,
                model=info.model,
                why=info.why,
                voice=prompts.voice.name,
            )

    async def _second_ear(self, first: EngineInfo) -> SecondEar | None:
        """Return who listens once more where a recogniser is unsure; calls go on without, if it cannot be started."""
        second_ear = choose_second_ear(self._config.speech, first.language, first)
        if second_ear is None:
            return None
        try:
            await second_ear.start()
        except UnavailableError as error:
            _log.warning("second recogniser cannot be started", language=first.language, error=str(error))
            return None
        return second_ear

    async def _close_languages(self) -> None:
        for task in self._prepared.values():
            task.cancel()  # one that still waits for an engine
        await asyncio.gather(*self._prepared.values(), return_exceptions=True)
        await self._closing.aclose()
