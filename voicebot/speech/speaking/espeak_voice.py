"""espeak-ng behind the ``Voice`` protocol: robotic, but it speaks nearly every language. Run as a program (GPL)."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
from typing import Final

import numpy as np

from voicebot.errors import UnavailableError
from voicebot.speech.speaking.loudness import FORM, finish
from voicebot.speech.speaking.spoken_text import is_speakable, plain
from voicebot.speech.tools import EspeakBinary, find_espeak

_WORDS_A_MINUTE: Final = 160
_SYLLABIC: Final = {"cmn": 210, "yue": 210}  # espeak-ng counts a syllable as a word there
_SPECIAL: Final = {
    "zh": "cmn",
    "zh-cn": "cmn",
    "zh-sg": "cmn",
    "zh-tw": "cmn",
    "zh-hk": "yue",
    "nb": "nb",
    "en": "en-us",
}
_SHORTEST_WAV: Final = 44


class EspeakVoice:
    """A voice of espeak-ng. Each text is one short-lived process; one at a time.

    Parameters
    ----------
    language
        BCP 47 tag.
    binary
        How to run it; found by itself when ``None``.
    variant
        Voice variant such as ``f3`` or ``m2``; empty for the language's own.
    seconds
        Time limit of one synthesis.

    Raises
    ------
    UnavailableError
        espeak-ng is not there, does not run, or has no such language.
    """

    def __init__(
        self, language: str, *, binary: EspeakBinary | None = None, variant: str = "", seconds: float = 10.0
    ) -> None:
        self._binary = binary or find_espeak()
        self._language = language
        self._seconds = seconds
        version = re.search(r"\d[\w.]*", self._ask("--version"))
        self._language_voice = self._voice_of(language)
        self._voice = f"{self._language_voice}+{variant}" if variant else self._language_voice
        self._name = f"espeak-ng-{version.group() if version else 'unknown'}-{self._voice}-{FORM}"
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        """Identity for the prompt cache."""
        return self._name

    @property
    def language(self) -> str:
        """BCP 47 tag."""
        return self._language

    async def synthesize(self, text: str, *, speed: float = 1.0, urgent: bool = False) -> bytes:
        """Speak ``text``; see ``Voice.synthesize``."""
        text = plain(text)
        if not is_speakable(text):
            return b""
        rate = round(_SYLLABIC.get(self._language_voice, _WORDS_A_MINUTE) * min(2.0, max(0.5, speed)))
        async with self._turn:
            wav = await self._run("-v", self._voice, "-s", str(rate), "-b", "1", "--stdin", "--stdout", text=text)
        return _samples_of(wav)

    async def _run(self, *arguments: str, text: str) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._binary.command,
                *arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._binary.full_environment(),
            )
        except OSError as error:
            raise UnavailableError(f"{self._binary.where} does not run: {error.strerror}") from error
        try:
            output, complaint = await asyncio.wait_for(process.communicate(text.encode()), self._seconds)
        except TimeoutError as error:
            raise UnavailableError(f"espeak-ng did not speak within {self._seconds:g} s") from error
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0:
            reason = complaint.decode(errors="replace").strip()
            raise UnavailableError(f"espeak-ng ended with {process.returncode}: {reason}")
        return output

    def _ask(self, *arguments: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603
                [*self._binary.command, *arguments],
                capture_output=True,
                env=self._binary.full_environment(),
                timeout=self._seconds,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise UnavailableError(
                f"{self._binary.where} does not run: {error}", cure="run scripts/setup-tools again"
            ) from error
        return done.stdout.decode(errors="replace")

    def _voice_of(self, language: str) -> str:
        tag = language.lower()
        known = {line.split()[1] for line in self._ask("--voices").splitlines()[1:] if len(line.split()) > 1}
        for candidate in (_SPECIAL.get(tag), tag, _SPECIAL.get(tag.split("-")[0]), tag.split("-")[0]):
            if candidate and candidate in known:
                return candidate
        raise UnavailableError(f"espeak-ng has no voice for {language}", cure="see espeak-ng --voices")


def _samples_of(wav: bytes) -> bytes:
    """Samples of a WAV that was written to a pipe, whose header therefore has no true lengths."""
    start = wav.find(b"data", 12)
    if start < 0 or len(wav) < _SHORTEST_WAV or wav[:4] != b"RIFF":
        raise UnavailableError("espeak-ng gave no audio")
    rate = int.from_bytes(wav[24:28], "little")
    body = wav[start + 8 :]
    samples = np.frombuffer(body[: len(body) // 2 * 2], dtype="<i2").astype(np.float32) / 32768.0
    return finish(samples, rate)
