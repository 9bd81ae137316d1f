"""The dialplan: voicebot's contexts are there, and outsiders do not reach them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from voicebot.agi import addresses, dialplan
from voicebot.agi.configuration.sections import Section
from voicebot.agi.lint.finding import Fact, PbxFinding, broken, missing
from voicebot.agi.lint.pbx import Pbx
from voicebot.config import Config
from voicebot.errors import Problem

_FILE: Final = "extensions.conf"
_AEL_INCLUDES: Final = re.compile(r"\bincludes\s*\{([^{}]*)\}")


def our_contexts(config: Config) -> tuple[str, ...]:
    """Return the contexts that voicebot needs, which outsiders must not reach."""
    return (config.asterisk.dial_context, config.asterisk.transfer_context, dialplan.CALLEE_CONTEXT)


def check_dialplan(pbx: Pbx) -> Iterator[PbxFinding]:
    """``extensions.conf``, ``extensions.ael`` and ``extensions.lua``."""
    plan = pbx.read(_FILE)
    ours = our_contexts(pbx.config)
    there, readings = pbx.contexts()
    if _FILE not in pbx.files and not there:
        fault = Problem(f"{_FILE} is missing", "see the README of asterisk-config", pbx.files.where(_FILE))
        yield from missing(
            readings, PbxFinding("broken", fault), whether="there is a dialplan", see="asterisk -rx 'dialplan show'"
        )
    else:
        for context in ours:
            if context not in there:
                fault = Problem(
                    f"there is no context [{context}]",
                    'add: #include "extensions_voicebot.conf"',
                    pbx.files.where(_FILE),
                )
                yield from missing(
                    readings,
                    PbxFinding("broken", fault, Fact("context", context)),
                    whether=f"there is a context [{context}]",
                    see=f"asterisk -rx 'dialplan show {context}'",
                )
    for section in plan.sections:
        for setting in section.all("include"):
            if setting.value.split(",")[0].strip() in ours:
                yield broken(
                    f"[{section.name}] includes {setting.value}: outsiders may reach voicebot's dialplan",
                    "take this line out",
                    setting,
                )
        for setting in section.settings:
            if setting.name == "AGIEXECFULL" or re.search(r"\bAGIEXECFULL\s*=", setting.value):
                yield broken("AGIEXECFULL has variables in AGI's arguments replaced", "take this line out", setting)
    yield from _ael(pbx, ours)
    yield from _fastagi(pbx)


def _ael(pbx: Pbx, ours: tuple[str, ...]) -> Iterator[PbxFinding]:
    text = pbx.files.text("extensions.ael") or ""
    for found in _AEL_INCLUDES.finditer(text):
        for context in ours:
            if re.search(rf"(?<![\w.-]){re.escape(context)}(?![\w.-])", found[1]):
                line = text.count("\n", 0, found.start()) + 1
                what = f"a context includes {context}: outsiders may reach voicebot's dialplan"
                place = pbx.files.where("extensions.ael")
                yield PbxFinding("broken", Problem(what, "take it out", place, line))


def _fastagi(pbx: Pbx) -> Iterator[PbxFinding]:
    """Whether each process that dials on this Asterisk has an extension that asks it, at an address written there."""
    config = pbx.config
    cure = "render it again: voicebot trunk dialplan"
    for node in (config.node, *config.nodes):
        for problem in addresses.check(config.as_node(node).asterisk):
            yield PbxFinding("broken", problem)
    for section in (one for one in pbx.read(_FILE).sections if one.name in our_contexts(config) and not one.template):
        lines = [(setting.name, setting.value) for setting in section.settings]
        for node in (config.node, *config.nodes):
            asterisk = config.as_node(node).asterisk
            expected, actual = addresses.fastagi(asterisk), dialplan.asked_at(lines, asterisk.extension)
            if actual is None:
                yield from _not_asked(pbx, section, asterisk.extension, cure)
            elif "$" in actual:
                what = f"[{section.name}] takes voicebot's address from a variable, which AMI users can set"
                yield broken(what, cure, section)
            elif actual != expected:
                yield broken(f"the dialplan asks for voicebot at {actual}, which listens at {expected}", cure, section)


def _not_asked(pbx: Pbx, section: Section, extension: str, cure: str) -> Iterator[PbxFinding]:
    what = f"[{section.name}] has no extension {extension!r} that asks for voicebot"
    see = f"asterisk -rx 'dialplan show {extension}@{section.name}'"
    names = {setting.value.split(",")[0].strip() for setting in section.all("exten")}
    if extension in names or section.all("include", "switch"):
        note_of = f"{what} in a way that can be seen here"
        yield PbxFinding("unknown", Problem(note_of, see, section.file, section.line))
    else:
        fault = broken(what, cure, section)
        yield from missing([pbx.read(_FILE)], fault, whether=f"[{section.name}] has {extension!r}", see=see)
