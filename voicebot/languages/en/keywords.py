"""Words of English that settle an intent; see ``understanding.keywords``."""

from __future__ import annotations

from typing import Final

from voicebot.languages.language import KeywordRule, any_of

_WHO: Final = r"(?:human(?: being)?|person|someone|somebody|agent|representative|rep|operator|manager|supervisor|advisor|adviser|specialist|associate|colleague|people|customer service)"
_GONE: Final = r"(?:passed away|past away|passed on|deceased|died|has passed|is dead|'s dead|no longer with us|no longer alive|not alive)"

_TONGUES: Final = r"(?:spanish|espa[nñ]ol|chinese|mandarin|cantonese|vietnamese|korean|portuguese|creole|french|arabic|russian|tagalog|hindi)"
_ALL_OF_IT: Final = (
    r"^(?!.*\b(?:rest|half|part|some|most|other|another|will|'ll|gonna|going|not|\w+n't|never|if|fifty dollars|friday|when|should|told"
    r"|bounced|returned|declined|rent|doctor|hospital|did i|have i|who|get paid|got paid|getting paid|gets paid|be paid|they pay)\b)"
)
"""Begins a text of news that all of it has been paid, with nothing still to come in it."""

KEYWORDS: Final = (
    KeywordRule(
        "stop_calling",
        any_of(
            r"\b(?:stop|quit|cease)\b(?: \w+){0,3} (?:calling|callin|calls|contacting|phoning|ringing|bothering|harassing|texting)\b",
            r"\b(?:do not|don't|dont|never)(?: you)?(?: ever)? (?:call|contact|phone|ring|bother|text)\b(?! (?:it|that|this (?!number|phone|house|line)))",
            r"\b(?:not|n't want you) to (?:call|contact|phone|ring)\b(?: me| us| here| this number| my \w+| again| anymore)",
            r"\b(?:take|remove|delete|get|scratch|strike)\b(?: \w+){0,4} (?:off|from|out of)\b(?: \w+){0,4} (?:list|system|database|records|file)",
            r"\b(?:remove|delete|lose|forget) (?:my|this|the|our) (?:phone )?number\b",
            r"\bdo not call list\b|\bdon't call list\b|\bno call list\b",
            r"\bno more (?:phone )?calls?\b",
            r"\bleave (?:me|us) alone\b",
            r"\bcease and desist\b|\brevoke (?:my )?consent\b",
            r"^(?:please )?stop(?: it)?(?: now| please)?$",
        ),
        any_of(
            r"\b(?:don't|do not|dont|not|never|won't|didn't)(?: \w+){0,3} (?:stop|quit|cease)\b",
            r"\b(?:call|contact|phone|ring|bother) (?:me |us )?(?:back )?(?:at work|before|until|till|after|today|right now|tonight|tomorrow|now|so (?:early|late)|this (?:early|late)|on (?:sunday|the weekend))",
            r"\bwhy (?:don't|do not|dont) you (?:call|contact)",
            r"\bstop(?:ped)? calling (?:him|her|them)\b",
            r"\bwhy did you stop\b",
            r"\bcall (?:me|us) (?:an? (?!call)\w+|names|crazy|stupid|that|mr|mrs|miss|ms|sir|ma'am)\b",
            r"\b(?:didn't|did not|don't|dont) (?:ask|tell|want) you to stop\b",
        ),
        needs=any_of(
            r"\b(?:stop\w*|quit|cease|call\w*|phon\w*|ring\w*|contact\w*|text\w*|bother\w*|harass\w*|bug\w*|list|system|database|records?|number|alone|unsubscribe|revoke|consent|hear from|top|again|line|any ?more|eras\w*|delet\w*|remov\w*|pester\w*|hound\w*|block\w*)\b"
        ),
    ),
    KeywordRule(
        "attorney",
        any_of(
            r"\b(?:my|our|an|the|through) (?:bankruptcy )?(?:attorney|lawyer|legal counsel|legal team)\b",
            r"\b(?:have|got|hired|retained|need to call|get|call|see|hiring) (?:a |an )?(?:attorney|lawyer)\b",
            r"\bi(?:'m| am) represented\b|\brepresented by\b|\blegal representation\b",
        ),
        any_of(
            r"\b(?:don't|do not|dont|didn't|no|without|not|never|can't|cannot|couldn't)(?: \w+){0,3} (?:attorney|lawyer)",
            r"\b(?:attorney|lawyer)(?:'s| is| was|s are) (?:fine|good|great|okay|ok|nice|well|expensive|happy|here|not)\b",
            r"\bi(?:'m| am) (?:a|an|the) (?:attorney|lawyer)\b|\bas (?:a|an) (?:attorney|lawyer)\b",
            r"\bif i (?:had|have|need)\b",
            r"\b(?:attorney|attorneys) general\b|\bdistrict attorney\b|\bpower of attorney\b",
            r"\b(?:attorney|lawyer|my divorce)(?:'s)? (?:fee|fees|bill|bills)\b",
        ),
        needs=any_of(r"\b(?:attorneys?|attorney's|lawyers?|lawyer's|solicitors?|counsel\w*|legal\w*|law|represent\w*|paralegal|barrister|court|sue|esquire|firm|lawsuit|turney|loyer|lawyered)\b"),
    ),
    KeywordRule(
        "bankruptcy",
        any_of(r"\bbankrupt(?:cy|ed)?\b", r"\bbank (?:ruptcy|rupt|rupsy|robbed see)\b", r"\bchapter (?:seven|7|eleven|11|thirteen|13)\b"),
        any_of(
            r"\b(?:not|n't|never|avoid|almost|nearly|without|before i)(?: \w+){0,3} (?:bankrupt|bankruptcy|chapter)",
            r"\b(?:go|going|gone|make me|making me|drive me|driving me) bankrupt (?:if|over|because)",
            r"\b(?:the|that|a|his|her|their|our|my|whole|other|old) (?:\w+ ){0,2}?(?!(?:wife|husband|and|i|we)\b)\w+ (?:went|goes|gone|going|is going|got) bankrupt",
        ),
        needs=any_of(r"\b(?:bank\w*|chapter|fil(?:e|ed|ing)|trustee|insolven\w*|discharged?|court|petition|wiped|automatic stay)\b"),
    ),
    KeywordRule(
        "deceased",
        any_of(
            rf"\b(?:he|she|they|maria|husband|wife|mother|father|mom|mum|dad|brother|sister|son|daughter|aunt|uncle|grandmother|grandfather|grandma|grandpa|roommate)(?:'s| is| has| was| had| just|)*(?: \w+){{0,2}} {_GONE}",
            r"\b(?:he|she|maria)(?:'s| is) (?:been )?(?:dead|deceased)\b",
            r"\bpassed away\b|\bpast away\b|\bdeceased\b",
            r"\b(?:his|her|maria's) (?:funeral|widow|widower|estate)\b|\bi(?:'m| am) (?:the|a|his|her|maria's) (?:widow|widower|executor)\b",
            r"\bwe lost (?:him|her)\b",
            r"\b(?:maria|he|she) passed\b(?! (?:me|the|my|out|by|it(?!')|this|that|you|him|her|us|along|a|an|his|your)\b)",
        ),
        any_of(r"\b(?:phone|battery|line|car|dog|cat|bird|horse|pet|puppy|fish|signal|laptop)(?: \w+)? (?:died|is dead|'s dead|passed)", r"\bnot dead\b|\bdead (?:wrong|serious|broke|tired|line)\b"),
        before_identity_only=True,
        needs=any_of(
            r"\b(?:die[ds]?|dying|dead|death|deceased|pass(?:ed)?(?: \w+)? (?:away|on)|passed (?:in|last|this|a|two|three|years|months|from|suddenly)|past a ?way|has passed|have passed|lost (?:him|her|my|our)|gone)\b",
            r"\b(?:no longer (?:with|alive|living|here)|not (?:alive|with us|living)|late (?:husband|wife|mother|father|mom|mum|dad|son|daughter|brother|sister|aunt|uncle|partner)|funeral|buried|burial|laid|surviv\w*|cremated|widow(?:er|ed)?|executor|executrix|estate|obituary|heaven|grave|cemetery|rest in peace|isn't with us|left us|ain't with us|isn't alive|wake|kicked the bucket|probate|memorial)\b",
        ),
    ),
    KeywordRule(
        "wrong_person",
        any_of(
            r"\bwrong (?:phone )?(?:number|numb|person|guy|lady|man|woman|house|party|one)\b",
            r"\bno ?(?:one|body)(?: \w+){0,2} (?:by|of|with) (?:that|this|the) name\b|\bnobody (?:named|called)\b|\bno one (?:named|called)\b|\bno such person\b",
            r"\b(?:there's|there is|there isn't|ain't)(?: \w+){0,2} (?:no|any|a) maria\b|\bno maria (?:here|at)\b",
            r"\b(?:he|she|they|maria) (?:does not|doesn't|don't|dont) live (?:here|at)\b",
            r"\bnever heard of (?:him|her|maria|that|them|such)\b",
            r"\b(?:don't|do not|dont) know (?:any(?:one|body)?(?: called| named| by)? (?:maria|that name)|any maria|a maria|who that is|who maria is|that person)\b",
            r"\bi(?:'m| am) not maria\b|\b(?:this|that)(?: is|'s) not maria\b|\bthis isn't maria\b|\bnot (?:my|her|his) (?:name|number|phone)\b",
            r"\bmisdialed\b|\bmis dialed\b",
        ),
        any_of(
            r"\b(?:not|\w+n't|do i have|did i)(?: (?:got|get|have|called|call|dialed|reached|at|on))? (?:the |a )?wrong",
            r"\bwrong (?:number|one)(?: \w+){0,3} (?:on|for) (?:the|my) (?:bill|account|card|payment)",
        ),
    ),
    KeywordRule(
        "talk_to_human",
        any_of(
            rf"\b(?:talk|speak|chat)(?:ing)? (?:to|with)\b(?: \w+){{0,4}} {_WHO}\b",
            rf"\b(?:connect|transfer|put|pass|switch|hand|send)\b(?: \w+){{0,4}} (?:to|through|with|on)\b(?: \w+){{0,4}} ?{_WHO}?\b(?<=human|erson|meone|ebody|agent|ative|rator|nager|visor)",
            rf"\b(?:give|get|want|need|prefer|like)\b(?: me)?(?: to have)? (?:a |an |the |your |some )?(?:real |live |actual |human )*{_WHO}\b",
            r"^(?:a |an |the |your )?(?:real |live |actual |human )*(?:human|agent|operator|representative|real person|live person|customer service|supervisor|manager)(?: now| please)?$",
            r"\btransfer me\b|\bput me through\b|\bconnect me\b",
            rf"\bexplain (?:it|this|that|my \w+)(?: all)? to (?:an? )?(?:real |actual )?{_WHO}\b",
            r"\b(?:don't|won't|not|do not|refuse to)(?: want to| wanna| going to| gonna)? ?(?:talk|speak|talking|speaking) (?:to|with) (?:a |an |some |this )?(?:robot|robots|machine|machines|computer|computers|recording|bot|bots|ai)\b",
        ),
        any_of(
            rf"\b(?:don't|do not|dont|no|not|never|won't)(?: \w+){{0,3}} (?:talk|speak|connect|transfer|put|want|need)(?: \w+){{0,5}} {_WHO}",
            r"\b(?:don't|do not|dont|no need to) (?:transfer|connect|put) me\b",
            r"\b(?:am i|are you|is this|i was|i already|already|spoke|talked|you're)\b(?: \w+){0,3} (?:talking|speaking|spoke|talked|person|human|agent)",
            r"\b(?:talk|speak) to (?:someone|somebody) (?:who|that) (?:owes|has)",
            r"\b(?:wrong|that|different|this) person\b",
        ),
        needs=any_of(
            rf"\b{_WHO}\b|\b(?:agents?|humans?|persons?|advisors?|boss|team|staff|employees?|operators?|representatives?|anybody|anyone|robots?|machines?|computers?|recording|bots?|transfer\w*|connect\w*|put me|rep|desk|department|asian|hue man|living|breathing|real)\b"
        ),
    ),
    KeywordRule(  # nobody can agree to anything in a language that they don't speak
        "talk_to_human",
        any_of(
            r"\b(?:no|not|don't|do not|dont|can't|little)(?: \w+){0,2} (?:english|ingl[eé]s)\b",
            r"\b(?:my )?english(?: is)? (?:no|not|bad|little|very bad)\b|\bno (?:hablo|entiendo|comprendo)\b|\bhablas? espa[nñ]ol\b",
            rf"\b(?:{_WHO}|anybody|anyone|agent|you)(?: \w+){{0,3}} {_TONGUES}\b",
            rf"^(?:\w+ ){{0,2}}{_TONGUES}(?: (?:please|por favor))?$|\ben espa[nñ]ol\b",
        ),
        any_of(r"\b(?:understand you|go (?:on|ahead)|but (?:i|okay|ok|yes|go))\b"),
    ),
    KeywordRule(
        "dispute",
        any_of(
            r"\b(?:don't|do not|dont|never|didn't) (?:even )?(?:owe|owed)\b",
            r"(?<!is )(?<!are )(?<!was )\b(?:not|isn't|ain't) (?:my|our) (?:debt|bill|account|loan|card|charge|payment)\b",
            r"\b(?:is|was|are|that's|this's|it's) not (?:my|our) (?:debt|bill|account|loan|card|charge|payment)\b",
            r"\bi(?:'m| am)? (?:want to |wanna |am going to |already )?disput(?:e|ed|ing)\b",
            r"\b(?:amount|bill|charge|balance|total|number|figure)(?:'s| is| isn't| looks| seems)(?: \w+)? (?:wrong|incorrect|not right|not correct|off)\b",
            r"\b(?:amount|bill|charge|balance|total|number|figure)(?: isn't| is not|'s not| \w+n't (?:look|seem|sound)| (?:does|can) not (?:look|seem|sound|be))(?: \w+)? (?:right|correct)\b",
            r"\bwrong amount\b|\bidentity (?:theft|was stolen)\b|\bstole my identity\b|\bstolen identity\b",
            r"\b(?:over ?charged|double charged|charged (?:me )?(?:twice|wrong|wrongly))\b",
            r"\bnever (?:opened|signed|ordered|took out|borrowed|bought|had|applied)\b(?: \w+){0,3} (?:account|loan|card|anything|it|that|for)\b",
            r"^(?!.*\b(?:number|phone|name|house|line|voice)\b).*\b(?:it's|that's|this is|it is|that is|they're|those are) (?:definitely |really |just |clearly )?not mine\b",
            r"\bprove (?:it|that|i|this)\b|\bproof of (?:this|the|that) debt\b",
        ),
        any_of(
            r"\b(?:not|n't|no|never)(?: \w+){0,2} (?:disput|a dispute)",
            r"^(?:(?:so|but|and|wait|hey|well|then|hold on|sorry) )*(?:is not|isn't|ain't|was not|wasn't|are not|aren't) (?:my|our)\b",
            r"\b(?:why|how come|how is it|when|where|what)\b(?: \w+){0,4} (?:not|\w+n't) (?:my|our)\b",
            r"\b(?:i|we) (?:do |still )*know (?:that )?(?:i|we) owe\b|\b(?:i|we) do owe\b|^(?:(?:yeah|yes|look|okay|well|sure) )*(?:i|we) owe (?:it|you|this|that|the|some|them)\b",
            r"\bnot saying\b|\bdon't owe (?:anyone|anybody) else\b",
            r"\b(?:don't|dont) owe(?: \w+){0,4} (?:anymore|any more|paid)\b|(?<!should have )\bpaid\b",
            r"\bamount(?:'s| is) right\b|\b(?:yeah|yes)(?: \w+){0,3} (?:is|sounds|looks) right\b|\b(?:what|which|is that)(?: \w+)? (?:the )?(?:amount|balance|bill) (?:is )?(?:right|correct)",
        ),
    ),
    KeywordRule(
        "cannot_pay",
        None,
        any_of(r"\b(?:am not|'m not|not|ain't) (?:going to|gonna)\b(?! (?:be|have|make|lie|get|afford|happen|work|argue|give|need|know|see|tell|bother|take long|go|let)\b)|\bi (?:won't|will not) pay\b"),
    ),
    KeywordRule(
        "already_paid",
        any_of(
            rf"{_ALL_OF_IT}.*\b(?:already|just) (?:pay|paid|sent|mailed|made (?:the|that|a|my|this) payment|took care of|taken care of|settled|transferred)\b",
            rf"{_ALL_OF_IT}.*\b(?:pay|paid|sent|mailed|transferred|cleared|settled)(?: (?:it|that|this|you|them|off|in full))* already\b",
            rf"{_ALL_OF_IT}.*\b(?:pay|paid|sent|mailed|transferred|took care of)(?: (?!was|were|is)\w+){{0,4}} yesterday\b",
            rf"{_ALL_OF_IT}.*\byesterday(?: \w+){{0,2}} (?:paid|pay|sent|mailed|did it|made (?:the|a) payment)\b",
        ),
        any_of(  # what is still to come
            r"^(?!.*\b(?:already(?! have it on| know)|yesterday|last|went (?:out|through)|sent|cleared|posted|took|taken|dropped|gave|did|made|was|handed|brought|wrote|mailed|ran|paid (?:it|that|off|in|up|on|you))\b)"
            r".*(?:\b(?:auto ?(?:pay|draft|debit|matic\w*)|comes? out|goes out|scheduled|friday)\b|(?:\bwill|'ll|\bgoing to|gonna|about to|wanna|want to|need to|have to|plan to|can|could) (?:\w+ ){0,2}?(?:get |be |have )?(?:it |that |this |you )?(?:all )?paid\b)"
        ),
    ),
)  # fmt: skip
