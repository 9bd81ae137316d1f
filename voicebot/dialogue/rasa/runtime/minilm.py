"""Sentence embeddings as a component of Rasa's pipeline. Runs in Rasa's own environment (Python 3.8 to 3.10).

The same numbers as the local matcher's: voicebot's own module is loaded by its file, since the rest of voicebot
cannot be imported here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_SOURCE = Path(__file__).resolve().parents[2] / "understanding" / "embedding.py"
_BATCH = 256


def _embedder(folder: Text) -> Any:
    """Load voicebot's embedder once a process and folder."""
    if folder not in _LOADED:
        spec = importlib.util.spec_from_file_location("voicebot_embedding", _SOURCE)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        _LOADED[folder] = module.Embedder(Path(folder))
    return _LOADED[folder]


_LOADED: Dict[Text, Any] = {}


def remember(texts: List[Text], rows: Any) -> None:
    """Take over what whoever asks has computed with the same model already."""
    for embedder in _LOADED.values():
        embedder.remember(zip(texts, rows))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MiniLMFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc] # Rasa has no types here
    """Gives each text its embedding, times ``weight``.

    Parameters
    ----------
    config
        ``folder`` of the embedding model, ``weight``.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """A tokenizer goes before."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the defaults."""
        return {**DenseFeaturizer.get_default_config(), "folder": "", "weight": 1.0}

    @staticmethod
    def required_packages() -> List[Text]:
        """Return what must be installed."""
        return ["safetensors"]

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        super().__init__(name, config)
        self._weight = np.float32(config["weight"])
        self._embedder = _embedder(config["folder"])

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MiniLMFeaturizer:
        """Make one; also how a trained model gets it."""
        return cls(config, f"{execution_context.node_name}-{hashlib.sha256(resource.name.encode()).hexdigest()[:8]}")

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a folder without the model."""
        if not (Path(config["folder"]) / "model.safetensors").is_file():
            raise FileNotFoundError(f"there is no embedding model in {config['folder']!r}")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give all examples their embeddings."""
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        for start in range(0, len(messages), _BATCH):
            self._add(messages[start : start + _BATCH])
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Give messages their embeddings."""
        self._add([message for message in messages if message.get(TEXT)])
        return messages

    def _add(self, messages: List[Message]) -> None:
        rows = self._embedder.embed([message.get(TEXT) for message in messages]) * self._weight
        for message, row in zip(messages, rows):
            tokens: Optional[List[Any]] = message.get("text_tokens")
            sequence = np.repeat(row[None], len(tokens or [None]), axis=0)
            for kind, values in ((FEATURE_TYPE_SEQUENCE, sequence), (FEATURE_TYPE_SENTENCE, row[None])):
                message.add_features(Features(values, kind, TEXT, self._identifier))
