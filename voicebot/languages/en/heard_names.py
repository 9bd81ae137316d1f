"""Names as recognisers hear them in English: whether what was heard sounds like a name, or is short for it.

A recogniser that does not know a name writes words that sound like it ("Percell" for Purcell, "Everhart" for
Eberhardt). Metaphone (Lawrence Philips, 1990) brings both to the consonants that are spoken; those that a telephone
line hardly tells apart (voiced and unvoiced, m and n) count as the same here, and vowels count only at the beginning.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import jellyfish

_CLASSES: Final = str.maketrans("BPFVDT0GKCJSZXMNLRAEIOU", "PPPPTTTKKSSSSSNNLRAAAAA")
_UNHEARD: Final = str.maketrans("", "", "HWY")
_LEAST: Final = 3
"""Sounds from which a name is told by them alone; shorter ones are shared by too many words."""
_LIKENESS: Final = 0.6
"""Jaro-Winkler similarity of the letters below which the same sounds are chance: "Janet" and "Schmidt"."""
_SHORT_FORMS: Final[tuple[frozenset[str], ...]] = tuple(
    frozenset(line.split())
    for line in """
abigail abby abbie|albert al bert|alexander alex xander sandy|alexandra alex sandra lexi|alfred al fred freddie
andrew andy drew|anthony tony|barbara barb barbie|benjamin ben benny|bernard bernie|beverly bev
catherine cathy cat kate|katherine kathy kate katie kat|christina chris tina chrissy|christine chris chrissy
christopher chris topher|cynthia cindy|daniel dan danny|david dave davey|deborah deb debbie debra
dolores lola dee|donald don donnie|dorothy dot dottie dolly|edward ed eddie ted ned
elizabeth liz beth betty lizzie eliza libby|eugene gene|francis frank|francisco paco frank|frances fran frannie
franklin frank|frederick fred freddie rick|gabriel gabe|gerald gerry jerry|gregory greg|guadalupe lupe
harold hal harry|henry hank harry|isabella bella izzy|jacob jake|jacqueline jackie|james jim jimmy jamie
jeffrey jeff|jennifer jen jenny|jessica jess jessie|jose pepe|john jack johnny|jonathan jon|joseph joe joey
joshua josh|judith judy|kenneth ken kenny|kimberly kim|lawrence larry|leonard len lenny leo|louis lou louie
margaret maggie meg peggy marge peg|matthew matt|michael mike mikey mick|nancy nan|nathan nate
nathaniel nate nat|nicholas nick nicky|pamela pam|patricia pat|patrick pat paddy|peter pete|philip phil
raymond ray|rebecca becky becca|richard rick dick rich ricky|robert bob rob bobby|robbie bert|roberta bobbie
ronald ron ronnie|samantha sam|samuel sam sammy|stephanie steph|stephen steve|steven steve|susan sue susie
terrence terry|theodore ted teddy theo|theresa terry tess|thomas tom tommy|timothy tim|victoria vicky tori
vincent vince vinny|virginia ginny|walter walt|william bill will billy willie|zachary zach
""".replace("\n", "|").split("|")
    if line
)  # fmt: skip


_WORDS_TOO: Final = frozenset(
    {"will", "bill", "rich", "rob", "sue", "dot", "cat", "pat", "ray", "drew", "nan", "nat", "dee", "bert", "dick",
     "hank", "frank", "jack", "mick", "art"}
)  # fmt: skip
"""Short forms that are words of their own, or names: "I will", "the bill"."""


def sounds_like(heard: str, name: str) -> float:
    """Return how much a word sounds like a name, from 0 to 1; 1 where nobody could tell them apart on a telephone.

    Parameters
    ----------
    heard, name
        Single words in lower case.
    """
    if is_short_for(heard, name):
        return 1.0
    ours, theirs = _key(heard), _key(name)
    longer = max(len(ours), len(theirs))
    if longer < _LEAST or jellyfish.jaro_winkler_similarity(heard, name) < _LIKENESS:
        return 0.0
    return 1 - jellyfish.damerau_levenshtein_distance(ours, theirs) / longer


def alike(heard: str, name: str) -> float:
    """Return the same where a name has been recognised beside it, so that short names count too."""
    ours, theirs = _key(heard), _key(name)
    longer = max(len(ours), len(theirs), 1)
    return 1 - jellyfish.damerau_levenshtein_distance(ours, theirs) / longer


def is_short_for(heard: str, name: str) -> bool:
    """Whether somebody of that name is also called so: "Abby" is Abigail."""
    return heard not in _WORDS_TOO and any({heard, name} <= forms for forms in _SHORT_FORMS)


@lru_cache(maxsize=4096)
def _key(word: str) -> str:
    """Return the sounds of a word: ``purcell`` and ``percell`` are both ``PRSL``."""
    code = jellyfish.metaphone(word).upper()
    lead = "A" if code[:1] in "AEIOU" and code else ""
    code = lead + re.sub(r"[AEIOU]", "", code.translate(_UNHEARD)).translate(_CLASSES)
    return re.sub(r"(.)\1+", r"\1", code)
