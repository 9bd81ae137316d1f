"""Mandarin words that tell what is meant, and how people speak to a caller."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.language import Clues, Manners, StandIns
from voicebot.languages.zh import unfinished

KIN: Final = "妈|爸|老|哥|姐|弟|妹|儿|女|朋|同|家|爱|丈|妻|们"
"""What "my" or "mine" (我, 是我) goes on to where it belongs to somebody or something else: "my mother", "we"."""

CLUES: Final = Clues(
    stand_ins=StandIns(name="小明", future="周五", past="昨天", money="五十块"),
    fillers=re.compile(r"(?:嗯+|呃+|啊|哦|那个那个)(?=.)"),
    yes=re.compile(
        rf"^(?:[喂哦噢喔哎诶欸啊，,]+)?(?:是的|是啊|就是我|我就是|是我(?!{KIN})|是(?!不是|我)|对的|对啊|对(?!不对)|好的|好啊|好(?!不好)|嗯|可以(?!不可以|吗)|行(?!不行)|没错)(?=..)"
    ),
    no=re.compile(r"^(?:[喂哦噢喔哎诶欸啊，,]+)?(?:不是|不对|不行)(?=..)"),
    but=re.compile(r"但是|不过|可是|只是"),
    bare=re.compile(r"周五|五十块|在|大概|可能|吧|之前|以前|左右|就|那|这|的|前|给|你|我|上午|下午|晚上|早上"),
    trailing=unfinished.PATTERN,
    either=re.compile(r"或者?|还是"),
    money=re.compile(r"块|元|毛|百|千"),
    later=re.compile(r"晚|迟|延|过|等|再|宽限|但|不过|不|先|之后|以后"),
    denial=re.compile(r"不|没|错|别"),
    absent=re.compile(r"他|她|谁|搬|以前"),
    relative=re.compile(
        r"(?:我是.{1,8}|[他她]?是我的?|找(?:的|到)?(?:是|应该是)?我的?)(?:老婆|老公|爱人|妻子|丈夫|媳妇|妈|爸|父亲|母亲|儿子|女儿|哥|弟|姐|妹|朋友|同事|室友|家人|家属|邻居|秘书|助理)"
    ),
    introduces=re.compile(
        rf"我(?:就?是|叫|姓.{{0,2}})?小明(?!的)|小明(?:本人|就是我|是我|在)|(?:正|就|我)(?:是)?本人|(?:就是我|我就是|(?<![不非])是我)(?!{KIN}|的)"
        r"|^(?:[喂对是嗯没错儿的啊,，]|我姓.)+小明"
    ),
    between_digits=re.compile(r"[\s,.;:()/\-、，。]*(?:然后|再)?"),
    # 嗯 answers a yes-or-no question with a yes, as people do on the phone; 嗯？ asks what was said.
    nothing=re.compile(
        r"(?:那个|这个|然后|所以|还有|怎么说呢?|[呃哦噢喔唉欸诶额的了就那这我你他她呢嘛吧和跟在\s，,。.、！!…-]"
        r"|[嗯啊](?=\s*[?？])|啊(?=[\s，,。]*[这那我你])|[?？])+"
    ),
    doubting=re.compile(r"^(?:这个?|那个?)?(?:不是|难道).*(?:吗|么)$|(?:怎么|为什么|为啥)(?:还|都)?没"),
    not_all=re.compile(
        r"(?:不了|不能|没法|没办法|还不|付不|拿不出|凑不|不是|不会)(?:一次)?(?:性)?(?:还|付|出|起)?(?:全部|全额|全款|那么多|这么多|全还|全付|还清|所有)"
        r"|(?:全部|全额|全款|全都|一次)(?:性)?(?:都|我)?(?:还|付|拿|凑)?(?:不了|不能|没法|不起|不够|不出|不清|不上)|(?:不能|没法|没办法)(?:一次)?全"
    ),
    not_then=re.compile(
        r"^.{0,6}(?:周[一二三四五六日天末]|明天|后天|那天|这天|那个时候)(?:我|可能|恐怕|肯定|真的|都)*(?:还不了|不行|不方便|付不了|还不上|不能还?"
        r"|有?点?(?:太|有点|也太)?(?:早|赶|急|快)了?点?|来不及|不合适|不可能)了?$"
    ),
    due=re.compile(
        r"(?:到期|截止)(?:日期?)?(?:之前|以前|前|那天|那一天|当天|的时候)|^(?!.*(?:[不没别吗?？]|什么)).*[按准]时[还付交]"
    ),
    automatic=re.compile(
        r"^(?!.*(?:(?:已经|早就?|昨天|刚).{0,4}[扣划还付]|[扣划](?:完|走|掉|过)?了(?!事)|[扣划](?:错|多|不)|没|吗|怎|什么|几|哪|是不是|别|[?？])).*(?:"
        r"(?:到(?:了)?(?:日子|那[天日]|点|时候?|期日?|时间)|日子一?到|等着?|[号日月][，,]?).{0,8}?[扣划]|(?:自动|直接|你们|银行|自己)[就会来给]{0,2}[扣划])"
    ),
    rest=re.compile(r"[，,、。\s]*(?:然后|再)?(?:剩下|剩余|余下|余款|其余|剩的|另一半|另外一半|后面的)"),
    joins=re.compile(r"[，,；;、。]|然后|接着"),
    at_once=re.compile(r"现在|今天|马上|立刻|这就"),
    hardship=re.compile(
        r"钱|工资|工作|失业|下岗|裁|紧|穷|难|困|病|医|债|贷|房租|收入|还|付|款|块|亏|破|赔|生意|手头|拮据|余额"
    ),
    calling=re.compile(
        r"电话|打|拨|联系|再|晚点|等|忙|开车|开会|上班|回头|时间|说|聊|谈|点|早上|上午|中午|下午|晚上|改天|方便"
    ),
    away=re.compile(r"^(?!.*(?:住|搬|认识|号|错|名)).*(?:上班|出门|出去|在外|睡|洗澡|医院|出差|学校|开会|不在家)"),
    paying=re.compile(r"还|付|钱|款|账|欠|债|贷|交|转|卡|缴|扣"),
    only=re.compile(r"只|就|不是全部|光"),
    asking=re.compile(r"[?？]|什么|啥|哪|几|多少|怎|吗|呢|谁|为何|是不是|有没有|告诉|问|再说|重复"),
)

MANNERS: Final = Manners(
    back_channels=frozenset(
        [
            "嗯",
            "嗯嗯",
            "哦",
            "噢",
            "啊",
            "呃",
            "好",
            "好的",
            "对",
            "是",
            "是的",
            "行",
            "知道",
            "知道了",
            "明白",
            "好好",
            "好好好",
            "对对",
            "对对对",
            "嗯好",
        ]
    ),
    greetings=frozenset(
        ["喂", "喂喂", "你好", "您好", "喂你好", "喂您好", "早上好", "上午好", "中午好", "下午好", "晚上好", "哎", "唉"]
    ),
)
