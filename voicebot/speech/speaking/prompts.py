"""Rendered speech, kept by what it says: a call plays files; only what could not be foreseen is spoken live.

A text is kept sentence by sentence. A sentence is the unit that voices give one melody to, so the sound of the
whole is that of its parts with a pause between them, and what is the same for every lead is rendered once. What holds
a name or an amount is of use to one lead alone: it stands apart and is the first to go when room is wanted.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from voicebot.logs import get_logger
from voicebot.outage import Outage
from voicebot.paths import prompts_folder
from voicebot.private_files import make_missing
from voicebot.speech.speaking.loudness import silence
from voicebot.speech.speaking.spoken_text import plain, sentences
from voicebot.speech.speaking.voice import Voice

Progress = Callable[[int, int], None]
"""Called with how many texts are done, and of how many."""

_MAGIC: Final = b"voicebot prompt 1\n"
_HEADER_BYTES: Final = len(_MAGIC) + 32
_PAUSE: Final = silence(0.25)
_OF_LEADS: Final = "leads"
"""Sub-folder of sentences with values in them."""
YOUNG_SECONDS: Final = 3600.0
"""What was wanted within this time may be needed by a call under way, and is never deleted."""
_TOUCH_SECONDS: Final = 600.0
"""How often it is noted on the disk that a file is still wanted."""

_log = get_logger(module="prompts")


class Prompts(Protocol):
    """Speech of texts, ready before it is wanted: ``PromptCache``, or ``FallbackVoice`` over two of them."""

    @property
    def voice(self) -> Voice:
        """Who speaks."""

    async def start(self) -> None:
        """Start what the voice needs; returns when it or its fallback can speak."""

    async def close(self) -> None:
        """Stop what was started."""

    async def render(
        self,
        texts: Iterable[str],
        *,
        speed: float = 1.0,
        progress: Progress | None = None,
        templates: Iterable[str] | None = None,
    ) -> None:
        """Make every text ready; see ``PromptCache.render``."""

    def get(self, text: str, *, speed: float = 1.0) -> bytes | None:
        """PCM of ``text`` if it is ready."""

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        """Name of the voice whose speech ``get`` gives."""

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        """PCM of ``text``, rendered now if it has to be: a call is waiting for it."""


class PromptCache:
    """What one voice says, in memory and on disk.

    Parameters
    ----------
    voice
        Who speaks; its ``name`` is part of every key.
    folder
        Where files are kept; shared by any number of processes.
    memory_bytes
        How much PCM is held in memory (16 kB a second), least recently used out first.
    """

    def __init__(self, voice: Voice, folder: Path | None = None, *, memory_bytes: int = 64_000_000) -> None:
        self._voice = voice
        self._folder = folder or prompts_folder()
        self._limit = memory_bytes
        self._held = 0
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._touched: dict[str, float] = {}
        """When it was last noted on the disk that a sentence in memory is wanted, monotonic seconds by key."""
        self._under_way: dict[str, asyncio.Task[bytes]] = {}
        self._turn = asyncio.Lock()
        self._outage = Outage("prompts cannot be kept on the disk", "prompts are kept on the disk again")

    @property
    def voice(self) -> Voice:
        """Who speaks."""
        return self._voice

    async def start(self) -> None:
        """Nothing is to be started: this voice speaks in process."""

    async def close(self) -> None:
        """Nothing was started."""

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        """Name of the voice."""
        return self._voice.name

    async def render(
        self,
        texts: Iterable[str],
        *,
        speed: float = 1.0,
        progress: Progress | None = None,
        templates: Iterable[str] | None = None,
    ) -> None:
        """Make every text ready to play, before dialling.

        Parameters
        ----------
        texts
            Worded lines; those already rendered cost next to nothing.
        speed
            0.5 to 2.
        progress
            Told after each text.
        templates
            What the texts were worded from, values in braces: a sentence of theirs without any is the same for every
            lead. ``None``: all are.

        Raises
        ------
        UnavailableError
            The voice could not speak one of them; the others that came before are kept.
        """
        wanted = list(dict.fromkeys(texts))
        shared = None if templates is None else lasting(templates)
        for done, text in enumerate(wanted, start=1):
            for sentence in sentences(plain(text)):
                of_lead = shared is not None and sentence not in shared
                async with self._turn:  # one at a time, so that a live line waits for one sentence at most
                    await self._sentence(sentence, speed, urgent=False, of_lead=of_lead)
            if progress:
                progress(done, len(wanted))

    def get(self, text: str, *, speed: float = 1.0) -> bytes | None:
        """PCM of ``text`` if all of it is rendered, else ``None``. Reads the disk only where memory has let go."""
        parts: list[bytes] = []
        for sentence in sentences(plain(text)):
            key = self._key(sentence, speed)
            pcm = self._recall(key)
            if pcm is None:
                pcm = self._read(key)
                if pcm is None:
                    return None
                self._remember(key, pcm)
            parts.append(pcm)
        return _PAUSE.join(parts)

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        """PCM of ``text``, rendered now if it has to be. Raises UnavailableError as the voice does."""
        return _PAUSE.join([await self._sentence(part, speed, urgent=True) for part in sentences(plain(text))])

    async def _sentence(self, sentence: str, speed: float, *, urgent: bool, of_lead: bool = True) -> bytes:
        key = self._key(sentence, speed)
        pcm = self._recall(key)
        if pcm is not None:
            await self._touch(key)
            return pcm
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, sentence, speed, urgent, of_lead))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(task)  # one caller going away must not take the others' prompt with it

    def _finished(self, key: str, task: asyncio.Task[bytes]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # every waiter was told; nobody left is no fault

    async def _make(self, key: str, sentence: str, speed: float, urgent: bool, of_lead: bool) -> bytes:
        pcm = await asyncio.to_thread(self._read, key)
        if pcm is None:
            pcm = await self._voice.synthesize(sentence, speed=speed, urgent=urgent)
            await asyncio.to_thread(self._write, key, pcm, of_lead)
        self._remember(key, pcm)
        return pcm

    async def _touch(self, key: str) -> None:
        """Note on the disk that a sentence is still wanted, though memory has it: else it would be the first to go."""
        now = time.monotonic()
        if now - self._touched.get(key, now) <= _TOUCH_SECONDS:
            return
        self._touched[key] = now
        for path in self._paths(key):
            with contextlib.suppress(OSError):
                await asyncio.to_thread(os.utime, path)

    def _key(self, sentence: str, speed: float) -> str:
        identity = "\x00".join((self._voice.name, f"{speed:.3f}", sentence))
        return hashlib.sha256(identity.encode()).hexdigest()

    def _paths(self, key: str) -> tuple[Path, Path]:
        """Where a sentence may be: among those of every lead, or of one."""
        name = f"{key[:2]}/{key}.pcm"
        return self._folder / name, self._folder / _OF_LEADS / name

    def _recall(self, key: str) -> bytes | None:
        pcm = self._memory.get(key)
        if pcm is not None:
            self._memory.move_to_end(key)
        return pcm

    def _remember(self, key: str, pcm: bytes) -> None:
        self._held += len(pcm) - len(self._memory.get(key, b""))
        self._memory[key] = pcm
        self._memory.move_to_end(key)
        self._touched[key] = time.monotonic()
        while self._held > self._limit and len(self._memory) > 1:
            gone, let_go = self._memory.popitem(last=False)
            self._touched.pop(gone, None)
            self._held -= len(let_go)

    def _read(self, key: str) -> bytes | None:
        for path in self._paths(key):
            try:
                data = path.read_bytes()
            except OSError:
                continue
            pcm = data[_HEADER_BYTES:]
            if data[:_HEADER_BYTES] != _header(pcm):
                _log.warning("prompt file is damaged and is rendered again", file=str(path))
                continue
            with contextlib.suppress(OSError):
                os.utime(path)  # what is used is what is kept
            return pcm
        return None

    def _write(self, key: str, pcm: bytes, of_lead: bool) -> None:
        """Write beside the place and rename, so that no reader ever sees a part."""
        path = self._paths(key)[of_lead]
        try:
            make_missing(path.parent)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_header(pcm) + pcm)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:  # the call can go on from memory
            self._outage.failed(self._voice.name, file=str(path), reason=error.strerror)
        else:
            self._outage.worked(self._voice.name)


@functools.lru_cache(maxsize=64)
def _lasting(templates: tuple[str, ...]) -> frozenset[str]:
    found = (sentence for template in templates for sentence in sentences(plain(" ".join(template.split()))))
    return frozenset(sentence for sentence in found if "{" not in sentence)


def lasting(templates: Iterable[str]) -> frozenset[str]:
    """Return the sentences that are the same for every lead: those of ``templates`` without a value in braces."""
    return _lasting(tuple(templates))


def _header(pcm: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(pcm).digest()


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was deleted, or would be: how many files, and how many bytes."""

    deleted: int = 0
    freed: int = 0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file of the cache: whether it is of use to one lead alone, and when it was last wanted (seconds since 1970)."""

    path: Path
    of_lead: bool
    wanted_at: float
    size: int


def dispensable(files: Iterable[Rendered], max_bytes: int, now: float) -> list[Rendered]:
    """Return what has to go for the rest to fit into ``max_bytes``. Pure.

    What only one lead was told goes first, then what was wanted longest ago; never what was wanted just now.
    """
    files = list(files)
    total = sum(one.size for one in files)
    found: list[Rendered] = []
    for one in sorted(files, key=lambda one: (not one.of_lead, one.wanted_at)):
        if total <= max_bytes:
            break
        if now - one.wanted_at > YOUNG_SECONDS:
            found.append(one)
            total -= one.size
    return found


def trim_prompts(folder: Path, max_bytes: int, *, dry_run: bool = False) -> Trimmed:
    """Delete rendered speech until a cache's folder holds ``max_bytes``, whatever voices it is of.

    Raises
    ------
    OSError
        A file cannot be deleted.
    """
    gone = dispensable(_rendered(folder), max_bytes, time.time())
    if not dry_run:
        for one in gone:
            one.path.unlink(missing_ok=True)
    return Trimmed(len(gone), sum(one.size for one in gone))


def _rendered(folder: Path) -> Iterator[Rendered]:
    for of_lead, place in ((False, folder), (True, folder / _OF_LEADS)):
        for path in place.glob("??/*.pcm"):
            with contextlib.suppress(OSError):  # another process may be trimming too
                status = path.stat()
                yield Rendered(path, of_lead, status.st_mtime, status.st_size)
