"""What a script says: models of the YAML file, the parts designers write and nothing that moves.

``load.py`` reads a file into these and tells what is wrong with it; ``table.py`` makes the transition table.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

INTENTS: Final = frozenset(
    {
        "affirm",
        "deny",
        "promise_to_pay",
        "already_paid",
        "cannot_pay",
        "partial_payment",
        "wrong_person",
        "not_available",
        "deceased",
        "who_is_this",
        "why_calling",
        "ask_amount",
        "ask_due_date",
        "how_to_pay",
        "dispute",
        "callback_request",
        "stop_calling",
        "talk_to_human",
        "are_you_robot",
        "repeat",
        "wait",
        "complaint_or_abuse",
        "attorney",
        "bankruptcy",
        "refuse_to_pay",
        "thanks",
        "goodbye",
        "out_of_scope",
    }
)
"""Shared by all scripts, so that their answers can be compared; a script may add its own."""

OUTCOMES: Final = frozenset(
    {
        "will_pay_on_time",
        "promise_to_pay",
        "already_paid",
        "wrong_person",
        "not_available",
        "deceased",
        "cannot_pay",
        "partial_payment",
        "dispute",
        "refused",
        "callback",
        "do_not_call",
        "transferred",
        "attorney",
        "bankruptcy",
        "no_response",
        "voicemail",
        "hung_up",
    }
)
"""What a call can come to; a closed list, because records and reports are made of it."""

PROMISES: Final = frozenset({"promise_to_pay", "partial_payment"})
"""Outcomes that count only when they were read back and confirmed."""

LEAD_VALUES: Final = ("name", "company", "amount", "currency", "due_date", "timezone")
"""What every lead has."""

LEAD_WORDS: Final = ("name", "first_name", "company", "amount_due", "due_date", "days_past_due")
"""What lines may say of the lead: ``{name}`` …"""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Limit = Annotated[int, Field(ge=1, le=100)]
_GUARD: Final = re.compile(r"^\s*([a-z][a-z0-9_]*)\s+(given|known|missing)\s*$")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


class Part(BaseModel):
    """A part of a script; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def placeholders(template: str) -> tuple[str, ...]:
    """Names in braces, in order: ``("name",)`` for "Am I speaking with {name}?"."""
    return tuple(found.strip() for found in _PLACEHOLDER.findall(template))


class Words(Part):
    """Something to say, one or more lines of at most two sentences.

    Parameters
    ----------
    text
        Said once the right party is confirmed, and before that too where ``before_identity`` is not written.
    before_identity
        Said instead while nobody knows who is on the line: no word of the debt.
    uninterruptible
        Played to its end whatever is said meanwhile.
    disclosure
        Name of the disclosure that these words make.
    """

    text: tuple[str, ...] = Field(min_length=1)
    before_identity: tuple[str, ...] | None = None
    uninterruptible: bool = False
    disclosure: str = ""

    @property
    def templates(self) -> tuple[str, ...]:
        """All lines, whenever they are said."""
        return self.text + (self.before_identity or ())


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_words(value: Any) -> Any:
    if isinstance(value, str | list):
        value = {"text": value}
    if isinstance(value, dict):
        value = {
            key: _as_list(content) if key in {"text", "before_identity"} else content for key, content in value.items()
        }
    return value


Say = Annotated[Words, BeforeValidator(_as_words)]
Strings = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Variants = Annotated[tuple[Say, ...], BeforeValidator(lambda value: [value] if isinstance(value, dict) else value)]


class Guard(Part):
    """A condition on one slot.

    Parameters
    ----------
    slot
        Which one.
    state
        ``given``: this utterance gave it a value that it did not have; ``known``: it has a value, new or old;
        ``missing``: it has none.
    """

    slot: str
    state: Literal["given", "known", "missing"]

    def __str__(self) -> str:
        return f"{self.slot} {self.state}"


def _as_guard(value: Any) -> Any:
    if isinstance(value, str):
        found = _GUARD.match(value)
        if not found:
            raise ValueError(
                f"{value!r} is no condition; write for example 'promise_date known' (given, known, missing)"
            )
        return {"slot": found[1], "state": found[2]}
    return value


