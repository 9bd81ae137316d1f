"""What becomes of a lead after an attempt: the retry rule. Pure; the one place for it.

The rule is a YAML file, by disposition and by outcome, kept with its campaign. What it cannot change:

* Nobody is called again automatically if it is unknown whether they were called: a person decides.
* A failure on our side, at the trunk or in the carrier's network costs a lead nothing: the attempt is given back.
* A number that asked not to be called is barred in every campaign.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from voicebot.agi.phone import Disposition, Origin
from voicebot.dialogue.script.reading.marked_yaml import Document, parse_document, read_document
from voicebot.errors import ConfigurationError, Problem
from voicebot.store.records import STOP_OUTCOME, Fate, LeadHistory, LeadState, NextStep, Result

SHIPPED: Final = "retry.yaml"

_UNITS: Final = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0, "days": 86400.0}
_DURATION: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(s|min|h|days?)")
_LONGEST_SECONDS: Final = 366 * 86400.0


def _seconds(value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    found = _DURATION.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("is not a duration; write 30 s, 15 min, 2 h or 1 day")
    return float(found[1]) * _UNITS[found[2]]


Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=_LONGEST_SECONDS)]
Gaps = Annotated[tuple[Seconds, ...], Field(min_length=1, max_length=20)]
Attempts = Annotated[int, Field(ge=1, le=50)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Again(_Part):
    """How often calls may end in one way, and how long to wait between attempts."""

    attempts: Attempts = 1
    gaps: Gaps = (0.0,)
    agreed: str = Field("", pattern=r"^[a-z][a-z0-9_]*$|^$")

    @model_validator(mode="after")
    def _gaps_for_tries(self) -> Again:
        if self.attempts > 1 and "gaps" not in self.model_fields_set:
            raise ValueError("has attempts and no gaps between them; add gaps, such as [2 h]")
        return self


class NotAsked(_Part):
    """What follows if nobody was asked."""

    gaps: Gaps = (60.0, 300.0, 900.0, 3600.0)
    interrupted: Seconds = 300.0
    review_after: int = Field(5, ge=1, le=100)


class Agreed(_Part):
    """How a time agreed in the call is kept."""

    tolerance: Annotated[float, BeforeValidator(_seconds), Field(ge=60, le=86400)] = 900.0
    missed: Literal["next_day", "soon", "review"] = "next_day"


class RetryRule(_Part):
    """A campaign's retry rule."""

    attempts: Attempts = 6
    disposition: dict[Disposition, Again] = {}
    outcome: dict[str, Again] = {}
    not_asked: NotAsked = NotAsked()
    agreed: Agreed = Agreed()

    @field_validator("disposition")
    @classmethod
    def _not_answered(cls, value: dict[Disposition, Again]) -> dict[Disposition, Again]:
        if Disposition.ANSWERED in value:
            raise ValueError("answered calls are retried by outcome; name it under outcome")
        return value

    @field_validator("outcome")
    @classmethod
    def _not_stopped(cls, value: dict[str, Again]) -> dict[str, Again]:
        if STOP_OUTCOME in value:
            raise ValueError(f"{STOP_OUTCOME} is never called again; remove it")
        return value


# ------------------------------------------------------------------------------------------- reading


def shipped_text() -> str:
    """The rule of campaigns created without one of their own."""
    return (resources.files("voicebot.campaign") / SHIPPED).read_text(encoding="utf-8")


def read_rule(path: Path) -> tuple[RetryRule, str]:
    """Read a rule's file.

    Returns
    -------
    tuple
        The rule and its text, which is kept with the campaign.

    Raises
    ------
    ConfigurationError
        With file, line, column and cure of everything that is wrong.
    """
    rule = _model(read_document(path))
    return rule, path.read_text(encoding="utf-8-sig")


@lru_cache(maxsize=64)
def parse_rule(text: str) -> RetryRule:
    """Read a campaign's rule; an empty text is the shipped one. Raises ConfigurationError."""
    return _model(parse_document(text, "the campaign's retry rule")) if text else _shipped()


@lru_cache(maxsize=1)
def _shipped() -> RetryRule:
    return _model(parse_document(shipped_text(), SHIPPED))


def _model(document: Document) -> RetryRule:
    if document.problems:
        raise ConfigurationError(document.problems)
    if not isinstance(document.data, dict):
        raise ConfigurationError(document.problem((), "is not a retry rule", "see voicebot/campaign/retry.yaml"))
    try:
        return RetryRule.model_validate(document.data)
    except ValidationError as error:
        raise ConfigurationError(_problem(document, fault) for fault in error.errors()) from error


def _problem(document: Document, fault: Any) -> Problem:
    path = tuple(part for part in fault["loc"] if part != "[key]")
    name = ".".join(map(str, path)) or "the rule"
    what = str(fault["msg"]).removeprefix("Value error, ")
    told, _, cure = what.partition("; ")
    match fault["type"]:
        case "extra_forbidden":
            told, cure = "is not known", "remove it, or correct its name"
        case "enum":
            told, cure = "is no disposition", "one of: " + ", ".join(sorted(set(Disposition) - {Disposition.ANSWERED}))
        case "value_error":
            pass
        case _:
            told, cure = what[:1].lower() + what[1:], "see voicebot/campaign/retry.yaml for an example"
    return document.problem(path, f"{name}: {told}", cure)


# ------------------------------------------------------------------------------------------ deciding


