"""What would go wrong with a PBX's own configuration: read from its files, each problem with its place and cure."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from voicebot.agi import addresses, dialplan, numbers
from voicebot.agi.asterisk_config import ConfigurationFiles, Section, Setting, read_folder
from voicebot.config import Config
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
    "app_audiosocket": "a callee whom nobody took cannot come back to the bot",
    "chan_audiosocket": "the bot has no leg of its own",
    "res_agi": "the dialplan cannot ask voicebot what to dial",
    "app_dial": "nothing can be dialled",
    "app_mixmonitor": "nothing is recorded",
    "app_stack": "the recording is not started (Gosub is missing)",
    "app_exec": "the dialplan's ExecIf is missing",
    "format_sln": "recordings cannot be written",
    "func_callerid": "no caller's number can be set",
    "func_channel": "the recording is not closed in time",
    "func_pjsip_endpoint": "whether a trunk follows redirects stays unknown",
    "func_hangupcause": "why a call failed stays unknown",
    "func_logic": "the dialplan's conditions are missing",
    "bridge_simple": "two legs cannot be connected",
    "codec_resample": "codecs of other rates cannot be used",
}
"""Module -> what is missing without it."""
_TIMERS: Final = ("res_timing_timerfd", "res_timing_dahdi", "res_timing_kqueue", "res_timing_pthread")
_NEEDED_READ: Final = frozenset({"call"})
_NEEDED_WRITE: Final = frozenset({"originate", "call", "reporting"})
_DANGEROUS: Final = frozenset({"system", "command", "all", "config"})
_SHORTEST_SECRET: Final = 12
_PORTS_A_CALL: Final = 4
"""RTP and RTCP of the callee, and of the human that the callee may be handed to."""
_TRUE: Final = frozenset({"yes", "true", "on", "y", "t", "1"})


def check_configuration(folder: Path, config: Config) -> list[Problem]:
    """Read a PBX's configuration folder and return everything that would go wrong, worst first in each file.

    Parameters
    ----------
    folder
        For example ``/etc/asterisk``.
    config
        What this node expects of the PBX.

    Raises
    ------
    ConfigurationError
        The folder cannot be read.
    """
    return check_files(read_folder(folder), config)


def check_files(files: ConfigurationFiles, config: Config) -> list[Problem]:
    """Return everything that would go wrong with these files. Pure."""
    problems = [problem for name, trunk in config.trunks.items() for problem in numbers.check_patterns(name, trunk)]
    for check in (_asterisk, _modules, _manager, _http, _extensions, _pjsip, _rtp):
        problems += check(files, config)
    return list(dict.fromkeys(problems))


def _yes(value: str) -> bool:
    return value.lower() in _TRUE


def _named(sections: Iterable[Section], name: str) -> Section | None:
    return next((section for section in sections if section.name == name and not section.template), None)


def _missing(files: ConfigurationFiles, name: str, cure: str) -> list[Problem]:
    return [] if name in files else [Problem(f"{name} is missing", cure, files.where(name))]


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _problem(what: str, cure: str, place: Setting | Section) -> Problem:
    return Problem(what, cure, place.file, place.line)


def _asterisk(files: ConfigurationFiles, config: Config) -> Iterator[Problem]:
    del config
    sections, problems = files.sections("asterisk.conf")
    yield from problems
    options = _named(sections, "options")
    setting = options.last("live_dangerously") if options is not None else None
    if setting is not None and _yes(setting.value):
        yield _problem(
            "live_dangerously lets AMI users run programs through dialplan functions",
            "set live_dangerously = no",
            setting,
        )


def _modules(files: ConfigurationFiles, config: Config) -> Iterator[Problem]:
    del config
    yield from _missing(files, "modules.conf", "copy Asterisk's sample; without it Asterisk does not start")
    sections, problems = files.sections("modules.conf")
    yield from problems
    section = _named(sections, "modules")
    if section is None:
        return
    autoload = _yes(section.value("autoload"))
    loaded = {_module(s.value) for name in ("load", "preload", "require", "preload-require") for s in section.all(name)}
    refused = {_module(setting.value): setting for setting in section.all("noload")}
    for module, without in REQUIRED_MODULES.items():
        setting = refused.get(module)
        if setting is not None:
            yield _problem(f"{module} is not loaded: {without}", "take this line out", setting)
        elif not autoload and module not in loaded:
            yield _problem(f"{module} is not loaded: {without}", f"add: load = {module}.so", section)
    if not any((autoload and timer not in refused) or timer in loaded for timer in _TIMERS):
        yield _problem("no timing module is loaded: audio stutters", f"add: load = {_TIMERS[0]}.so", section)


def _module(value: str) -> str:
    return value.strip().removesuffix(".so")


def _manager(files: ConfigurationFiles, config: Config) -> Iterator[Problem]:
    yield from _missing(files, "manager.conf", "see the README of asterisk-config")
    sections, problems = files.sections("manager.conf")
    yield from problems
    general = _named(sections, "general")
    if general is None:
        if "manager.conf" in files:
            yield Problem(
                "AMI is off: there is no [general]", "add it, with enabled = yes", files.where("manager.conf")
            )
        return
    if not _yes(general.value("enabled")):
        place = general.last("enabled") or general
        yield _problem("AMI is off", "set enabled = yes", place)
    address = general.value("bindaddr", "0.0.0.0")  # noqa: S104 – Asterisk's default, and the problem
    beyond = not _is_loopback(address)
    if beyond and _is_loopback(config.asterisk.ami_host):
        place = general.last("bindaddr") or general
        yield _problem(f"AMI listens on {address}, where others can reach it", "set bindaddr = 127.0.0.1", place)
    port = general.value("port", "5038")
    if port != str(config.asterisk.ami_port):
        place = general.last("port") or general
        yield _problem(
            f"AMI's port is {port}, voicebot uses {config.asterisk.ami_port}",
            "make port and asterisk.ami_port the same",
            place,
        )
    for section in sections:
        if section.name != "general" and not section.template:
            ours = section.name == config.asterisk.ami_username
            if ours:
                yield from _our_user(section, config)
            elif beyond and _rights(section, "write") & _DANGEROUS and not section.all("permit"):
                yield _problem(
                    f"AMI user {section.name!r} may run programs or commands from anywhere",
                    "add deny and permit lines, or take rights away",
                    section,
                )
    if _named(sections, config.asterisk.ami_username) is None:
        yield _problem(
            f"there is no AMI user {config.asterisk.ami_username!r}",
            "include manager_voicebot.conf and add the user as its comment says",
            general,
        )


def _rights(section: Section, name: str) -> frozenset[str]:
    return frozenset(right.strip().lower() for right in section.value(name).split(",") if right.strip())


def _our_user(section: Section, config: Config) -> Iterator[Problem]:
    write, read = _rights(section, "write"), _rights(section, "read")
    excess = sorted((write | read) & _DANGEROUS)
    if excess:
        place = section.last("write") or section
        yield _problem(
            f"AMI user {section.name!r} has rights that voicebot does not need: {', '.join(excess)}",
            "set write = originate,call,reporting and read = call",
            place,
        )
    for kind, needed, has in (("read", _NEEDED_READ, read), ("write", _NEEDED_WRITE, write)):
        lacking = sorted(needed - has)
        if lacking and "all" not in has:
            place = section.last(kind) or section
            yield _problem(
                f"AMI user {section.name!r} lacks {kind} rights: {', '.join(lacking)}",
                f"add {','.join(lacking)} to {kind}",
                place,
            )
    secret = section.last("secret")
    place = secret or section
    if secret is None or len(secret.value) < _SHORTEST_SECRET:
        yield _problem(
            f"the secret of AMI user {section.name!r} is missing or too short",
            f"use {_SHORTEST_SECRET} random characters or more",
            place,
        )
    elif not hmac.compare_digest(secret.value.encode(), config.asterisk.ami_secret.encode()):
        yield _problem("the secret is not the one in asterisk.ami_secret", "make them the same", place)
    if not section.all("permit") or not section.all("deny"):
        yield _problem(
            f"AMI user {section.name!r} may log in from anywhere",
            "add deny = 0.0.0.0/0.0.0.0 and permit = 127.0.0.1/255.255.255.255",
            section,
        )


def _http(files: ConfigurationFiles, config: Config) -> Iterator[Problem]:
    del config
    general = _named(files.sections("manager.conf")[0], "general")
    http = _named(files.sections("http.conf")[0], "general")
    if general is None or http is None or not _yes(general.value("webenabled")) or not _yes(http.value("enabled")):
        return
    if not _is_loopback(http.value("bindaddr", "0.0.0.0")):  # noqa: S104
        place = http.last("bindaddr") or http
        yield _problem(
            "AMI over HTTP is reachable from outside",
            "set webenabled = no in manager.conf, or bindaddr = 127.0.0.1",
            place,
        )


def _extensions(files: ConfigurationFiles, config: Config) -> Iterator[Problem]:
    yield from _missing(files, "extensions.conf", "see the README of asterisk-config")
    sections, problems = files.sections("extensions.conf")
    yield from problems
    ours = (config.asterisk.dial_context, config.asterisk.transfer_context, dialplan.CALLEE_CONTEXT)
    there = {section.name for section in sections}
    for context in ours:
        if context not in there and "extensions.conf" in files:
            yield Problem(
                f"there is no context [{context}]",
                'add: #include "extensions_voicebot.conf"',
                files.where("extensions.conf"),
            )
    for section in sections:
        for setting in section.all("include"):
            if setting.value.split(",")[0].strip() in ours:
                yield _problem(
                    f"[{section.name}] includes {setting.value}: outsiders may reach voicebot's dialplan",
                    "take this line out",
                    setting,
                )
        for setting in section.settings:
            if setting.name == "AGIEXECFULL" or re.search(r"\bAGIEXECFULL\s*=", setting.value):
                yield _problem("AGIEXECFULL has variables in AGI's arguments replaced", "take this line out", setting)
    yield from _fastagi(sections, files, config)


def _fastagi(sections: list[Section], files: ConfigurationFiles, config: Config) -> Iterator[Problem]:
    cure = "write it anew: voicebot trunk dialplan"
    contexts = (config.asterisk.dial_context, dialplan.CALLEE_CONTEXT, config.asterisk.transfer_context)
    for section in (section for section in sections if section.name in contexts):
        lines = [(setting.name, setting.value) for setting in section.settings]
        for node in (config.node, *config.nodes):
            asterisk = config.as_node(node).asterisk
            expected, actual = addresses.fastagi(asterisk), dialplan.asked_at(lines, asterisk.extension)
            if actual is None:
                what = f"[{section.name}] has no extension {asterisk.extension!r} that asks for voicebot"
                yield _problem(what, cure, section)
            elif "$" in actual:
                what = f"[{section.name}] takes voicebot's address from a variable, which AMI users can set"
                yield _problem(what, cure, section)
            elif actual != expected:
                what = f"the dialplan asks for voicebot at {actual}, which listens at {expected}"
                yield _problem(what, cure, section)


def _pjsip(files: ConfigurationFiles, config: Config) -> Iterator[Problem]:
    if not config.trunks:
        return
    yield from _missing(files, "pjsip.conf", "see pjsip_voicebot_trunk.conf.example")
    sections, problems = files.sections("pjsip.conf")
    yield from problems
    wizards, more = files.sections("pjsip_wizard.conf")
    yield from more
    by_type = {
        kind: {s.name: s for s in sections if s.value("type") == kind and not s.template}
        for kind in ("endpoint", "aor", "transport", "registration")
    }
    made_by_wizard = {section.name for section in wizards if section.value("type") == "wizard"}
    contexts = {section.name for section in files.sections("extensions.conf")[0]}
    for name, trunk in config.trunks.items():
        endpoint = by_type["endpoint"].get(trunk.endpoint)
        if endpoint is not None:
            yield from _endpoint(endpoint, by_type, contexts, config)
        elif trunk.endpoint not in made_by_wizard and "pjsip.conf" in files:
            yield Problem(
                f"trunk {name!r}: there is no endpoint [{trunk.endpoint}]",
                f"add it as in pjsip_voicebot_trunk.conf.example, or correct trunks.{name}.endpoint",
                files.where("pjsip.conf"),
            )


def _endpoint(
    endpoint: Section, by_type: dict[str, dict[str, Section]], contexts: set[str], config: Config
) -> Iterator[Problem]:
    aors = [aor.strip() for aor in endpoint.value("aors").split(",") if aor.strip()]
    place = endpoint.last("aors") or endpoint
    if not aors:
        yield _problem(f"endpoint [{endpoint.name}] has no aors: it cannot be called", "add aors = …", place)
    for aor in aors:
        section = by_type["aor"].get(aor)
        if section is None:
            yield _problem(f"endpoint [{endpoint.name}]: there is no aor [{aor}]", "add it", place)
        elif not section.all("contact") and not section.all("max_contacts"):
            yield _problem(f"aor [{aor}] has no contact: nobody knows where calls go", "add contact = sip:…", section)
    transport = endpoint.last("transport")
    if transport is not None and transport.value not in by_type["transport"]:
        yield _problem(
            f"endpoint [{endpoint.name}]: there is no transport [{transport.value}]", "add or correct it", transport
        )
    codecs = {codec.strip().lower() for s in endpoint.all("allow") for codec in s.value.split(",")}
    if not codecs:
        yield _problem(f"endpoint [{endpoint.name}] allows no codec", "add allow = alaw,ulaw", endpoint)
    context = endpoint.last("context")
    place = context or endpoint
    inbound = context.value if context is not None else "default"
    if inbound in (config.asterisk.dial_context, config.asterisk.transfer_context, dialplan.CALLEE_CONTEXT):
        yield _problem(
            f"calls that come in on [{endpoint.name}] reach voicebot's own dialplan",
            "set context = voicebot-inbound, or a context of yours",
            place,
        )
    elif context is not None and contexts and inbound not in contexts:
        yield _problem(f"endpoint [{endpoint.name}]: there is no context [{inbound}]", "add or correct it", place)


def _rtp(files: ConfigurationFiles, config: Config) -> Iterator[Problem]:
    sections, problems = files.sections("rtp.conf")
    yield from problems
    general = _named(sections, "general")
    if general is None:
        return
    start, end = general.value("rtpstart", "5000"), general.value("rtpend", "31000")
    place = general.last("rtpend") or general.last("rtpstart") or general
    if not (start.isdigit() and end.isdigit() and 1024 <= int(start) < int(end) <= 65535):
        yield _problem(f"the range of RTP ports {start}–{end} is not valid", "use for example 10000–20000", place)
        return
    calls = sum(trunk.max_calls for trunk in config.trunks.values())
    room = (int(end) - int(start) + 1) // _PORTS_A_CALL
    if room < calls:
        yield _problem(
            f"RTP ports {start}–{end} are enough for {room} calls, the trunks take {calls}",
            f"make the range at least {calls * _PORTS_A_CALL} ports wide",
            place,
        )
