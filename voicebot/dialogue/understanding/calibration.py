"""Views put together into one probability that means what it says. Pure.

Each view gets a weight, and intents that a call does not know how to answer (``STRANGE``) get a bias; the weighted sum
is a logarithm of odds. Weights and bias maximise the likelihood of utterances by people who were not learnt from
(``folds``): what is said by a hand that the views know looks surer than what a stranger says, and weights learnt on it
believe too much. This is stacked generalisation (Wolpert 1992) with a temperature for each view (Guo et al., "On
Calibration of Modern Neural Networks", 2017).

**What the probability means**: of utterances as the corpora hold them (all intents about as frequent, and a fifth of
them out of scope), by somebody whose words were never seen, this share has the intent. A call's step knows more, and
multiplies the odds (``expectation.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.optimize

from voicebot.dialogue.understanding.views import Floats

STRANGE: Final = "out_of_scope"
"""Intent of everything that is no answer to anything here."""
FOLDS: Final = 4
HARD: Final = "-"
"""What stands between a writer's name and the rest of a file's name."""
_UNIT: Final = 10.0
"""Similarities are small beside logarithms of probabilities: for the optimiser, both are about as large."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How views are put together.

    Parameters
    ----------
    weights
        In nats: of the logarithm of the regression's probability, and of full similarity in each other view.
    strange
        Added for ``STRANGE``, in nats.
    """

    weights: tuple[float, ...]
    strange: float

    def nats(self, scores: Floats, intents: Sequence[str]) -> Floats:
        """Return the weighted sum for each text and intent."""
        found = np.asarray(scores, np.float64) @ np.asarray(self.weights)
        if STRANGE in intents:
            found[:, list(intents).index(STRANGE)] += self.strange
        return np.asarray(found)


UNLEARNT: Final[Mapping[int, Calibration]] = {
    2: Calibration((1.0, 0.0), 0.0),
    3: Calibration((1.0, 5.0, 5.0), 0.0),
}
"""By number of views, for scripts without a corpus: nobody's words are there to learn from. Nearest wording alone adds
nothing to the regression; with embeddings, both similarities do (0.94 of the development utterances right instead
of 0.92)."""


def probabilities(nats: Floats) -> Floats:
    """Return probabilities from logarithms of odds, row by row."""
    found = np.exp(nats - nats.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def calibrated(scores: Floats, numbers: Any, intents: Sequence[str]) -> Calibration:
    """Return the weights that make utterances likeliest.

    Parameters
    ----------
    scores
        Of utterances that the views did not learn from; see ``Seen``.
    numbers
        Which of the intents each has.
    intents
        All of them, in the order of the scores.
    """
    views = scores.shape[2]
    units = np.asarray([1.0, *([_UNIT] * (views - 1))])
    parts = np.asarray(scores, np.float64) * units
    rows = np.arange(len(numbers))
    strange = list(intents).index(STRANGE) if STRANGE in intents else None

    def loss(values: Floats) -> tuple[float, Floats]:
        nats = parts @ values[:-1]
        if strange is not None:
            nats[:, strange] += values[-1]
        likely = probabilities(nats)
        slope = (np.einsum("nif,ni->f", parts, likely) - parts[rows, numbers].sum(axis=0)) / len(rows)
        lean = float((likely[:, strange] - (numbers == strange)).mean()) if strange is not None else 0.0
        return -float(np.log(likely[rows, numbers] + 1e-300).mean()), np.append(slope, lean)

    start = np.append(np.full(views, 0.5), 0.0)
    bounds = [*[(0.0, None)] * views, (None, None)]  # no view speaks against what it says
    found = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(tuple(map(float, found[:-1] * units)), float(found[-1]))


def folds(hands: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Divide (intent, utterance) pairs so that nobody's words are in two parts.

    A hand that wrote nothing but ``STRANGE`` is divided in stretches, so that its subjects are apart: it is most of
    what there is of its kind, and held back whole it would leave nothing to learn the kind from.

    Parameters
    ----------
    hands
        File of a corpus → intent → utterances; what stands before ``-`` in a file's name is the writer.
    """
    found: list[list[tuple[str, str]]] = [[] for _ in range(FOLDS)]
    writers: dict[str, list[tuple[str, str]]] = {}
    for hand in sorted(hands):
        pairs = [(intent, text) for intent, texts in hands[hand].items() for text in texts]
        writers.setdefault(hand.partition(HARD)[0], []).extend(pairs)
    place = 0
    for pairs in writers.values():
        if {intent for intent, _ in pairs} == {STRANGE}:
            for number, part in enumerate(found):
                part.extend(pairs[len(pairs) * number // FOLDS : len(pairs) * (number + 1) // FOLDS])
        else:
            found[place % FOLDS].extend(pairs)
            place += 1
    return tuple(tuple(part) for part in found) if place >= FOLDS else ()