class Move(Part):
    """Where an answer leads; exactly one of ``go``, ``end``, ``stay`` and ``hold``.

    Parameters
    ----------
    condition
        Written ``if``; a move without one is taken when no earlier one fits.
    go
        A step to go to (going to the step itself asks again).
    end
        An ending.
    stay
        Ask this step again; counts as a misunderstanding.
    hold
        Keep the answer and ask this step again; it is taken up once this step is passed.
    say
        Said first.
    forget
        Slots whose values are dropped.
    note
        Outcome that holds from here on if nothing better comes.
    right_party
        The callee has confirmed to be the person called.
    """

    condition: Annotated[Guard, BeforeValidator(_as_guard)] | None = Field(None, alias="if")
    go: str = ""
    end: str = ""
    stay: bool = False
    hold: bool = False
    say: Say | None = None
    forget: Strings = ()
    note: str = ""
    right_party: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Move:
        if sum(map(bool, (self.go, self.end, self.stay, self.hold))) != 1:
            raise ValueError("an answer leads one way: write exactly one of go, end, stay, hold")
        return self


def _as_move(value: Any) -> Any:
    return {"go": value} if isinstance(value, str) else value


def _as_moves(value: Any) -> Any:
    if isinstance(value, str | dict):
        value = [value]
    return [_as_move(one) for one in value] if isinstance(value, list) else value


OneMove = Annotated[Move, BeforeValidator(_as_move)]
Moves = Annotated[tuple[Move, ...], BeforeValidator(_as_moves), Field(min_length=1)]


class Slot(Part):
    """A value that a script wants.

    Parameters
    ----------
    intent
        What a bare value means when a step asks for it: "Friday" is a ``promise_to_pay``.
    intents
        Answers that may carry a value; ``intent`` always may.
    ask
        Step that asks for it again when a value cannot be accepted.
    horizon_days
        Latest day of a date or time, in days from today.
    least, most
        Range of money; ``most`` is what is owed where it is not written.
    choices
        For a choice: value → words that mean it.
    past, too_far, out_of_range
        Said before asking again.
    """

    type: Literal["date", "money", "time", "yes_no", "choice", "text"]
    intent: str = ""
    intents: Strings = ()
    ask: str = ""
    horizon_days: int = Field(60, ge=0, le=730)
    least: Decimal = Field(Decimal(1), ge=0)
    most: Decimal | None = None
    choices: dict[str, Strings] = {}
    past: Say | None = None
    too_far: Say | None = None
    out_of_range: Say | None = None

    @property
    def carriers(self) -> frozenset[str]:
        """Intents that may carry a value."""
        return frozenset({*self.intents, self.intent} - {""})


class Key(Part):
    """What a pressed key means: an intent, and words that are taken as if they had been said."""

    intent: str
    words: str = ""


def _as_key(value: Any) -> Any:
    return {"intent": value} if isinstance(value, str) else value


class Step(Part):
    """One question.

    Parameters
    ----------
    cue
        What is asked, in one word; personas answer by it. The step's name where it is not written.
    say
        The question.
    again
        Short form, after a digression or a misunderstanding; ``say`` where it is not written.
    asks
        Slot that the question is for; the step is skipped when its value is known already.
    confirms
        Slots that the question reads back.
    expects
        Kind of answer; all but ``words`` get a longer closing silence.
    hints
        Likely answers, for the recogniser; made from ``answers`` and shared examples where not written.
    keys
        What pressed keys mean.
    answers
        Intent → moves.
    examples
        Intent → words that mean it here, whatever they mean elsewhere.
    no_input, no_match
        Said on the first, second … silence or misunderstanding, before ``again``.
    exhausted
        Where to go when the misunderstandings are used up; silence goes where the script's ``exhausted`` says.
    """

    cue: str = ""
    say: Say
    again: Say | None = None
    asks: str = ""
    confirms: Strings = ()
    expects: Literal["words", "date", "amount", "digits"] = "words"
    hints: Strings = ()
    keys: dict[str, Annotated[Key, BeforeValidator(_as_key)]] = {}
    max_digits: int = Field(1, ge=0, le=20)
    no_input_seconds: float = Field(6.0, ge=2, le=60)
    answers: dict[str, Moves]
    examples: dict[str, Strings] = {}
    no_input: Variants | None = None
    no_match: Variants | None = None
    exhausted: OneMove | None = None


