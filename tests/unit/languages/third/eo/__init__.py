"""As little Esperanto as makes a language: one folder, and the engine listens and speaks."""

from __future__ import annotations

import re
from typing import Final

from tests.unit.languages.third.eo import entities, wording
from voicebot.dialogue.understanding.keywords import HARD
from voicebot.languages.answering import Callees, Machines
from voicebot.languages.language import Clues, KeywordRule, Language, Locale, Manners, StandIns, Writing, any_of

_NEVER: Final = re.compile(r"(?!)")

LANGUAGE: Final = Language(
    code="eo",
    name="Esperanto",
    spaced=True,
    locales=(Locale(tag="eo-PL", currency="PLN", timezone="Europe/Warsaw", name="Ludoviko Z", company="Banko"),),
    entities=entities,
    wording=wording,
    clues=Clues(
        stand_ins=StandIns(name="ludoviko", future="vendredo", past="hieraŭ", money="kvin zlotoj"),
        fillers=re.compile(r"\behm\b"),
        yes=re.compile(r"^jes\s+(?=\S)"),
        no=re.compile(r"^ne\s+(?=\S)"),
        but=re.compile(r"\s+sed\s+"),
        bare=re.compile(r"\b(?:je|vendredo|kvin zlotoj)\b"),
        trailing=re.compile(r"\b(?:kaj|sed|je|la)$"),
        either=re.compile(r"\baŭ\b"),
        money=re.compile(r"zlot"),
        later=re.compile(r"\bposte\b"),
        denial=re.compile(r"\bne\b"),
        absent=re.compile(r"\b(?:li|ŝi)\b"),
        relative=re.compile(r"\blia edzino\b"),
        introduces=re.compile(r"\bmi estas maria\b"),
        between_digits=re.compile(r"[\s,]*"),
    ),
    keywords=tuple(
        KeywordRule(intent, any_of(r"\bne voku min\b") if intent == "stop_calling" else _NEVER)
        for intent in sorted(HARD)
    ),
    manners=Manners(back_channels=frozenset({"aha"}), greetings=frozenset({"saluton"})),
    machines=Machines(
        voicemail=("lasu mesaĝon", "post la signalo"),
        unavailable=(),
        screener=(),
        asking=(),
        people=(),
        of_others=re.compile(r"\b(?:li|ŝi|ili)\b"),
    ),
    callees=Callees(
        hello="ha lo?",
        back_channel="aha.",
        voicemail="Jen {name}. Lasu mesaĝon.",
        screening="Kiu vokas?",
        passed_on="Atendu.",
        pause=",.",
        yes=frozenset({"jes"}),
        no=frozenset({"ne"}),
    ),
    writing=Writing(asks=re.compile(r"\?"), foreign=_NEVER, scripts=("LATIN",), units_a_second=2.5),
)
