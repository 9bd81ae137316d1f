"""Moonshine tiny-en in a worker, driven directly with onnxruntime on one thread.

The model hears an utterance as a whole, so it is run at each interim result on all that was said. Words are decoded
greedily; their mean log-probability is the confidence. Hints are candidates: where the greedy words are unsure or
far from all of them, the few most similar ones are scored by forced decoding against the same encoded audio, and
one that explains the audio about as well as the greedy words is taken (see ``candidates``).

Model format: Useful Sensors' Moonshine (https://arxiv.org/abs/2410.15608), encoder and merged decoder as ONNX
Runtime files, byte-pair tokens with byte fallback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime

from voicebot.errors import UnavailableError
from voicebot.speech.recognition.candidates import confidence_of, pick, plain, shortlist, written
from voicebot.speech.recognition.engine import NOTHING, Heard
from voicebot.speech.recognition.moonshine_tokens import END, START, Tokens
from voicebot.speech.recognition.recognizer import Hypothesis
from voicebot.speech.recognition.whole_stream import MODEL_RATE, Samples, WholeStream

_Array = np.ndarray[Any, Any]

_HEADS: Final = 8
_HEAD_SIZE: Final = 36
_STRIDE: Final = 384
"""Samples to one step of the encoded audio; the decoder wants its mask in samples, and takes every 384th of it."""
_TOKENS_PER_SECOND: Final = 6.5
_LEAST_TOKENS: Final = 8
_LEAST_SECONDS: Final = 1.0
"""Shorter audio is filled up with silence: the encoder needs context."""


@dataclass(frozen=True, slots=True)
class _Decoded:
    text: str
    log_probability: float
    encoded: _Array


class MoonshineEngine:
    """The loaded model.

    Parameters
    ----------
    folder
        Holds ``encoder_model.ort``, ``decoder_model_merged.ort`` and ``tokenizer.bin``.

    Raises
    ------
    UnavailableError
        The model cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._encoder: Any = _load(folder / "encoder_model.ort", options)
            self._decoder: Any = _load(folder / "decoder_model_merged.ort", options)
            self._tokens = Tokens((folder / "tokenizer.bin").read_bytes())
        except Exception as error:  # onnxruntime raises kinds of its own for each fault
            raise UnavailableError(f"{folder} is not a Moonshine model that can be loaded: {error}") from error
        self._past = [given.name for given in self._decoder.get_inputs() if given.name.startswith("past")]
        self.details = {"hints": "scored", "onnxruntime": onnxruntime.__version__}
        self.hear(np.zeros(MODEL_RATE, np.float32))

    def stream(self) -> MoonshineStream:
        """Return a stream for one call."""
        return MoonshineStream(self)

    def hear(self, samples: _Array) -> _Decoded:
        """Decode greedily.

        Parameters
        ----------
        samples
            At 16 kHz, -1 to 1.
        """
        encoded = self._encode(samples)
        most = max(_LEAST_TOKENS, int(len(samples) / MODEL_RATE * _TOKENS_PER_SECOND) + 4)
        tokens: list[int] = []
        scores: list[float] = []
        past = self._empty(1)
        cached = False
        token = START
        for _ in range(most):
            logits, *present = self._step(encoded, np.array([[token]], np.int64), past, cached=cached)
            last = logits[0, -1]
            token = int(last.argmax())
            scores.append(-float(np.log(np.exp(last - last[token]).sum())))
            if token == END:
                break
            tokens.append(token)
            past = {
                name: past[name] if cached and ".encoder." in name else value
                for name, value in zip(self._past, present, strict=True)
            }
            cached = True
            if kept := _repeats(tokens):
                del tokens[kept:]
                scores.append(-5.0)
                break
        return _Decoded(self._tokens.text(tokens), float(np.mean(scores)), encoded)

    def score(self, encoded: _Array, phrases: list[str]) -> list[float]:
        """Mean log-probability per token of each phrase, forced onto encoded audio, in one batch."""
        rows = [[START, *self._tokens.encode(phrase), END] for phrase in phrases]
        width = max(map(len, rows)) - 1
        inputs = np.full((len(rows), width), END, np.int64)
        for index, row in enumerate(rows):
            inputs[index, : len(row) - 1] = row[:-1]
        logits = self._step(np.repeat(encoded, len(rows), 0), inputs, self._empty(len(rows)), cached=False)[0]
        scores = []
        for index, row in enumerate(rows):
            steps = logits[index, : len(row) - 1]
            top = steps.max(-1)
            total = top + np.log(np.exp(steps - top[:, None]).sum(-1))
            scores.append(float(np.mean(steps[np.arange(len(row) - 1), row[1:]] - total)))
        return scores

    def _encode(self, samples: _Array) -> _Array:
        batch = samples[None].astype(np.float32)
        encoded: _Array = self._encoder.run(
            None, {"input_values": batch, "attention_mask": np.ones(batch.shape, np.int64)}
        )[0]
        return encoded

    def _empty(self, rows: int) -> dict[str, _Array]:
        return {name: np.zeros((rows, _HEADS, 0, _HEAD_SIZE), np.float32) for name in self._past}

    def _step(self, encoded: _Array, tokens: _Array, past: dict[str, _Array], *, cached: bool) -> list[_Array]:
        given = {
            "encoder_attention_mask": np.ones((len(tokens), encoded.shape[1] * _STRIDE), np.int64),
            "input_ids": tokens,
            "encoder_hidden_states": encoded,
            "use_cache_branch": np.array([cached]),
            **past,
        }
        result: list[_Array] = self._decoder.run(None, given)
        return result