class Digression(Part):
    """A question that is answered, after which the step asks again.

    Parameters
    ----------
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

    outcome: str = ""
    say: Say | None = None
    action: Literal["hang_up", "transfer"] = "hang_up"
    extension: str = Field("", pattern=r"^[0-9A-Za-z_*#+-]{0,40}$")
    record: Strings = ()
    or_noted: bool = False


class Disclosure(Part):
    """Words that must be said, in full, before anything of a kind; never cut.

    Parameters
    ----------
    before
        ``talk``: at the very beginning; ``debt``: before the first word of the debt.
    """

    say: Strings = Field(min_length=1)
    before: Literal["talk", "debt"] = "debt"


class Reprompts(Part):
    """What is said when nothing came, or nothing that fits; one entry a time, in order."""

    no_input: Variants = Field(min_length=1, max_length=5)
    no_match: Variants = Field(min_length=1, max_length=5)


class Limits(Part):
    """How long a conversation may become, and the ending (``end``) of one that becomes longer."""

    turns: int = Field(24, ge=4, le=100)
    digressions: int = Field(8, ge=1, le=50)
    end: str = "gave_up"


class Machine(Part):
    """What to do when a machine has picked up: say something, then end (``end``), or wait for a person."""

    say: Say | None = None
    end: str
    wait_seconds: float = Field(25.0, ge=5, le=60)


class Transfer(Part):
    """What to do when nobody takes a transfer."""

    failed: OneMove


class LeadPart(Part):
    """What a lead must carry beside what every lead has."""

    needs: Strings = ()
    may_have: Strings = ()


class IntentPart(Part):
    """How people say an intent."""

    examples: tuple[str, ...] = ()


class Script(Part):
    """A whole script, its shared parts included."""

    script: Name
    version: str
    language: Annotated[str, Field(pattern=r"^[a-z]{2}-[A-Z]{2}$")]
    description: str = ""
    include: Strings = ()
    lead: LeadPart = LeadPart()
    slots: dict[Name, Slot] = {}
    disclosures: dict[Name, Disclosure] = {}
    opening: Say | None = None
    start: str
    steps: dict[Name, Step] = Field(min_length=1, max_length=200)
    always: dict[Name, Moves] = {}
    digressions: dict[Name, Digression] = {}
    endings: dict[Name, EndingPart] = Field(min_length=1)
    reprompts: Reprompts
    exhausted: OneMove
    limits: Limits = Limits()
    voicemail: Machine
    screener: Machine
    transfer: Transfer | None = None
    intents: dict[Name, IntentPart] = {}
    debt_words: Strings = ()
    _content_hash: str = PrivateAttr("")
    _source: str = PrivateAttr("")
    _derived: dict[str, object] = PrivateAttr(default_factory=dict)

    @property
    def content_hash(self) -> str:
        """SHA-256 of everything the script says, as 64 hexadecimal digits; the same for the same content."""
        return self._content_hash

    @property
    def source(self) -> str:
        """File that it was read from."""
        return self._source

    @property
    def derived(self) -> dict[str, object]:
        """What others made of this script (its table, its matcher), kept as long as the script."""
        return self._derived

    def outcome(self, ending: str) -> str:
        """Outcome of the ending called ``ending``."""
        return self.endings[ending].outcome or ending

    def cue(self, step: str) -> str:
        """Cue of the step called ``step``."""
        return self.steps[step].cue or step

    def speaks_of_debt(self, template: str) -> bool:
        """Whether a line says anything of the debt: a value of it, or one of the script's debt words."""
        if any(name in _DEBT_VALUES or self._is_money(name) for name in placeholders(template)):
            return True
        plain = _PLACEHOLDER.sub(" ", template).lower()
        return any(
            re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain) if word.isascii() else word in plain
            for word in self.debt_words
        )

    def _is_money(self, name: str) -> bool:
        slot = self.slots.get(name)
        return slot is not None and (slot.type == "money" or slot.intent in PROMISES)


_DEBT_VALUES: Final = frozenset({"amount_due", "due_date", "days_past_due"})
