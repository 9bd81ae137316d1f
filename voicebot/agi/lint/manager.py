"""AMI: where it listens, what our user may do, and who else could do harm."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Final

from voicebot.agi.addresses import is_loopback
from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.configuration.sections import Reading, Section
from voicebot.agi.lint.access import admits, admits_strangers
from voicebot.agi.lint.finding import PbxFinding, broken, missing, note
from voicebot.agi.lint.pbx import Pbx, yes
from voicebot.config import Config
from voicebot.errors import Problem

_NEEDED_READ: Final = frozenset({"call"})
_NEEDED_WRITE: Final = frozenset({"originate", "call", "reporting"})
_DANGEROUS: Final = frozenset({"system", "command", "all", "config"})
_SHORTEST_SECRET: Final = 12
_FILE: Final = "manager.conf"
_SEE_USERS: Final = "asterisk -rx 'manager show users'"


def check_manager(pbx: Pbx) -> Iterator[PbxFinding]:
    """``manager.conf``."""
    reading = pbx.read(_FILE)
    asterisk = pbx.config.asterisk
    general = reading.named("general")
    if general is None:
        if _FILE in pbx.files:
            what, cure = "AMI is off: there is no [general]", "add it, with enabled = yes"
        else:
            what, cure = f"{_FILE} is missing", "see the README of asterisk-config"
        yield from missing(
            [reading],
            PbxFinding("broken", Problem(what, cure, pbx.files.where(_FILE))),
            whether="AMI is on",
            see="asterisk -rx 'manager show settings'",
        )
        return
    yield from _listening(pbx, reading, general)
    address = general.value("bindaddr", "0.0.0.0")  # noqa: S104 – Asterisk's default, and the problem
    beyond = not is_loopback(address)
    for section in reading.sections:
        if section.name == "general" or section.template:
            continue
        if section.name == asterisk.ami_username:
            yield from _our_user(pbx, reading, section, general)
        elif beyond and _rights(section, "write") & _DANGEROUS and not section.all("permit", "acl"):
            yield broken(
                f"AMI user {section.name!r} may run programs or commands from anywhere",
                "add deny and permit lines, or take rights away",
                section,
            )
    if reading.named(asterisk.ami_username) is None:
        yield from missing(
            [reading],
            broken(
                f"there is no AMI user {asterisk.ami_username!r}",
                "include manager_voicebot.conf and add the user as its comment says",
                general,
            ),
            whether=f"there is an AMI user {asterisk.ami_username!r}",
            see=_SEE_USERS,
        )


def _listening(pbx: Pbx, reading: Reading, general: Section) -> Iterator[PbxFinding]:
    asterisk = pbx.config.asterisk
    enabled = general.last("enabled")
    if enabled is None:
        yield from missing(
            [reading],
            broken("AMI is off", "set enabled = yes", general),
            whether="AMI is on",
            see="asterisk -rx 'manager show settings'",
        )
    elif not yes(enabled.value):
        yield broken("AMI is off", "set enabled = yes", enabled)
    bound = general.last("bindaddr")
    address = bound.value if bound is not None else "0.0.0.0"  # noqa: S104 – Asterisk's default
    if not is_loopback(address) and is_loopback(asterisk.ami_host):
        fault = broken(
            f"AMI listens on {address}, where others can reach it", "set bindaddr = 127.0.0.1", bound or general
        )
        if bound is not None:
            yield fault
        else:
            yield from missing(
                [reading], fault, whether="AMI listens on loopback only", see="asterisk -rx 'manager show settings'"
            )
    written = general.last("port")
    port = written.value if written is not None else "5038"
    if port != str(asterisk.ami_port):
        fault = broken(
            f"AMI's port is {port}, voicebot uses {asterisk.ami_port}",
            "make port and asterisk.ami_port the same",
            written or general,
        )
        see = "asterisk -rx 'manager show settings'"
        known = Reading() if written is not None else reading
        yield from missing([known], fault, whether=f"AMI's port is {asterisk.ami_port}", see=see)


def _rights(section: Section, name: str) -> frozenset[str]:
    return frozenset(right.strip().lower() for right in section.value(name).split(",") if right.strip())


def reads_keys(files: ConfigurationFiles, config: Config) -> bool:
    """Whether our AMI user is told of keys (``dtmf``), by the files."""
    user = files.read(_FILE).named(config.asterisk.ami_username)
    return user is not None and not _rights(user, "read").isdisjoint({"dtmf", "all"})


def _our_user(pbx: Pbx, reading: Reading, section: Section, general: Section) -> Iterator[PbxFinding]:
    write, read = _rights(section, "write"), _rights(section, "read")
    excess = sorted((write | read) & _DANGEROUS)
    if excess:
        yield broken(
            f"AMI user {section.name!r} has rights that voicebot does not need: {', '.join(excess)}",
            "set write = originate,call,reporting and read = call",
            section.last("write") or section,
        )
    for kind, needed, has in (("read", _NEEDED_READ, read), ("write", _NEEDED_WRITE, write)):
        lacking = sorted(needed - has)
        if lacking and "all" not in has:
            fault = broken(
                f"AMI user {section.name!r} lacks {kind} rights: {', '.join(lacking)}",
                f"add {','.join(lacking)} to {kind}",
                section.last(kind) or section,
            )
            yield from missing([reading], fault, whether=fault.what.replace("lacks", "has"), see=_SEE_USERS)
    yield from _secret(pbx, reading, section)
    yield from _admitted(pbx, section, general)
    once = section.last("allowmultiplelogin") or general.last("allowmultiplelogin")
    if once is not None and not yes(once.value):
        what = (
            f"AMI user {section.name!r} may be logged in only once: a second node, or trunk check beside a running"
            " node, is refused, and after a crash the node itself until Asterisk has noticed"
        )
        yield (broken if pbx.config.nodes else note)(what, "set allowmultiplelogin = yes", once)


def _secret(pbx: Pbx, reading: Reading, section: Section) -> Iterator[PbxFinding]:
    secret = section.last("secret")
    if secret is None or len(secret.value) < _SHORTEST_SECRET:
        fault = broken(
            f"the secret of AMI user {section.name!r} is missing or too short",
            f"use {_SHORTEST_SECRET} random characters or more",
            secret or section,
        )
        if secret is not None:
            yield fault
        else:
            yield from missing([reading], fault, whether=f"{section.name!r} has a secret", see=_SEE_USERS)
    elif not hmac.compare_digest(secret.value.encode(), pbx.config.asterisk.ami_secret.encode()):
        yield broken("the secret is not the one in asterisk.ami_secret", "make them the same", secret)


def _admitted(pbx: Pbx, section: Section, general: Section) -> Iterator[PbxFinding]:
    """From where our user may log in: by its own lines and those of every access list that it names."""
    named = pbx.read("acl.conf")
    lists = []
    for setting in section.all("acl"):
        for name in (part.strip() for part in setting.value.split(",")):
            found = named.named(name)
            if found is not None:
                lists.append(found.all("deny", "permit"))
                continue
            unseen = Reading(unseen=[*named.unseen, *pbx.realtime("acls")])
            yield from missing(
                [unseen],
                broken(
                    f"AMI user {section.name!r} names the access list {name!r}, which is not in acl.conf:"
                    " Asterisk lets nobody log in",
                    "add it to acl.conf, or use deny and permit",
                    setting,
                ),
                whether=f"the access list {name!r} lets only this machine in",
                see=f"asterisk -rx 'acl show {name}'",
            )
            return
    own = section.all("deny", "permit")
    if own or not lists:
        lists.append(own)
    six = ":" in general.value("bindaddr", "")
    if all(admits_strangers(rules, six=six) for rules in lists):
        fault = broken(
            f"AMI user {section.name!r} may log in from anywhere",
            "add deny = 0.0.0.0/0.0.0.0 and permit = 127.0.0.1/255.255.255.255",
            section,
        )
        whether = f"AMI user {section.name!r} may log in from this machine only"
        yield from missing([pbx.read(_FILE), named], fault, whether=whether, see=_SEE_USERS)
    elif is_loopback(pbx.config.asterisk.ami_host):
        here = "::1" if ":" in pbx.config.asterisk.ami_host else "127.0.0.1"
        if not all(admits(rules, here) for rules in lists):
            yield broken(
                f"AMI user {section.name!r} may not log in from {here}, where voicebot is",
                f"add permit = {here}",
                section.last("permit") or section.last("acl") or section,
            )


def check_http(pbx: Pbx) -> Iterator[PbxFinding]:
    """``http.conf``, over which AMI can be reached too."""
    general = pbx.read(_FILE).named("general")
    http = pbx.read("http.conf").named("general")
    if general is None or http is None or not yes(general.value("webenabled")) or not yes(http.value("enabled")):
        return
    if not is_loopback(http.value("bindaddr", "0.0.0.0")):  # noqa: S104
        yield broken(
            "AMI over HTTP is reachable from outside",
            "set webenabled = no in manager.conf, or bindaddr = 127.0.0.1",
            http.last("bindaddr") or http,
        )
