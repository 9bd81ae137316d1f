"""Vosk in a worker: a free recogniser streams beside one whose grammar are the step's hints.

What is known to crash or hang the library never reaches it: a grammar is never empty and always JSON, is given only
when a recogniser is made (never changed in mid-utterance), and holds words, none of the model's own symbols (``<eps>``
aborts the process); the rate is fixed, audio is ``bytes`` of whole samples, and each recogniser is used by the
worker's one thread.

The end of an utterance is the voice activity detector's to tell: an interim result forces Vosk's final result. When
speech goes on after it, a short utterance is heard again from its start, so that its words are seen in one context.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import vosk
from rapidfuzz import fuzz

from voicebot.errors import UnavailableError
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recognition.engine import NOTHING, Heard
from voicebot.speech.recognition.recognizer import Hints, Hypothesis, TimedWord

_UNKNOWN: Final = ("[unk]", "<unk>", "<UNK>")
"""How models write the word that stands for all others; not every model has one."""
_SYMBOLS: Final = ("<", "[", "#", "!")
"""How entries of a model's vocabulary begin that nobody says: ``<eps>``, ``#0``, ``!SIL``, ``[noise]``."""
_REHEARD_SECONDS: Final = 8.0
"""An utterance up to this long is heard again when speech goes on after an interim result."""
_RECYCLE_SECONDS: Final = 120.0
"""A free recogniser grows with what it hears (some 1 MB a second), and is replaced after so much audio."""
_IDLE: Final = 8
"""Free recognisers kept for the next utterances."""
_MOST_PHRASES: Final = 400

_AGREE: Final = 85.0
_NEAR: Final = 55.0
_SURE: Final = 0.8
_UNSURE: Final = 0.55


class VoskEngine:
    """A loaded Vosk model.

    Parameters
    ----------
    folder
        Of the model.

    Raises
    ------
    UnavailableError
        The model cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        vosk.SetLogLevel(-1)
        try:
            self._model = vosk.Model(str(folder))
        except Exception as error:  # the library raises nothing more specific
            raise UnavailableError(f"{folder} is not a Vosk model that can be loaded: {error}") from error
        # A model with one static graph ignores grammars and would just be run twice.
        self._follows_grammar = any(folder.rglob("Gr.fst"))
        self._unknown = next((word for word in _UNKNOWN if self._number(word) > 0), "")
        self._idle: list[_Ear] = []
        self.details = {
            "hints": "grammar" if self._follows_grammar else "not followed by this model",
            "unknown_word": self._unknown or "none",
        }

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has ``word`` as a spoken word."""
        return not word.startswith(_SYMBOLS) and self._number(word) > 0

    def _number(self, word: str) -> int:
        """Number of a vocabulary's entry: -1 for none, 0 for the empty word."""
        return int(self._model.vosk_model_find_word(word))

    def stream(self) -> VoskStream:
        """Return a stream for one call."""
        return VoskStream(self)

    def free_ear(self) -> _Ear:
        """A recogniser of all words, out of the pool."""
        return self._idle.pop() if self._idle else _Ear(self._model, None)

    def hinted_ear(self, phrases: Iterable[str]) -> _Ear | None:
        """A recogniser of these phrases, or ``None`` where none of them can be heard."""
        if not self._follows_grammar:
            return None
        grammar = self.grammar(phrases)
        return _Ear(self._model, grammar) if grammar else None

    def grammar(self, phrases: Iterable[str]) -> list[str]:
        """Phrases of which the model knows all words, without repeats; the unknown word comes last.

        A phrase with a word that the model lacks would be heard without it, as something else.
        """
        known: dict[str, None] = {}
        for phrase in phrases:
            words = phrase.replace("\0", " ").split()
            if words and all(self.knows(word) for word in words):
                known[" ".join(words)] = None
            if len(known) == _MOST_PHRASES:
                break
        return [*known, *([self._unknown] if self._unknown else [])] if known else []

    def give_back(self, ear: _Ear) -> None:
        """Take a free recogniser back into the pool, unless it has been used too long."""
        if ear.heard_seconds < _RECYCLE_SECONDS and len(self._idle) < _IDLE:
            ear.forget()
            self._idle.append(ear)


