"""What a voice costs: CPU seconds per audio second, time to the first line, memory. Prints JSON.

Run: python -m tests.benchmarks.voices
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from voicebot.config import SpeechSection
from voicebot.speech.prompts import PromptCache
from voicebot.speech.voices import choose_voice

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


def main() -> None:
    """Measure every language and print one JSON object."""
    print(json.dumps({language: asyncio.run(_measure(language, 5)) for language in LINES}, indent=2))


if __name__ == "__main__":
    main()
