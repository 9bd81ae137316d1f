"""What a voice costs: CPU seconds per audio second, time to a line's first sound, memory, disk. Prints JSON.

Coqui is measured where it is installed; its CPU and memory are its process's.

Run: python -m tests.benchmarks.voices
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from voicebot.config import CoquiSection, SpeechSection
from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.speech.models import catalogue as models
from voicebot.speech.speaking.choosing import choose_voice
from voicebot.speech.speaking.coqui.environment import find_environment
from voicebot.speech.speaking.coqui.voice import CoquiVoice
from voicebot.speech.speaking.prompts import PromptCache

LINES = {
    "en-US": [
        "Hello, this is the automated assistant of First Bank, on a recorded line.",
        "Am I speaking with Mary Johnson?",
        "You have a payment of one hundred twenty dollars and fifty cents due on Tuesday, December first.",
        "When can you make the payment?",
        "You will pay by Friday, November twenty-seventh. Is that right?",
        "Thank you. Goodbye.",
    ],
    "zh-CN": ["您好，请问是张三先生吗？", "您有一笔一百二十元五角的款项，十二月一号到期。", "谢谢，再见。"],
}


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


async def _measure(language: str, rounds: int) -> dict[str, Any]:
    start = time.perf_counter()
    voice = choose_voice(SpeechSection(), language)
    await voice.synthesize(LINES[language][0])
    first = time.perf_counter() - start
    before, audio, waits = _cpu(), 0.0, []
    for _ in range(rounds):
        for line in LINES[language]:
            start = time.perf_counter()
            audio += len(await voice.synthesize(line)) / 16000
            waits.append(time.perf_counter() - start)
    cpu = _cpu() - before
    with TemporaryDirectory() as folder:
        cache = PromptCache(voice, Path(folder))
        await cache.render(LINES[language])
        cold = PromptCache(voice, Path(folder))
        start = time.perf_counter()
        for line in LINES[language]:
            cold.get(line)
        disk = (time.perf_counter() - start) / len(LINES[language])
    return {
        "voice": voice.name,
        "cpu_seconds_per_audio_second": round(cpu / audio, 4),
        "line_ms_p50": round(statistics.median(waits) * 1000, 1),
        "line_ms_max": round(max(waits) * 1000, 1),
        "first_line_seconds": round(first, 2),
        "cached_line_from_disk_ms": round(disk * 1000, 3),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


async def _measure_coqui(language: str, rounds: int) -> dict[str, Any]:
    model = CoquiSection().models[language]
    with TemporaryDirectory() as logs:
        start = time.perf_counter()
        voice = CoquiVoice(CoquiSection(), language, model, logs=Path(logs))
        await voice.start()
        ready = time.perf_counter() - start
        (service,) = voice.processes
        process = psutil.Process(service.pid)
        before, audio, waits = sum(process.cpu_times()[:4]), 0.0, []
        for _ in range(rounds):
            for line in LINES[language]:
                start = time.perf_counter()
                audio += len(await voice.synthesize(line, urgent=True)) / 16000
                waits.append(time.perf_counter() - start)
        cpu = sum(process.cpu_times()[:4]) - before  # its espeak-ng children included
        memory = process.memory_info().rss // 1_000_000
        details = service.details
        await voice.close()
    found = models.describe(model)
    return {
        "voice": voice.name,
        "device": details["device"],
        "cpu_seconds_per_audio_second": round(cpu / audio, 4),
        "line_ms_p50": round(statistics.median(waits) * 1000, 1),
        "line_ms_max": round(max(waits) * 1000, 1),
        "ready_seconds": round(ready, 2),
        "load_seconds": details["load_seconds"],
        "warm_up_seconds": details["warm_up_seconds"],
        "memory_mb": memory,
        "environment_mb": _megabytes(find_environment().python.parents[1]),
        "model_mb": _megabytes(found.folder) if found else None,
    }


def _megabytes(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) // 1_000_000


def main() -> None:
    """Measure every voice and print one JSON object."""
    figures = {language: asyncio.run(_measure(language, 5)) for language in LINES}
    with contextlib.suppress(UnavailableError, ConfigurationError):
        figures["en-US Coqui"] = asyncio.run(_measure_coqui("en-US", 3))
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
