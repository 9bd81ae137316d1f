"""The policy that decides what an utterance means."""

from __future__ import annotations

import asyncio
from typing import Final

from voicebot.dialogue.rasa import environment
from voicebot.dialogue.rasa import models as rasa_models
from voicebot.dialogue.rasa.project import COMPILER
from voicebot.dialogue.rasa.service import RasaService
from voicebot.doctor.finding import Finding, State, Subject
from voicebot.errors import VoicebotError

_HOST_SECONDS: Final = 5.0


async def check(subject: Subject) -> list[Finding]:
    """The policy; Rasa's environment, its models, and whether a host answers with one of them."""
    config = subject.config
    wanted = config.dialogue.policy == "rasa"
    try:
        python = environment.find_python(config.rasa.environment)
    except VoicebotError as error:
        state: State = "broken" if wanted else "fine"
        return [
            Finding("policy", state, p.what if wanted else "the local policy decides; Rasa is not set up", p.cure)
            for p in error.problems
        ]
    found = [Finding("policy", "fine", f"{config.dialogue.policy} decides; Rasa is in {python.parent.parent}")]
    trained = await asyncio.to_thread(rasa_models.all_active)
    for model in trained:
        name = f"the Rasa model of {model.script} ({model.script_hash[:12]}, {model.pipeline})"
        if await asyncio.to_thread(rasa_models.damaged, model):
            cure = f"voicebot script train {model.script}"
            found.append(Finding("policy", "broken", f"{name} is missing or changed", cure, model.path))
        elif model.compiler != COMPILER:
            cure = f"voicebot script train {model.script}, where it is still used"
            found.append(Finding("policy", "note", f"{name} was made by another version of the compiler", cure))
    fine = [one for one in trained if one.compiler == COMPILER and one.pipeline == config.rasa.pipeline]
    if not wanted or any(one.state == "broken" for one in found):
        return found
    if not fine:
        return [*found, Finding("policy", "broken", "no script has a Rasa model", "voicebot script train SCRIPT")]
    service = RasaService(python)
    try:
        await service.load(fine[-1])
        reply = await service.ask(fine[-1].script_hash, {"do": "parse", "texts": ["yes"]}, seconds=_HOST_SECONDS)
    finally:
        await service.close()
    intent = reply["rankings"][0][0][0]
    found.append(
        Finding("policy", "fine", f"Rasa's host understands “yes” as {intent} in the script {fine[-1].script}")
    )
    return found
