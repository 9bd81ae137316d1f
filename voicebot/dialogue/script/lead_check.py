"""Whether a lead carries what a script needs. Pure."""

from __future__ import annotations

import unicodedata
import zoneinfo
from decimal import Decimal
from typing import Final

from voicebot import languages
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import Lead
from voicebot.errors import Problem

_LETTERS: Final = ("Lu", "Ll", "Lt", "Lo")


def check_lead(script: Script, lead: Lead) -> tuple[Problem, ...]:
    """Return what a lead lacks for this script, and which of its values cannot be said in the script's language."""
    found = [
        Problem(f"{name} is missing, and the script {script.script} needs it", f"add a column {name!r}")
        for name in script.lead.needs
        if not str(getattr(lead, name, None) or lead.more.get(name, "")).strip()
    ]
    found += [
        Problem(f"{name} is missing", f"every lead has a {name}")
        for name in ("name", "company", "currency")
        if not getattr(lead, name).strip()
    ]
    if not lead.amount.is_finite() or lead.amount <= 0:
        found.append(Problem(f"amount {lead.amount} is not positive", "write what is owed, for example 120.50"))
    try:
        zoneinfo.ZoneInfo(lead.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        found.append(
            Problem(f"{lead.timezone!r} is not a time zone", "write an IANA name, for example America/New_York")
        )
    if not found:
        found += unsayable(
            script.language, name=lead.name, company=lead.company, amount=lead.amount, currency=lead.currency
        )
    return tuple(found)


def unsayable(tag: str, *, name: str, company: str, amount: Decimal, currency: str) -> list[Problem]:
    """Tell which values of a lead no line can word in a language (a BCP 47 tag), empty values left out."""
    language = languages.of(tag)
    found = []
    for field, value in (("name", name), ("company", company)):
        reason = _unreadable(value, language, digits=field == "company") if value else ""
        if reason:
            what = f"{field}: {value!r} cannot be said in {language.name}: {reason}"
            found.append(Problem(what, "write it as it is said"))
    try:
        language.wording.amount(amount, currency)
    except ValueError as error:
        found.append(
            Problem(
                f"amount: {amount} {currency} cannot be said in {language.name}: {error}",
                "write at most two decimals, and less than a million millions",
            )
        )
    return found


def _unreadable(value: str, language: languages.Language, *, digits: bool) -> str:
    """Why a name cannot be read out; empty where it can. Companies may have a number for a name, people have none."""
    if not _letters(value) and not (digits and any(character.isdigit() for character in value)):
        return "it has no letters"
    letters = _letters(language.wording.name(value))
    strange = next((one for one in letters if not unicodedata.name(one, "").startswith(language.writing.scripts)), "")
    return f"{strange!r} is not a letter that its voice can read" if strange else ""


def _letters(text: str) -> list[str]:
    return [one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) in _LETTERS]
