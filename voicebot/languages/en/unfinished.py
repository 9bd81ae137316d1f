"""English words after which the sentence goes on, in plain text (``Language.plain``): who stops there still thinks.

A word that hangs (a conjunction, an article, a preposition, an auxiliary without its verb, a verb without its object)
leaves the sentence open. The same word closes it in a short answer ("yes, I would"), in a question that strands its
preposition ("what is it about"), and where a refusal leaves out its verb ("I don't want to").
"""

from __future__ import annotations

import re
from typing import Final

_YES_NO: Final = (
    r"(?:yes|yeah|yep|yup|yea|no|nope|nah|sure|okay|ok|right|oh|of course|absolutely|definitely|certainly|sorry)"
)
_I: Final = r"(?:i|we|he|she|they|you|it|that|this|there)"
_AUXILIARY: Final = (
    r"(?:can|could|will|would|should|shall|might|may|must|am|is|are|was|were|have|has|had|do|does|did|guess|think|know"
    r"|hope)"
)
_ADVERB: Final = r"(?:just|really|actually|probably|maybe|always|only|already|still|usually|normally|definitely|also)"

_SHORT_ANSWER: Final = (
    rf"(?:{_YES_NO} )+{_I} (?:{_ADVERB} )?{_AUXILIARY}$"
    r"|(?:.* )?i (?:\w+ )?(?:think|hope|guess|suppose|believe) so$"
)
_ASKED: Final = (
    r"(?:\w+ ){0,4}(?:what|who|where|which|whose|what's|who's|whats|how|when)\b"
    r".*\b(?:about|for|from|with|of|to|at|on|in|by|pay|do|say|send|call|get)$"
)
_STRANDED: Final = (
    r".*\b(?:looking|asking|working|talking|calling|speaking|listening|paying|waiting|referring|hoping|applied|signed"
    r"|speak|talk|listen|look|ask|wait) (?:for|to|about|with|on)$"
)
_REFUSED: Final = r".*\b(?:not|never|can't|won't|don't|didn't|doesn't|wouldn't|couldn't)\b(?: \w+){0,3} to$"
_PARTICLE: Final = (
    r".*\b(?:moved?|moving|pass(?:ed|es)?|not|isn't|c[oa]me|hang|hold|going|goes|go|log|logged|sign(?:ed)?|sort|count|get"
    r"|got|plug|turned|turn|put) (?:\w+ )?(?:in|on|by)$"
)
_CLOSED: Final = rf"(?:{_SHORT_ANSWER}|{_ASKED}|{_STRANDED}|{_REFUSED}|{_PARTICLE})"

_HESITATION: Final = (
    r"(?<!nuh )uh|um|er|erm|hmm|well|like|you know|you know what|you see|i mean|let me see|let's see|let me think"
    r"|let me check|let me look|the thing is|how do i put this|how can i say"
)
_CONJUNCTION: Final = (
    r"and|but|or|so|because|cause|'cause|if|unless|although|whether|except|plus|until|till|as soon as|and then"
    r"|even though|so that|in case|depending on"
)
_ARTICLE: Final = r"the|a|an|my|your|his|our|their|another|some of|one of|half of|all of"
_PREPOSITION: Final = (
    r"on|in|at|by|for|of|to|with|from|about|between|during|into|than|without|next|the middle|(?:by|at) the end"
    r"|(?:by|on|until) this|(?:pay|it|that|be|do|send|sometime|maybe|probably|anytime) (?:before|after|around)"
)
_SUBJECT: Final = (
    r"i|we|(?<!is )he|(?<!is )she|they|i'm|i'll|i'd|i've|we're|we'll|he's|she's|they're|it's|that's|there's|there is"
    r"|there are"
)
_WITHOUT_VERB: Final = (
    rf"(?:can|could|would) you|(?:i|we) (?:am|was|were|have|had) {_ADVERB}"
    rf"|(?:i|we) (?:{_ADVERB} )?(?:can|could|will|would|should|might|may|must|was|were|{_ADVERB})"
    rf"|(?:well|but|and|so|because|if|um|uh|you know|i think|i guess|maybe) {_I} (?:{_ADVERB} )?{_AUXILIARY}"
    r"|(?:i'd|i would) (?:rather|like|love|prefer|have)|supposed|gonna|wanna|gotta|trying"
)
_WITHOUT_OBJECT: Final = (
    r"(?:i'll|i'd|we'll|i can|i could|i would|i will|i might|can you|could you|would you|let me|please)"
    r" (?:do|pay|pay you|give|give you|send|send you|make|put|get|tell|tell you|see if)"
    r"|to (?:give|give you|send you|make|put|see if)|how about|what about|what if|i'd say|let's say|i'm thinking"
    r"|i was thinking|the problem is|the thing|it depends on|i wanted|i want|i need"
)
_UNSURE: Final = r"(?:\w+ ){0,3}(?:maybe|probably|perhaps|i think|i guess)"
_NUMBER: Final = r"the (?:twenty|thirty)|hundred and|thousand and"

PATTERN: Final = re.compile(
    rf"^(?!{_CLOSED})(?:{_UNSURE}|(?:.*\b)?(?:{_HESITATION}|{_CONJUNCTION}|{_ARTICLE}|{_PREPOSITION}|{_SUBJECT}"
    rf"|{_WITHOUT_VERB}|{_WITHOUT_OBJECT}|{_NUMBER}))$"
)
"""Matches a whole utterance that is open at its end."""
