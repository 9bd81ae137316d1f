"""Rules for what must not be missed: a few words that settle an intent, whatever a model thinks. Pure.

They are made for precision: each has phrases that take it back ("don't stop", "I don't need a lawyer"). They run
beside every policy, and they win.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from voicebot.dialogue.understanding.normal import family


@dataclass(frozen=True, slots=True)
class Rule:
    """One intent's rule.

    Parameters
    ----------
    says
        Words that mean it.
    unless
        Words that take it back, wherever they stand.
    before_identity_only
        It speaks of the person called, so it cannot be said by that person.
    """

    intent: str
    says: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    before_identity_only: bool = False


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts))


_WHO: Final = r"(?:human(?: being)?|person|someone|somebody|agent|representative|rep|operator|manager|supervisor|advisor|adviser|specialist|associate|colleague|people|customer service)"
_GONE: Final = r"(?:passed away|past away|passed on|deceased|died|has passed|is dead|'s dead|no longer with us|no longer alive|not alive)"

_ENGLISH: Final = (
    Rule(
        "stop_calling",
        _any(
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
        _any(
            r"\b(?:don't|do not|dont|not|never|won't|didn't)(?: \w+){0,3} (?:stop|quit|cease)\b",
            r"\b(?:call|contact|phone|ring|bother) (?:me |us )?(?:back )?(?:at work|before|until|till|after|today|right now|tonight|tomorrow|now|so (?:early|late)|this (?:early|late)|on (?:sunday|the weekend))",
            r"\bwhy (?:don't|do not|dont) you (?:call|contact)",
            r"\bstop(?:ped)? calling (?:him|her|them)\b",
            r"\bwhy did you stop\b",
            r"\b(?:didn't|did not|don't|dont) (?:ask|tell|want) you to stop\b",
        ),
    ),
    Rule(
        "attorney",
        _any(
            r"\b(?:my|our|an|the|through) (?:bankruptcy )?(?:attorney|lawyer|legal counsel|legal team)\b",
            r"\b(?:have|got|hired|retained|need to call|get|call|see|hiring) (?:a |an )?(?:attorney|lawyer)\b",
            r"\bi(?:'m| am) represented\b|\brepresented by\b|\blegal representation\b",
        ),
        _any(
            r"\b(?:don't|do not|dont|didn't|no|without|not|never|can't|cannot|couldn't)(?: \w+){0,3} (?:attorney|lawyer)",
            r"\b(?:attorney|lawyer)(?:'s| is| was|s are) (?:fine|good|great|okay|ok|nice|well|expensive|happy|here|not)\b",
            r"\bi(?:'m| am) (?:a|an|the) (?:attorney|lawyer)\b|\bas (?:a|an) (?:attorney|lawyer)\b",
            r"\bif i (?:had|have|need)\b",
            r"\b(?:attorney|attorneys) general\b|\bdistrict attorney\b|\bpower of attorney\b",
            r"\b(?:attorney|lawyer|my divorce)(?:'s)? (?:fee|fees|bill|bills)\b",
        ),
    ),
    Rule(
        "bankruptcy",
        _any(r"\bbankrupt(?:cy|ed)?\b", r"\bbank (?:ruptcy|rupt|rupsy|robbed see)\b", r"\bchapter (?:seven|7|eleven|11|thirteen|13)\b"),
        _any(
            r"\b(?:not|n't|never|avoid|almost|nearly|without|before i)(?: \w+){0,3} (?:bankrupt|bankruptcy|chapter)",
            r"\b(?:go|going|gone|make me|making me|drive me|driving me) bankrupt (?:if|over|because)",
        ),
    ),
    Rule(
        "deceased",
        _any(
            rf"\b(?:he|she|they|maria|husband|wife|mother|father|mom|mum|dad|brother|sister|son|daughter|aunt|uncle|grandmother|grandfather|grandma|grandpa|roommate)(?:'s| is| has| was| had| just|)*(?: \w+){{0,2}} {_GONE}",
            r"\b(?:he|she|maria)(?:'s| is) (?:been )?(?:dead|deceased)\b",
            r"\bpassed away\b|\bpast away\b|\bdeceased\b",
            r"\b(?:his|her|maria's) (?:funeral|widow|widower|estate)\b|\bi(?:'m| am) (?:the|a|his|her|maria's) (?:widow|widower|executor)\b",
            r"\bwe lost (?:him|her)\b",
        ),
        _any(r"\b(?:phone|battery|line|car|dog|cat|signal|laptop)(?: \w+)? (?:died|is dead|'s dead)", r"\bnot dead\b|\bdead (?:wrong|serious|broke|tired|line)\b"),
        before_identity_only=True,
    ),
    Rule(
        "wrong_person",
        _any(
            r"\bwrong (?:phone )?(?:number|numb|person|guy|lady|man|woman|house|party|one)\b",
            r"\bno ?(?:one|body)(?: \w+){0,2} (?:by|of|with) (?:that|this|the) name\b|\bnobody (?:named|called)\b|\bno one (?:named|called)\b|\bno such person\b",
            r"\b(?:there's|there is|there isn't|ain't)(?: \w+){0,2} (?:no|any|a) maria\b|\bno maria (?:here|at)\b",
            r"\b(?:he|she|they|maria) (?:does not|doesn't|don't|dont) live (?:here|at)\b",
            r"\bnever heard of (?:him|her|maria|that|them|such)\b",
            r"\b(?:don't|do not|dont) know (?:any(?:one|body)?(?: called| named| by)? (?:maria|that name)|any maria|a maria|who that is|who maria is|that person)\b",
            r"\bi(?:'m| am) not maria\b|\b(?:this|that)(?: is|'s) not maria\b|\bthis isn't maria\b|\bnot (?:my|her|his) (?:name|number|phone)\b",
            r"\bmisdialed\b|\bmis dialed\b",
        ),
        _any(
            r"\b(?:not|isn't|is not|do i have|did i (?:call|get)|don't have) (?:the |a )?wrong",
            r"\bwrong (?:number|one)(?: \w+){0,3} (?:on|for) (?:the|my) (?:bill|account|card|payment)",
        ),
    ),
    Rule(
        "talk_to_human",
        _any(
            rf"\b(?:talk|speak|chat)(?:ing)? (?:to|with)\b(?: \w+){{0,4}} {_WHO}\b",
            rf"\b(?:connect|transfer|put|pass|switch|hand|send)\b(?: \w+){{0,4}} (?:to|through|with|on)\b(?: \w+){{0,4}} ?{_WHO}?\b(?<=human|erson|meone|ebody|agent|ative|rator|nager|visor)",
            rf"\b(?:give|get|want|need|prefer|like)\b(?: me)?(?: to have)? (?:a |an |the |your |some )?(?:real |live |actual |human )*{_WHO}\b",
            r"^(?:a |an |the |your )?(?:real |live |actual |human )*(?:human|agent|operator|representative|real person|live person|customer service|supervisor|manager)(?: now| please)?$",
            r"\btransfer me\b|\bput me through\b|\bconnect me\b",
            r"\b(?:don't|won't|not|do not|refuse to)(?: want to| wanna| going to| gonna)? ?(?:talk|speak|talking|speaking) (?:to|with) (?:a |an |some |this )?(?:robot|robots|machine|machines|computer|computers|recording|bot|bots|ai)\b",
        ),
        _any(
            rf"\b(?:don't|do not|dont|no|not|never|won't)(?: \w+){{0,3}} (?:talk|speak|connect|transfer|put|want|need)(?: \w+){{0,5}} {_WHO}",
            r"\b(?:don't|do not|dont|no need to) (?:transfer|connect|put) me\b",
            r"\b(?:am i|are you|is this|i was|i already|already|spoke|talked|you're)\b(?: \w+){0,3} (?:talking|speaking|spoke|talked|person|human|agent)",
            r"\b(?:talk|speak) to (?:someone|somebody) (?:who|that) (?:owes|has)",
            r"\b(?:wrong|that|different|this) person\b",
        ),
    ),
    Rule(
        "dispute",
        _any(
            r"\b(?:don't|do not|dont|never|didn't) (?:even )?(?:owe|owed)\b",
            r"\b(?:not|isn't|ain't) (?:my|our) (?:debt|bill|account|loan|card|charge|payment)\b",
            r"\bi(?:'m| am)? (?:want to |wanna |am going to |already )?disput(?:e|ed|ing)\b",
            r"\b(?:amount|bill|charge|balance|total|number|figure)(?:'s| is| isn't| looks| seems)(?: \w+)? (?:wrong|incorrect|not right|not correct|right|off)\b",
            r"\bwrong amount\b|\bidentity (?:theft|was stolen)\b|\bstole my identity\b|\bstolen identity\b",
            r"\b(?:over ?charged|double charged|charged (?:me )?(?:twice|wrong|wrongly))\b",
            r"\bnever (?:opened|signed|ordered|took out|borrowed|bought|had|applied)\b(?: \w+){0,3} (?:account|loan|card|anything|it|that|for)\b",
            r"\bprove (?:it|that|i|this)\b|\bproof of (?:this|the|that) debt\b",
        ),
        _any(
            r"\b(?:not|n't|no|never)(?: \w+){0,2} (?:disput|a dispute)",
            r"\bnot saying\b|\bdon't owe (?:anyone|anybody) else\b",
            r"\b(?:don't|dont) owe(?: \w+){0,4} (?:anymore|any more|paid)\b|\bpaid\b",
            r"\bamount(?:'s| is) right\b|\b(?:yeah|yes)(?: \w+){0,3} (?:is|sounds|looks) right\b|\b(?:what|which|is that)(?: \w+)? (?:the )?(?:amount|balance|bill) (?:is )?(?:right|correct)",
        ),
    ),
)  # fmt: skip
_NOT: Final = r"(?:没有?|不是?|不用|不要|不需要|不想|不必|别|无需|还没有?|从没)"
_ONES_OWN: Final = r"(?:他|她|小明|机主|本人|人|我(?:爸|妈|父亲|母亲|爷爷|奶奶|老公|老婆|爱人|丈夫|妻子|儿子|女儿|哥|弟|姐|妹)|老人家?|老爷子|老太太|这个人)"

_CHINESE: Final = (
    Rule(
        "stop_calling",
        _any(
            r"(?:别|不要|甭|莫|不准|不许|禁止|停止|拒绝)(?:再|在|老|总|天天|继续)?(?:给我|给我们|跟我|向我)?(?:拨?打|来|呼叫)(?:这个|我的?|我们|过来)?(?:电话|号码|骚扰|来|过来|给我|我|了)",
            r"(?:别|不要|莫|不准|不许|停止)(?:再|在|来)?(?:骚扰|联系|烦|打扰)(?:我|人|了)?(?!方式)",
            r"(?:我|把你们?)?(?:要|就|已经|得)?(?:把你们?)?拉黑",
            r"(?:删|删除|删掉|去掉|移除|取消|注销|清除)(?:了)?(?:我的?|这个|掉我的?)(?:号码|电话|手机号|名字|信息)",
            r"(?:把|将)我(?:的)?(?:号码|电话|手机号|名字)?从?(?:.{0,6})(?:删|移出|移除|去掉|拿掉)",
            r"免打扰|勿扰名单|不接受电话联系|停止拨打|退订",
        ),
        _any(
            r"(?:别|不要|不用|没说|没让|没叫)(?:你们?)?(?:停|不打)",
            r"(?:别|不要)(?:在)?(?:现在|这会儿|这个时候|上班|今天|中午|晚上|周末|半夜|早上|白天)",
            r"(?:别|不要)(?:再)?(?:打|联系)(?:电话)?给?(?:他|她|我(?:老婆|老公|家人|单位|公司|爸|妈|父母|朋友|同事))",
            r"(?:晚点|等会儿?|明天|后天|下午|晚上|回头|过会儿?|改天|下班)(?:再)?(?:打|联系)",
            r"为什么(?:不|没)(?:给我)?打|怎么(?:不|没)(?:给我)?打",
        ),
    ),
    Rule(
        "attorney",
        _any(
            r"(?:我|我们)(?:的|这边)?(?:已经|都)?(?:有|请|找|雇|聘|聘请|委托|联系)(?:了|过|好)?(?:个|一个|的)?(?:代理)?律师",
            r"(?:找|跟|和|与|同|问|联系|通知|打给)我(?:的|们的?)?(?:代理)?(?:律师|法律顾问)",
            r"(?:我|我们)(?:的)?(?:代理)?(?:律师|法律顾问)(?:会|在|来|说|让|叫|告诉|处理|负责|跟|联系|正在|已经)",
            r"律师(?:函|在处理|会处理|处理了|全权|代理)|(?:交给|委托|归|由)(?:了)?(?:我的?)?律师",
            r"(?:让|叫)(?:我的?)?律师(?:跟|和|来|给|联系|处理)|(?:走|有)法律代(?:表|理)",
        ),
        _any(
            rf"{_NOT}(?:\w{{0,3}})律师",
            r"(?:如果|要是|假如)(?:\w{0,4})律师|律师费|我(?:就)?是(?:个|一个|一名)?律师|你们(?:的)?律师|(?:发|寄|收到)(?:了)?你们的?律师函",
        ),
    ),
    Rule(
        "bankruptcy",
        _any(r"破产|破铲|个人债务(?:集中)?清理"),
        _any(
            rf"{_NOT}(?:\w{{0,4}})破产",
            r"(?:快|要|差点|差不多|几乎|迟早|就要|快要|会|得)(?:\w{0,2})破产(?!保护|程序|清算|重整|管理人|法院)(?:了|的)?$",
            r"(?:逼|害|搞|弄)(?:得|到|我)(?:\w{0,2})破产|什么(?:叫|是)破产",
        ),
    ),
    Rule(
        "deceased",
        _any(
            rf"{_ONES_OWN}(?:\w{{0,6}})(?:去世|过世|病逝|病故|逝世|离世|死了|身亡|不在人世|不在世)",
            r"(?:他|她|小明|机主|人|我(?:爸|妈|父亲|母亲|老公|老婆|爱人)|老人家?|老爷子)(?:已经|早就?|都|就|早已)?(?:没|走)了?(?:好几?年|半年|一年|两年|好久|很久)了?",
            r"^(?:已经|早就?|早已|都)?(?:去世|过世|病逝|病故|逝世|离世|死)(?:了|很久|好久|好几年|多年|好多年)",
            r"已故|人没了|人已经不在了|人早就?不在了|不在人世|(?:办|料理)(?:\w{0,4})(?:丧事|后事|葬礼)|(?:丧事|后事|葬礼)(?:\w{0,3})(?:办|完)|(?:他|她|小明)的(?:葬礼|遗孀|遗嘱)",
        ),
        _any(
            r"(?:手机|电话|电池|车|狗|猫|花|信号|电脑|流量|余额|话费)(?:\w{0,3})(?:死|没|走)",
            r"(?:没|没有|不)死|死(?:机|活|都不|也不)|累死|烦死|气死|忙死|急死|热死|饿死|打死|吓死|笑死",
        ),
        before_identity_only=True,
    ),
    Rule(
        "wrong_person",
        _any(
            r"(?:打|拨|找|认|达)错(?:电话|人|号|号码)?了?(?:吧|啦|啊)?(?!账|钱|金额|数)|打错(?:电话|号)|拨错|找错人|认错人|(?:弄|搞)错人",
            r"(?:没有?|查无)(?:这个|这|此|叫小明的|小明这个|你说的这个?)人|(?:这里|这儿|这边|我们?这|我们家|家里|这)(?:里|儿|边)?没有?(?:叫)?小明",
            r"不认识(?:小明|他|她|这个人|这人|你说的)|没听(?:说)?过(?:小明|这个人|这人)",
            r"(?:我|这)(?:真|又|都|也)?不是(?:小明|他本人|她本人|你要找的)|我不(?:姓|叫)(?:这个|小明|他)",
            r"(?:号码?|电话)(?:已经)?(?:换人|换主|易主)|(?:这|手机|电话)(?:个)?号码?(?:错|不对)了?",
            r"(?:这|这个)(?:手机|电话|号码?)不是(?:小明|他|她)",
        ),
        _any(
            r"(?:没|没有|不是)(?:打|找|认|搞|弄|拨)错|(?:账|钱|金额|数字?|利息|账单|卡号)(?:\w{0,3})(?:搞|弄|算|打)错|(?:搞|弄|打)错(?:了)?(?:账|钱|金额|数|日子|日期|时间)",
            r"(?:不|没)认识他?(?:字|路)|(?:怎么会|是不是|会不会)我?(?:搞|弄)错",
            r"错(?:不了|过)",
        ),
    ),
    Rule(
        "talk_to_human",
        _any(
            r"(?:转|接|换|找|要|叫)(?:接|给|到|个|一下|成)?(?:你们(?:的)?)?(?:人工|真人|活人|客服|坐席|专员)",
            r"(?:转|接)(?:\w{0,3})(?:人工|客服|经理|主管|领导|负责人|工作人员)",
            r"(?:找|跟|和|叫|让|喊|请|换)(?:你们?(?:的|们)?)?(?:经理|领导|主管|负责人|老板|上级|工作人员)(?:\w{0,2})(?:说|讲|谈|来|听|接|聊|联系|打|跟|出来|$)",
            r"(?:跟|和|同|要|想)(?:个|一个)?(?:真人|活人|人工)(?:\w{0,2})(?:说|讲|谈|聊|沟通|对话|服务)",
            r"(?:不想?|不要|不愿意|别让我)(?:再)?(?:跟|和|对着|同)(?:你这个?|一个|个)?(?:机器|机器人|电脑|录音|AI|ai)(?:\w{0,2})(?:说|讲|谈|聊|讲话|说话|沟通)",
            r"^(?:人工|人工服务|人工客服|真人|真人客服|客服|转接|转人|人工台)(?:吧|谢谢)?$|有(?:没有)?(?:真人|人工)(?:客服|服务)?(?:吗|啊)?$",
        ),
        _any(
            rf"{_NOT}(?:你|给我|帮我|再)?(?:\w{{0,2}})(?:转|接|找|换|叫|人工|客服|真人)(?!机器)(?<!机器)",
            r"(?:你|您)(?:\w{0,3})(?:是|算)(?:不是)?(?:\w{0,2})(?:人工|真人|客服|活人|坐席)|是(?:真人|人工|客服|活人)(?:吗|吧|么|还是)",
            r"(?:刚才|刚|已经|昨天|上次)(?:\w{0,4})(?:人工|客服|经理)",
        ),
    ),
    Rule(
        "dispute",
        _any(
            r"(?:我|我们)?(?:根本|从来|压根|又|可|都|也)?(?:没有?|不|未)(?:有)?欠(?:过)?(?:你们?|你们的?|任何|什么|这|那|谁)?(?:钱|款|债|的|账|银行|$)",
            r"(?:根本|从来|从|压根|又|都)?(?:没有?|未)(?:有)?(?:借|贷|申请|办理?|开通?)过?(?:你们|这|那|任何|什么|过)(?:\w{0,4})(?:钱|款|贷款|卡|账户|的|笔|业务|个)|(?:没有?|未)(?:借|贷)(?:过|款|钱)",
            r"不是我(?:本人)?(?:借|欠|贷|花|刷|消费|办|签|买|用|申请)的?|(?:账单?|债|款|钱|消费)(?:根本)?不是我的|不是我的(?:账|债|钱|贷款|账单|欠款)",
            r"(?:金额|数目|数额|账单?|利息|账目|钱数)(?:根本|好像|完全|都)?(?:不对|有问题|有错|错了|算错|不正确|有误|有出入)|(?:算|多算|收)错(?:了)?(?:账|钱|利息|吧)|(?:有|提出?)异议",
            r"盗刷|盗用|冒用|冒名|冒充我|(?:多|重复|乱)(?:扣|收)(?:了|我)?(?:费|款|钱|我|两次)",
            r"不(?:认可|承认)(?:这|那)?(?:个|笔|份)?(?:账|债|钱|欠款|金额|账单|贷款)?|(?:不认|不认这笔?)账|拿(?:出)?证据",
        ),
        _any(
            r"没有?异议|(?:不|没有?)(?:是)?(?:说|觉得)(?:\w{0,2})(?:不对|有问题)|(?:现在|已经|早就?|都)(?:\w{0,3})不欠|还(?:清|完|过)了?(?:\w{0,4})不欠|不欠(?:\w{0,4})(?:还|付)(?:清|完|过)|(?:还|付|交|结)(?:清|完|过)了",
            r"(?:金额|账单?)(?:没有?|不是)(?:错|问题)",
        ),
    ),
)  # fmt: skip
RULES: Final = {"en": _ENGLISH, "zh": _CHINESE}
_NEVER_DENIED: Final = frozenset({"attorney", "bankruptcy"})
HARD: Final = frozenset(rule.intent for rule in _ENGLISH)
"""Intents that have rules, in the order in which they win."""


def hard_intent(text: str, language: str, *, right_party: bool = False) -> str:
    """Return the intent that a rule settles, or an empty text.

    Parameters
    ----------
    text
        A masked utterance (``normal.masked``): the lead's name is "maria" in it.
    right_party
        The callee is the person called: then "he passed away" speaks of somebody else.
    """
    for rule in RULES.get(family(language), ()):
        if rule.before_identity_only and right_party:
            continue
        if rule.says.search(text) and not (rule.unless and rule.unless.search(text)):
            return rule.intent
    return ""


def taken_back(intent: str, text: str, language: str) -> bool:
    """Whether words take an intent back that only they can settle: "I don't need a lawyer" names no attorney.

    Parameters
    ----------
    text
        A masked utterance.
    """
    return intent in _NEVER_DENIED and any(
        rule.intent == intent and rule.unless and rule.unless.search(text) for rule in RULES.get(family(language), ())
    )
