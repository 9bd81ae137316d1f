"""What is said on picking up, by people, machines and the network: a part of every ``Language`` (``language.py``)."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field


class Unreachable(enum.StrEnum):
    """Why a number cannot be reached, as the network's announcements tell it."""

    NOT_IN_SERVICE = "not_in_service"
    """No such number, or given up."""
    SUSPENDED = "suspended"
    """The subscriber's service is stopped for a time."""
    SWITCHED_OFF = "switched_off"
    BUSY = "busy"
    BARRED = "barred"
    """Calls are not accepted, or not these."""
    NO_ANSWER = "no_answer"
    """Out of reach, or nobody takes it; a mailbox may follow."""

    @property
    def may_record(self) -> bool:
        """Whether an invitation to leave a message often follows."""
        return self in {Unreachable.SWITCHED_OFF, Unreachable.BUSY, Unreachable.NO_ANSWER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """What machines and people say when they pick up, in plain lower-case words (no spaces where none are written).

    Parameters
    ----------
    voicemail, tones
        Said by machines; one with a monologue, or two, or one with a beep is enough. ``tones``: those of them that
        speak of a tone, which screeners do as well.
    unavailable
        Said by machines and by people; counts only in a long monologue.
    screener
        Said by call screeners; one with a monologue is enough.
    asking
        Said by screeners and by people; counts only as a second.
    notice
        Said by recorded menus, legal notices and queues: never by a callee.
    business
        Said by companies' recordings and by their people alike.
    offers
        Said by people who answer for a company.
    unreachable
        Said by the network of a number that cannot be reached, by reason.
    people
        Said by people who take a message or ask back: nothing else in the sentence counts then.
    of_others
        Words for somebody else: in a short answer, a person's ("she's not home").
    press
        Asks to press a key (group ``key``); said by screeners and menus, and by mailboxes beside their other phrases.
    keys
        What ``press`` may find, and the key that it means: one of ``0-9 * #``.
    """

    voicemail: tuple[str, ...]
    unavailable: tuple[str, ...]
    screener: tuple[str, ...]
    asking: tuple[str, ...]
    people: tuple[str, ...]
    of_others: re.Pattern[str]
    tones: tuple[str, ...] = ()
    notice: tuple[str, ...] = ()
    business: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    unreachable: Mapping[Unreachable, tuple[str, ...]] = field(default_factory=dict)
    press: re.Pattern[str] | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callees:
    """What simulated people and machines say where their persona file does not, and how they read their own words.

    Parameters
    ----------
    hello
        Said into silence, and by somebody whom a screener puts through.
    back_channel
        Said to show that one listens.
    voicemail
        An answering machine's greeting; ``{name}`` is the person called.
    screening, passed_on
        A call screener's question, and what it says when it puts the call through.
    pause
        Where a person pauses in mid-answer: between words, or marks where none are written between words.
    yes, no
        Words that stand for the keys 1 and 2, for people who press keys.
    """

    hello: str
    back_channel: str
    voicemail: str
    screening: str
    passed_on: str
    pause: str
    yes: frozenset[str]
    no: frozenset[str]
