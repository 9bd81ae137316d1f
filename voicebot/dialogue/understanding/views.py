"""Three ways of telling which intent a text has, all from the same examples.

- **regression**: logistic regression over n-grams of characters and words (and of sounds, where the language's writing
  hides what sounds alike) together with the sentence embedding;
- **wording**: how much the text is like the nearest examples of each intent in its n-grams;
- **meaning**: the same in its sentence embedding, where there is a model.

They err on different texts: of utterances by hands that were not learnt from, each alone is right on 0.81 to 0.88, and
all three together on 0.905. How they are put together is learnt (``calibration.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from voicebot.languages import Language

Floats = NDArray[np.floating[Any]]

FEATURES: Final = 2
"""Version of the features, a language's sounds among them: part of the name of whatever is fitted to them and kept."""
_EMBEDDING_WEIGHT: Final = 2.4
_STRENGTH: Final = 10.0
"""Inverse regularisation (scikit-learn's C)."""
_NEIGHBOURS: Final = 3
_SOUND_WEIGHT: Final = 1.4
"""Of n-grams of sounds beside those of characters."""
_MANY: Final = 3000
"""Examples from which n-grams that stand in one alone are left out: they cost memory and tell little."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the views make of some texts.

    Parameters
    ----------
    scores
        Texts by intents by views: natural logarithm of the regression's probability, then similarities from 0 to 1.
    nearest
        Similarity of each text to the nearest example of any intent, 0 to 1.
    """

    scores: Floats
    nearest: Floats


@dataclass(frozen=True, slots=True)
class Others:
    """Texts to compare with: a column each of n-grams, and a row each of embeddings, if any."""

    grams: Any
    dense: Any


class Views:
    """The views on one set of examples.

    Parameters
    ----------
    texts
        Masked examples, without apostrophes.
    labels
        Their intents.
    language
        Theirs.
    dense
        Their embeddings, a row each; ``None``: n-grams alone.
    centred
        Compare embeddings without the mean of all: the model's vectors all point much the same way.
    fitted
        Returns the regression's weights (features by intents) and bias, given how many features and intents there are
        and what fits them; by default they are fitted.
    """

    def __init__(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        language: Language,
        dense: Any = None,
        *,
        centred: bool = False,
        fitted: Callable[[int, int, Fit], tuple[Floats, Floats]] | None = None,
    ) -> None:
        self.intents = tuple(sorted(set(labels)))
        numbers = np.searchsorted(self.intents, labels)
        self._rows = [np.flatnonzero(numbers == number) for number in range(len(self.intents))]
        self._vectorizers = _vectorizers(language, rare=2 if len(texts) > _MANY else 1)
        self._blocks = sum(weight**2 for _, weight in self._vectorizers)
        grams = scipy.sparse.hstack([one.fit_transform(texts) * weight for one, weight in self._vectorizers])
        rows = scipy.sparse.csr_matrix(grams)
        self._turned = scipy.sparse.csr_matrix(rows.T)
        self._mean = dense.mean(axis=0) if dense is not None and centred else None
        self._dense = self._about_mean(dense)

        def fit() -> tuple[Floats, Floats]:
            return _regression(self._features(rows, self._dense), numbers, len(self.intents))

        columns = rows.shape[1] + (0 if self._dense is None else self._dense.shape[1])
        self._weights, self._bias = fitted(columns, len(self.intents), fit) if fitted else fit()

    def see(self, texts: Sequence[str], dense: Any = None) -> Seen:
        """Look at texts, in the form of the examples."""
        grams, dense = self.gram(texts), self._about_mean(dense)
        logits = np.asarray(self._features(grams, dense) @ self._weights + self._bias)
        logits -= logits.max(axis=1, keepdims=True)
        regression = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        wording = self._alike(grams, self._turned)
        if dense is None:
            return Seen(np.stack([regression, self._by_intent(wording)], axis=2), wording.max(axis=1))
        meaning = np.asarray(dense @ self._dense.T)
        scores = [regression, self._by_intent(wording), self._by_intent(meaning)]
        return Seen(np.stack(scores, axis=2), ((wording + meaning) / 2).max(axis=1))

    def gram(self, texts: Sequence[str]) -> Any:
        """Return the n-grams of texts, a row each."""
        blocks = [one.transform(texts) * weight for one, weight in self._vectorizers]
        return scipy.sparse.csr_matrix(scipy.sparse.hstack(blocks))

    def others(self, texts: Sequence[str], dense: Any = None) -> Others:
        """Return texts other than the examples, ready to be compared with."""
        return Others(scipy.sparse.csr_matrix(self.gram(texts).T), self._about_mean(dense))

    def similar(self, texts: Sequence[str], dense: Any, others: Others) -> Floats:
        """Return how similar texts are to others, wording and meaning halved, 0 to 1."""
        wording = self._alike(self.gram(texts), others.grams)
        if dense is None:
            return wording
        return np.asarray((wording + self._about_mean(dense) @ others.dense.T) / 2)

    def _alike(self, grams: Any, turned: Any) -> Floats:
        return np.asarray((grams @ turned).todense()) / np.float32(self._blocks)

    def _by_intent(self, similar: Floats) -> Floats:
        """Return the mean similarity to the nearest examples of each intent, one column an intent."""
        columns = []
        for rows in self._rows:
            count = min(_NEIGHBOURS, len(rows))
            own = similar[:, rows]
            columns.append(np.partition(own, own.shape[1] - count, axis=1)[:, -count:].mean(axis=1))
        return np.stack(columns, axis=1)

    def _about_mean(self, rows: Any) -> Any:
        if rows is None or self._mean is None:
            return rows
        rows = rows - self._mean
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    @staticmethod
    def _features(grams: Any, dense: Any) -> Any:
        if dense is None:
            return grams
        return scipy.sparse.csr_matrix(
            scipy.sparse.hstack([grams, scipy.sparse.csr_matrix(dense * np.float32(_EMBEDDING_WEIGHT))])
        )


