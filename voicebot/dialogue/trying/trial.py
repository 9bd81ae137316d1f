"""Runs written conversations and reports the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from voicebot.dialogue.script.lead_check import check_lead
from voicebot.dialogue.script.model import INTENTS, Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.trying.coverage import Coverage, coverage
from voicebot.dialogue.trying.files import Written
from voicebot.dialogue.trying.judging import Miss, judge
from voicebot.dialogue.trying.text_talk import TextTalk, typed_value
from voicebot.dialogue.understanding.policy import Policy
from voicebot.errors import Problem
from voicebot.suggestions import meant


@dataclass(frozen=True, slots=True)
class Tried:
    """One conversation that was run.

    Parameters
    ----------
    talk
        How it went; ``None`` where the lead cannot be called by the script.
    misses
        What is not as expected; nothing when all is well.
    """

    written: Written
    talk: TextTalk | None
    misses: tuple[Miss, ...]

    @property
    def ok(self) -> bool:
        """Whether all is as expected."""
        return not self.misses


@dataclass(frozen=True, slots=True)
class Trial:
    """Conversations with a script, and what they have covered of it."""

    tried: tuple[Tried, ...]
    coverage: Coverage

    @property
    def failed(self) -> tuple[Tried, ...]:
        """Conversations in which something is not as expected."""
        return tuple(one for one in self.tried if not one.ok)


async def try_one(script: Script, written: Written, policy: Policy) -> Tried:
    """Run one conversation."""
    lead = written.lead
    misses = [
        Miss(written.problem(("lead",), one.what, one.cure), "a lead to call", "") for one in check_lead(script, lead)
    ]
    misses += [Miss(problem, "what the script knows", "") for problem in _unknown(script, written)]
    if misses:
        return Tried(written, None, tuple(misses))
    talk = TextTalk(script, lead, policy, written.now)
    for turn in written.conversation.turns:
        if not turn.does_nothing:
            await talk.take(turn)
    talk.hear_out()
    return Tried(written, talk, judge(script, written, talk))


def _unknown(script: Script, written: Written) -> Iterator[Problem]:
    """Find what turns are told to mean that this script does not know."""
    intents = {cell.intent for cell in table_of(script).cells} | INTENTS | set(script.intents)
    for index, turn in enumerate(written.conversation.turns):
        at = ("turns", index)
        if turn.means and turn.means not in intents:
            what = f"there is no intent {turn.means!r}"
            yield written.problem((*at, "means"), what, meant(turn.means, intents))
        for name, value in turn.values.items():
            if name not in script.slots:
                what = f"the script has no slot {name!r}"
                yield written.problem((*at, "values", name), what, meant(name, script.slots))
                continue
            try:
                typed_value(script.slots[name].type, value)
            except (ValueError, KeyError):
                what = f"{value!r} is not a value of a slot of the type {script.slots[name].type}"
                yield written.problem((*at, "values", name), what)


async def try_all(script: Script, conversations: Iterable[Written], policy: Policy) -> Trial:
    """Run conversations, one after another."""
    tried = tuple([await try_one(script, one, policy) for one in conversations])
    return Trial(tried, coverage(script, [one.talk for one in tried if one.talk is not None]))
