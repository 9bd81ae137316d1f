"""Whisper base in a worker, driven directly with CTranslate2 on one thread: Mandarin, and a second ear for English.

The model hears an utterance as a whole, so it is run at each interim result on all that was said. It is trained on
windows of 30 s; one of 10 s costs a quarter and is as accurate, while windows as short as the audio make it dream.
What is no speech is refused by the model's own probability of that and by the score of the words together; neither is
enough alone. Hints are candidates: the one that sounds like one of the best hypotheses is taken, by its syllables where
the language is written without spaces (most of the model's Mandarin errors are other characters of the same sound).

Model format: OpenAI's Whisper, converted for CTranslate2.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
import soxr

from voicebot.errors import UnavailableError
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.recognition import sounding
from voicebot.speech.recognition.engine import NOTHING, Heard
from voicebot.speech.recognition.log_mel import RATE, log_mel
from voicebot.speech.recognition.recognizer import Hints, Hypothesis
from voicebot.speech.recognition.stretches import quiet_place
from voicebot.speech.recognition.whisper_tokens import WhisperTokens

_Array = np.ndarray[Any, Any]

_WINDOW_FRAMES: Final = 1000
_LONGEST_SECONDS: Final = 9.0
"""Longer audio is cut at quiet places: a window of its own is as good and cheaper."""
_HEARABLE_SECONDS: Final = 0.1
_HEARABLE_RMS: Final = 0.0005
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
_CONFIDENCES: Final = ((-1.8, 0.0), (-1.0, 0.2), (-0.6, 0.5), (-0.35, 0.8), (-0.15, 0.95), (0.0, 1.0))
"""Mean log-probability of the words -> confidence."""


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
        self._primary = language.partition("-")[0].lower()
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

    def hear(self, samples: _Array) -> tuple[list[tuple[str, float]], float]:
        """Decode an utterance.

        Parameters
        ----------
        samples
            At 16 kHz, -1 to 1.

        Returns
        -------
        tuple
            (text, mean log-probability), best first; and the probability that nobody spoke.
        """
        seconds = len(samples) / RATE
        features = np.ascontiguousarray(log_mel(samples, _WINDOW_FRAMES)[None])
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features))
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


class WhisperStream:
    """One call's stream: keeps the utterance and transcribes the whole of it at each interim result."""

    def __init__(self, engine: WhisperEngine) -> None:
        self._engine = engine
        self._audio = bytearray()
        self._earlier: list[Hypothesis] = []
        self._hints = Hints()

    def begin(self, hints: Hints) -> None:
        """Start an utterance."""
        self.end()
        self._hints = hints

    def feed(self, pcm: bytes) -> None:
        """Hear."""
        self._audio += pcm

    def end(self) -> None:
        """Forget the utterance."""
        self._audio.clear()
        self._earlier.clear()
        self._hints = Hints()

    def interim(self) -> Heard:
        """Words so far."""
        longest = int(_LONGEST_SECONDS * SAMPLE_RATE) * 2
        while len(self._audio) > longest:
            cut = quiet_place(bytes(self._audio[:longest]))
            self._earlier.append(self._hear(bytes(self._audio[:cut]), ()).best)
            del self._audio[:cut]
        heard = self._hear(bytes(self._audio), () if self._earlier else self._hints.phrases)
        parts = [one for one in (*self._earlier, heard.best) if one.text]
        if not self._earlier or not parts:
            return heard
        lengths = [len(one.text) for one in parts]
        confidence = float(np.average([one.confidence for one in parts], weights=lengths))
        return Heard(Hypothesis(sounding.joined([one.text for one in parts], self._engine.language), confidence))

    def _hear(self, pcm: bytes, phrases: tuple[str, ...]) -> Heard:
        """Words of one stretch of audio."""
        samples = np.frombuffer(pcm[: len(pcm) - len(pcm) % 2], "<i2").astype(np.float32) / 32768
        if len(samples) < _HEARABLE_SECONDS * SAMPLE_RATE or float(np.sqrt(np.mean(samples**2))) < _HEARABLE_RMS:
            return Heard(NOTHING)
        texts, no_speech = self._engine.hear(soxr.resample(samples, SAMPLE_RATE, RATE, quality="MQ"))
        return weigh(texts, no_speech, phrases, self._engine.language)


def confidence_of(score: float) -> float:
    """Confidence (0 to 1) of words with this mean log-probability."""
    scores, confidences = zip(*_CONFIDENCES, strict=True)
    return float(np.interp(score, scores, confidences))


def weigh(texts: list[tuple[str, float]], no_speech: float, phrases: tuple[str, ...], language: str) -> Heard:
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
    """
    texts = [(text, score) for text, score in texts if text]
    if not texts:
        return Heard(NOTHING)
    best_score = texts[0][1]
    if best_score < WORST_SCORE or (no_speech > NO_SPEECH and best_score < SCORE_OF_NOISE):
        return Heard(NOTHING)
    unlike_speech = max(0.0, no_speech - 0.3) / 0.7
    free = [Hypothesis(text, confidence_of(score) * (1 - unlike_speech)) for text, score in texts]
    found = sounding.nearest([text for text, _ in texts], phrases, language)
    if found is not None:
        phrase, likeness = found
        sure = max(free[0].confidence, 0.5 + 0.45 * likeness) * (1 - unlike_speech)
        others = tuple(one for one in free if one.text != phrase)
        return Heard(Hypothesis(phrase, min(1.0, sure), "hints"), others[:2])
    return Heard(free[0], tuple(free[1:]))
