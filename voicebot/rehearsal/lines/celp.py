"""A speech coder of the kind that G.729 is, for how it sounds: CELP with ten coefficients, frames of 10 ms. Pure.

No free implementation of G.729 may be shipped here, so this is its structure and not its bitstream: linear prediction
of order 10 for each 10 ms, an adaptive codebook of pitch lags 20 to 143 (8 and 5 bits) with a gain of 3 bits, and an
algebraic codebook of four signed pulses on four tracks for each 5 ms (17 bits) with a gain of 5 bits, all searched by
analysis through a weighted synthesis filter (ITU-T G.729, 3.2 to 3.9). The coefficients are quantised one by one with
34 bits, as in FS-1016, where G.729 quantises them as vectors with 18; there is no post-filter.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Block = npt.NDArray[np.float64]

FRAME: Final = 80
"""Samples of a frame: 10 ms at 8 kHz."""
_ORDER: Final = 10
_SUB: Final = 40
_WINDOW: Final = 240
_LAGS: Final = (20, 143)
_DELTA_LAGS: Final = 32
_WEIGHT: Final = 0.75
_BITS: Final = np.array([5, 5, 4, 4, 3, 3, 3, 3, 2, 2])
_LARGEST_PITCH_GAIN: Final = 1.2
_GAIN_STEP_DB: Final = 3.0
_TRACKS: Final = (
    np.arange(0, _SUB, 5),
    np.arange(1, _SUB, 5),
    np.arange(2, _SUB, 5),
    np.sort(np.concatenate([np.arange(3, _SUB, 5), np.arange(4, _SUB, 5)])),
)

_ROWS: Final = np.arange(_SUB)[:, None]
_FILTER_AT: Final = np.where(
    (np.arange(_SUB) <= _ROWS) & (_ROWS - np.arange(_SUB) <= _ORDER), _ROWS - np.arange(_SUB), _ORDER + 1
)
"""Which coefficient stands where in the matrix of the prediction filter; ``_ORDER + 1`` is zero."""
_PAST_AT: Final = np.minimum(_ROWS + _ORDER - np.arange(_ORDER), _ORDER + 1)
"""The same for what the ten samples before the block add."""
_LAG_AT: Final = np.stack([_LAGS[1] - lag + np.arange(_SUB) % lag for lag in range(_LAGS[0], _LAGS[1] + 1)])
"""Where in the past excitation each lag's vector is; lags shorter than a block repeat."""
_SHAPE: Final = np.concatenate(
    [np.hamming(2 * (_WINDOW - _SUB))[: _WINDOW - _SUB], np.cos(np.pi / 2 * np.arange(_SUB) / _SUB)]
)
_LAG_WINDOW: Final = np.exp(-0.5 * (2 * np.pi * 60.0 / 8000.0 * np.arange(_ORDER + 1)) ** 2)


