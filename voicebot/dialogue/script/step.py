"""What is asked: steps, what their answers may hold, and how sure the engine must be of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from voicebot.dialogue.script.moves import Moves, OneMove
from voicebot.dialogue.script.words import Escalation, Part, Say, Strings


class Slot(Part):
    """A value that a script wants.

    Parameters
    ----------
    type
        What it is. ``phone`` may be said or keyed; ``yes_no``, ``choice`` and ``text`` are heard only where a step
        asks for them.
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
    rest_of
        Slot of which this is the rest, in an offer in two parts: "fifty now and the rest on the first".
    past, too_far, out_of_range
        Said before asking again.
    """

    type: Literal["date", "money", "time", "yes_no", "choice", "phone", "text"]
    intent: str = ""
    intents: Strings = ()
    ask: str = ""
    horizon_days: int = Field(60, ge=0, le=730)
    least: Decimal = Field(Decimal(1), ge=0)
    most: Decimal | None = None
    choices: dict[str, Strings] = {}
    rest_of: str = ""
    past: Say | None = None
    too_far: Say | None = None
    out_of_range: Say | None = None

    @property
    def carriers(self) -> frozenset[str]:
        """Intents that may carry a value."""
        return frozenset({*self.intents, self.intent} - {""})


class Key(Part):
    """What a pressed key means.

    Parameters
    ----------
    intent
        The answer that it gives.
    words
        Where the answer needs a value: words that hold it ("tomorrow"), as if they had been said.
    """

    intent: str
    words: str = ""


def _as_key(value: Any) -> Any:
    return {"intent": value} if isinstance(value, str) else value


class Thresholds(Part):
    """How sure the engine must be.

    Parameters
    ----------
    intent
        Confidence below which what was understood is not believed; it counts as a misunderstanding. It can only be
        stricter than the policy's own, and never holds for keys, nor for the rules of the hard intents
        (``stop_calling``, ``attorney``, …).
    recognition
        Confidence of the recogniser below which an answer is confirmed before it counts, where its intent has words
        for that (``confirm``).
    """

    intent: float | None = Field(None, ge=0, le=1)
    recognition: float | None = Field(None, ge=0, le=1)


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
    max_digits
        How many keys make an answer; 0: keys are not taken.
    no_input_seconds
        How long silence may last after the question.
    answers
        Intent → moves.
    examples
        Intent → words that mean it here, whatever they mean elsewhere.
    no_input, no_match
        Said on the first, second … silence or misunderstanding, before ``again``.
    exhausted
        Where to go when the misunderstandings are used up; silence goes where the script's ``exhausted`` says.
    thresholds
        How sure the engine must be here, where it differs from the script's.
    """

    cue: str = ""
    say: Say
    again: Say | None = None
    asks: str = ""
    confirms: Strings = ()
    expects: Literal["words", "date", "amount", "digits"] = "words"
    hints: Strings = ()
    keys: dict[str, Annotated[Key, BeforeValidator(_as_key, json_schema_input_type=str | Key)]] = {}
    max_digits: int = Field(1, ge=0, le=20)
    no_input_seconds: float = Field(6.0, ge=2, le=60)
    answers: dict[str, Moves]
    examples: dict[str, Strings] = {}
    no_input: Escalation | None = None
    no_match: Escalation | None = None
    exhausted: OneMove | None = None
    thresholds: Thresholds | None = None
