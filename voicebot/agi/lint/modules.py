"""Which modules Asterisk loads, and its own options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voicebot.agi.lint.finding import Fact, PbxFinding, broken, missing
from voicebot.agi.lint.pbx import LOADING, Pbx, modules_of, yes
from voicebot.errors import Problem

REQUIRED_MODULES: Final = {
    "pbx_config": "the dialplan is not read",
    "res_pjsip": "there is no SIP",
    "res_pjsip_session": "no SIP call can be made",
    "res_pjsip_pubsub": "chan_pjsip then declines to load without saying why",
    "res_pjsip_sdp_rtp": "SIP calls have no audio",
    "res_rtp_asterisk": "SIP calls have no audio",
    "chan_pjsip": "no SIP call can be made",
    "res_audiosocket": "no audio reaches voicebot",
    "app_audiosocket": "after a transfer that nobody answers, the callee cannot come back to the bot",
    "chan_audiosocket": "the bot has no leg of its own",
    "res_agi": "the dialplan cannot ask voicebot what to dial",
    "app_dial": "nothing can be dialled",
    "app_mixmonitor": "nothing is recorded",
    "app_stack": "the recording is not started (Gosub is missing)",
    "format_sln": "recordings cannot be written",
    "func_callerid": "no caller's number can be set",
    "func_channel": "the recording is not closed in time",
    "func_pjsip_endpoint": "whether a trunk follows redirects stays unknown",
    "func_hangupcause": "why a call failed stays unknown",
    "bridge_simple": "two legs cannot be connected",
    "codec_resample": "codecs of other rates cannot be used",
}
"""Module -> what is missing without it."""
_TIMERS: Final = ("res_timing_timerfd", "res_timing_dahdi", "res_timing_kqueue", "res_timing_pthread")


def check_asterisk(pbx: Pbx) -> Iterator[PbxFinding]:
    """``asterisk.conf``."""
    for section in pbx.read("asterisk.conf").sections:
        setting = section.last("live_dangerously")
        if section.name == "options" and setting is not None and yes(setting.value):
            yield broken(
                "live_dangerously lets AMI users run programs through dialplan functions",
                "set live_dangerously = no",
                setting,
            )


def check_modules(pbx: Pbx) -> Iterator[PbxFinding]:
    """``modules.conf``."""
    reading = pbx.read("modules.conf")
    where = pbx.files.where("modules.conf")
    section = reading.named("modules")
    if section is None:
        there = "modules.conf" in pbx.files
        what = "modules.conf has no [modules]" if there else "modules.conf is missing"
        cure = "copy Asterisk's sample; without it Asterisk does not start"
        yield from missing(
            [reading],
            PbxFinding("broken", Problem(what, cure, where)),
            whether="any module is loaded",
            see="asterisk -rx 'module show'",
        )
        return
    autoload = yes(section.value("autoload"))
    loaded = modules_of(section.all(*LOADING))
    refused = modules_of(section.all("noload"))
    for module, without in REQUIRED_MODULES.items():
        setting = refused.get(module)
        fact = Fact("module", module)
        if setting is not None:
            yield broken(f"{module} is not loaded: {without}", "take this line out", setting, fact)
        elif not autoload and module not in loaded:
            yield from missing(
                [reading],
                broken(f"{module} is not loaded: {without}", f"add: load = {module}.so", section, fact),
                whether=f"{module} is loaded",
                see=f"asterisk -rx 'module show like {module}'",
            )
    if not any((autoload and timer not in refused) or timer in loaded for timer in _TIMERS):
        yield from missing(
            [reading],
            broken("no timing module is loaded: audio stutters", f"add: load = {_TIMERS[0]}.so", section),
            whether="a timing module is loaded",
            see="asterisk -rx 'timing test'",
        )
