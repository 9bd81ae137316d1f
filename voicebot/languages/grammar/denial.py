"""What a denial covers: "yes, but not the full amount" denies the amount, "对，不是我" the person. Pure.

A yes counts only as far as nothing that was asked is denied in the same breath. Three steps decide it: what only sounds
like a denial ("no problem") is set aside; a denial reaches to the end of its clause, to what stands before it there
("Friday is no good") and to what stands behind it; and what is affirmed after it takes it back ("no, no, that's me").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Covered(StrEnum):
    """What a denial is about."""

    PERSON = "person"
    """Being the person called."""
    OTHERS = "others"
    """Somebody else: "my husband isn't home"."""
    ABILITY = "ability"
    DAY = "day"
    AMOUNT = "amount"
    WISH = "wish"
    ALL = "all"
    """Nothing in particular, so whatever was asked: "yeah, no"."""


EVERYTHING: Final = frozenset(Covered) - {Covered.OTHERS}
"""What denies a yes wherever it was not asked about somebody's person or wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denying:
    """The words of one language that deny; patterns over plain text (``Language.plain``), values and names replaced.

    Parameters
    ----------
    harmless
        What only sounds like a denial, or denies what nobody fears: "no problem", "I won't forget".
    denies
        A word that denies its clause.
    reaches
        Those of them that deny all that follows in the clause, so that nothing there affirms: "I'm not saying yes".
    affirms
        What takes an earlier denial back.
    ends
        Where a clause ends.
    about
        What a clause speaks of, by its words; the first that fits somebody's person is taken alone.
    """

    harmless: re.Pattern[str]
    denies: re.Pattern[str]
    reaches: re.Pattern[str]
    affirms: re.Pattern[str]
    ends: re.Pattern[str]
    about: Mapping[Covered, re.Pattern[str]]

    def covered(self, text: str) -> frozenset[Covered]:
        """Return what is denied in ``text`` and not affirmed after it; empty where nothing is."""
        found: set[Covered] = set()
        for clause in self.ends.split(self.harmless.sub(" ", text)):
            reach = self.reaches.search(clause)
            limit = reach.start() if reach else len(clause)
            affirmed = [one.end() for one in self.affirms.finditer(clause) if one.start() < limit]
            if affirmed:
                found.clear()
            after = clause[affirmed[-1] :] if affirmed else clause
            if self.denies.search(after):
                found |= self._subjects(after)
        return frozenset(found)

    def _subjects(self, clause: str) -> set[Covered]:
        for whose in (Covered.OTHERS, Covered.PERSON):
            if whose in self.about and self.about[whose].search(clause):
                return {whose}
        named = {what for what, words in self.about.items() if words.search(clause)}
        return named - {Covered.OTHERS, Covered.PERSON} or {Covered.ALL}


_NO_WORDS: Final = re.compile(r"(?!)")
NEVER: Final = Denying(
    harmless=_NO_WORDS, denies=_NO_WORDS, reaches=_NO_WORDS, affirms=_NO_WORDS, ends=_NO_WORDS, about={}
)
"""Of a language whose denials nobody has written down yet: nothing is denied."""
