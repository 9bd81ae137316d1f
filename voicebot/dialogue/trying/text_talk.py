"""One conversation in text: what a call does with events, done with written turns.

The conversation is the call's own (``ScriptTalk``). What a telephone adds is kept as simple as it can be: lines are
heard to their end unless the callee interrupts, a line that may not be cut is never cut, and once the bot says its
last words only what is urgent is still heard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from voicebot.dialogue.conversation.script_talk import ScriptTalk
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Act, Ending, Lead, Line, Question, SlotValue, State, Understanding, Utterance
from voicebot.dialogue.trying.files import Turn
from voicebot.dialogue.understanding.policy import Policy


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn of a conversation in text.

    Parameters
    ----------
    turn
        What the callee did; ``None`` for the opening.
    understanding
        What was made of it; ``None`` where there was nothing to understand.
    before, state
        Where the conversation stood, and stands.
    act
        What the bot says then, and how it goes on.
    unheard
        The callee did something that the bot no longer listens for, or not here; it had no effect.
    """

    turn: Turn | None
    understanding: Understanding | None
    before: State
    state: State
    act: Act
    unheard: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What ``back`` returns to."""

    state: State
    said: tuple[Line, ...]
    begun: tuple[Line, ...]
    hung_up: bool
    taken: bool


class TextTalk:
    """A conversation in text.

    Parameters
    ----------
    script, lead
        What is said to whom.
    policy
        Who decides what an utterance means.
    now
        Local date and time of the conversation; it stands still.
    """

    def __init__(self, script: Script, lead: Lead, policy: Policy, now: datetime) -> None:
        self._script = script
        self._policy = _Told(policy)
        self._talk = ScriptTalk(script, lead, self._policy, lambda: now)
        self.exchanges: list[Exchange] = []
        self.said: tuple[Line, ...] = ()
        """Lines that were played to their end, in order."""
        self.begun: tuple[Line, ...] = ()
        """Lines that were begun, whether or not they were cut."""
        self._hung_up = False
        self._taken = False
        self._kept: list[_Kept] = []
        plan = self._talk.open()
        self._note(None, None, self._talk.state, plan.act)

    @property
    def now(self) -> Exchange:
        """The newest exchange."""
        return self.exchanges[-1]

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        return self._talk.state

    @property
    def over(self) -> bool:
        """Whether the conversation is over: the callee has hung up, or is talking to a human."""
        return self._hung_up or self._taken

    @property
    def ending(self) -> Ending | None:
        """The conversation's result; ``None`` while the bot is still listening. An offered transfer counts as taken."""
        ending = self.now.act.ending
        if self._hung_up or (ending is not None and ending.action != "transfer"):
            return self._talk.hung_up()
        return ending

    async def take(self, turn: Turn) -> Exchange:
        """Take a turn of the callee."""
        self._kept.append(_Kept(self._talk.state, self.said, self.begun, self._hung_up, self._taken))
        before, act = self._talk.state, self.now.act
        if self.over:
            return self._note(turn, None, before, act, "the call was over")
        self._hear(turn, act)
        if turn.transfer:
            return self._transfer(turn, before, act)
        if turn.hangs_up and not (turn.they or turn.means):
            self._hung_up = True
            return self._note(turn, None, before, act)
        if turn.key and act.listening is not None and act.listening.max_digits == 0:
            return self._note(turn, None, before, act, f"the step {before.step} takes no keys")
        self._policy.told = _meant(self._script, turn)
        plan = await self._talk.plan(_utterance(turn, act))
        if (turn.hangs_up or act.ending is not None) and not self._talk.urgent(plan):
            self._hung_up = turn.hangs_up
            why = "" if turn.hangs_up else f"the bot was saying its last words ({before.ending})"
            return self._note(turn, plan.understanding, before, act, why)
        self._hung_up = turn.hangs_up
        plan = self._talk.commit(plan)
        return self._note(turn, plan.understanding, before, plan.act)

    def back(self) -> bool:
        """Undo the last turn; return whether there was one."""
        if not self._kept:
            return False
        kept = self._kept.pop()
        self.exchanges.pop()
        self._talk.return_to(kept.state)
        self.said, self.begun, self._hung_up, self._taken = kept.said, kept.begun, kept.hung_up, kept.taken
        return True

    def hear_out(self) -> None:
        """Hear what is being said to its end."""
        if not self._hung_up and not self._taken:
            self._hear(Turn(), self.now.act)

    # ------------------------------------------------------------------------------------------------

    def _transfer(self, turn: Turn, before: State, act: Act) -> Exchange:
        if act.ending is None or act.ending.action != "transfer":
            return self._note(turn, None, before, act, "no transfer was under way")
        if turn.transfer == "taken":
            self._taken = True
            return self._note(turn, None, before, act)
        return self._note(turn, None, before, self._talk.transfer_failed().act)

    def _hear(self, turn: Turn, act: Act) -> None:
        """Note which lines were played before the callee's turn."""
        lines = act.lines
        played = len(lines)
        if turn.interrupts or turn.machine:
            played = max((place + 1 for place, line in enumerate(lines) if line.uninterruptible), default=0)
        for line in lines[:played]:
            self._talk.said(line.key)
        self.said += lines[:played]
        self.begun += lines[: played + 1]

    def _note(self, turn: Turn | None, understanding: Understanding | None, before: State, act: Act,
              unheard: str = "") -> Exchange:  # fmt: skip
        if self.exchanges and act is self.now.act:  # nothing new is said
            act = replace(act, lines=(), taken=())
        exchange = Exchange(turn, understanding, before, self._talk.state, act, unheard)
        self.exchanges.append(exchange)
        return exchange


class _Told:
    """A policy that is told what an utterance means where its file says so, and asks the real one everywhere else."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.told: Understanding | None = None

    @property
    def name(self) -> str:
        """The real policy's."""
        return self._policy.name

    async def understand(self, question: Question) -> Understanding:
        """Return what was told, or understand."""
        return self.told or await self._policy.understand(question)


def _meant(script: Script, turn: Turn) -> Understanding | None:
    if not turn.means:
        return None
    values = {name: typed_value(script.slots[name].type, value) for name, value in turn.values.items()}
    return Understanding(turn.means, slots=values, policy="told")


def typed_value(kind: str, value: str) -> SlotValue:
    """Return a value that a file writes as text: ``2026-11-27``, ``2026-11-24 15:00``, ``60``, ``yes``.

    Raises
    ------
    ValueError
        It is no value of this kind of slot.
    """
    match kind:
        case "date":
            return date.fromisoformat(value)
        case "time":
            return datetime.fromisoformat(value)
        case "money":
            try:
                return Decimal(value)
            except InvalidOperation as error:
                raise ValueError(f"{value!r} is not an amount") from error
        case "yes_no":
            return {"yes": True, "true": True, "no": False, "false": False}[value.lower()]
        case _:
            return value


def _utterance(turn: Turn, act: Act) -> Utterance:
    if turn.key:
        most = act.listening.max_digits if act.listening is not None else 1
        return Utterance(digits=turn.key.split("#")[0][:most] or "#")
    return Utterance(turn.they or turn.means, turn.heard, silence=turn.silence, machine=turn.machine)
