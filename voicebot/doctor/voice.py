"""The voices of the calls."""

from __future__ import annotations

import asyncio
import time

from voicebot import paths
from voicebot.config import Config
from voicebot.doctor.finding import Finding, Subject
from voicebot.errors import VoicebotError
from voicebot.speech import tools
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.speaking.choosing import choose_voice
from voicebot.speech.speaking.coqui.voice import CoquiVoice


async def check(subject: Subject) -> list[Finding]:
    """The voice of English calls, and the one of other languages."""
    config = subject.config
    chosen = choose_voice(config.speech, "en-US")
    seconds = len(await chosen.synthesize("Good morning.")) / 2 / SAMPLE_RATE
    found = [Finding("voice", "fine", f"{chosen.name} speaks English ({seconds:.1f} s for “Good morning.”)")]
    if seconds < 0.2:
        found = [Finding("voice", "broken", f"{chosen.name} says nothing", "run scripts/setup")]
    try:
        binary = await asyncio.to_thread(tools.find_espeak)
        found.append(Finding("voice", "fine", f"espeak-ng speaks the other languages: {binary.where}"))
    except VoicebotError as error:
        found += [Finding("voice", "note", f"only English is spoken: {p.what}", p.cure) for p in error.problems]
    return [*found, *await _coqui(config)]


async def _coqui(config: Config) -> list[Finding]:
    """Coqui, where it is to speak: environment, models, and a service that says something."""
    if config.speech.voice != "coqui":
        return []
    found = []
    for language, model in config.coqui.models.items():
        speaker = CoquiVoice(config.coqui, language, model, logs=paths.cache_folder() / "logs")
        try:
            await speaker.start()
            begun = time.monotonic()
            seconds = len(await speaker.synthesize("1 2 3 4 5")) / 2 / SAMPLE_RATE
            took = time.monotonic() - begun
            told = f"{speaker.name} speaks {language} on {speaker.processes[0].details['device']}"
            found.append(Finding("voice", "fine", f"{told} ({seconds:.1f} s of speech in {took:.1f} s)"))
        finally:
            await speaker.close()
    return found