class Celp:
    """Coder and decoder in one, for one direction of one call."""

    def __init__(self) -> None:
        self._input = np.zeros(_WINDOW)
        self._excitation = np.zeros(_LAGS[1])
        self._output = np.zeros(_ORDER)

    def __call__(self, samples: Block) -> Block:
        """Code and decode; the shape is kept and nothing is delayed.

        Parameters
        ----------
        samples
            A whole number of frames of ``FRAME`` samples, in units of 16-bit PCM.
        """
        return np.concatenate([self._frame(samples[at : at + FRAME]) for at in range(0, len(samples), FRAME)])

    def _frame(self, samples: Block) -> Block:
        self._input = np.concatenate([self._input[FRAME:], samples])
        coefficients = _predictor(_quantised(_reflections(self._input * _SHAPE)))
        padded = np.concatenate([coefficients, [0.0]])
        weighted = np.concatenate([coefficients * _WEIGHT ** np.arange(_ORDER + 1), [0.0]])
        analysis, past = padded[_FILTER_AT], padded[_PAST_AT]
        synthesis, hearing = np.linalg.inv(analysis), np.linalg.inv(weighted[_FILTER_AT])
        lags, blocks = (0, len(_LAG_AT)), []
        for at in range(0, FRAME, _SUB):
            ringing = past @ self._output
            target = hearing @ (analysis @ samples[at : at + _SUB] + ringing)
            excitation, best = self._excite(target, hearing, lags)
            first = min(max(0, best - _DELTA_LAGS // 2), len(_LAG_AT) - _DELTA_LAGS)
            lags = (first, first + _DELTA_LAGS)
            block = synthesis @ (excitation - ringing)
            self._excitation = np.concatenate([self._excitation[_SUB:], excitation])
            self._output = block[-_ORDER:]
            blocks.append(block)
        return np.concatenate(blocks)

    def _excite(self, target: Block, hearing: Block, lags: tuple[int, int]) -> tuple[Block, int]:
        """Return the excitation that comes nearest to the target, and the index of its lag."""
        candidates = self._excitation[_LAG_AT[lags[0] : lags[1]]]
        heard = candidates @ hearing.T
        agreement, energy = heard @ target, np.einsum("ij,ij->i", heard, heard) + 1e-6
        best = int(np.argmax(np.where(agreement > 0, agreement, 0.0) ** 2 / energy))
        step = _LARGEST_PITCH_GAIN / 7
        gain = step * round(min(max(agreement[best] / energy[best], 0.0), _LARGEST_PITCH_GAIN) / step)
        code = _pulses(target - gain * heard[best], hearing)
        return gain * candidates[best] + code, lags[0] + best


def _pulses(target: Block, hearing: Block) -> Block:
    """Return four pulses, each chosen for what it adds to those before, at their quantised gain."""
    wanted = hearing.T @ target
    signs = np.where(wanted < 0, -1.0, 1.0)
    wanted = np.abs(wanted)
    together = (hearing.T @ hearing) * signs[:, None] * signs
    crossing, agreement, energy = np.zeros(_SUB), 0.0, 1e-6
    code = np.zeros(_SUB)
    for track in _TRACKS:
        agreements = agreement + wanted[track]
        energies = energy + together[track, track] + 2 * crossing[track]
        best = int(np.argmax(agreements**2 / energies))
        place = int(track[best])
        agreement, energy = float(agreements[best]), float(energies[best])
        crossing = crossing + together[:, place]
        code[place] = signs[place]
    level = round(20.0 * np.log10(max(agreement / energy, 1e-3)) / _GAIN_STEP_DB)
    return code * (10.0 ** (min(level, 30) * _GAIN_STEP_DB / 20.0) if level >= 0 else 0.0)


def _reflections(samples: Block) -> Block:
    """Return the reflection coefficients of windowed speech (Levinson and Durbin)."""
    lagged = np.array([samples[: len(samples) - lag] @ samples[lag:] for lag in range(_ORDER + 1)]) * _LAG_WINDOW
    error = lagged[0] * 1.0001 + 1.0
    found, predictor = np.zeros(_ORDER), np.array([1.0])
    for order in range(_ORDER):
        reflection = -float(predictor @ lagged[order + 1 : 0 : -1]) / error
        found[order] = reflection
        padded = np.concatenate([predictor, [0.0]])
        predictor = padded + reflection * padded[::-1]
        error *= 1.0 - reflection**2
    return found


def _quantised(reflections: Block) -> Block:
    """Return the coefficients as their bits tell them: even steps of the arc sine, never quite 1."""
    steps = 2.0**_BITS
    angle = np.arcsin(np.clip(reflections, -0.999, 0.999)) / np.pi + 0.5
    return np.asarray(np.sin(((np.minimum(np.floor(angle * steps), steps - 1) + 0.5) / steps - 0.5) * np.pi))


def _predictor(reflections: Block) -> Block:
    predictor = np.array([1.0])
    for reflection in reflections:
        padded = np.concatenate([predictor, [0.0]])
        predictor = padded + reflection * padded[::-1]
    return predictor
