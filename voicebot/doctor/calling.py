"""What this installation lacks to call people by one script: a recogniser, a voice, a policy's model."""

from __future__ import annotations

from collections.abc import Callable

from voicebot.config import Config
from voicebot.dialogue.policies import Policies
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.variants import arms
from voicebot.errors import Problem, VoicebotError
from voicebot.speech.recognition.choosing import choose_recognizer
from voicebot.speech.speaking.choosing import choose_prompts


def lacking(config: Config, script: Script, called: str = "") -> tuple[Problem, ...]:
    """Return what a node with this configuration could not prepare for a script; nothing is started.

    Parameters
    ----------
    called
        Name or file by which people know the script, for cures.
    """
    policies = Policies(config.dialogue, config.rasa)
    problems: dict[Problem, None] = {}

    def tried(work: Callable[..., object], *arguments: object) -> None:
        try:
            work(*arguments)
        except VoicebotError as error:
            problems.update(dict.fromkeys(error.problems))

    tried(choose_recognizer, config.speech, script.language)
    for arm in arms(script).values():
        tried(choose_prompts, config, arm.language, arm.voice)
        tried(policies.check, arm, called)
    return tuple(problems)
