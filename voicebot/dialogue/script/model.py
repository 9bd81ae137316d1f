"""What a script says: models of the YAML file, the parts designers write and nothing that moves.

``load.py`` reads a file into these and tells what is wrong with it; ``table.py`` makes the transition table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, PrivateAttr

from voicebot.dialogue.script.assembly import IncludePart, Includes, VariantPart
from voicebot.dialogue.script.consequence import Consequence
from voicebot.dialogue.script.moves import Guard, Move, Moves, OneMove
from voicebot.dialogue.script.step import Key, Slot, Step, Thresholds
from voicebot.dialogue.script.vocabulary import (
    BARRING,
    COUNTED_AS,
    INTENTS,
    LEAD_VALUES,
    LEAD_WORDS,
    OUTCOMES,
    PROMISES,
)
from voicebot.dialogue.script.words import Escalation, Part, Say, Strings, Words, placeholders, without_placeholders

__all__ = [
    "BARRING",
    "COUNTED_AS",
    "INTENTS",
    "LEAD_VALUES",
    "LEAD_WORDS",
    "OUTCOMES",
    "PROMISES",
    "Digression",
    "Disclosure",
    "EndingPart",
    "Escalation",
    "Guard",
    "IncludePart",
    "IntentPart",
    "Key",
    "LeadPart",
    "Limits",
    "Machine",
    "Move",
    "Moves",
    "OneMove",
    "Part",
    "Reprompts",
    "Say",
    "Script",
    "Slot",
    "Step",
    "Strings",
    "Thresholds",
    "Transfer",
    "VariantPart",
    "Words",
    "placeholders",
]
"""Also the words that all scripts share, and what parts are made of: whoever reads scripts needs them."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Limit = Annotated[int, Field(ge=1, le=100)]


class Digression(Part):
    """A question that is answered, after which the step asks again.

    Parameters
    ----------
    say
        The answer.
    ask_again
        How the step's question is put again: in its ``short`` form, in ``full``, or ``not`` at all.
    no_input_seconds
        Patience afterwards, where it differs from the step's.
    most
        How often in one step; then it counts as a misunderstanding.
    """

    say: Say
    ask_again: Literal["short", "full", "not"] = "short"
    no_input_seconds: float | None = Field(None, ge=2, le=60)
    most: Limit = 3


class EndingPart(Part):
    """How a conversation ends.

    Parameters
    ----------
    outcome
        The ending's name where it is not written.
    say
        Last words.
    action, extension
        Hang up, or transfer to an extension.
    record
        Slots kept with the outcome.
    or_noted
        An outcome noted on the way goes before ``outcome``.
    """

    outcome: str = Field("", min_length=1)
    say: Say | None = None
    action: Literal["hang_up", "transfer"] = "hang_up"
    extension: str = Field("", pattern=r"^[0-9A-Za-z_*#+-]{0,40}$")
    record: Strings = ()
    or_noted: bool = False


class Disclosure(Part):
    """Words that must be said, in full, before anything of a kind; never cut.

    Parameters
    ----------
    say
        The words, the law's own where it prescribes them.
    before
        ``talk``: at the very beginning; ``debt``: before the first word of the debt.
    unrecorded
        Said instead in a call that is not recorded, where the words say that it is; an empty list: nothing.
    """

    say: Strings = Field(min_length=1)
    before: Literal["talk", "debt"] = "debt"
    unrecorded: Strings | None = None

    def words(self, name: str) -> Words:
        """Return what is said, as the disclosure ``name``."""
        return Words(text=self.say, unrecorded=self.unrecorded, uninterruptible=True, disclosure=name)


class Reprompts(Part):
    """What is said when nothing came, or nothing that fits; one entry a time, in order.

    Parameters
    ----------
    no_input
        After silence, before the question is put again.
    no_match
        After words that lead nowhere, before the question is put again.
    """

    no_input: Escalation = Field(min_length=1, max_length=5)
    no_match: Escalation = Field(min_length=1, max_length=5)