Fit = Callable[[], tuple[Floats, Floats]]
"""Fits a regression: weights, features by intents, and bias."""


def _regression(features: Any, numbers: Any, intents: int) -> tuple[Floats, Floats]:
    """Fit the regression; in 32-bit floats it takes a third of the time, and is right as often."""
    weights, bias = np.zeros((features.shape[1], intents), np.float32), np.zeros(intents, np.float32)
    if intents > 1:
        model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=400, tol=1e-3)
        model.fit(features, numbers)
        own = slice(1, None) if intents == 2 else slice(None)  # of two classes only the second has weights
        weights[:, own], bias[own] = model.coef_.T, model.intercept_
    return weights, bias


def _vectorizers(language: Language, *, rare: int) -> tuple[tuple[Any, Any], ...]:
    """Return what makes n-grams of a text, each with its weight."""
    spaced = language.spaced
    letters = TfidfVectorizer(
        analyzer="char_wb" if spaced else "char",
        ngram_range=(2, 5) if spaced else (1, 3),
        sublinear_tf=True,
        min_df=rare,
        dtype=np.float32,
    )
    words = TfidfVectorizer(
        analyzer="word" if spaced else "char",
        ngram_range=(1, 2) if spaced else (2, 4),
        sublinear_tf=True,
        min_df=rare,
        token_pattern=r"(?u)\b\w+\b" if spaced else None,
        dtype=np.float32,
    )
    if language.sounds is None:
        return (letters, np.float32(1)), (words, np.float32(1))
    sounds = TfidfVectorizer(
        preprocessor=language.sounds, ngram_range=(1, 3), sublinear_tf=True, min_df=rare, tokenizer=str.split,
        token_pattern=None, dtype=np.float32,
    )  # fmt: skip
    return (letters, np.float32(1)), (words, np.float32(1)), (sounds, np.float32(_SOUND_WEIGHT))
