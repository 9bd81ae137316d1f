"""The Coqui service: loads one model, speaks what it is asked to. A program for Coqui's environment, on its own.

    python host.py (--checkpoint FILE --config FILE | --name NAME) [--speaker S] [--language L]
                   [--seed N] [--device auto|cpu|cuda] --socket PATH

NAME is a model that Coqui's own manager has put under $TTS_HOME.

One thread speaks, one text after the other; a text that a call is waiting for goes before those that are
rendered ahead, and interrupts one of them between two layers of the decoder. A model's files are read as weights and
numbers alone, never as pickled programs. Requests: ``{"do": "speak", "text": …,
"speed": 1.0, "urgent": true}``; the answer carries 32-bit float samples and tells their ``rate``. Nothing is fetched: a
model that is not there is an error. Texts are never printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import itertools
import os
import pickle
import queue
import random
import resource
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from TTS import __version__ as coqui_version
from TTS import api
from TTS.utils.manage import ModelManager

_SERVER = Path(__file__).parents[3] / "services" / "line_server.py"
_specification = importlib.util.spec_from_file_location("line_server", _SERVER)
assert _specification is not None  # noqa: S101 - the file is part of this package
assert _specification.loader is not None  # noqa: S101
line_server: Any = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(line_server)

LONGEST_TEXT = 1000
"""Characters; a sentence is far shorter, and a longer one would keep all others waiting."""
SLOWEST, FASTEST = 0.5, 2.0
WARM_UP = "Good morning. This is a test."


def main() -> None:
    """Load, warm up, serve."""
    options = _options()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    try:
        speaker = Speaker(options)
    except Exception as error:  # whatever a model's files make the loader raise
        reason = str(error).strip().partition("\n")[0]
        print(f"the model {options.name or options.checkpoint} cannot be used: {type(error).__name__}: {reason}",
              file=sys.stderr)  # fmt: skip
        sys.exit(os.EX_CONFIG)  # another try would fail the same way
    speaking = SpeakingThread(speaker)
    server = line_server.LineServer(options.socket, speaking.answer, lambda: speaker.details)
    asyncio.run(server.serve_forever())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", default="")
    parser.add_argument("--config", default="")
    parser.add_argument("--name", default="")
    parser.add_argument("--speaker", default="")
    parser.add_argument("--language", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--socket", required=True)
    return parser.parse_args()


class Speaker:
    """One model."""

    def __init__(self, options: argparse.Namespace) -> None:
        begun = time.monotonic()
        self._seed = options.seed
        device = options.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self._synthesis = _load(options)
        self._synthesis.to(device)
        self._synthesizer = self._synthesis.synthesizer
        self._model = self._synthesizer.tts_model
        self._usual_length = getattr(self._model, "length_scale", None)
        self.between_layers: Callable[[], None] = _nothing
        """Called again and again while a text is being decoded; another text may be spoken within it."""
        self._arguments: dict[str, Any] = {}
        if self._synthesis.is_multi_speaker:
            self._arguments["speaker_name"] = _one_of("speaker", options.speaker, self._synthesis.speakers or [])
        if self._synthesis.is_multi_lingual:
            self._arguments["language_name"] = _one_of("language", options.language, self._synthesis.languages or [])
        _decompose(self._model)
        # All noise has been drawn when decoding begins, so what is spoken in between changes nothing.
        for layer in getattr(self._model, "waveform_decoder", torch.nn.Module()).modules():
            if isinstance(layer, torch.nn.Conv1d):
                layer.register_forward_pre_hook(lambda *_: self.between_layers())
        loaded = time.monotonic()
        for _ in range(2):
            self.speak(WARM_UP, 1.0)
        self.details = {
            "coqui": coqui_version,
            "torch": torch.__version__,
            "device": device,
            "rate": self._synthesizer.output_sample_rate,
            "load_seconds": round(loaded - begun, 2),
            "warm_up_seconds": round(time.monotonic() - loaded, 2),
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }

    def speak(self, text: str, speed: float) -> tuple[np.ndarray[Any, Any], int]:
        """Speak a text; the same text gives the same samples, whatever was said before."""
        random.seed(self._seed)
        np.random.seed(self._seed)
        torch.manual_seed(self._seed)
        more = dict(self._arguments)
        if self._usual_length is not None:
            self._model.length_scale = self._usual_length / speed
        elif speed != 1.0 and "xtts" in type(self._model).__name__.lower():
            more["speed"] = speed
        # What a library prints about a text must not get into the log.
        with contextlib.redirect_stdout(None):
            samples = self._synthesizer.tts(text, split_sentences=False, **more)
        return np.nan_to_num(np.asarray(samples, dtype=np.float32)), self._synthesizer.output_sample_rate


class SpeakingThread:
    """The one thread that synthesises, and its queue."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._count = itertools.count()
        self._waiting: queue.PriorityQueue[Any] = queue.PriorityQueue()
        self._urgent = False
        """What is being spoken is urgent."""
        speaker.between_layers = self._let_urgent_pass
        threading.Thread(target=self._run, name="speaking", daemon=True).start()

    async def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Answer ``speak``."""
        if request.get("do") != "speak":
            raise line_server.RefusedError("it only speaks")
        text, speed = str(request.get("text", "")), float(request.get("speed", 1.0))
        if len(text) > LONGEST_TEXT:
            raise line_server.RefusedError(f"a text of more than {LONGEST_TEXT} characters")
        if not SLOWEST <= speed <= FASTEST:
            raise line_server.RefusedError(f"a speed that is not from {SLOWEST} to {FASTEST}")
        if not any(sign.isalnum() for sign in text):
            raise line_server.RefusedError("a text with nothing to say")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[np.ndarray[Any, Any], int, float]] = loop.create_future()
        until = float(request.get("until", float("inf")))
        self._waiting.put((not request.get("urgent"), next(self._count), until, text, speed, loop, done))
        samples, rate, cpu = await done
        return {"rate": rate, "cpu_seconds": round(cpu, 4)}, samples.astype("<f4").tobytes()

    def _run(self) -> None:
        while True:
            self._serve(self._waiting.get())

    def _serve(self, job: tuple[Any, ...]) -> None:
        later, _, until, text, speed, loop, done = job
        before, self._urgent = self._urgent, not later
        try:
            cpu = time.thread_time()
            result: Any = line_server.RefusedError("nobody waits for this any more")
            if until > time.monotonic():
                samples, rate = self._speaker.speak(text, speed)
                result = (samples, rate, time.thread_time() - cpu)
        except Exception as error:
            result = error
        finally:
            self._urgent = before
        loop.call_soon_threadsafe(_finish, done, result)

    def _let_urgent_pass(self) -> None:
        while not self._urgent:
            with self._waiting.mutex:
                waiting = self._waiting.queue
                if not waiting or waiting[0][0]:
                    return
            self._serve(self._waiting.get())  # no other thread takes from it


def _finish(done: asyncio.Future[Any], result: Any) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _nothing() -> None:
    return


class _Numbers(pickle.Unpickler):
    """Reads arrays of numbers, and what holds them together; refuses everything else that a pickle can name."""

    _KNOWN = frozenset({
        ("collections", "OrderedDict"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        *((f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
        *((f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")),
    })  # fmt: skip

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the known few; called for every class and function that the pickle names."""
        if (module, name) not in self._KNOWN:
            raise pickle.UnpicklingError(f"it would run {module}.{name}")
        return super().find_class(module, name)


