"""Whether confidences are probabilities: of answers that somebody is sure of to 0.8, 8 of 10 should be right. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

BINS: Final = 15
"""As in Guo et al., "On Calibration of Modern Neural Networks", 2017."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence.

    Parameters
    ----------
    low, high
        Confidences between which they lie.
    n
        How many they are; at least one.
    confidence
        Their mean confidence.
    right
        Share of them that is right.
    """

    low: float
    high: float
    n: int
    confidence: float
    right: float


def reliability(answers: Iterable[tuple[float, bool]], bins: int = BINS) -> tuple[Bin, ...]:
    """Return the reliability curve of answers.

    Parameters
    ----------
    answers
        Confidence from 0 to 1, and whether the answer is right.
    bins
        Into how many parts of the same width 0 to 1 is divided; those without an answer are left out.
    """
    found: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in answers:
        found.setdefault(min(int(confidence * bins), bins - 1), []).append((confidence, right))
    return tuple(
        Bin(
            number / bins,
            (number + 1) / bins,
            len(part),
            sum(confidence for confidence, _ in part) / len(part),
            sum(right for _, right in part) / len(part),
        )
        for number, part in sorted(found.items())
    )


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean distance between confidence and share of right answers, each bin weighted by its size."""
    total = sum(one.n for one in bins)
    return sum(one.n * abs(one.confidence - one.right) for one in bins) / total if total else 0.0