class MoonshineStream(WholeStream[_Decoded]):
    """One call's stream."""

    longest_seconds = 14.0  # cost and errors of the model grow with length
    hearable_seconds = 0.06

    def __init__(self, engine: MoonshineEngine) -> None:
        super().__init__()
        self._engine = engine

    def _decode(self, samples: Samples) -> _Decoded:
        least = int(_LEAST_SECONDS * MODEL_RATE)
        return self._engine.hear(np.pad(samples, (0, max(0, least - len(samples)))))

    def _weigh(self, parts: Sequence[_Decoded | None], phrases: tuple[str, ...]) -> Heard:
        said = [part for part in parts if part is not None and part.text]
        last = parts[-1]
        if any(part is not last for part in said):
            return _joined(said)
        return Heard(NOTHING) if last is None else self._weigh_hints(last, phrases)

    def _weigh_hints(self, decoded: _Decoded, hints: tuple[str, ...]) -> Heard:
        free = Hypothesis(decoded.text, confidence_of(decoded.log_probability)) if decoded.text else NOTHING
        phrases = shortlist(decoded.text, decoded.log_probability, hints)
        if not phrases:
            exact = plain(decoded.text)
            fitting = next((phrase for phrase in hints if plain(phrase) == exact), None)
            if exact and fitting is not None:
                return Heard(Hypothesis(fitting, free.confidence, "hints"), (free,))
            return Heard(free)
        scores = self._engine.score(decoded.encoded, [written(phrase) for phrase in phrases])
        return pick(free, decoded.log_probability, list(zip(phrases, scores, strict=True)))


def _load(path: Path, options: Any) -> Any:
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _joined(parts: list[_Decoded]) -> Heard:
    """Words of a long utterance that was heard in stretches."""
    text = " ".join(part.text for part in parts)
    lengths = [len(part.text) for part in parts]
    mean = float(np.average([part.log_probability for part in parts], weights=lengths))
    return Heard(Hypothesis(text, confidence_of(mean)))


def _repeats(tokens: list[int]) -> int:
    """How many tokens to keep where the model repeats itself over and over; 0 where it does not."""
    for length in range(1, 9):
        times = 5 if length == 1 else 3
        tail = tokens[-length:]
        if len(tokens) >= length * times and all(
            tokens[len(tokens) - length * (turn + 1) : len(tokens) - length * turn] == tail for turn in range(times)
        ):
            return len(tokens) - length * (times - 1)
    return 0