class _Ear:
    """One recogniser and the utterance it is in."""

    def __init__(self, model: Any, grammar: list[str] | None) -> None:
        arguments = () if grammar is None else (json.dumps(grammar, ensure_ascii=False),)
        self._recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE, *arguments)
        self._recognizer.SetWords(True)
        self._parts: list[TimedWord] = []
        self._fed = False
        self._begun_at = 0.0
        self.heard_seconds = 0.0

    def feed(self, pcm: bytes) -> None:
        """Hear whole samples."""
        if not pcm:
            return
        self.heard_seconds += len(pcm) / 2 / SAMPLE_RATE
        self._fed = True
        # The library's own end of utterance may come in a long one; its words are kept.
        if self._recognizer.AcceptWaveform(pcm):
            self._keep(self._recognizer.Result())

    def final(self) -> list[TimedWord]:
        """Words of all that was fed."""
        if self._fed:
            self._fed = False
            self._keep(self._recognizer.FinalResult())
        return list(self._parts)

    def forget(self) -> None:
        """Reset for the next utterance."""
        if self._fed:
            self._recognizer.FinalResult()
            self._fed = False
        self._recognizer.Reset()
        self._parts.clear()
        self._begun_at = self.heard_seconds

    def _keep(self, result: str) -> None:
        found = json.loads(result)
        for word in found.get("result", ()):
            # The library counts from the first sample that the recogniser ever heard.
            begins, ends = (max(0.0, float(word[edge]) - self._begun_at) for edge in ("start", "end"))
            self._parts.append(TimedWord(str(word["word"]), begins, ends, float(word["conf"])))


class VoskStream:
    """One call's recognisers: open vocabulary, and the hints where the step has some."""

    def __init__(self, engine: VoskEngine) -> None:
        self._engine = engine
        self._free: _Ear | None = None
        self._hinted: _Ear | None = None
        self._audio = bytearray()
        self._transcribed = False

    def begin(self, hints: Hints) -> None:
        """Start an utterance."""
        self.end()
        self._free = self._engine.free_ear()
        self._hinted = self._engine.hinted_ear(hints.phrases)

    def feed(self, pcm: bytes) -> None:
        """Hear."""
        pcm = bytes(pcm[: len(pcm) - len(pcm) % 2])
        if self._free is None or not pcm:
            return
        short = len(self._audio) <= _REHEARD_SECONDS * SAMPLE_RATE * 2
        if self._transcribed and short:
            for ear in self._ears():
                ear.forget()
                ear.feed(bytes(self._audio))
        self._transcribed = False
        if short:
            self._audio += pcm
        for ear in self._ears():
            ear.feed(pcm)

    def interim(self) -> Heard:
        """Words so far."""
        if self._free is None:
            return Heard(NOTHING)
        self._transcribed = True
        free = self._free.final()
        hinted = self._hinted.final() if self._hinted is not None else []
        heard = weigh(_pairs(free), _pairs(hinted))
        return replace(heard, words=tuple(word for word in free if word.text not in _UNKNOWN))

    def end(self) -> None:
        """Forget the utterance; the free recogniser goes back to the pool."""
        if self._free is not None:
            self._engine.give_back(self._free)
        self._free = self._hinted = None
        self._audio.clear()
        self._transcribed = False

    def _ears(self) -> tuple[_Ear, ...]:
        return tuple(ear for ear in (self._free, self._hinted) if ear is not None)


def weigh(free: list[tuple[str, float]], hinted: list[tuple[str, float]]) -> Heard:
    """Weigh what was heard freely against what the grammar made of it.

    A grammar maps whatever is said to one of its phrases, at times with full confidence. So it is believed when the
    free words are similar to it, or when they are few and uncertain; otherwise it is only an alternative.

    Parameters
    ----------
    free, hinted
        (word, confidence) pairs.
    """
    open_words = _hypothesis(free)
    real = [(word, confidence) for word, confidence in hinted if word not in _UNKNOWN]
    if not real:
        return Heard(open_words)
    unknown = 1 - len(real) / len(hinted)
    phrase = Hypothesis(*_text_and_confidence(real), "hints")
    phrase = Hypothesis(phrase.text, phrase.confidence * (1 - unknown), "hints")
    if not open_words.text:
        # The grammar found a phrase where the open vocabulary found nothing.
        return Heard(Hypothesis(phrase.text, phrase.confidence * 0.5, "hints"))
    like = fuzz.ratio(open_words.text, phrase.text)
    if open_words.text == phrase.text:
        return Heard(Hypothesis(phrase.text, max(phrase.confidence, open_words.confidence), "hints"))
    if like >= _AGREE or (like >= _NEAR and phrase.confidence >= _SURE and open_words.confidence <= _SURE):
        return Heard(Hypothesis(phrase.text, phrase.confidence * like / 100, "hints"), (open_words,))
    if open_words.confidence < _UNSURE and phrase.confidence >= _SURE and not unknown:
        return Heard(Hypothesis(phrase.text, 0.5 * phrase.confidence, "hints"), (open_words,))
    return Heard(open_words, (Hypothesis(phrase.text, phrase.confidence * like / 100, "hints"),))


def _pairs(words: list[TimedWord]) -> list[tuple[str, float]]:
    return [(word.text, word.confidence) for word in words]


def _hypothesis(words: list[tuple[str, float]]) -> Hypothesis:
    real = [(word, confidence) for word, confidence in words if word not in _UNKNOWN]
    return Hypothesis(*_text_and_confidence(real)) if real else NOTHING


def _text_and_confidence(words: list[tuple[str, float]]) -> tuple[str, float]:
    confidence = sum(confidence for _, confidence in words) / len(words)
    return " ".join(word for word, _ in words), min(1.0, max(0.0, confidence))
