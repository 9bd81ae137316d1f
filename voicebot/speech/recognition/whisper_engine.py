"""Whisper base in a worker, driven directly with CTranslate2 on one thread: Mandarin, and a second ear for English.

The model hears an utterance as a whole, so it is run at each interim result on all that was said. It is trained on
windows of 30 s; one of 10 s costs a quarter and is as accurate, while windows as short as the audio make it dream.
What is no speech is refused by the model's own probability of that and by the score of the words together; neither is
enough alone. Hints are candidates: the one that sounds like one of the best hypotheses is taken, by its syllables where
the language is written without spaces (most of the model's Mandarin errors are other characters of the same sound).
Where it is known how syllables are misheard, hints that nearly sound like a hypothesis are compared with the audio
itself: the model tells how likely each is to be what was said.

Model format: OpenAI's Whisper, converted for CTranslate2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np

from voicebot import languages
from voicebot.errors import UnavailableError
from voicebot.speech.recognition import sounding
from voicebot.speech.recognition.engine import NOTHING, Heard
from voicebot.speech.recognition.log_mel import RATE, log_mel
from voicebot.speech.recognition.recognizer import Hypothesis
from voicebot.speech.recognition.whisper_tokens import WhisperTokens
from voicebot.speech.recognition.whole_stream import Samples, WholeStream

_Decoded = tuple[list[tuple[str, float]], float]
"""(text, mean log-probability), best first; and the probability that nobody spoke."""

_WINDOW_FRAMES: Final = 1000
_NOT_SPOKEN: Final = re.compile(r"[\W_]+")
_ENCODED_FRAMES: Final = _WINDOW_FRAMES // 2
_BEAMS: Final = 5
_HYPOTHESES: Final = 3
_TOKENS_PER_SECOND: Final = 9.0
_LEAST_TOKENS: Final = 12
NO_SPEECH: Final = 0.6
"""Probability of no speech from which words need a better score."""
SCORE_OF_NOISE: Final = -1.0
"""Mean log-probability below which words heard in what is likely no speech are refused."""
WORST_SCORE: Final = -1.8
"""Mean log-probability below which words are refused in any case; good ones score over -0.4."""
SURELY_SPEECH: Final = 0.15
"""Probability of no speech below which somebody spoke; noise and hums get 0.3 and more."""
SOUNDS_ALIKE: Final = 0.5
"""Confidence of a likely answer that unsure words sound just like: enough to act on a yes, not on a fate."""
_PER_SYLLABLE: Final = 8.0
"""Log-probability that a syllable misheard by the hypotheses counts against a hint: they heard the audio as well."""
_EXPECTED: Final = 5.0
"""Log-probability that a hint has ahead of words that nobody expects."""
_EXPECTED_SYLLABLE: Final = 3.6
"""The same for each syllable of a longer hint that denies or affirms as the words heard do."""
_RIVAL: Final = 2.0
"""Log-probability within which a hint that means the opposite leaves it open which was said."""
_CONFIDENCE_BY_LEAD: Final = ((0.0, 0.5), (4.0, 0.7), (8.0, 0.9))
"""How far a hint is ahead of the words heard -> confidence."""
_CONFIDENCES: Final = ((-1.8, 0.0), (-1.0, 0.2), (-0.6, 0.5), (-0.35, 0.8), (-0.15, 0.95), (0.0, 1.0))
"""Mean log-probability of the words -> confidence."""


@dataclass(frozen=True, slots=True)
class Scored:
    """How well hints explain an utterance.

    Parameters
    ----------
    free
        Log-probability of the best words that the model heard freely.
    hints
        Phrases, with their log-probabilities.
    """

    free: float
    hints: tuple[tuple[sounding.Near, float], ...]

    def best(self) -> tuple[str, float] | None:
        """Return the likeliest hint with how far it is ahead of the words heard; ``None`` where none is, or it is open.

        A hint that is taken for its length alone is not ahead: its lead is 0.
        """
        ranked = sorted(((log - _PER_SYLLABLE * near.far, near) for near, log in self.hints), key=lambda one: -one[0])
        if not ranked:
            return None
        log, near = ranked[0]
        if any(rival.turned != near.turned and its > log - _RIVAL for its, rival in ranked[1:]):
            return None
        lead = _EXPECTED + log - self.free
        longer = 0.0 if near.turned else max(0.0, _EXPECTED_SYLLABLE * near.syllables - _EXPECTED)
        return (near.phrase, max(0.0, lead)) if lead + longer >= 0 else None


@dataclass(frozen=True, slots=True)
class _Part:
    """What the model makes of one stretch of audio."""

    texts: list[tuple[str, float]]
    no_speech: float
    scored: Scored | None = None


class WhisperEngine:
    """The loaded model.

    Parameters
    ----------
    folder
        Holds ``model.bin``, ``config.json``, ``tokenizer.json`` and the vocabulary.
    language
        BCP 47 tag of what is spoken.

    Raises
    ------
    UnavailableError
        The model cannot be loaded, or does not know the language.
    """

    def __init__(self, folder: Path, language: str) -> None:
        try:
            self._model: Any = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=1, inter_threads=1
            )
            self._tokens = WhisperTokens(folder / "tokenizer.json")
        except Exception as error:  # the library raises kinds of its own for each fault
            raise UnavailableError(f"{folder} is not a Whisper model that can be loaded: {error}") from error
        self._primary = languages.family(language)
        marks = ("<|startoftranscript|>", f"<|{self._primary}|>", "<|transcribe|>", "<|notimestamps|>")
        prompt = [token for mark in marks if (token := self._tokens.mark(mark)) is not None]
        if len(prompt) != len(marks):
            raise UnavailableError(f"this Whisper model does not hear {language}")
        self._prompt = prompt
        self.details = {"hints": "by sound", "ctranslate2": ctranslate2.__version__}
        self.hear(np.zeros(RATE, np.float32))

    def stream(self) -> WhisperStream:
        """Return a stream for one call."""
        return WhisperStream(self)

    @property
    def language(self) -> str:
        """Primary subtag of what is spoken."""
        return self._primary

    def hear(self, samples: Samples) -> _Decoded:
        """Decode an utterance.

        Parameters
        ----------
        samples
            At 16 kHz, -1 to 1.
        """
        return self._decode(self._encode(samples), len(samples) / RATE)

    def hear_beside(self, samples: Samples, phrases: tuple[str, ...]) -> tuple[_Decoded, Scored | None]:
        """Decode an utterance, and score the hints that may have been misheard as something else.

        Parameters
        ----------
        samples
            At 16 kHz, -1 to 1.
        phrases
            Hints.
        """
        encoded = self._encode(samples)
        decoded = self._decode(encoded, len(samples) / RATE)
        texts = [text for text, _ in decoded[0] if text]
        near = sounding.shortlist(texts, phrases, self._primary)
        if not near or sounding.nearest(texts[:1], phrases, self._primary) is not None:
            return decoded, None
        free, *scores = self._score(encoded, [texts[0], *(one.phrase for one in near)])
        return decoded, Scored(free, tuple(zip(near, scores, strict=True)))

    def _score(self, encoded: Any, phrases: Sequence[str]) -> list[float]:
        """Return the log-probability of each phrase, all in one run; of its tokens alone, not that it ends there."""
        rows = [self._tokens.numbers(_NOT_SPOKEN.sub("", phrase)) for phrase in phrases]
        repeated = np.repeat(np.array(encoded), len(rows), axis=0)
        found = self._model.align(
            ctranslate2.StorageView.from_array(np.ascontiguousarray(repeated)),
            self._prompt[:-1],  # it adds the mark for no times itself
            rows,
            _ENCODED_FRAMES,
            median_filter_width=1,
        )
        return [float(np.log(np.maximum(one.text_token_probs, 1e-9)).sum()) for one in found]

    def _encode(self, samples: Samples) -> Any:
        features = np.ascontiguousarray(log_mel(samples, _WINDOW_FRAMES)[None])
        return self._model.encode(ctranslate2.StorageView.from_array(features))

    def _decode(self, encoded: Any, seconds: float) -> _Decoded:
        most = max(_LEAST_TOKENS, int(seconds * _TOKENS_PER_SECOND) + 4)
        result = self._model.generate(
            encoded,
            [self._prompt],
            beam_size=_BEAMS,
            num_hypotheses=_HYPOTHESES,
            max_length=len(self._prompt) + most,
            return_scores=True,
            return_no_speech_prob=True,
            repetition_penalty=1.05,
        )[0]
        texts = [
            (sounding.written(self._tokens.text(ids), self._primary), float(score))
            for ids, score in zip(result.sequences_ids, result.scores, strict=True)
        ]
        return texts, float(result.no_speech_prob)


class WhisperStream(WholeStream[_Part]):
    """One call's stream."""

    longest_seconds = 9.0  # a window of its own is as good as a part of a long one, and cheaper
    hearable_seconds = 0.1

    def __init__(self, engine: WhisperEngine) -> None:
        super().__init__()
        self._engine = engine

    def _decode(self, samples: Samples) -> _Part:
        (texts, no_speech), scored = self._engine.hear_beside(samples, self._hints.phrases)
        return _Part(texts, no_speech, scored)

    def _weigh(self, parts: Sequence[_Part | None], phrases: tuple[str, ...]) -> Heard:
        language = self._engine.language
        whole = len(parts) == 1
        heard = [
            Heard(NOTHING)
            if part is None
            else weigh(part.texts, part.no_speech, phrases if whole else (), language, part.scored if whole else None)
            for part in parts
        ]
        said = [one.best for one in heard if one.best.text]
        if whole or not said:
            return heard[-1]
        confidence = float(np.average([one.confidence for one in said], weights=[len(one.text) for one in said]))
        return Heard(Hypothesis(sounding.joined([one.text for one in said], language), confidence))