def _read_weights_alone() -> None:
    """Let no loader of Coqui's run what a file says: PyTorch by its own switch, NumPy by a reader of numbers.

    Both libraries load pickles where they are asked to, and some of Coqui's loaders ask
    (``AudioProcessor.load_stats``).
    """
    numpy: Any = np
    usual_torch, usual_numpy = torch.load, numpy.load

    def load_weights(*args: Any, **more: Any) -> Any:
        return usual_torch(*args, **{**more, "weights_only": True})

    def load_numbers(file: Any, mmap_mode: Any = None, allow_pickle: bool = False, **more: Any) -> Any:
        if not allow_pickle or not isinstance(file, (str, os.PathLike)):
            return usual_numpy(file, mmap_mode, allow_pickle=False, **more)
        with Path(file).open("rb") as opened:
            version = np.lib.format.read_magic(opened)
            header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = header(opened)
            if dtype.hasobject:
                return _Numbers(opened).load().reshape(shape)
        return usual_numpy(file, mmap_mode, allow_pickle=False, **more)

    torch.load, numpy.load = load_weights, load_numbers


def _load(options: argparse.Namespace) -> Any:
    _read_weights_alone()
    if options.checkpoint:
        options.checkpoint, options.config = (str(Path(one).resolve()) for one in (options.checkpoint, options.config))
        os.chdir(Path(options.checkpoint).parent)  # files that a configuration names lie beside it
        return api.TTS(model_path=options.checkpoint, config_path=options.config, progress_bar=False)

    def refuse(_self: Any, name: str, *_: Any) -> Any:
        raise FileNotFoundError(f"{name} has not been fetched; run: voicebot model install {options.name}")

    ModelManager.create_dir_and_download_model = refuse
    return api.TTS(model_name=options.name, progress_bar=False)


def _one_of(what: str, wanted: str, known: list[str]) -> str:
    if wanted in known:
        return wanted
    if not wanted and len(known) == 1:
        return known[0]
    shown = ", ".join(known[:20]) + (" …" if len(known) > 20 else "")
    raise ValueError(f"it has no {what} {wanted!r}; choose one of: {shown}" if wanted else f"name a {what}: {shown}")


def _decompose(model: Any) -> None:
    """Where a model knows combining marks, letters with marks (``ç``) are given to it in two parts.

    Voices in Piper's form were trained like that; espeak-ng writes such letters as one.
    """
    tokenizer = getattr(model, "tokenizer", None)
    phonemizer = getattr(tokenizer, "phonemizer", None)
    if (
        tokenizer is None
        or phonemizer is None
        or not any(unicodedata.combining(sign[0]) for sign in tokenizer.characters.vocab if sign)
    ):
        return
    usual = phonemizer.phonemize
    phonemizer.phonemize = lambda *args, **more: unicodedata.normalize("NFD", usual(*args, **more))


if __name__ == "__main__":
    main()
