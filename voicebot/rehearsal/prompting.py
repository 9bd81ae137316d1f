"""What the bot can say in a rehearsal is rendered before anybody is called, so that no call waits for a slow voice.

A node does the same for each lead before it dials, within a time that suits one lead at a time; a rehearsal has all its
leads at once, and shows its progress.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voicebot.config import Config
from voicebot.dialogue.conversation.conversation import possible_speech
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.parts import spoken
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.selection import lead_of, time_of_call
from voicebot.speech.speaking.choosing import choose_prompts

Tell = Callable[[int, int], None]
"""Called with how many texts are ready, and of how many."""


async def render_prompts(config: Config, script: Script, personas: Sequence[Persona], tell: Tell) -> None:
    """Render all that a script can say to these people; what is on the disk already costs next to nothing.

    Coqui is left to the node: it is a service of its own, started once.

    Raises
    ------
    ConfigurationError, UnavailableError
        The voice is not there, or could not speak.
    """
    if config.speech.voice == "coqui":
        return
    texts: dict[float, dict[str, None]] = {}
    for persona in personas:
        try:
            wanted = possible_speech(script, lead_of(persona), time_of_call(persona))
        except ValueError:
            continue  # no line can put such a value into words: the node reports it, lead by lead
        for speed, some in wanted.items():
            texts.setdefault(speed, {}).update(dict.fromkeys(some))
    templates = [template for _, words in spoken(script) for template in words.templates]
    total, ready = sum(map(len, texts.values())), 0

    def told(done: int, _of: int) -> None:
        tell(ready + done, total)

    prompts = choose_prompts(config, script.language, script.voice)
    await prompts.start()
    try:
        for speed, once in texts.items():
            await prompts.render(once, speed=speed, templates=templates, progress=told)
            ready += len(once)
    finally:
        await prompts.close()
