"""English words that deny, and what they may be about; see ``grammar.denial``."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.grammar.denial import Covered, Denying

_NO: Final = r"(?:not|\w+n't|dont|cant|wont|cannot|never|without)"
_FEARED: Final = (
    r"(?:forget\w*|be late|late|miss\w*|worry\w*|mind\w*|bother\w*|disagree|object\w*|argue|let you down|hurt|fail|stop"
    r"|hang up|cut|doubt|be a problem|recogni[sz]e|lie|lying|kid\w*|wait|deny|complain)"
)

DENYING: Final = Denying(
    harmless=re.compile(
        rf"\b(?:(?:i|we|it|that|you|do|will|would|have|be) )*{_NO}(?: (?:be|been|have|once|going to|gonna|ever|even"
        rf"|want to|need to|at all))*"
        rf" {_FEARED}(?: (?:it|that|this|you|me|about \w+|the call))?"
        r"|\b(?:there's |there is |that's |that is |it's |it is |there are |i have |i've got )*(?:no|not an?"
        r"|never an?)"
        r" (?:problem|problems|worries|issue|issues|trouble|difficulty|doubt|objections?|sweat|biggie|big deal"
        r"|bother|cap|rush"
        r"|question|matter|need to worry|harm|reason not to)(?: (?:at all|with that|here|there))?"
        r"|\b(?:of course |sure )?why not\b|\bi (?:don't|do not|can't|can not) see (?:why not|any \w+|a problem)"
        r"|\b(?:you're|you are|that's|that is|it's|it is)? ?not (?:wrong|bad|mistaken)\b|\bno (?:mistake"
        r"|other)\b|\bnone other\b"
        r"|\b(?:ain't|isn't|is there|there's)? ?(?:nobody|no one) else\b|\b(?:ain't|am not|'m not) dead\b"
        r"|\byou need(?:n't| not)\b|\b(?:no |nah )?(?:don't|do not) stop\b"
        r"|\b(?:isn't|ain't|wasn't|doesn't|don't|won't|can't) (?:it|i|he|she|you|that|they|we)\b$"
        r"|\bif i(?:'m| am) not mistaken\b|\bno (?:later|more|less|fewer) than\b|\bnot (?:until|till|before)\b"
        r"|\bnot only\b"
        r"|\bno (?:sir|ma'am|thanks|thank you)(?= (?:that's|it's|i|you))|\bnot mr\b|\bnothing (?:else|wrong"
        r"|comes up|happens|changes)\b"
        r"|\b(?:that's|this is|is)? ?not how you say \w+"
    ),
    denies=re.compile(
        rf"\b(?:{_NO}|no|nope|nah|nothing|nobody|none|hardly|unable|except|(?:anything|any day|any other day"
        rf"|anytime|any time) but|negative|impossible|doubt|refuse|wrong)\b"
    ),
    reaches=re.compile(rf"\b(?:{_NO}|doubt|refuse)\b"),
    affirms=re.compile(
        r"\b(?:yes+|yeah+|yep|yup|sure|(?:that's|that is|it's|it is|you are|you're) (?:right|correct|true|fine"
        r"|me|maria)"
        r"|this is (?:me|maria)|(?:i am|i'm|it's|it is) (?:maria|the owner|listening|here)|my name"
        r"|maria speaking|speaking|it's me)\b"
    ),
    # a pronoun begins a clause, except behind a verb that carries the denial over ("I don't think I can")
    ends=re.compile(
        r"\s*\b(?:(?<!anything )(?<!day )(?<!time )but|however|although|though|because|so|and then|anyway)\b\s*"
        r"|(?<!\bthink)(?<!\bsay)(?<!saying)(?<!believe)(?<!\bguess)(?<!\bmean)(?<!\bsure)(?<!\bknow)(?<!\bif)(?<!promise)(?<!\bthat)(?<!\bwhat)"
        r"(?<!\bagree)(?<!\bsaid)(?<!\bno)\s+(?=(?:i'm|i am|it's|it is|that's|that is|this is|you're|you are"
        r"|yes|yeah|yep)\b(?! not\b))"
    ),
    about={
        Covered.OTHERS: re.compile(
            r"\bmy (?!name|number|phone|bill|account|debt|payment|problem)\w+ (?:is|was|isn't|wasn't|has|hasn't"
            r"|ain't|does|doesn't|did|didn't)\b"
            r"|\b(?:he|she|they|nobody|no one)(?:'s|'re| is| are| isn't| ain't| was)? (?:not |never )?(?:here"
            r"|home|in|around|back|available|living|at)\b"
        ),
        Covered.PERSON: re.compile(
            r"\b(?:maria|name|person|number|wrong)\b|\b(?:i am|i'm|it is|it's|it|that is|that's|this is"
            r"|this) (?:not|isn't|wasn't)?$"
            r"|\b(?:am|is|'m|'s) not (?:her|him|she|he)\b|\b(?:isn't|wasn't) (?:her|him|she|he)\b"
            r"|(?:\bnot|n't) me\b"
        ),
        Covered.ABILITY: re.compile(
            r"\b(?:can|can't|could|couldn't|able|unable|will|won't|would|wouldn't|going to|gonna|afford|have"
            r"|haven't|got|pay\w*|paid|do|make"
            r"|manage|promise\w*|money|impossible)\b"
        ),
        Covered.DAY: re.compile(
            r"\b(?:friday|yesterday|then|that day|today|tomorrow|tonight|now|yet|weekend|week|month|moment"
            r"|right away|time)\b"
        ),
        Covered.AMOUNT: re.compile(
            r"\b(?:fifty dollars|full|all|whole|everything|entire|total|half|that much|amount|balance|more|enough)\b"
        ),
        Covered.WISH: re.compile(
            r"\b(?:want|wanna|need|like|wish|care|interested|prefer|talk\w*|speak\w*|connect\w*|transfer\w*"
            r"|person|human|agent|anybody|anyone)\b"
        ),
    },
)
