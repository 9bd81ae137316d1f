"""How the understanding process is asked; what it answers is tested with a real one."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from voicebot.dialogue.understanding.hosted import UnderstandingService
from voicebot.errors import RefusedError, UnavailableError
from voicebot.services.lines import Reply
from voicebot.services.supervised import SupervisedProcess


class Process:
    """Gives the answers it was made with, one a question; errors are raised."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def ready(self, seconds: float) -> Mapping[str, Any]:
        assert seconds > 0
        return {}

    async def ask(self, request: Mapping[str, Any], *, seconds: float) -> Reply:
        assert seconds > 0
        self.asked.append(request["do"])
        if request["do"] == "load":
            return Reply({}, b"")
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Reply({}, pickle.dumps(answer))


def service(process: Process, tmp_path: Path) -> UnderstandingService:
    made = UnderstandingService(tmp_path / "understanding.log")
    made.process = cast("SupervisedProcess", process)
    made._texts["hash"] = "the script"
    return made


async def test_a_process_that_was_started_again_gets_the_script_first(tmp_path: Path) -> None:
    process = Process(UnavailableError("it ended"), RefusedError("this script is not loaded"), "understood")
    assert await service(process, tmp_path).ask("hash", "understand") == "understood"
    assert process.asked == ["understand", "understand", "load", "understand"]


async def test_what_it_fails_at_is_not_asked_over_and_over(tmp_path: Path) -> None:
    process = Process(*[RefusedError("KeyError in the service")] * 50)
    with pytest.raises(RefusedError, match="KeyError"):
        await service(process, tmp_path).ask("hash", "understand")
    assert process.asked == ["understand", "load", "understand"]