class Limits(Part):
    """How long a conversation may become.

    Parameters
    ----------
    turns
        Answers, whatever they are.
    digressions
        Questions of the callee that are answered.
    end
        Ending of a conversation that becomes longer.
    """

    turns: int = Field(24, ge=4, le=100)
    digressions: int = Field(8, ge=1, le=50)
    end: str = "gave_up"


class Machine(Part):
    """What to do when a machine has picked up.

    Parameters
    ----------
    say
        Said to it; never a word of the debt.
    end
        How the call ends then, or when nobody comes.
    wait_seconds
        How long to wait for a person whom a call screener may put through.
    """

    say: Say | None = None
    end: str
    wait_seconds: float = Field(25.0, ge=5, le=60)


class Screener(Machine):
    """What to do when a call screener has picked up.

    Parameters
    ----------
    say
        Said to it; never a word of the debt.
    end
        How the call ends when nobody comes.
    wait_seconds
        How long to wait for the person whom it may put through.
    press
        Press the key that it asks for to be connected ("press one"), in place of what is said to it. Otherwise no key
        is ever pressed.
    """

    press: bool = False


class Transfer(Part):
    """What to do when nobody takes a transfer.

    Parameters
    ----------
    failed
        Where the conversation goes on.
    """

    failed: OneMove


class LeadPart(Part):
    """What a lead must carry beside what every lead has.

    Parameters
    ----------
    needs
        Columns that every lead must have; lines may say them as ``{column}``.
    may_have
        Columns that a lead may have; a line says nothing where one is missing.
    """

    needs: Strings = ()
    may_have: Strings = ()


class IntentPart(Part):
    """How people say an intent.

    Parameters
    ----------
    examples
        As they are said on the phone, without punctuation; ``{name}`` stands for the name of the person called.
    consequence
        What it costs to act on it by mistake, where it ends the call: ``none``, ``asks`` (another question is asked),
        ``ends`` (the call is over, and something is recorded), ``bars`` (nobody is called again). The graver it is,
        the surer the engine must be; never less sure than what the ending does requires.
    confirm
        Asked where the engine is not sure enough of it for what it would decide: "Did you say that you have paid
        already?"
    """

    examples: Strings = ()
    consequence: Consequence | None = None
    confirm: Say | None = None


