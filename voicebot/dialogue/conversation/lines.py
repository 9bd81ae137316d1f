"""From a script's words to lines that can be spoken: values filled in and worded. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from voicebot import languages
from voicebot.dialogue.script.kept import Kept, once
from voicebot.dialogue.script.model import Script, Words, placeholders
from voicebot.dialogue.script.parts import spoken
from voicebot.dialogue.script.words import filled
from voicebot.dialogue.talk import Lead, Line, SlotValue
from voicebot.languages.grammar.phone_numbers import as_read_out
from voicebot.languages.language import Wording


@dataclass(frozen=True, slots=True)
class _Worded:
    """The lead that was worded last."""

    lead: Lead
    now: datetime
    values: Mapping[str, str]


_WORDED: Final[Kept[_Worded]] = Kept()


class Speaker:
    """Puts the lines of one call into words.

    Parameters
    ----------
    script, lead
        What is said to whom.
    now
        Local date and time of the call.
    recorded
        Whether the call is recorded: words that say so are not said where it is not.
    """

    def __init__(self, script: Script, lead: Lead, now: datetime, *, recorded: bool = True) -> None:
        self._script = script
        self._recorded = recorded
        self._now = now
        self._values = self._worded(script, lead, now)
        self._currency = lead.currency
        self.withheld: list[str] = []
        """Keys of lines that were left out: they speak of the debt, and nobody knows who is on the line."""

    @staticmethod
    def _worded(script: Script, lead: Lead, now: datetime) -> Mapping[str, str]:
        """Put what is known of the lead into words; the last one is kept, since every turn asks for it again."""
        kept = _WORDED.of(script)
        if kept is not None and kept.lead is lead and kept.now == now:
            return kept.values
        wording, today = languages.of(script.language).wording, now.date()
        values = {
            **{key: _said(value, wording) for key, value in lead.more.items()},
            "name": wording.name(lead.name),
            "first_name": wording.name(wording.first_name(lead.name)),
            "company": wording.name(lead.company),
            "amount_due": wording.amount(lead.amount, lead.currency),
            "due_date": wording.day(lead.due_date, today),
            "days_past_due": wording.number(max(0, (today - lead.due_date).days)),
        }
        return _WORDED.keep(script, _Worded(lead, now, values)).values

    def lines(self, words: Words, key: str, slots: Mapping[str, SlotValue], *, right_party: bool) -> tuple[Line, ...]:
        """Put everything that ``words`` says into lines; before the right party, none that mentions the debt."""
        form, templates = "", words.text
        if not self._recorded and words.unrecorded is not None:
            form, templates = "unrecorded", words.unrecorded
        elif not right_party and words.before_identity is not None:
            form, templates = "before_identity", words.before_identity
        found = []
        for index, template in enumerate(templates):
            name = line_key(key, form, index, len(templates))
            if not right_party and self._script.speaks_of_debt(template):
                self.withheld.append(name)  # the checks reject such scripts; this holds whatever a script says
                continue
            speed = words.speed or self._script.speed
            found.append(Line(name, self.fill(template, slots), words.uninterruptible, words.disclosure, speed))
        return tuple(found)

    def fill(self, template: str, slots: Mapping[str, SlotValue]) -> str:
        """Fill in a template; see ``filled``."""

        def value(name: str) -> str | None:
            return self.word(slots[name], name) if name in slots else self._values.get(name)

        return filled(template, value)

    def word(self, value: SlotValue, slot: str = "") -> str:
        """Put a value into words as its slot requires: a phone number digit by digit, a choice by its first words."""
        wording = languages.of(self._script.language).wording
        part = self._script.slots.get(slot)
        if part and part.type == "phone":
            return wording.digits(as_read_out(str(value)))
        if part and part.type == "choice":
            return next(iter(part.choices.get(str(value), ())), str(value))
        if isinstance(value, bool):
            return wording.yes_no(value)
        if isinstance(value, datetime):
            return wording.moment(value.replace(tzinfo=None), self._now.date())
        if isinstance(value, date):
            return wording.day(value, self._now.date())
        if isinstance(value, Decimal):
            return wording.amount(value, self._currency)
        return str(value)

    def possible(self) -> tuple[tuple[str, float], ...]:
        """Every text that holds no slot's value, with its speed: all that can be known before dialling."""
        slots = set(self._script.slots)
        texts = [
            (self.fill(template, {}), words.speed or self._script.speed)
            for _, words in spoken(self._script)
            for template in words.templates
            if not slots & set(placeholders(template))
        ]
        return tuple(dict.fromkeys(texts))


def _said(value: str, wording: Wording) -> str:
    """Word a column of a lead: digits one by one, leading zeros included, as accounts and references are read out."""
    return wording.digits(value) if value.isascii() and value.isdecimal() else wording.name(value)


def key_of(path: tuple[str | int, ...]) -> str:
    """Return the key of some words: ``steps.identity.say``."""
    return ".".join(map(str, path))


def line_key(key: str, form: str, index: int, count: int) -> str:
    """Return the key of one line of the words at ``key``: ``steps.identity.say.before_identity.1``.

    Parameters
    ----------
    form
        When it is said (``Words.forms``).
    index, count
        Which line of how many that are said together; a line on its own has no number.
    """
    return key_of((key, *((form,) if form else ()), *((index,) if count > 1 else ())))


@once
def templates(script: Script) -> Mapping[str, str]:
    """Return every line that a script can say, by its key."""
    return {
        line_key(key_of(path), form, index, len(lines)): template
        for path, words in spoken(script)
        for form, lines in words.forms
        for index, template in enumerate(lines)
    }


@once
def debt_keys(script: Script) -> frozenset[str]:
    """Return the keys of all lines that speak of the debt."""
    return frozenset(key for key, template in templates(script).items() if script.speaks_of_debt(template))
