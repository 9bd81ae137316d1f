"""Which intent a text is closest to, with a probability that means what it says.

Examples are looked at in several ways (``views.py``), put together by weights that were learnt on people whose words
the views had not learnt from (``calibration.py``). Everything is deterministic; embeddings, the regression and the
weights are kept in the cache by the content they were made from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from voicebot import languages, paths
from voicebot.dialogue.understanding.calibration import UNLEARNT, Calibration, calibrated, folds, probabilities
from voicebot.dialogue.understanding.embedding import DIMENSIONS, Embedder
from voicebot.dialogue.understanding.kept import Kept
from voicebot.dialogue.understanding.normal import example, spelled_out
from voicebot.dialogue.understanding.views import FEATURES, Fit, Floats, Others, Views
from voicebot.languages import Language

Hands = Mapping[str, Mapping[str, Sequence[str]]]
"""File of a corpus → intent → utterances."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a text was compared with.

    Parameters
    ----------
    probabilities
        Intent → 0 to 1, over all shared intents. Of utterances by people whose words were not learnt from, spread over
        the intents as in the corpora, about this share has the intent (see ``calibration.py``).
    nearest
        Similarity to the nearest example of any intent, 0 to 1.
    here
        Intent → similarity to the nearest of the step's own examples, 0 to 1.
    known
        Share of the words that also occur in examples.
    likeness
        Intent → what its nearest examples count beside another classifier, in nats; empty where they count nothing.
    """

    probabilities: Mapping[str, float]
    nearest: float
    here: Mapping[str, float]
    known: float
    likeness: Mapping[str, float] = field(default_factory=dict)

    def informed(self, probabilities: Mapping[str, float]) -> Match:
        """Return this match with another classifier's probabilities, weighed with the nearest examples.

        How sure the other one may be has not been learnt, so it counts as the regression does without calibration.
        """
        weighed = {intent: value * math.exp(self.likeness.get(intent, 0.0)) for intent, value in probabilities.items()}
        total = sum(weighed.values())
        return replace(self, probabilities={intent: value / total for intent, value in weighed.items()})


class Matcher:
    """Compares texts with examples.

    Parameters
    ----------
    examples
        Intent → examples, as written in scripts.
    steps
        Step → intent → examples that hold in that step only.
    language
        BCP 47 tag.
    embedder
        ``None``: n-grams alone.
    folder
        Where fitted parts are kept.
    hands
        Utterances of the language's corpus, by writer: examples too, and what probabilities are calibrated on.
    """

    def __init__(  # noqa: PLR0917
        self,
        examples: Mapping[str, Sequence[str]],
        steps: Mapping[str, Mapping[str, Sequence[str]]],
        language: str,
        embedder: Embedder | None = None,
        folder: Path | None = None,
        hands: Hands | None = None,
    ) -> None:
        self._tag = language
        self._language = languages.of(language)
        self._embedder = embedder
        self._kept = Kept(folder or paths.cache_folder() / "matcher")
        own = {intent: [example(text, language) for text in texts] for intent, texts in examples.items()}
        said = {
            hand: {intent: [example(text, language) for text in texts] for intent, texts in by_intent.items()}
            for hand, by_intent in (hands or {}).items()
        }
        pairs = sorted({
            (text, intent)
            for by_intent in (own, *said.values())
            for intent, texts in by_intent.items()
            for text in texts
        })  # fmt: skip
        self._same: Mapping[str, str] = _unambiguous(pairs, self._language)
        self._same_here: dict[str, Mapping[str, str]] = {}
        self._words = frozenset(word for text, _ in pairs for word in _tokens(text, self._language))
        rows = self._embedded([*own.values(), *([t for texts in one.values() for t in texts] for one in said.values())])
        self._calibration = self._calibrated(said, rows)
        self._views = self._seen_from(pairs, rows, kept=True)
        self.intents = self._views.intents
        self._here: dict[str, tuple[list[str], Others]] = {}
        for step, by_intent in steps.items():
            here = sorted({(example(text, language), intent) for intent, texts in by_intent.items() for text in texts})
            if not here:
                continue
            texts = [text for text, _ in here]
            self._same_here[step] = _unambiguous(here, self._language)
            dense = _looked_up(texts, self._embedded([texts]))
            own_words = self._views.others([_joined(text) for text in texts], dense)
            self._here[step] = ([intent for _, intent in here], own_words)
        if embedder:
            embedder.embed(["warm up"])

    @property
    def vocabulary(self) -> frozenset[str]:
        """The words of all examples."""
        return self._words

    def same_as(self, text: str, step: str = "") -> str:
        """Return the intent that a masked text is an example of, or an empty string; the step's own come first."""
        words = spelled_out(text, self._language)
        return self._same_here.get(step, {}).get(words, "") or self._same.get(words, "")

    def same_here(self, text: str, step: str) -> str:
        """Return the same from the step's own examples only."""
        return self._same_here.get(step, {}).get(spelled_out(text, self._language), "")

    def compare(self, texts: Sequence[str], step: str = "") -> tuple[Match, ...]:
        """Compare masked texts with all examples, and with those of one step."""
        joined = [_joined(text) for text in texts]
        dense = self._embedder.embed(texts) if self._embedder else None
        seen = self._views.see(joined, dense)
        nats = self._calibration.nats(seen.scores, self.intents)
        likeness = UNLEARNT[seen.scores.shape[2]].nats(seen.scores, self.intents) - seen.scores[:, :, 0]
        likely = probabilities(nats)
        here: list[dict[str, float]] = [{} for _ in texts]
        if step in self._here:
            labels, own = self._here[step]
            for row, values in enumerate(self._views.similar(joined, dense, own)):
                for label, value in zip(labels, values, strict=True):
                    here[row][label] = max(here[row].get(label, 0.0), float(value))
        return tuple(
            Match(
                dict(zip(self.intents, map(float, likely[row]), strict=True)),
                float(seen.nearest[row]),
                here[row],
                self._known(text),
                dict(zip(self.intents, map(float, likeness[row]), strict=True)) if self._embedder else {},
            )
            for row, text in enumerate(texts)
        )

    def _known(self, text: str) -> float:
        tokens = _tokens(text, self._language)
        return sum(token in self._words for token in tokens) / len(tokens) if tokens else 0.0

    def _seen_from(
        self, pairs: Sequence[tuple[str, str]], rows: Mapping[str, Any] | None, *, kept: bool = False
    ) -> Views:
        """Return the views on (text, intent) pairs."""
        texts, labels = [text for text, _ in pairs], [intent for _, intent in pairs]

        def fitted(features: int, intents: int, fit: Fit) -> tuple[Floats, Floats]:
            made_from = ("fit", FEATURES, self._tag, texts, labels, self._embedder.name if self._embedder else "")
            shapes = {"weights": (features, intents), "bias": (intents,)}
            found = self._kept.get(made_from, shapes, lambda: dict(zip(shapes, fit(), strict=True)))
            return found["weights"], found["bias"]

        return Views(
            [_joined(text) for text in texts],
            labels,
            self._language,
            _looked_up(texts, rows),
            centred=self._embedder is not None and self._embedder.centred,
            fitted=fitted if kept else None,
        )

    def _calibrated(self, said: Hands, rows: Mapping[str, Any] | None) -> Calibration:
        """Learn how the views are put together, from each writer by what the others say."""
        views = 2 if self._embedder is None else 3
        parts = folds(said)
        intents = sorted({intent for by_intent in said.values() for intent in by_intent})
        if not parts or any({intent for intent, _ in part} != set(intents) for part in parts):
            return UNLEARNT[views]

        def learn() -> dict[str, Any]:
            scores: list[Floats] = []
            numbers: list[int] = []
            for part in parts:
                learnt = sorted({pair for other in parts if other is not part for pair in other})
                texts = [text for _, text in part]
                seen_from = self._seen_from([(text, intent) for intent, text in learnt], rows)
                for start in range(0, len(texts), _AT_ONCE):
                    some = texts[start : start + _AT_ONCE]
                    scores.append(seen_from.see([_joined(text) for text in some], _looked_up(some, rows)).scores)
                numbers.extend(intents.index(intent) for intent, _ in part)
            found = calibrated(np.concatenate(scores), np.asarray(numbers), intents)
            return {"weights": np.asarray(found.weights), "strange": np.asarray(found.strange)}

        made_from = ("calibration", FEATURES, self._tag, said, self._embedder.name if self._embedder else "")
        kept = self._kept.get(made_from, {"weights": (views,), "strange": ()}, learn)
        return Calibration(tuple(map(float, kept["weights"])), float(kept["strange"]))

    def _embedded(self, groups: Iterable[Sequence[str]]) -> dict[str, Any] | None:
        """Return the embedding of each text; each group is kept on its own."""
        embedder = self._embedder
        if embedder is None:
            return None
        found: dict[str, Any] = {}
        for group in groups:
            texts = sorted(set(group))
            shape = {"rows": (len(texts), DIMENSIONS)}
            kept = self._kept.get(("rows", embedder.name, texts), shape, partial(_rows, embedder, texts))
            found.update(zip(texts, kept["rows"], strict=True))
        return found


_AT_ONCE: Final = 500
"""Texts that are compared with all examples at a time: their similarities take 4 bytes an example."""


def _rows(embedder: Embedder, texts: Sequence[str]) -> dict[str, Any]:
    return {"rows": embedder.embed(texts)}


def _looked_up(texts: Sequence[str], rows: Mapping[str, Any] | None) -> Any:
    if rows is None:
        return None
    return np.stack([rows[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)


def _unambiguous(pairs: Iterable[tuple[str, str]], language: Language) -> dict[str, str]:
    """Return text → intent for texts that appear under one intent only."""
    found: dict[str, set[str]] = {}
    for text, intent in pairs:
        found.setdefault(spelled_out(text, language), set()).add(intent)
    return {text: next(iter(intents)) for text, intents in found.items() if len(intents) == 1}


def _joined(text: str) -> str:
    """Recognisers write "dont" and "don't"; n-grams see one form."""
    return text.replace("'", "")


def _tokens(text: str, language: Language) -> list[str]:
    return _joined(text).split() if language.spaced else list(text)
