"""The prompt cache: rendered once, whole or not at all, the same for everyone."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import UnavailableError
from voicebot.speech.speaking import prompts
from voicebot.speech.speaking.loudness import silence
from voicebot.speech.speaking.prompts import PromptCache, Rendered, Trimmed, dispensable, trim_prompts


class CountingVoice:
    """Speaks a text as its own bytes, and counts; holds back while ``gate`` is closed."""

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.gate = asyncio.Event()
        self.began = asyncio.Event()
        self.gate.set()
        self.broken = False

    @property
    def name(self) -> str:
        return "counting-1"

    @property
    def language(self) -> str:
        return "en-US"

    async def synthesize(self, text: str, *, speed: float = 1.0, urgent: bool = False) -> bytes:
        self.spoken.append(text)
        self.began.set()
        await self.gate.wait()
        if self.broken:
            raise UnavailableError("broken")
        return f"{speed}{text:<40}".encode()[:32]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.pcm"), key=lambda path: path.stat().st_mtime_ns)


def _leftovers(folder: Path) -> list[Path]:
    return list(folder.rglob("*.part"))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def test_what_leads_share_is_rendered_once(tmp_path: Path) -> None:
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path)
    steps: list[tuple[int, int]] = []
    texts = ["Hello. Is this Mary?", "Hello. Is this Bob?", "Hello. Is this Bob?"]
    await cache.render(texts, progress=lambda done, of: steps.append((done, of)))
    assert voice.spoken == ["Hello.", "Is this Mary?", "Is this Bob?"]
    assert steps == [(1, 2), (2, 2)]
    pcm = cache.get("Hello. Is this Mary?")
    assert pcm is not None
    assert pcm == await cache.speech("Hello. Is this Mary?")
    assert silence(0.25) in pcm
    assert cache.get("Hello. Is this Eve?") is None


async def test_files_outlive_the_process(tmp_path: Path) -> None:
    await PromptCache(CountingVoice(), tmp_path).render(["Hello."])
    voice = CountingVoice()
    again = PromptCache(voice, tmp_path)
    assert again.get("Hello.") == await again.speech("Hello.")
    assert voice.spoken == []
    assert again.get("Hello.", speed=1.2) is None


@pytest.mark.parametrize("damage", [b"", b"voicebot prompt 1\n", b"x" * 500])
async def test_a_damaged_file_is_rendered_again(tmp_path: Path, damage: bytes) -> None:
    first = await PromptCache(CountingVoice(), tmp_path).speech("Hello.")
    (path,) = _files(tmp_path)
    _write(path, damage)
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path)
    assert cache.get("Hello.") is None
    assert await cache.speech("Hello.") == first
    assert voice.spoken == ["Hello."]
    assert PromptCache(CountingVoice(), tmp_path).get("Hello.") == first


async def test_a_half_written_file_never_counts(tmp_path: Path) -> None:
    await PromptCache(CountingVoice(), tmp_path).speech("Hello.")
    (path,) = _files(tmp_path)
    _shorten(path)
    assert PromptCache(CountingVoice(), tmp_path).get("Hello.") is None
    assert not _leftovers(tmp_path)


async def test_the_same_text_at_once_is_spoken_once_and_survives_a_caller(tmp_path: Path) -> None:
    voice = CountingVoice()
    voice.gate.clear()
    cache = PromptCache(voice, tmp_path)
    asked = [asyncio.create_task(cache.speech("Hello.")) for _ in range(5)]
    await voice.began.wait()
    asked[0].cancel()
    voice.gate.set()
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert len(set(results[1:])) == 1
    assert voice.spoken == ["Hello."]


async def test_a_broken_voice_is_told_to_every_caller_and_tried_again(tmp_path: Path) -> None:
    voice = CountingVoice()
    voice.broken = True
    cache = PromptCache(voice, tmp_path)
    results = await asyncio.gather(cache.speech("Hello."), cache.speech("Hello."), return_exceptions=True)
    assert all(isinstance(result, UnavailableError) for result in results)
    with pytest.raises(UnavailableError):
        await cache.render(["Hello."])
    voice.broken = False
    assert await cache.speech("Hello.")


async def test_memory_is_bounded_and_the_disk_remembers(tmp_path: Path) -> None:
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path, memory_bytes=100)
    texts = [f"Text {number}." for number in range(20)]
    await cache.render(texts)
    assert all(cache.get(text) is not None for text in texts)
    assert len(voice.spoken) == 20


async def test_a_folder_that_cannot_be_written_costs_no_call(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    _write(folder, b"in the way")
    cache = PromptCache(CountingVoice(), folder)
    assert await cache.speech("Hello.")
    assert cache.get("Hello.") is not None


async def test_what_is_said_to_one_lead_stands_apart(tmp_path: Path) -> None:
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path)
    templates = ["Good day. You owe {amount}, {name}. Can you pay?"]
    await cache.render(["Good day. You owe ten dollars, Ann. Can you pay?"], templates=templates)
    await cache.render(["Good day. You owe nine dollars, Bob. Can you pay?"], templates=templates)
    assert len(voice.spoken) == 4
    shared = {path for path in _files(tmp_path) if "leads" not in path.parts}
    assert len(shared) == 2
    assert len(_files(tmp_path)) == 4
    again = PromptCache(CountingVoice(), tmp_path)
    assert again.get("Good day. You owe nine dollars, Bob. Can you pay?") is not None


HOUR = 3600.0
NOW = 1_790_000_000.0


def test_of_one_lead_goes_first_and_nothing_that_a_call_may_need() -> None:
    files = [
        Rendered(Path("shared old"), False, NOW - 9 * HOUR, 10),
        Rendered(Path("lead newer"), True, NOW - 2 * HOUR, 10),
        Rendered(Path("lead older"), True, NOW - 3 * HOUR, 10),
        Rendered(Path("lead now"), True, NOW - 60, 10),
        Rendered(Path("shared now"), False, NOW - 60, 10),
    ]
    gone = [[one.path.name for one in dispensable(files, room, NOW)] for room in (50, 40, 30, 20, 0)]
    assert gone == [
        [],
        ["lead older"],
        ["lead older", "lead newer"],
        ["lead older", "lead newer", "shared old"],
        ["lead older", "lead newer", "shared old"],
    ]


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0, 9 * HOUR), st.integers(0, 99)), max_size=20), st.integers(0, 2000)
)
def test_what_stays_fits_or_is_young(files: list[tuple[bool, float, int]], room: int) -> None:
    made = [Rendered(Path(str(n)), lead, NOW - age, size) for n, (lead, age, size) in enumerate(files)]
    gone = dispensable(made, room, NOW)
    stays = [one for one in made if one not in gone]
    assert all(NOW - one.wanted_at > HOUR for one in gone)
    assert sum(one.size for one in stays) <= room or all(NOW - one.wanted_at <= HOUR for one in stays)


async def test_trimming_deletes_files_and_a_dry_run_does_not(tmp_path: Path) -> None:
    cache = PromptCache(CountingVoice(), tmp_path, memory_bytes=1)
    await cache.render(["One.", "Two."])
    assert trim_prompts(tmp_path, 0) == Trimmed(), "just rendered: a call may need it"
    one, two = _files(tmp_path)
    _age(one, 2 * HOUR)
    room = _size(two)
    assert trim_prompts(tmp_path, room, dry_run=True) == trim_prompts(tmp_path, room) == Trimmed(1, room)
    assert _files(tmp_path) == [two]


async def test_what_is_wanted_is_noted_though_memory_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(prompts, "time", SimpleNamespace(monotonic=lambda: now, time=time.time))
    cache = PromptCache(CountingVoice(), tmp_path)
    await cache.render(["One."])
    (path,) = _files(tmp_path)
    _age(path, 2 * HOUR)
    await cache.render(["One."])
    assert trim_prompts(tmp_path, 0, dry_run=True).deleted == 1
    now += 700
    await cache.render(["One."])
    assert trim_prompts(tmp_path, 0).deleted == 0


async def test_prompts_are_private(tmp_path: Path) -> None:
    await PromptCache(CountingVoice(), tmp_path / "prompts").speech("Maria Lopez.")
    (path,) = _files(tmp_path / "prompts")
    assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "prompts").stat().st_mode & 0o077 == 0
