"""English words that tell what is meant, and how people speak to a caller."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.en import unfinished
from voicebot.languages.language import Clues, Manners, StandIns

_KIN: Final = (
    "(?:wife|husband|mother|father|mom|mum|dad|daddy|mama|son|daughter|brother|sister|roommate|partner|girlfriend"
    "|boyfriend|friend|assistant|secretary|coworker|colleague|neighbor|grandson|granddaughter|niece|nephew|aunt|uncle)"
)
_YES: Final = r"(?:yes+|yeah+|yep|yup|yea|ya|sure|okay|ok|alright|right|correct|s[ií]|ten four|roger(?: that)?|copy that|you bet|you got it|exactly|perfect|sounds (?:good|right|about right)|(?:that's|that is) (?:right|correct|it|fine|perfect)|of course|uh huh|mm hmm|mhm|absolutely|definitely|(?:you're|you are|that's) not wrong|not wrong|can't deny (?:it|that))"
_NO: Final = r"(?:no+|nope|nah|no way|not really|negative|nuh uh)"
_POLITE: Final = r"(?:\s+(?:sir|ma'am|maam|man|dude|sorry|thanks|thank you|please))?"
# nothing more is said by who only calls the other something: "you got it, boss"
_MORE: Final = (
    r"\s+(?:and\s+|but\s+|so\s+|well\s+)?"
    r"(?!(?:boss|bro|bud|buddy|pal|chief|hon|honey|dear|sweetie|baby|darling|guys|y'all|folks|my friend)$)(?=\S)"
)

_STRAY: Final = (
    r"(?:u+h+|u+m+|er+m?|h+m+|m+|a+h+|o+h+|well|so|and|but|or|the|an?|you|i|we|he|she|they|like|just|then|of|to|in"
    r"|with|your|my|if|this|that|it|you know|i mean)"
)
_HUM: Final = r"(?:u+h+[ -]u+h+|m+[ -]?h+m+|mm+|h+m+|m+h+m*)"
_MARKS: Final = r"[\s,.;:?!…-]"

CLUES: Final = Clues(
    stand_ins=StandIns(name="maria", future="friday", past="yesterday", money="fifty dollars"),
    fillers=re.compile(
        r"\b(?:uh+|um+|er+m?|hmm+|ah|oh|mm|you know(?! it\b)|i mean|like i said)\b(?!\s+(?:huh|hmm?|hum))"
    ),
    short_forms=(
        (re.compile(r"\bwon't\b"), "will not"),
        (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
        (re.compile(r"n't\b"), " not"),
        (re.compile(r"'ll\b"), " will"),
        (re.compile(r"'m\b"), " am"),
        (re.compile(r"'ve\b"), " have"),
        (re.compile(r"'re\b"), " are"),
        (re.compile(r"\b(it|that|this|he|she|there|who|what)'s\b"), r"\1 is"),
        (re.compile(r"'d\b"), " would"),
    ),
    yes=re.compile(rf"^{_YES}(?:\s+{_YES})*{_POLITE}{_MORE}"),
    no=re.compile(rf"^{_NO}(?:\s+{_NO})*{_POLITE}{_MORE}"),
    but=re.compile(
        r"\s+(?:but|however|except|although|though|only thing is|so(?= (?:i|we) (?:need|want|can|could|will|have)\b))\s+"
    ),
    bare=re.compile(
        r"\b(?:friday|fifty dollars|on|by|the|maybe|probably|perhaps|about|around|how|let's|lets|say|see|make|it|i|guess"
        r"|think|would|be|is|until|till|before|after|at|or|for|in|of|this|that|could|can|do|will|works|work|good|fine"
        r"|then|latest|earliest|like|just|only|well|so|probably|i'd|i'll|morning|afternoon|evening|night|noon|sometime"
        r"|please|okay|ok|yes|yeah|and|to|no|not|sorry|actually|wait|rather|instead|better|a|best)\b"
    ),
    trailing=unfinished.PATTERN,
    either=re.compile(r"\b(?:or|between|maybe even)\b"),
    money=re.compile(r"dollar|buck|cent|euro|pound|hundred|fifty|twenty"),
    later=re.compile(
        r"\b(?:late\w*|after\w*|more|extra|exten\w+|soon|until|till|when|but|delay\w*|wait|not|\w+n't|few|couple"
        r"|another|if|once)\b"
    ),
    denial=re.compile(r"\b(?:no|not|nobody|nope|wrong|never|\w+n't|dont|isnt|aint|somebody|someone)\b"),
    absent=re.compile(r"\b(?:he|she|they|him|her|them|who|another|different|other|moved|used to)\b"),
    relative=re.compile(
        rf"\b(?:his|her|their|\w+'s) {_KIN}\b"
        rf"|\b(?:(?:you|you'll) (?:want|need|mean)|(?:you're|you are) (?:looking for|after)|that's|that'd be"
        rf"|that would be|that is) my {_KIN}\b(?! name)"
        r"|\b(?:i'm|i am|it's|this is) (?:just |only |actually )?(?:the )?(?:junior|jr|younger|other) ?(?:one)?\b"
        rf"|\b(?:i'm|i am|it's|this is|maria) (?:just |only )?the {_KIN}\b"
    ),
    introduces=re.compile(
        r"\b(?:this is|it is|it's|that's|that is|i am|i'm|you(?:'ve| have)? got|my name is) (?:maria\b(?!'|s\b)|me\b)"
        r"|(?<!no )(?<!any )(?<!is )(?<!not )\bmaria (?:here|speaking)\b|^(?:(?:hello|hi|hey|right|sure) )*(?:yes|yeah|yep) maria$"
        r"|\b(?:yes|yeah|yep|yup|right|sure|correct) (?:\w+ (?:and|n|in) )?maria$"
        r"|^(?:(?:yes|yeah|yep|hello|hi) )*(?:this|his is|is) maria$|^maria (?:yes|yeah|yep|yup)\b"
    ),
    between_digits=re.compile(r"[\s,.;:()/\-]*(?:(?:and\s+)?then\s+|and\s+)?"),
    asking=re.compile(
        r"\?|\b(?:what|what's|when|when's|which|how|who|who's|where|why|whether|tell me|remind me|know|wonder\w*"
        r"|(?:is|was|are|do|does|did|can|could|would|will|may|should) (?:it|that|this|i|you|we|there|they|the)"
        r"|right|again|repeat|question)\b"
    ),
    nothing=re.compile(
        rf"{_MARKS}*(?!you know it\b)(?!m+[ -]?h+m|u+h+[ -]u+h+(?:{_MARKS}|$))(?:{_STRAY}(?:{_MARKS}+|$))*"
    ),
    doubting=re.compile(
        r"^(?:(?:so|but|and|wait|hey|well|then|yes|no) )*"
        r"(?:why (?!not\b)|how come|is not|isn't|wasn't|hasn't|haven't|didn't|doesn't|don't you|shouldn't|where)\b"
    ),
    not_all=re.compile(
        r"\b(?:not|\w+n't|dont|cant|wont|cannot|never|no way)\b(?: \w+){0,5}? (?:all of (?:it|that)|it all\b|in full\b|everything"
        r"|(?:the |that )?(?:full|whole|entire|total) (?:amount|thing|sum|balance|payment|lot|bill|total|price)|all that\b)"
    ),
    not_then=re.compile(
        r"\b(?:can't|cannot|can not|cant|couldn't|won't|not able to|unable to|not|doesn't work|no good)\b(?: \w+){0,3}?"
        r" (?:on |by |before |this |next |the |until |for )*(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday"
        r"|tomorrow|weekend|that day|fifty dollars on friday)(?: though| sorry)?$"
        r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|weekend|that day)"
        r"(?:(?:'s| is| would be)(?: (?:really|actually|just|probably|kind of|way|a bit|a little))*"
        r" (?:out|off|no good|impossible|not \w+|too (?:soon|early|quick|tight)|bad)"
        r"|(?: really| just)? (?:doesn't|won't|isn't|can't|wouldn't|does not|will not|is not)(?: (?:really|be|quite))*"
        r" (?:work\w*|do|suit|fit|happen|good|great|possible))(?: (?:for|with) me)?(?: though| sorry)?$"
    ),
    due=re.compile(
        r"\b(?:by|before|on|until|till) (?:the |that |my )?(?:due date|deadline)\b|\b(?:by|before) then\b"
        r"|\b(?:before|when|by the time|on the day|the day) (?:it is|it's|it comes|that's) due\b"
    ),
    rest=re.compile(
        r"[\s,.]*\b(?:(?:and|then|with|but|plus)[\s,]+)*(?:(?:i'll|i will|i can|i could|pay|do|send) )*"
        r"(?:the |what's |whatever's )?(?:rest|remaining|remainder|left ?over|other half|other part|other bit|left|balance (?:on|in|by|next|after|at|later))\b"
    ),
    joins=re.compile(r"\b(?:and|then|plus|with)\b|[,;.]"),
    # "all I can do right now", "what I've got on me today" tell what somebody has, not when they pay
    at_once=re.compile(
        r"\b(?<!right )(?<!got )(?<!have )(?<!do )(?<!me )(?<!name )(?<!afford )(?<!spare )(?<!manage )"
        r"(?:right now|now|right away|today|immediately|straight away)\b"
    ),
    hardship=re.compile(
        r"\b(?:money|cash|funds?|broke|afford|job|jobs|work\w*|laid|fired|unemploy\w*|paycheck|paid|wages|hours|income|budget|rent"
        r"|bills?|tight|short|behind|struggl\w*|strapped|poor|hospital|sick|ill|medical|disab\w*|surgery|divorce\w*|bank|account"
        r"|fixed|welfare|benefits?|skint|zero|nothing|empty|hurting|rough|hard|tough|pay\w*|dollars?)\b"
    ),
    hum=re.compile(rf"{_MARKS}*(?:{_HUM}(?:{_MARKS}+|$))+"),
    calling=re.compile(
        r"\b(?:call\w*|phon\w*|ring\w*|talk\w*|speak\w*|reach\w*|contact|try|bus\w*|driv\w*|meeting|work|back|later|moment"
        r"|chat|hear from|catch|minute|time|o'clock|am|pm|noon|morning|afternoon|evening|tonight)\b"
    ),
    away=re.compile(
        r"^(?!.*\b(?:liv\w+|mov\w+|know\w*|heard|wrong|used to|number|name)\b).*\b(?:work\w*|job|home|house|sleep\w*|asleep|out"
        r"|shower|store|school|hospital|church|tonight|office|jail|prison|town|trip|vacation|court)\b"
    ),
    others=re.compile(
        r"^(?!.*\b(?:i|i'm|i've|i'll|i'd|me|my|mine|you|your|it|it's|this|that|that's|already)\b).*\b(?:he|she|him|his|he's|she's|they"
        r"|them|their|guests?|customers?|patients?|kids?)\b"
    ),
    paying=re.compile(
        r"\b(?:pay\w*|paid|owe\w*|bills?|debts?|balance|loan|card|afford|broke|checks?|account|fifty dollars|due|rent|sent|mailed)\b"
    ),
    final_yes=re.compile(rf"[.?!,;…]\s*(?:yes|yeah|yep|yup){_POLITE}[.!\s]*$"),
    final_no=re.compile(rf"[.?!,;…]\s*(?:no|nope|nah)(?: no)*{_POLITE}[.!\s]*$"),
    only=re.compile(r"\b(?:just|only|all i|all of it|not all|of it|no more|that's it|that's all|not the)\b"),
)


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase for phrase in re.split(r"[,\n]", text) if phrase)


MANNERS: Final = Manners(
    back_channels=_phrases("""
uh huh,uh-huh,mm hmm,mm-hmm,mhm,mmhmm,mm,mmm,hm,hmm,uh,um,oh,ah,ok,okay,right,yeah,yep,yes,sure,i see,got it
alright,all right,oh okay,okay okay,yeah yeah,mm okay,yeah okay,okay yeah,huh,aha,a ha,uh huh uh huh,mhm mhm
go on,really,eh huh,eh-huh,a-ha,ah ha,ah-ha,uh-uh huh,ha,oh yeah,oh okay okay,oh i see,i understand,mm-mm,hm-mm,hum
"""),
    greetings=_phrases(
        "hello,hi,hey,hello hello,good morning,good afternoon,good evening,morning,yes hello,hello yes,hi there,hello there,yeah hello,who is it"
    ),
)
