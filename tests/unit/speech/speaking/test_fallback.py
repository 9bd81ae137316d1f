"""A line is spoken whatever becomes of the better voice, and each clip is kept as what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicebot.errors import RefusedError, UnavailableError
from voicebot.services.breaker import CircuitBreaker
from voicebot.speech.speaking.fallback import FallbackVoice
from voicebot.speech.speaking.prompts import PromptCache

LINE = "So you will pay on Friday, is that right?"
LONG, SHORT = 30.0, 0.02


class ObedientVoice:
    """Speaks its own name, or does what it is told to do instead."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.asked: list[tuple[str, bool]] = []
        self.error: Exception | None = None
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def name(self) -> str:
        return self._name

    @property
    def language(self) -> str:
        return "en-US"

    async def synthesize(self, text: str, *, speed: float = 1.0, urgent: bool = False) -> bytes:
        self.asked.append((text, urgent))
        self.began.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return self._name.encode()


class Engine:
    """The better voice's engine."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.closed = False

    async def start(self) -> None:
        if self.error is not None:
            raise self.error

    async def close(self) -> None:
        self.closed = True


class Scene:
    """Both voices, a clock that stands still, and the stand-in under test."""

    def __init__(self, folder: Path, live_seconds: float = LONG) -> None:
        self.folder = folder
        self.now = 100.0
        self.good, self.light, self.engine = ObedientVoice("good"), ObedientVoice("light"), Engine()
        self.first = PromptCache(self.good, folder)
        self.prompts = FallbackVoice(
            self.first,
            PromptCache(self.light, folder),
            self.engine,
            live_seconds=live_seconds,
            live=CircuitBreaker(2, 10.0),
            ahead=CircuitBreaker(2, 10.0),
            clock=lambda: self.now,
        )

    def kept_as(self, name: str) -> bytes | None:
        """What another process finds on disk under a voice's name."""
        return PromptCache(ObedientVoice(name), self.folder).get(LINE)


@pytest.fixture
async def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.fixture
async def hurried(tmp_path: Path) -> Scene:
    return Scene(tmp_path, SHORT)


async def test_the_better_voice_speaks_while_it_can(scene: Scene) -> None:
    await scene.prompts.start()
    await scene.prompts.render(["Hello."])
    assert scene.prompts.get("Hello.") == b"good"
    assert await scene.prompts.speech(LINE) == b"good"
    assert scene.good.asked == [("Hello.", False), (LINE, True)]
    assert scene.light.asked[0] == ("1 2 3", False), "it is made ready to stand in"
    assert (scene.prompts.speaker(LINE), scene.prompts.voice.name) == ("good", "good")
    await scene.prompts.close()
    assert scene.engine.closed


async def test_late_it_is_spoken_by_the_other_and_what_comes_late_is_kept(hurried: Scene) -> None:
    hurried.good.gate.clear()
    assert await hurried.prompts.speech(LINE) == b"light"
    assert (hurried.prompts.get(LINE), hurried.prompts.speaker(LINE)) == (b"light", "light")
    assert hurried.kept_as("good") is None, "never kept under a name that did not speak it"
    hurried.good.gate.set()
    assert await hurried.first.speech(LINE) == b"good"
    assert (hurried.kept_as("good"), hurried.prompts.get(LINE)) == (b"good", b"good")
    assert hurried.prompts.speaker(LINE) == "good"


async def test_broken_it_is_soon_not_asked_and_asked_again_later(scene: Scene) -> None:
    scene.good.error = UnavailableError("it ended")
    for number in range(4):
        assert await scene.prompts.speech(f"Line {number}.") == b"light"
    assert len(scene.good.asked) == 2
    scene.good.error = None
    assert await scene.prompts.speech("Not yet.") == b"light"
    scene.now += 10.0
    assert await scene.prompts.speech("Now.") == b"good"
    assert await scene.prompts.speech("And on.") == b"good"


