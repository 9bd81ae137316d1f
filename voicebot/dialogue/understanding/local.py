"""The local policy: what an utterance means, decided in this process.

The engine's own events (silence, machines, keys) come first; then every hypothesis of the recogniser that may be what
was said is read (``hypotheses.py``, ``reading.py``).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from voicebot import languages, paths
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Question, Understanding
from voicebot.dialogue.understanding import corpora, e5, hypotheses
from voicebot.dialogue.understanding.embedding import Embedder
from voicebot.dialogue.understanding.expectation import Compare
from voicebot.dialogue.understanding.matcher import Match, Matcher
from voicebot.dialogue.understanding.policy import engine_answer
from voicebot.dialogue.understanding.reading import Reader

THREAD: Final = ThreadPoolExecutor(1, "understand")
"""Where all understanding is done: one text at a time."""
_KEPT: Final = 2048


@dataclass(frozen=True, slots=True)
class Compared:
    """An answer, and what had to be compared for it.

    Parameters
    ----------
    answer
        The local policy's.
    texts
        Masked texts that were compared with examples.
    rows
        Their embeddings, little-endian 32-bit floats, row by row; empty without an embedding model.
    """

    answer: Understanding
    texts: tuple[str, ...]
    rows: bytes


class Local(Protocol):
    """The local policy as other policies use it: in this process or in another."""

    async def compared(self, question: Question) -> Compared:
        """Answer, and tell what was compared."""

    async def informed(self, question: Question, probabilities: Mapping[str, Mapping[str, float]]) -> Understanding:
        """Answer using other probabilities (text → intent → 0 to 1) instead of the matcher's own."""


class LocalPolicy:
    """Understands utterances for one script. Creating one takes seconds the first time, later a fraction of one.

    Parameters
    ----------
    script
        Whose intents, examples, steps and slots are used.
    embeddings
        Folder of the embedding model; ``None``: the installed one of the language, if any.
    """

    def __init__(self, script: Script, embeddings: Path | None = None) -> None:
        self._script = script
        self._language = languages.of(script.language)
        name = self._language.embedding
        self._embedder = _embedder(embeddings or paths.models_folder() / name) if name else None
        self._matcher = Matcher(
            {intent: part.examples for intent, part in script.intents.items()},
            {name: step.examples for name, step in script.steps.items()},
            script.language,
            self._embedder,
            hands=_hands(script),
        )
        self._reader = Reader(script, self._matcher)
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], tuple[Match, ...]] = OrderedDict()

    @property
    def name(self) -> str:
        """``local``."""
        return "local"

    @property
    def features(self) -> str:
        """What texts are compared by, for reports."""
        return f"n-grams and {self._language.embedding}" if self._embedder else "n-grams"

    async def understand(self, question: Question) -> Understanding:
        """Understand what was heard; see ``Policy``."""
        return await asyncio.get_running_loop().run_in_executor(THREAD, self.decide, question)

    async def compared(self, question: Question) -> Compared:
        """Answer, and tell what was compared; see ``Local``."""
        return await asyncio.get_running_loop().run_in_executor(THREAD, self.decide_noting, question)

    async def informed(self, question: Question, probabilities: Mapping[str, Mapping[str, float]]) -> Understanding:
        """Answer by other probabilities; see ``Local``."""
        return await asyncio.get_running_loop().run_in_executor(THREAD, self.decide_informed, question, probabilities)

    def decide_noting(self, question: Question) -> Compared:
        """Answer in this thread, and tell what was compared."""
        compared: dict[str, None] = {}

        def noting(texts: tuple[str, ...], step: str) -> tuple[Match, ...]:
            compared.update(dict.fromkeys(texts))
            return self.compare(texts, step)

        answer = self.decide(question, noting)
        texts = tuple(compared)
        return Compared(answer, texts, self.embedded(texts))

    def decide_informed(self, question: Question, probabilities: Mapping[str, Mapping[str, float]]) -> Understanding:
        """Answer in this thread, by other probabilities."""

        def informed(texts: tuple[str, ...], step: str) -> tuple[Match, ...]:
            return tuple(
                match.informed(probabilities[text]) if probabilities.get(text) else match
                for text, match in zip(texts, self.compare(texts, step), strict=True)
            )

        return self.decide(question, informed)

    def decide(self, question: Question, compare: Compare | None = None) -> Understanding:
        """Understand what was heard, in this thread; takes up to 20 ms.

        Parameters
        ----------
        compare
            Used instead of this policy's own ``compare``, by policies that know better how likely an intent is.
        """
        compare = compare or self.compare
        settled = engine_answer(self._script, question)
        if settled is not None:
            return settled
        return hypotheses.understood(
            question.utterance, lambda text: self._reader.read(question, text, compare), self._language
        )

    def embedded(self, texts: tuple[str, ...]) -> bytes:
        """Return the embeddings of masked texts, float32, row after row; nothing where there is no model."""
        return self._embedder.embed(texts).tobytes() if self._embedder else b""

    def compare(self, texts: tuple[str, ...], step: str) -> tuple[Match, ...]:
        """Compare masked texts with the script's examples; what was compared before is remembered."""
        key = (step, texts)
        if key not in self._kept:
            self._kept[key] = self._matcher.compare(texts, step)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


def _hands(script: Script) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return what the writers of a script's corpus say for its intents."""
    written = corpora.hands(script.corpus) if script.corpus else {}
    return {
        hand: {intent: texts for intent, texts in by_intent.items() if intent in script.intents}
        for hand, by_intent in written.items()
    }


@lru_cache(maxsize=4)
def _embedder(folder: Path) -> Embedder | None:
    """Load the embedding model once; its matrix products use one thread, so that calls are not disturbed."""
    kind: type[Embedder]
    if (folder / e5.FILE).is_file():
        kind = e5.E5Embedder
    elif (folder / "model.safetensors").is_file() and (folder / "vocab.txt").is_file():
        kind = Embedder
    else:
        return None
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    threadpool_limits(1)
    return kind(folder)
