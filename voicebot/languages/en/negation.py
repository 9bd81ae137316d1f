"""English words that withdraw a value: "not Friday, Monday", "two hundred, no, one hundred"."""

from __future__ import annotations

import re
from typing import Final

from voicebot.languages.grammar.withdrawn import Withdrawing

_DENIED: Final = re.compile(
    r" (?<!why )(?:not|instead of|rather than|no longer|except|apart from"
    r"|any(?:thing|time| day| other day)? (?:but|except|other than))"
    r"(?: (?:on|by|for|in|at|this|a|the|the full|the whole|all|pay|paying))? $"
)
_CANNOT: Final = (
    r"(?:can't|cannot|can not|couldn't|could not|won't|will not|wouldn't|would not|don't|do not|didn't|not able to|"
    r"unable to|not going to|never)"
)
_IMPOSSIBLE_BEFORE: Final = re.compile(
    rf" {_CANNOT}(?: (?:be|able|to|going|quite|really|even|possibly|want|promise))*"
    r"(?: (?:do|make|pay|paying|manage|have|afford|swing|send|spare|get|come up with|call|call me))?"
    r"(?: (?:it|that|anything|you))?(?: (?:on|by|this|for|the|a|all|the full|as much as|more than))* $"
)
_IMPOSSIBLE_AFTER: Final = re.compile(
    r"^ (?:(?:isn't|is not|won't|will not|doesn't|does not|wouldn't|would not|can't|cannot)"
    r"(?: (?:really|going to|actually|quite|probably|just|be))*"
    r" (?:work\w*|do|good|great|fine|possible|suit\w*|happen\w*|an option)"
    r"|(?:is|'s|would be|will be)(?: (?:really|actually|quite|probably|just|kind of))*"
    r" (?:no good|not good|bad|out|off|impossible|not possible|not an option|not going to \w+|too \w+)"
    r"|(?:no good|too (?:soon|early|much|high|steep|late)|(?:i|we) (?:can't|cannot"
    r"|couldn't)))(?: (?:for|with) me)? "
)
# "I was going to pay Friday, but I can't": nothing is named that they can do instead.
_TAKEN_BACK: Final = re.compile(
    rf"^(?: (?!but )\S+){{0,5}} (?:but|though|only|except|\|)(?: \S+){{0,2}}? (?:i|we)(?: \S+)? {_CANNOT}"
    r"(?: (?:now|anymore|any more|do|make|it|that|pay|afford|manage|happen|be|able|to|sorry|\|))* $"
)


def _impossible(before: str, after: str) -> bool:
    return any(
        (
            _IMPOSSIBLE_BEFORE.search(before) is not None,
            _IMPOSSIBLE_AFTER.match(after) is not None,
            _TAKEN_BACK.match(after) is not None,
        )
    )


# "Weight" is how "wait" is heard.
_CORRECTIONS: Final = "no|wait|weight|sorry|actually|i mean|i meant|make that|make it|or rather|scratch that|correction"
_CORRECTED: Final = re.compile(
    rf" (?:(?:{_CORRECTIONS}|well|let's say|\||on|by|the|to|it's|is) )*(?:{_CORRECTIONS})"
    rf"(?: (?:{_CORRECTIONS}|on|by|the|let's say|say|\|))* "
)
WITHDRAWING: Final = Withdrawing(_DENIED, _CORRECTED, _impossible)
