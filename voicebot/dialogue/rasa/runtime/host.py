"""Serves Rasa models over one socket. Runs in Rasa's own environment (Python 3.8 to 3.10).

    python host.py --lines line_server.py --models models.json --socket PATH

``models.json`` maps keys to model files. They are loaded before the socket is served, so that a host that was
started again knows what its predecessor knew. The channel is stateless: every question brings all that it needs.

    {"do": "parse", "model": KEY, "texts": [TEXT, …], "rows": BASE64}  → {"rankings": [[[INTENT, PROBABILITY], …], …]}
    {"do": "decide", "model": KEY, "slots": {…}, "intent": INTENT, "history": [[SLOTS, INTENT, ACTION], …]}
                                                              → {"action", "confidence", "policy"}
    {"do": "load", "model": KEY, "path": FILE, "assistant": NAME}     → {"assistant", "seconds"}
    {"do": "unload", "model": KEY}                            → {}

``rows`` are the texts' embeddings (float32), where whoever asks has them: they take longer than all the rest.
Every answer but the last two names the model that gave it. A model is loaded and warmed up beside the one that it
replaces; questions meet the old one until the new one is ready, and no question meets none.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import importlib.util
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, Text

import loaded
import minilm
import numpy as np

_WARM = ("yes", "i will pay on friday", "是的", "我周五还")


def _module(path: Text) -> Any:
    spec = importlib.util.spec_from_file_location("line_server", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Host:
    """Loaded models by key.

    Parameters
    ----------
    lines
        Module ``line_server``.
    """

    def __init__(self, lines: Any) -> None:
        self._refused = lines.RefusedError
        self._models: Dict[Text, loaded.Model] = {}
        self._loader = ThreadPoolExecutor(1, "load")

    def details(self) -> Dict[Text, Any]:
        """Return which models are loaded."""
        return {"models": {key: model.assistant for key, model in self._models.items()}}

    async def answer(self, request: Dict[Text, Any]) -> Dict[Text, Any]:
        """Answer one request."""
        do, key = request.get("do"), str(request.get("model"))
        if do == "load":
            return await self._load(key, str(request["path"]), str(request.get("assistant", "")))
        model = self._models.get(key)
        if model is None:
            raise self._refused("there is no model for {}".format(key[:12]))
        if do == "parse":
            texts = request["texts"]
            if request.get("rows"):
                rows = np.frombuffer(base64.b64decode(request["rows"]), np.float32)
                minilm.remember(texts, rows.reshape(len(texts), -1))
            return {"rankings": await model.parse(texts), "model_id": model.model_id}
        if do == "decide":
            found = model.decide(request["slots"], request["intent"], request.get("history", ()))
            return {**found, "model_id": model.model_id}
        if do == "unload":
            del self._models[key]
            return {}
        raise self._refused("unknown request: {}".format(do))

    async def _load(self, key: Text, path: Text, assistant: Text) -> Dict[Text, Any]:
        """Load a model beside those that serve, then switch."""
        began = time.monotonic()
        loop = asyncio.get_running_loop()
        try:
            model = await loop.run_in_executor(self._loader, load, path)
        except Exception as error:
            raise self._refused("{} cannot be loaded: {}: {}".format(path, type(error).__name__, error)) from error
        if assistant and model.assistant != assistant:
            raise self._refused("{} is a model of {}, not of {}".format(path, model.assistant, assistant))
        self._models[key] = model
        return {"assistant": model.assistant, "seconds": round(time.monotonic() - began, 2)}

    def load_first(self, paths: Dict[Text, Text]) -> None:
        """Load what was loaded before this process started; one that cannot be loaded is left out and reported."""
        for key, path in paths.items():
            try:
                self._models[key] = load(path)
            except Exception as error:
                print("{} cannot be loaded: {}: {}".format(path, type(error).__name__, error), file=sys.stderr)


def load(path: Text) -> loaded.Model:
    """Load a model and warm it up."""
    model = loaded.Model(path)
    model.warm_up(_WARM)
    return model


def main() -> None:
    """Load and serve."""
    parser = argparse.ArgumentParser()
    for name in ("--lines", "--models", "--socket"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    lines = _module(arguments.lines)
    host = Host(lines)
    host.load_first(json.loads(Path(arguments.models).read_text(encoding="utf-8")))
    server = lines.LineServer(arguments.socket, host.answer, host.details)
    asyncio.run(server.serve_forever())


if __name__ == "__main__":
    main()