def decide(result: Result, history: LeadHistory) -> NextStep:
    """Say what becomes of a lead.

    Parameters
    ----------
    result
        Of the attempt that just ended.
    history
        Of the lead, with its campaign's rule.
    """
    rule = _kept_rule(history)
    if result.outcome == STOP_OUTCOME:
        return NextStep(LeadState.DONE, STOP_OUTCOME, bar=True)
    if result.fate is Fate.UNKNOWN:
        return NextStep(LeadState.REVIEW, result.explanation)
    if result.fate is Fate.NOT_ASKED:
        return _not_asked(rule, result, history)
    key, again = _again(rule, result)
    if again is not None and again.agreed:
        agreed = agreed_time(result.slots.get(again.agreed), history)
        if agreed is not None and agreed >= history.now - rule.agreed.tolerance:
            return _keep(rule, max(agreed, history.now), f"{key}: agreed for {_clock(agreed, history.timezone)}")
    if again is None:
        return NextStep(LeadState.DONE, "")
    ended_so = 1 + sum(key in names for names in history.earlier)
    if ended_so >= again.attempts:
        return NextStep(LeadState.DONE, f"{key}: {_times(again.attempts)}, as often as the retry rule allows")
    if history.tries >= rule.attempts:
        return NextStep(LeadState.DONE, f"{key}: tried {_times(history.tries)}, as often as the retry rule allows")
    gap = again.gaps[min(ended_so, len(again.gaps)) - 1]
    return NextStep(
        LeadState.READY, f"{key}: try {ended_so + 1} of {again.attempts} comes next", next_at=history.now + gap
    )


def missed(history: LeadHistory) -> NextStep:
    """Say what becomes of a lead whose agreed time has passed without a call."""
    rule = _kept_rule(history)
    agreed = history.now if history.agreed_at is None else history.agreed_at
    why = f"was to be called at {_clock(agreed, history.timezone)}, and was not"
    if rule.agreed.missed == "review":
        return NextStep(LeadState.REVIEW, why)
    if rule.agreed.missed == "soon":
        return NextStep(LeadState.READY, why, next_at=history.now, refusals=history.refusals)
    return replace(_keep(rule, _same_time_later(agreed, history), why), refusals=history.refusals)


def _kept_rule(history: LeadHistory) -> RetryRule:
    """The campaign's rule, or the shipped one if this version cannot read it: a result is always written."""
    try:
        return parse_rule(history.retry)
    except ConfigurationError:
        return _shipped()


def agreed_time(value: Any, history: LeadHistory) -> float | None:
    """Return the time in a slot, in database time; ``None`` if there is none.

    Parameters
    ----------
    value
        A moment in ISO form; without an offset it is local to the lead. In a rehearsal its day is counted from the
        day on which the call takes place.
    """
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    zone = ZoneInfo(history.timezone)
    if len(str(value)) == len("2026-11-24"):  # a day without a time: the time at which they were reached
        moment = datetime.combine(moment, datetime.fromtimestamp(history.now, zone).time())
    local = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    if history.rehearsal_day is not None:
        local += _today(history, zone) - history.rehearsal_day
    at = local.timestamp()
    return at if at - history.now <= _LONGEST_SECONDS else None


def _again(rule: RetryRule, result: Result) -> tuple[str, Again | None]:
    """The rule's entry for a result: its outcome's, or of what that counts as; without one its disposition's."""
    if result.outcome:
        key = result.outcome if result.outcome in rule.outcome else result.counts_as or result.outcome
        return key, rule.outcome.get(key)
    try:
        disposition = Disposition(result.disposition)
    except ValueError:
        return result.disposition, None
    again = rule.disposition.get(disposition)
    if again is None and disposition is Disposition.MOVED and result.fate is Fate.KNOWN:
        # It rang, nobody answered, and the callee's line passed the call on.
        again = rule.disposition.get(Disposition.NO_ANSWER)
    return result.disposition, again


def _not_asked(rule: RetryRule, result: Result, history: LeadHistory) -> NextStep:
    why = result.explanation
    if result.disposition == Disposition.INTERRUPTED:
        # Long enough for whatever still rings to have ended: nobody is called twice at a time.
        return _back(rule, history, why, rule.not_asked.interrupted, history.refusals)
    if result.held or result.origin != Origin.CARRIER:
        # The breaker says when it is worth trying again; whoever was claimed first comes first.
        return _back(rule, history, why, 0.0, history.refusals)
    refusals = history.refusals + 1
    if refusals >= rule.not_asked.review_after:
        return NextStep(LeadState.REVIEW, f"refused {_times(refusals)} while the trunk works: {why}", counts=False)
    _, named = _again(rule, replace(result, outcome=""))
    gaps = rule.not_asked.gaps if named is None else named.gaps
    return _back(rule, history, why, gaps[min(refusals, len(gaps)) - 1], refusals)


def _back(rule: RetryRule, history: LeadHistory, why: str, gap: float, refusals: int) -> NextStep:
    """Give the attempt back; a time that was agreed for it still stands, because nobody was asked."""
    step = NextStep(LeadState.READY, why, next_at=history.now + gap, counts=False, refusals=refusals)
    if history.agreed_at is None:
        return step
    return replace(step, agreed_at=history.agreed_at, agreed_until=_kept_until(rule, history.agreed_at))


def _keep(rule: RetryRule, at: float, why: str) -> NextStep:
    return NextStep(LeadState.READY, why, next_at=at, agreed_at=at, agreed_until=_kept_until(rule, at))


def _kept_until(rule: RetryRule, agreed: float) -> float:
    return agreed + rule.agreed.tolerance


def _same_time_later(agreed: float, history: LeadHistory) -> float:
    """The same time of day, local to the lead, on the first day on which it has not passed."""
    zone = ZoneInfo(history.timezone)
    local = datetime.fromtimestamp(agreed, zone)
    days = max(1, math.floor((history.now - agreed) / 86400.0))
    while (later := (local + timedelta(days=days)).timestamp()) < history.now:
        days += 1
    return later


def _today(history: LeadHistory, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(history.now, zone).date()


def _clock(at: float, timezone: str) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
