"""The local matcher's n-grams as a component of Rasa's pipeline, for languages without spaces between words.

Runs in Rasa's own environment (Python 3.8 to 3.10). Logarithmic counts weighed by how telling an n-gram is, each text
of length ``weight``: Rasa's own counts leave its regression with much less to go by.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

_FILE = "ngrams.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):  # type: ignore[misc] # Rasa has no types here
    """Gives each text its character n-grams.

    Parameters
    ----------
    config
        ``min_ngram``, ``max_ngram``, ``weight``.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """A tokenizer goes before."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the defaults."""
        return {**SparseFeaturizer.get_default_config(), "min_ngram": 1, "max_ngram": 3, "weight": 1.0}

    @staticmethod
    def required_packages() -> List[Text]:
        """Return what must be installed."""
        return ["sklearn"]

    def __init__(self, config: Dict[Text, Any], name: Text, storage: ModelStorage, resource: Resource) -> None:
        super().__init__(name, config)
        self._weight = float(config["weight"])
        self._ngrams = (int(config["min_ngram"]), int(config["max_ngram"]))
        self._storage, self._resource = storage, resource
        self._vectorizer = self._made(None)

    def _made(self, vocabulary: Optional[Dict[Text, int]]) -> TfidfVectorizer:
        return TfidfVectorizer(analyzer="char", ngram_range=self._ngrams, sublinear_tf=True, vocabulary=vocabulary)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        """Make one to be trained."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> NgramFeaturizer:
        """Make a trained one."""
        self = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        self._vectorizer = self._made({ngram: index for index, ngram in enumerate(kept["ngrams"])})
        self._vectorizer.idf_ = np.array(kept["weights"])
        return self

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse nothing: the compiler writes it."""

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which n-grams there are and how telling each is."""
        self._vectorizer.fit([message.get(TEXT) for message in training_data.training_examples if message.get(TEXT)])
        ngrams = sorted(self._vectorizer.vocabulary_, key=self._vectorizer.vocabulary_.__getitem__)
        kept = {"ngrams": ngrams, "weights": self._vectorizer.idf_.tolist()}
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give all examples their n-grams."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Give messages their n-grams."""
        for message in messages:
            if message.get(TEXT):
                row = self._vectorizer.transform([message.get(TEXT)]) * self._weight
                message.add_features(Features(row.tocsr(), FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages
