"""Rendered speech, kept by what it says: a call plays files; only what nobody could foresee is spoken live.

A text is kept sentence by sentence. A sentence is the unit that voices give one melody to, so the sound of the
whole is that of its parts with a pause between them, and what is the same for every lead is rendered once.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

from voicebot.logs import get_logger
from voicebot.paths import prompts_folder
from voicebot.speech.speaking.loudness import silence
from voicebot.speech.speaking.spoken_text import plain, sentences
from voicebot.speech.speaking.voice import Voice

Progress = Callable[[int, int], None]
"""Called with how many texts are done, and of how many."""

_MAGIC: Final = b"voicebot prompt 1\n"
_HEADER_BYTES: Final = len(_MAGIC) + 32
_PAUSE: Final = silence(0.25)

_log = get_logger(module="prompts")


class Prompts(Protocol):
    """Speech of texts, ready before it is wanted: ``PromptCache``, or ``FallbackVoice`` over two of them."""

    @property
    def voice(self) -> Voice:
        """Who speaks."""

    async def start(self) -> None:
        """Start what the voice needs; returns when it can speak, or somebody in its place."""

    async def close(self) -> None:
        """Stop what was started."""

    async def render(self, texts: Iterable[str], *, speed: float = 1.0, progress: Progress | None = None) -> None:
        """Make every text ready; see ``PromptCache.render``."""

    def get(self, text: str, *, speed: float = 1.0) -> bytes | None:
        """PCM of ``text`` if it is ready."""

    def speaker(self, text: str, *, speed: float = 1.0) -> str:
        """Name of the voice whose speech ``get`` gives."""

    async def speech(self, text: str, *, speed: float = 1.0) -> bytes:
        """PCM of ``text``, made now if it has to be: somebody in a call waits for it."""


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
        self._under_way: dict[str, asyncio.Task[bytes]] = {}
        self._turn = asyncio.Lock()

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

    async def render(self, texts: Iterable[str], *, speed: float = 1.0, progress: Progress | None = None) -> None:
        """Make every text ready to play, before dialling.

        Parameters
        ----------
        texts
            Worded lines; those already rendered cost next to nothing.
        speed
            0.5 to 2.
        progress
            Told after each text.

        Raises
        ------
        UnavailableError
            The voice could not speak one of them; the others that came before are kept.
        """
        wanted = list(dict.fromkeys(texts))
        for done, text in enumerate(wanted, start=1):
            for sentence in sentences(plain(text)):
                async with self._turn:  # one at a time, so that a live line waits for one sentence at most
                    await self._sentence(sentence, speed, urgent=False)
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

    async def trim(self, max_bytes: int) -> int:
        """Delete the files that were used longest ago until the folder holds ``max_bytes``; returns how many."""
        return await asyncio.to_thread(_trim, self._folder, max_bytes)

    async def _sentence(self, sentence: str, speed: float, *, urgent: bool) -> bytes:
        key = self._key(sentence, speed)
        pcm = self._recall(key)
        if pcm is not None:
            return pcm
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, sentence, speed, urgent))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(task)  # one caller going away must not take the others' prompt with it

    def _finished(self, key: str, task: asyncio.Task[bytes]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # every waiter was told; nobody left is no fault

    async def _make(self, key: str, sentence: str, speed: float, urgent: bool) -> bytes:
        pcm = await asyncio.to_thread(self._read, key)
        if pcm is None:
            pcm = await self._voice.synthesize(sentence, speed=speed, urgent=urgent)
            await asyncio.to_thread(self._write, key, pcm)
        self._remember(key, pcm)
        return pcm

    def _key(self, sentence: str, speed: float) -> str:
        identity = "\x00".join((self._voice.name, f"{speed:.3f}", sentence))
        return hashlib.sha256(identity.encode()).hexdigest()

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.pcm"

    def _recall(self, key: str) -> bytes | None:
        pcm = self._memory.get(key)
        if pcm is not None:
            self._memory.move_to_end(key)
        return pcm

    def _remember(self, key: str, pcm: bytes) -> None:
        self._held += len(pcm) - len(self._memory.get(key, b""))
        self._memory[key] = pcm
        self._memory.move_to_end(key)
        while self._held > self._limit and len(self._memory) > 1:
            self._held -= len(self._memory.popitem(last=False)[1])

    def _read(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        pcm = data[_HEADER_BYTES:]
        if data[:_HEADER_BYTES] != _header(pcm):
            _log.warning("prompt file is damaged and is rendered again", file=str(path))
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # what is used is what trim keeps
        return pcm

    def _write(self, key: str, pcm: bytes) -> None:
        """Write beside the place and rename, so that no reader ever sees a part."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_header(pcm) + pcm)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:  # the call can go on from memory
            _log.warning("prompt cannot be kept on disk", file=str(path), reason=error.strerror)


def _header(pcm: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(pcm).digest()


def _trim(folder: Path, max_bytes: int) -> int:
    files = []
    for path in folder.glob("??/*.pcm"):
        with contextlib.suppress(OSError):  # another process may be trimming too
            status = path.stat()
            files.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in files)
    deleted = 0
    for _, size, path in sorted(files):
        if total <= max_bytes:
            break
        path.unlink(missing_ok=True)
        total -= size
        deleted += 1
    return deleted
