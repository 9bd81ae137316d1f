"""The recogniser of the calls."""

from __future__ import annotations

import asyncio
import os

from voicebot.doctor.finding import Finding, Subject
from voicebot.speech import model_check
from voicebot.speech.models import catalogue as models
from voicebot.speech.recognition.choosing import WHISPER, choose_recognizer, choose_second_ear


async def check(subject: Subject) -> list[Finding]:
    """The recogniser for English calls, tested with a spoken sentence."""
    config = subject.config
    pool = choose_recognizer(config.speech, "en-US")
    info = pool.info
    found = [Finding("recogniser", "fine", f"{info.engine} with {info.model}, because {info.why}")]
    model = models.describe(info.model)
    if model is not None:
        damage = await asyncio.to_thread(models.damaged, model.name)
        if damage:
            return [
                Finding("recogniser", "broken", f"files of {model.name} are missing or changed: {', '.join(damage)}",
                        f"remove {model.folder} and run: voicebot model install {model.name}")
            ]  # fmt: skip
        heard = await model_check.check(model)
        found.append(Finding("recogniser", "fine", f"it recognised a test sentence: “{heard}”"))
    second_ear = choose_second_ear(config.speech, "en-US", info)
    if second_ear is not None:
        found.append(Finding("recogniser", "fine", f"{second_ear.info.model} {second_ear.info.why}"))
    elif config.speech.second_ear == "auto" and info.engine != "whisper":
        cure = f"voicebot model install {WHISPER}"
        found.append(Finding("recogniser", "note", "no other recogniser listens where this one is unsure", cure))
    cores = os.cpu_count() or 1
    if config.speech.workers > cores:
        found.append(
            Finding(
                "recogniser", "note", f"{config.speech.workers} workers on {cores} cores", "set speech.workers lower"
            )
        )
    return found