class Script(Part):
    """A whole script, its shared parts included.

    Parameters
    ----------
    script
        Its name.
    version
        For people; what campaigns pin is the content.
    language
        BCP 47 tag: ``en-US``, ``zh-CN``.
    description
        What it is for, in a sentence.
    include
        Shared parts: files beside this one, named without their ending. What this file says goes before them.
    lead
        What a lead must carry.
    slots
        Values that the script wants to hear.
    disclosures
        Words that must be said.
    opening
        Said first, before the first question.
    start
        First step.
    steps
        The questions.
    always
        Intent → moves, in every step that does not answer the intent itself.
    digressions
        Questions of the callee that are answered in every step, after which the step asks again.
    endings
        How conversations end.
    outcomes
        Outcomes of the script's own → the shared outcome that each counts as, for retries and reports.
    reprompts
        What is said after silence or a misunderstanding, where a step has no words of its own.
    exhausted
        Where to go when the silences or misunderstandings are used up, where a step does not say so itself.
    limits
        How long a conversation may become.
    voicemail, screener
        What to do when an answering machine, or a call screener, has picked up.
    transfer
        What to do when nobody takes a transfer.
    intents
        Examples of the shared intents, and intents of the script's own.
    corpus
        Utterances by which the intents are told beside their examples: those shipped for this language (``en-US``).
    debt_words
        Words that tell of a debt; no line holds one before the right party is confirmed.
    thresholds
        How sure the engine must be, where a step does not say so itself.
    voice
        Whose voice speaks, where the configuration leaves it open (``speech.voice = "auto"``).
    speed
        How fast everything is spoken; 1 is the voice's own pace.
    variants
        Versions tried against each other; each lead always gets the same one.
    """

    script: Name
    version: str
    language: Annotated[str, Field(pattern=r"^[a-z]{2}-[A-Z]{2}$")]
    description: str = ""
    include: Includes = ()
    lead: LeadPart = LeadPart()
    slots: dict[Name, Slot] = {}
    disclosures: dict[Name, Disclosure] = {}
    opening: Say | None = None
    start: str
    steps: dict[Name, Step] = Field(min_length=1, max_length=200)
    always: dict[Name, Moves] = {}
    digressions: dict[Name, Digression] = {}
    endings: dict[Name, EndingPart] = Field(min_length=1)
    outcomes: dict[Name, str] = {}
    reprompts: Reprompts
    exhausted: OneMove
    limits: Limits = Limits()
    voicemail: Machine
    screener: Screener
    transfer: Transfer | None = None
    intents: dict[Name, IntentPart] = {}
    corpus: str = Field("", pattern=r"^([a-z]{2}-[A-Z]{2})?$")
    debt_words: Strings = ()
    thresholds: Thresholds = Thresholds()
    voice: Literal["", "hibari", "kokoro", "espeak", "coqui"] = ""
    speed: float = Field(1.0, ge=0.5, le=2)
    variants: dict[Name, VariantPart] = {}
    _variant: str = PrivateAttr("")
    _content_hash: str = PrivateAttr("")
    _source: str = PrivateAttr("")
    _of_debt: dict[str, bool] = PrivateAttr(default_factory=dict)
    _kept: dict[object, Any] = PrivateAttr(default_factory=dict)

    @property
    def content_hash(self) -> str:
        """SHA-256 of everything the script says, as 64 hexadecimal digits; the same for the same content."""
        return self._content_hash

    @property
    def variant(self) -> str:
        """Name of the variant that this is, or empty."""
        return self._variant

    @property
    def source(self) -> str:
        """File that it was read from."""
        return self._source

    @property
    def kept(self) -> dict[object, Any]:
        """What ``kept.Kept`` has places for."""
        kept: dict[object, Any] = (self.__pydantic_private__ or {})[
            "_kept"
        ]  # asked for very often, so not by pydantic's slower way
        return kept

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy, with changes; what was computed from this script is not copied, since it may be wrong for the other."""
        copied = super().model_copy(update=update, deep=deep)
        copied._kept = {}
        copied._of_debt = {}
        return copied

    def outcome(self, ending: str) -> str:
        """Outcome of the ending called ``ending``."""
        return self.endings[ending].outcome or ending

    def counts_as(self, outcome: str) -> str:
        """Shared outcome that an outcome counts as: itself, unless it is one of the script's own."""
        return self.outcomes.get(outcome, outcome)

    def is_promise(self, ending: str) -> bool:
        """Whether an ending records a promise, which counts only when it was read back and confirmed."""
        return self.counts_as(self.outcome(ending)) in PROMISES

    def threshold(self, step: str, kind: Literal["intent", "recognition"]) -> float:
        """Confidence that is needed in a step, 0 where the script asks for none."""
        own = self.steps[step].thresholds if step in self.steps else None
        found: float | None = getattr(own, kind) if own else None
        if found is None:
            found = getattr(self.thresholds, kind)
        return found or 0.0

    def cue(self, step: str) -> str:
        """Cue of the step called ``step``."""
        return self.steps[step].cue or step

    def speaks_of_debt(self, template: str) -> bool:
        """Whether a line says anything of the debt: a value of it, or one of the script's debt words."""
        known = self._of_debt.get(template)
        if known is None:
            known = self._of_debt[template] = self._speaks_of_debt(template)
        return known

    def refusal_speaks_of_debt(self, slot: Slot) -> bool:
        """Whether refusing a slot's value and asking for it again (its step ``ask``) says anything of the debt."""
        words = (slot.past, slot.too_far, slot.out_of_range, self.steps[slot.ask].say)
        return any(self.speaks_of_debt(line) for one in words if one for line in one.text)

    def _speaks_of_debt(self, template: str) -> bool:
        if any(name in _DEBT_VALUES or self._is_money(name) for name in placeholders(template)):
            return True
        plain = without_placeholders(template).lower()
        return any(
            re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain) if word.isascii() else word in plain
            for word in self.debt_words
        )

    def _is_money(self, name: str) -> bool:
        slot = self.slots.get(name)
        return slot is not None and (slot.type == "money" or slot.intent in PROMISES)


_DEBT_VALUES: Final = frozenset({"amount_due", "due_date", "days_past_due"})
