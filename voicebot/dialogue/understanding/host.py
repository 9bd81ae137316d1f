"""The program in which a node understands: loads scripts and answers questions, apart from the calls' audio.

Run as ``python -m voicebot.dialogue.understanding.host --socket PATH`` by ``hosted``. Making a script ready holds
Python's lock for up to a tenth of a second at a time, and the first time for longer; in the process that sends a frame
to every call each 20 ms, all of them would hear it.

Questions and answers are pickled. They come from the process that started this one, by a socket in a folder that only
its user may enter.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.understanding.local import THREAD, LocalPolicy
from voicebot.services.line_server import Answer, Fields, LineServer, RefusedError

LOADING: Final = ThreadPoolExecutor(1, "load")
"""Scripts are made ready here, while questions about the others go on being answered."""
UNKNOWN: Final = "this script is not loaded"


class Host:
    """The scripts that are loaded, by content hash."""

    def __init__(self) -> None:
        self._policies: dict[str, LocalPolicy] = {}

    async def answer(self, request: Fields) -> Answer:
        """Do what is asked: ``load`` a script, or ``understand``, ``compared`` and ``informed``."""
        loop = asyncio.get_running_loop()
        key = str(request["script"])
        if request["do"] == "load":
            if key not in self._policies:
                self._policies[key] = await loop.run_in_executor(LOADING, _load, str(request["text"]))
            return {}
        policy = self._policies.get(key)
        if policy is None:
            raise RefusedError(UNKNOWN)
        arguments = pickle.loads(base64.b64decode(request["arguments"]))  # noqa: S301 - see above
        ways: dict[str, Callable[..., object]] = {
            "understand": policy.decide,
            "compared": policy.decide_noting,
            "informed": policy.decide_informed,
        }
        found = await loop.run_in_executor(THREAD, lambda: pickle.dumps(ways[request["do"]](*arguments)))
        return {}, found

    def details(self) -> Fields:
        """What it tells of itself."""
        return {"scripts": len(self._policies)}


def _load(text: str) -> LocalPolicy:
    return LocalPolicy(Script.model_validate_json(text))


def packed(arguments: tuple[Any, ...]) -> str:
    """Return the arguments of a question as they are sent."""
    return base64.b64encode(pickle.dumps(arguments)).decode()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=Path, required=True)
    host = Host()
    asyncio.run(LineServer(parser.parse_args().socket, host.answer, host.details).serve_forever())


if __name__ == "__main__":
    main()
