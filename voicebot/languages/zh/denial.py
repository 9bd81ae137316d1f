"""Mandarin words that deny, and what they may be about; see ``grammar.denial``."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.grammar.denial import Covered, Denying
from voicebot.languages.zh.clues import KIN

DENYING: Final = Denying(
    harmless=re.compile(
        r"没(?:有|啥|什么|得)?(?:问题|错|事|关系|意见|异议|毛病|冲突|搞错|打错|记错|听错|弄错|换号|跑|死)|(?:没有?|不会|不能|不)(?:打|搞|记|弄|念|认)错|不错|错不了"
        r"|不(?:会|能|用)?(?:忘|忘记|耽误|晚|拖|误|迟|赖|逾期|担心|麻烦|客气|介意|反对|停|挂|骗)(?:了|的|你)?|忘不了|跑不了|少不了"
        r"|(?P<asked>[\u4e00-\u9fff])[不没](?P=asked)|可不可以|可以不可以|愿意不愿意|不好意思|对不起|不就是|可不是|不得不|怎么(?:会)?不(?:行|可以|能)|(?:有|没)(?:啥|什么)不(?:可以|行|能)"
        r"|不管|管咋不管|差不多|要不然?|不然|不过|不只|不光|(?:别|不要|请不要|不必)(?:挂断?|停下?来?|再?改|收线|走)|不(?:改|变|恼火)了?|以为(?:是)?打错了?呢?|不会有"
        r"|会有别人吗|不用等"
        r"|(?:也|又)?不是不(?:行|可以|能|愿意|想)|只不过|不敢当|不瞒你?说"
    ),
    denies=re.compile(r"不|除了|除开|没|别|甭|莫|未|无法|错了|哪有|哪能|拒绝"),
    reaches=re.compile(r"(?:不|没|别)(?:能|敢|想|是)?(?:说|保证|觉得|认为|答应|同意)"),
    affirms=re.compile(
        rf"(?<![不非])(?:就是我|我就是|确实是我|找的?是?我|我在听|我听着|(?<!不)系我|是我(?!{KIN})|我是(?:本人|小明)"
        r"|是小明|是本人|是的|对的|对啊|对呀|对对|对就是|对(?!不)"
        r"|可以的|当然|好的(?!不))"
    ),
    ends=re.compile(r"但是|不过|可是|只是|因为|所以|然后|但"),
    about={
        Covered.OTHERS: re.compile(
            r"(?:他|她|我(?:妈|爸|老公|老婆|爱人|儿子|女儿|先生|室友|孩子|同事|朋友|家人))(?:现在|今天|这会儿|还|也|都)*(?:不在|没在|没回|没来|不方便)|孩子还?没"
        ),
        Covered.PERSON: re.compile(
            r"不是(?:我|小明|本人|他|她|机主|这个人|的)?$|不是(?:我|小明|本人|他|她|机主)|不(?:叫|姓)|不认识|没这个?人|打错|换人"
        ),
        Covered.ABILITY: re.compile(
            r"能|会|还|付|交|给|转|拿|凑|有|钱|得起|得了|上|办法|行|可以|答应|保证|[说讲聊谈接听走]不了"
        ),
        Covered.DAY: re.compile(r"周五|昨天|今天|明天|那天|现在|这会|时候|月|号|最近|目前|暂时"),
        Covered.AMOUNT: re.compile(r"五十块|全|那么多|这么多|一次|所有|一半|金额|够"),
        Covered.WISH: re.compile(r"想|要|用|需要|愿意|必|人工|真人|客服|转|跟|谈|聊"),
    },
)
