"""US English."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.en import entities, heard_names, wording
from voicebot.languages.en.callees import CALLEES
from voicebot.languages.en.clues import CLUES, MANNERS
from voicebot.languages.en.denial import DENYING
from voicebot.languages.en.keywords import KEYWORDS
from voicebot.languages.en.machines import MACHINES
from voicebot.languages.language import Language, Locale, Writing

LANGUAGE: Final = Language(
    code="en",
    name="English",
    spaced=True,
    locales=(
        Locale(tag="en-US", currency="USD", timezone="America/New_York", name="Maria Lopez", company="Northwind Bank"),
    ),
    entities=entities,
    wording=wording,
    clues=CLUES,
    keywords=KEYWORDS,
    manners=MANNERS,
    machines=MACHINES,
    callees=CALLEES,
    writing=Writing(
        asks=re.compile(r"\?|\b(?:please (?:say|tell|press|name|give)|tell me|let me know|say|press)\b", re.IGNORECASE),
        foreign=re.compile(r"[\u4e00-\u9fff]"),
        scripts=("LATIN",),
        columns={
            "phone": (
                "phone number",
                "phone no",
                "telephone",
                "telephone number",
                "tel",
                "mobile",
                "mobile number",
                "mobile phone",
                "cell phone",
                "msisdn",
            ),
            "name": ("full name", "customer name"),
            "company": ("company name", "creditor"),
            "amount": ("amount due",),
            "currency": ("currency code",),
            "due_date": ("due", "duedate", "date due", "due on"),
            "timezone": ("time zone", "tz"),
            "reference": ("ref", "reference number"),
        },
        units_a_second=2.6,
    ),
    embedding="minilm-l6-v2",
    denying=DENYING,
    names=heard_names,
)
