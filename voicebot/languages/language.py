"""What a language provides: everything that the engine needs of one, in one frozen value. How to write one is in
docs/how-to/a-new-language.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final, Protocol

from voicebot.languages.answering import Callees, Machines
from voicebot.languages.grammar import phone_numbers
from voicebot.languages.grammar.denial import NEVER, Denying
from voicebot.languages.grammar.found import LONGEST, Found

BREAKS_OFF: Final = ("...", "…")
"""How a recogniser writes that a sentence is not finished."""


class Entities(Protocol):
    """Words into values: dates, times to call back, amounts, fractions and digits in what a recogniser wrote.

    A module with these functions is one. Pure, and total: any text gives an answer. Punctuation and capitals may be
    there or not; a text longer than ``found.LONGEST`` is cut. The conventions stand in ``grammar.calendar`` and
    ``grammar.daytime``; why these are rules of our own is told in docs/decisions/0011.
    """

    def find_dates(self, text: str, now: datetime) -> tuple[Found[date], ...]:
        """Return the dates in ``text``, in order.

        Parameters
        ----------
        now
            The callee's local date and time. A date in the past is found where the words say so ("last Friday").
        """

    def find_times(self, text: str, now: datetime) -> tuple[Found[datetime], ...]:
        """Return the times to call back in ``text``, in order; they carry the time zone of ``now``.

        A time without "am" or "pm" is the one that lies within 8:00–20:59. A part of the day stands for one time
        (``daytime.PARTS``), a day without any for ten o'clock. "After five" is five.
        """

    def find_amounts(self, text: str, currency: str = "", *, owed: Decimal | None = None) -> tuple[Found[Decimal], ...]:
        """Return the amounts of money in ``text``, in order.

        Parameters
        ----------
        currency
            ISO 4217 code of what is owed; amounts named in another currency are left out. Empty: any currency.
        owed
            What is owed. It settles what two numbers in a row mean: "twelve fifty" is 1250, as instalments are
            spoken of, or 12.50 where 1250 is more than is owed.
        """

    def find_fractions(self, text: str) -> tuple[Found[Fraction], ...]:
        """Return parts of the amount owed: "half of it", "a third", "fifty percent"; "all of it" is 1."""

    def find_digits(self, text: str, *, minimum: int = 2) -> tuple[Found[str], ...]:
        """Return rows of at least ``minimum`` digits read out: "four five oh six", "double two", "一三八"."""


class Wording(Protocol):
    """Values into words as they are said: nothing ambiguous, nothing that a synthesiser has to guess.

    A module with these functions is one. ``Entities`` of the same language reads each of these back to the same
    value.
    """

    def amount(self, value: Decimal, currency: str) -> str:
        """Say money: "one hundred twenty dollars and fifty cents", "一百二十元五角".

        Parameters
        ----------
        value
            Not negative, at most two decimals, below 10¹².
        currency
            ISO 4217 code; one without a name of its own is spelled.

        Raises
        ------
        ValueError
            The value cannot be said exactly (this holds for all of ``Wording``).
        """

    def day(self, value: date, today: date) -> str:
        """Say a day with its weekday, and with the year where it is not the next such day."""

    def clock(self, value: time) -> str:
        """Say a time of day to the minute: "three thirty in the afternoon", "下午三点半"."""

    def moment(self, value: datetime, today: date) -> str:
        """Say a day and a time of day: "tomorrow at nine in the morning"."""

    def number(self, value: int) -> str:
        """Say a whole number from 0 to below 10¹²."""

    def digits(self, value: str) -> str:
        """Read something out digit by digit, in groups: an account, a phone number; letters are spelled."""

    def name(self, value: str) -> str:
        """Say a person's or company's name with no sign a synthesiser might stumble over; no word is lost."""

    def first_name(self, value: str) -> str:
        """Return how a person is called in short; the whole name where that is not done."""

    def yes_no(self, value: bool, /) -> str:
        """Say "yes" or "no"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """A language as spoken in one country, and an example of somebody who is called there.

    Parameters
    ----------
    tag
        BCP 47: ``en-US``. Scripts name it; its country is that of telephone numbers said without a country code.
    currency
        ISO 4217 code.
    timezone
        IANA name.
    name, company
        Of the example.
    """

    tag: str
    currency: str
    timezone: str
    name: str
    company: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """Words that stand for all of their kind, in examples and in what is heard, written as ``Language.plain`` does.

    Parameters
    ----------
    name
        For the name of the person called.
    future, past
        For every day to come, and every day that is past.
    money
        For every amount.
    """

    name: str
    future: str
    past: str
    money: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """Words that show what is meant: patterns over plain text (``Language.plain``).

    Parameters
    ----------
    stand_ins
        What replaces values and names before an utterance is compared with examples.
    fillers
        Hesitations, which say nothing.
    short_forms
        Short forms and what they stand for, so that "I'll" and "I will" are the same words.
    yes, no
        A yes or a no that an utterance begins with, where more follows; matches up to what follows.
    but
        Words at which an utterance is split.
    bare
        Words that add nothing to a day, a time or an amount.
    trailing
        Last words after which people go on; ends in ``$``.
    either
        Words between two values of which either would do.
    money
        Words of money or of round numbers: a number without any of them is no amount to be replaced.
    later
        Words that put a payment off.
    denial
        Words without which nothing is denied.
    absent
        Words about somebody who is not on the line.
    relative
        Words for people close to the person called, who are not that person.
    introduces
        Words of somebody who is the person called: "it's me", or the name (as its stand-in) as their own.
    between_digits
        What may stand between groups of one number that is read out.
    asking
        Words (or forms) without which nothing is asked.
    nothing
        Hesitations and stray function words, which answer nothing alone; matches a whole utterance of them as it was
        heard, in lower case.
    doubting
        Words that put something into doubt by a question: "isn't it on autopay", "why hasn't it".
    not_all
        Words that all of it is not paid: "not the full amount".
    not_then
        Words that one day does not suit, and no more: "I can't on Friday".
    due
        Words for the day on which it is due, where a day is asked for.
    automatic
        Money that is ready and will be debited automatically: somebody who says so will pay on time.
    rest
        Words for what is left of an amount, which is paid later; up to the clause they begin.
    joins
        What joins the two parts of such an offer.
    at_once
        Words for now, beside an amount.
    hardship
        Words of money, work or need: why somebody cannot pay.
    hum
        Sounds of listening, which recognisers also write for noise; the same. They answer no question.
    calling
        Words without any of which nobody asks to be called at another time, however much it sounds like it.
    away
        Words of where somebody is who is not on the line.
    final_yes, final_no
        A yes or a no that ends an utterance as a sentence of its own; searched in the text as it was heard.
    paying
        Words without any of which nobody speaks of paying who has not been told what the call is about.
    others
        Words about other people alone, who owe nothing here.
    only
        Words that an amount is all there is: "just the twenty".
    """

    stand_ins: StandIns
    fillers: re.Pattern[str]
    short_forms: tuple[tuple[re.Pattern[str], str], ...] = ()
    yes: re.Pattern[str]
    no: re.Pattern[str]
    but: re.Pattern[str]
    bare: re.Pattern[str]
    trailing: re.Pattern[str]
    either: re.Pattern[str]
    money: re.Pattern[str]
    later: re.Pattern[str]
    denial: re.Pattern[str]
    absent: re.Pattern[str]
    relative: re.Pattern[str]
    introduces: re.Pattern[str]
    between_digits: re.Pattern[str]
    asking: re.Pattern[str] = re.compile("")
    nothing: re.Pattern[str] = re.compile(r"(?!)")
    hum: re.Pattern[str] = re.compile(r"(?!)")
    hardship: re.Pattern[str] = re.compile("")
    doubting: re.Pattern[str] = re.compile(r"(?!)")
    not_all: re.Pattern[str] = re.compile(r"(?!)")
    not_then: re.Pattern[str] = re.compile(r"(?!)")
    due: re.Pattern[str] = re.compile(r"(?!)")
    automatic: re.Pattern[str] = re.compile(r"(?!)")
    rest: re.Pattern[str] = re.compile(r"(?!)")
    joins: re.Pattern[str] = re.compile(r"(?!)")
    at_once: re.Pattern[str] = re.compile(r"(?!)")
    calling: re.Pattern[str] = re.compile("")
    away: re.Pattern[str] = re.compile(r"(?!)")
    final_yes: re.Pattern[str] = re.compile(r"(?!)")
    final_no: re.Pattern[str] = re.compile(r"(?!)")
    paying: re.Pattern[str] = re.compile("")
    others: re.Pattern[str] = re.compile(r"(?!)")
    only: re.Pattern[str] = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """A few words that decide an intent, whatever a model thinks; see ``understanding.keywords``.

    Parameters
    ----------
    says
        Words that mean it; ``None`` where no words settle it, but some rule it out.
    unless
        Words that cancel it, wherever they appear.
    before_identity_only
        It is about the person called, so that person cannot say it.
    needs
        Words without any of which nobody means it, however similar an utterance is to examples of it.
    """

    intent: str
    says: re.Pattern[str] | None
    unless: re.Pattern[str] | None = None
    before_identity_only: bool = False
    needs: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What people say to whoever speaks, in lower case without punctuation but hyphens.

    Parameters
    ----------
    back_channels
        Said to show that one is listening; over a statement they are not an answer.
    greetings
        Said over the bot's own greeting they are only the callee's late greeting.
    """

    back_channels: frozenset[str]
    greetings: frozenset[str]


class Names(Protocol):
    """How much a word, as heard, sounds like a name; a module with these functions is one."""

    def sounds_like(self, heard: str, name: str) -> float:
        """Return it from 0 to 1, for a word alone."""

    def alike(self, heard: str, name: str) -> float:
        """Return it for a word beside another one that is the name of the same person."""

    def is_short_for(self, heard: str, name: str) -> bool:
        """Whether somebody of that name is also called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How scripts are written in the language, for their checks.

    Parameters
    ----------
    asks
        A line that asks for an answer.
    foreign
        Letters that a translated line does not hold.
    scripts
        Letters that its voices read: how their names in Unicode begin. A name in any other script is not said.
    columns
        A column of a file of leads -> other names that people give it, which can mean nothing else.
    units_a_second
        Words (characters, where words are written without spaces) that are spoken in a second.
    tokenizer
        Rasa's component that cuts a text into words.
    """

    asks: re.Pattern[str]
    foreign: re.Pattern[str]
    scripts: tuple[str, ...]
    units_a_second: float
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tokenizer: str = "WhitespaceTokenizer"


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language.

    Parameters
    ----------
    code
        ISO 639; the name of its folder.
    name
        In English.
    spaced
        Words are written with spaces between them.
    locales
        The countries it is spoken in here, at least one.
    keywords
        Rules for the intents that must not be missed (``understanding.keywords.HARD``), in the order in which they
        win.
    embedding
        Name of the installed model that compares sentences; empty: none, n-grams alone.
    denying
        What its denials cover.
    sounds
        A text as its sounds, separated by spaces, where its writing hides what sounds alike; ``None``: it does not.
    apart
        How far apart two rows of such sounds are, in sounds; ``None``: unknown, they are alike or not.
    names
        How much words sound like names, where recognisers write names as words that sound alike.
    """

    code: str
    name: str
    spaced: bool
    locales: tuple[Locale, ...]
    entities: Entities
    wording: Wording
    clues: Clues
    keywords: tuple[KeywordRule, ...]
    manners: Manners
    machines: Machines
    writing: Writing
    callees: Callees
    embedding: str = ""
    denying: Denying = NEVER
    sounds: Callable[[str], str] | None = None
    apart: Callable[[Sequence[str], Sequence[str]], float] | None = None
    names: Names | None = None

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """BCP 47 tags of its locales."""
        return tuple(one.tag for one in self.locales)

    def locale(self, tag: str) -> Locale:
        """Return the locale of a tag, or the first."""
        return next((one for one in self.locales if one.tag.lower() == tag.lower()), self.locales[0])

    def plain(self, text: str) -> str:
        """Return lower case without punctuation but apostrophes, single spaces; no spaces where none are written."""
        text = text.lower().replace("’", "'").replace("`", "'")
        if not self.spaced:
            return re.sub(r"[^\w]", "", text)
        text = re.sub(r"[^\w\s'$%]", " ", text)
        return " ".join(bare for word in text.split() if (bare := word.strip("'")))

    def trails_off(self, text: str) -> bool:
        """Return whether more is to come after these words; a question that was finished is finished."""
        text = text.rstrip()
        if text.endswith(("?", "？")):
            return False
        return text.endswith(BREAKS_OFF) or self.clues.trailing.search(self.plain(text)) is not None

    def find_phones(self, text: str, region: str) -> tuple[Found[str], ...]:
        """Return the telephone numbers in ``text``, read out or written, as E.164; valid or not.

        Parameters
        ----------
        region
            Country of a number said without its country code (``phone_numbers.region_of``).
        """
        text = text[:LONGEST]
        rows = self.entities.find_digits(text, minimum=1)
        return tuple(phone_numbers.joined(rows, text, region, self.clues.between_digits))


def any_of(*parts: str) -> re.Pattern[str]:
    """Return a pattern that any of the parts matches."""
    return re.compile("|".join(f"(?:{part})" for part in parts))
