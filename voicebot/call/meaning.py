"""What an utterance is to the turn: an answer, a back-channel, words that fit nothing, or no words at all. Pure."""

from __future__ import annotations

import re
from typing import Final

from voicebot.call.turn_events import Meaning
from voicebot.dialogue.talk import EngineIntent, Understanding, Utterance

_BACK_CHANNELS_EN: Final = """
uh huh,uh-huh,mm hmm,mm-hmm,mhm,mmhmm,mm,mmm,hm,hmm,uh,um,oh,ah,ok,okay,right,yeah,yep,yes,sure,i see,got it
alright,all right,oh okay,okay okay,yeah yeah,mm okay,yeah okay,okay yeah,huh,aha,a ha,uh huh uh huh,mhm mhm
go on,really,eh huh,eh-huh,a-ha,ah ha,ah-ha,uh-uh huh,ha,oh yeah,oh okay okay,oh i see,i understand,mm-mm,hm-mm,hum
"""
_BACK_CHANNELS_ZH: Final = "嗯,嗯嗯,哦,噢,啊,呃,好,好的,对,是,是的,行,知道,知道了,明白,好好,好好好,对对,对对对,嗯好"


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase for phrase in re.split(r"[,\n]", text) if phrase)


BACK_CHANNELS: Final = {"en": _phrases(_BACK_CHANNELS_EN), "zh": _phrases(_BACK_CHANNELS_ZH)}
"""What people say to show that they listen; said over a statement it is no answer."""

GREETINGS: Final = {
    "en": _phrases("hello,hi,hey,hello hello,yes hello,hello yes,hi there,hello there,yeah hello,who is it"),
    "zh": _phrases("喂,喂喂,你好,您好,喂你好,喂您好,哎,唉"),
}
"""Said over the bot's own greeting it is only the callee's greeting, late."""

_TRAILING: Final[dict[str, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:^|\s)(?:uh|um|er|erm|hmm|and|but|or|so|because|if|the|a|an|on|in|at|by|for|of|to|with|my|your|i|i'll|i'm"
        r"|like|maybe|about|around|let me see|let's see|well|next|until|till|before|after|i can|i could|i will|i think"
        r"|i'd say|say|it's|that's|you know|probably|i can pay|i'll pay)$"
    ),
    "zh": re.compile(r"(?:那个|这个|就是|然后|但是|可是|因为|呃|嗯那|我想想|大概|可能|下个|下|我)$"),
}
"""Last words after which people go on."""

SHORT_NOISE_SECONDS: Final = 0.35
"""A sound this short with unsure words is a click or a breath."""
UNSURE: Final = 0.35


def normal(text: str) -> str:
    """Lower case without punctuation, single spaces."""
    return " ".join(re.sub(r"[^\w\s'\-]", " ", text.lower()).split())


def meaning(
    utterance: Utterance,
    understanding: Understanding,
    *,
    language: str,
    speaking: bool,
    asked: bool,
    seconds: float = 1.0,
) -> Meaning:
    """Tell what an utterance is to the turn.

    Parameters
    ----------
    utterance, understanding
        What was heard and what the policy made of it.
    language
        BCP 47 tag.
    speaking
        The bot's voice was on the line when the utterance began.
    asked
        The question itself was being said, or had been: a short "yes" answers it.
    seconds
        How long the utterance was.
    """
    family = language.partition("-")[0]
    text = normal(utterance.text)
    if not text or (not any(character.isalnum() for character in text)):
        return Meaning.NOTHING
    unclear = understanding.intent == EngineIntent.NO_MATCH
    if unclear and seconds < SHORT_NOISE_SECONDS and utterance.confidence < UNSURE:
        return Meaning.NOTHING
    if speaking:
        if text in GREETINGS.get(family, ()):
            return Meaning.BACK_CHANNEL
        if not asked and text in BACK_CHANNELS.get(family, ()):
            return Meaning.BACK_CHANNEL
        few_words = len(text) <= 2 if family == "zh" else len(text.split()) < 3
        if unclear and few_words:
            return Meaning.BACK_CHANNEL
    return Meaning.UNCLEAR if unclear else Meaning.ANSWER


def hesitant(text: str, language: str) -> bool:
    """Whether the words trail off, so that more is to come."""
    pattern = _TRAILING.get(language.partition("-")[0])
    words = text.strip()
    if words.endswith("..."):
        return True
    return bool(pattern and pattern.search(normal(words)))