def confidence_of(score: float) -> float:
    """Confidence (0 to 1) of words with this mean log-probability."""
    scores, confidences = zip(*_CONFIDENCES, strict=True)
    return float(np.interp(score, scores, confidences))


def weigh(
    texts: list[tuple[str, float]],
    no_speech: float,
    phrases: tuple[str, ...],
    language: str,
    scored: Scored | None = None,
) -> Heard:
    """Say what was heard. Pure.

    Parameters
    ----------
    texts
        (text, mean log-probability), best first.
    no_speech
        Probability that nobody spoke.
    phrases
        Hints.
    language
        Primary subtag.
    scored
        How well hints explain the audio, where that was asked.
    """
    texts = [(text, score) for text, score in texts if text]
    if not texts:
        return Heard(NOTHING)
    best_score = texts[0][1]
    likeliest = scored.best() if scored is not None else None
    if best_score < WORST_SCORE or (no_speech > NO_SPEECH and best_score < SCORE_OF_NOISE):
        return _one_syllable([text for text, _ in texts], no_speech, phrases, language, likeliest)
    unlike_speech = max(0.0, no_speech - 0.3) / 0.7
    free = [Hypothesis(text, confidence_of(score) * (1 - unlike_speech)) for text, score in texts]
    found = sounding.nearest([text for text, _ in texts], phrases, language)
    if found is not None:
        phrase, likeness = found
        sure = max(free[0].confidence, 0.5 + 0.45 * likeness) * (1 - unlike_speech)
    elif likeliest is not None:
        phrase, lead = likeliest
        sure = _by_lead(lead) * (1 - unlike_speech)
    else:
        return Heard(free[0], tuple(free[1:]))
    others = tuple(one for one in free if one.text != phrase)
    return Heard(Hypothesis(phrase, min(1.0, sure), "hints"), others[:2])


def _one_syllable(
    texts: Sequence[str],
    no_speech: float,
    phrases: tuple[str, ...],
    language: str,
    likeliest: tuple[str, float] | None,
) -> Heard:
    """Return a likely answer that sounds just like words too unsure to be taken as they are, or explains them better.

    Words of one or two syllables get low scores however clearly they are spoken.
    """
    if no_speech >= SURELY_SPEECH:
        return Heard(NOTHING)
    found = sounding.nearest(texts, phrases, language)
    if found is not None and found[1] >= 1.0:
        return Heard(Hypothesis(found[0], SOUNDS_ALIKE, "hints"))
    return Heard(NOTHING) if likeliest is None else Heard(Hypothesis(likeliest[0], SOUNDS_ALIKE, "hints"))


def _by_lead(lead: float) -> float:
    leads, confidences = zip(*_CONFIDENCE_BY_LEAD, strict=True)
    return float(np.interp(lead, leads, confidences))
