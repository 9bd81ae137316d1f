"""The words between a script and whoever carries it: what was heard, what was decided, what to do next.

Everything here is data: ``conversation.py`` moves it, ``policy.py`` decides, ``call/`` carries it out.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

SlotValue = str | date | datetime | Decimal | bool


class EngineIntent(enum.StrEnum):
    """Intents that the engine gives itself."""

    NO_INPUT = "no_input"
    NO_MATCH = "no_match"
    VOICEMAIL = "voicemail"
    SCREENER = "screener"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What came from the callee in one turn.

    Parameters
    ----------
    text
        Best words, as recognised; empty for silence.
    confidence
        Of the recogniser, 0 to 1.
    alternatives
        Other hypotheses as (text, confidence), best first; used as evidence by the matcher.
    digits
        Keys pressed, if any.
    silence
        The no-input time passed without a word.
    machine
        What picked up is not a person: ``voicemail`` or ``screener`` (from greeting classification), else empty.
    key
        Key that a screener asks for to be connected, if any.
    seconds
        How long the sound was that these words were recognised in; 0 where nobody knows.
    hinted
        The words are one of the answers that were expected, which fitted the sound best.
    second_ear
        What another recogniser heard in the same sound, as (text, confidence); ``None`` where none listened.
    """

    text: str = ""
    confidence: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()
    digits: str = ""
    silence: bool = False
    machine: Literal["", "voicemail", "screener"] = ""
    key: str = ""
    seconds: float = 0.0
    hinted: bool = False
    second_ear: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for what was understood, beside how likely it is and how surely the words were recognised.

    Parameters
    ----------
    literal
        It was said in so many words (a rule, an example as it stands, words of yes or no): it does not only resemble
        what people say who mean it.
    agreement
        Share of the recogniser's hypotheses, by confidence, that mean the same, 0 to 1; ``None`` where there was only
        one, or no doubt about it.
    second_ear
        Whether another recogniser heard the same meaning; ``None`` where none listened.
    pace
        Words for the length of the sound, relative to how fast people speak (1: as fast as that); ``None`` where the
        length is not known.
    yes
        A yes in so many words stands beside what was understood ("yes, who is this?").
    introduced
        The callee gave the name of the person called as their own, or said "it's me".
    """

    literal: bool = False
    agreement: float | None = None
    second_ear: bool | None = None
    pace: float | None = None
    yes: bool = False
    introduced: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a policy made of an utterance.

    Parameters
    ----------
    intent
        One of the shared vocabulary, the script's own, or an EngineIntent.
    confidence
        0 to 1.
    ranking
        Runners-up as (intent, confidence), best first.
    slots
        Values found for the script's slots (date, amount, callback time, …); the conversation validates them.
    policy
        Who decided: ``local``, ``rasa``, ``keyword``, ``engine``.
    complete
        The words so far already answer the question (the turn may end at the short silence).
    target
        Id of the table cell's target when the policy decides it itself (Rasa), else empty.
    also
        Other intents said in the same breath ("yes, but I already paid": already_paid, also affirm).
    recognition
        How sure the recogniser was of the words, 0 to 1.
    key
        Key that a screener asks for to be connected.
    evidence
        What else speaks for it.
    """

    intent: str
    confidence: float = 1.0
    ranking: tuple[tuple[str, float], ...] = ()
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    policy: str = "local"
    complete: bool = True
    target: str = ""
    also: tuple[str, ...] = ()
    recognition: float = 1.0
    key: str = ""
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say.

    Parameters
    ----------
    key
        Where it stands in the script, for example ``steps.identity.say``; names it in journal and drawing.
    text
        Words to speak, values filled in and worded.
    uninterruptible
        Played to its end whatever is said meanwhile.
    disclosure
        Name of the disclosure that this line makes, or empty.
    speed
        How fast it is spoken, 0.5 to 2; 1 is the voice's own pace.
    """

    key: str
    text: str
    uninterruptible: bool = False
    disclosure: str = ""
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Listening:
    """How to listen after the lines were said.

    Parameters
    ----------
    step, cue
        Which step asks, and the cue under which personas answer it.
    phrases
        Likely answers in plain words (recogniser hints).
    expects
        Kind of answer that needs a longer closing silence: ``words``, ``date``, ``amount`` or ``digits``.
    no_input_seconds
        Silence after the prompt before it counts as no input.
    max_digits
        How many keys make an answer (0: keys are not taken).
    """

    step: str
    cue: str
    phrases: tuple[str, ...] = ()
    expects: Literal["words", "date", "amount", "digits"] = "words"
    no_input_seconds: float = 5.0
    max_digits: int = 1


@dataclass(frozen=True, slots=True)
class Ending:
    """How a conversation ends.

    Parameters
    ----------
    outcome
        One of the shared outcomes, or of the script's own.
    action
        What the engine does after the last line.
    extension
        Where to transfer to; empty otherwise.
    slots
        What is recorded with the outcome: promise_date, amount, callback_at, …
    transfer_failed
        Ending to fall back to when nobody takes the transfer.
    counts_as
        The shared outcome that ``outcome`` counts as; empty where it is one itself.
    """

    outcome: str
    action: Literal["hang_up", "transfer"] = "hang_up"
    extension: str = ""
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    counts_as: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What to do next: say the lines, then listen or end. Exactly one of ``listening`` and ``ending`` is set.

    Parameters
    ----------
    taken
        How the table led here, in order: ids of its cells, and ``STEP exhausted``, ``STEP limit``,
        ``STEP refused SLOT``, ``STEP unsure INTENT``, ``STEP transfer_failed`` for what is no cell of it.
    withheld
        Keys of lines that were left out, because they speak of the debt and nobody knows who is on the line.
    press
        Key to press, ``0-9 * #``; empty for none.
    weighed
        How the evidence for the answer compared with what it would have decided, in words; empty where nothing had to
        be weighed.
    doubted
        It was not enough.
    """

    lines: tuple[Line, ...]
    listening: Listening | None = None
    ending: Ending | None = None
    taken: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    press: str = ""
    weighed: str = ""
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Where a conversation stands; immutable, owned by the engine alone.

    Parameters
    ----------
    step
        Current step.
    slots
        Filled slots.
    retries
        How often the current step was asked again, by kind (``no_input``, ``no_match``, …).
    said
        Keys of lines that were played to their end, in order; disclosures count only so.
    history
        (step, intent) pairs so far.
    outcome_so_far
        Outcome that holds if the callee hangs up now, for example ``promise_to_pay`` once it is confirmed.
    right_party
        The callee has confirmed to be the person called; only then is the debt spoken of.
    held
        Intent that was said too early and is taken up once the present step is passed.
    ending
        Name of the ending once the conversation is over, else empty.
    unsure
        What the evidence was too thin for: the callee is being asked whether they said it.
    recorded
        Whether the call is recorded.
    """

    step: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    retries: Mapping[str, int] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    outcome_so_far: str = "hung_up"
    right_party: bool = False
    held: str = ""
    ending: str = ""
    unsure: Understanding | None = None
    recorded: bool = True


@dataclass(frozen=True, slots=True)
class Lead:
    """What a script may know of the person called.

    Parameters
    ----------
    name, company
        As they are spoken.
    amount, currency
        What is owed; ISO 4217 code.
    due_date
        Of the payment.
    timezone
        IANA name, the callee's.
    more
        Further values that a script declares, as text.
    """

    name: str
    company: str
    amount: Decimal
    currency: str
    due_date: date
    timezone: str
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What a policy is asked.

    Parameters
    ----------
    utterance
        What was heard.
    state
        Where the conversation stands.
    now
        Local date and time of the call, from the call's clock.
    lead
        Who is called; with it a name that is said and "half of it" can be understood.
    """

    utterance: Utterance
    state: State
    now: datetime
    lead: Lead | None = None