async def test_rendering_goes_on_without_it_and_comes_back_to_it(scene: Scene) -> None:
    told: list[tuple[int, int]] = []
    scene.good.error = UnavailableError("it is frozen")
    await scene.prompts.render([LINE, "Hello.", "Goodbye."], progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert [scene.prompts.get(text) for text in (LINE, "Hello.", "Goodbye.")] == [b"light"] * 3
    assert scene.kept_as("good") is None
    assert scene.kept_as("light") == b"light"
    scene.good.error = None
    scene.now += 11.0
    await scene.prompts.render([LINE])
    assert (scene.prompts.get(LINE), scene.prompts.speaker(LINE)) == (b"good", "good")


async def test_calls_that_had_to_do_without_it_say_nothing_about_rendering(scene: Scene) -> None:
    scene.good.error = UnavailableError("it is started again")
    for number in range(3):
        await scene.prompts.speech(f"Line {number}.")
    scene.good.error = None
    await scene.prompts.render([LINE])
    assert scene.prompts.get(LINE) == b"good"


async def test_a_refused_text_says_nothing_against_the_voice(scene: Scene) -> None:
    scene.good.error = RefusedError("too long")
    for number in range(5):
        assert await scene.prompts.speech(f"Line {number}.") == b"light"
    assert len(scene.good.asked) == 5


async def test_a_clip_of_the_other_voice_is_not_taken_while_the_better_one_is_well(scene: Scene) -> None:
    await PromptCache(scene.light, scene.folder).render([LINE])
    assert scene.prompts.get(LINE) is None
    assert await scene.prompts.speech(LINE) == b"good"


async def test_where_the_other_cannot_either_the_better_one_is_waited_for(hurried: Scene) -> None:
    hurried.light.error = UnavailableError("it has no sound for this")
    hurried.good.gate.clear()
    speech = asyncio.create_task(hurried.prompts.speech(LINE))
    await hurried.light.began.wait()
    await asyncio.sleep(SHORT * 2)
    hurried.good.gate.set()
    assert await speech == b"good"


async def test_where_none_can_it_is_told(scene: Scene) -> None:
    scene.light.error = UnavailableError("no sound")
    scene.good.error = UnavailableError("it ended")
    with pytest.raises(UnavailableError, match="it ended"):
        await scene.prompts.speech(LINE)
    with pytest.raises(UnavailableError, match="no sound"):
        await scene.prompts.render([LINE])


async def test_an_engine_that_does_not_start_stops_nobody(scene: Scene) -> None:
    scene.engine.error = scene.good.error = UnavailableError("the model is broken")
    await scene.prompts.start()
    await scene.prompts.render([LINE])
    assert scene.prompts.get(LINE) == b"light"
    assert len(scene.good.asked) == 1, "the failed start was the first of two failures"


async def test_a_caller_that_goes_away_takes_nothing_with_it(hurried: Scene) -> None:
    hurried.good.gate.clear()
    speech = asyncio.create_task(hurried.prompts.speech(LINE))
    await hurried.good.began.wait()
    speech.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speech
    hurried.good.error = UnavailableError("unheard")
    hurried.good.gate.set()
    assert await hurried.prompts.speech(LINE) == b"light"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["well", "broken", "refuses", "slow"]), max_size=12), st.integers(0, 20))
def test_whatever_it_does_every_line_is_spoken(
    tmp_path_factory: pytest.TempPathFactory, moods: list[str], step: int
) -> None:
    faults: dict[str, Callable[[], Exception]] = {
        "broken": lambda: UnavailableError("ended"),
        "refuses": lambda: RefusedError("no"),
    }

    async def play() -> None:
        scene = Scene(tmp_path_factory.mktemp("prompts"), 0.001)
        for number, mood in enumerate(moods):
            scene.good.error = faults[mood]() if mood in faults else None
            if mood == "slow":
                scene.good.gate.clear()
            else:
                scene.good.gate.set()
            scene.now += step
            line = f"Line {number}."
            assert await scene.prompts.speech(line) in {b"good", b"light"}
            assert scene.prompts.get(line) in {b"good", b"light"}
        scene.good.gate.set()

    asyncio.run(play())
