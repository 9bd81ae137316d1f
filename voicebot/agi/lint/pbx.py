"""A PBX as its files show it: which file is read from where, its PJSIP objects, its dialplan's contexts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, Literal

from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.configuration.sections import Reading, Section, Setting, Unseen, settings_of
from voicebot.agi.lint.finding import PbxFinding
from voicebot.config import Config

LOADING: Final = ("load", "preload", "require", "preload-require")
"""Settings of ``modules.conf`` that load a module."""
_TRUE: Final = frozenset({"yes", "true", "on", "y", "t", "1"})
_NEVER_IN_A_DATABASE: Final = frozenset({"asterisk.conf", "extconfig.conf", "logger.conf"})
_OWNERS: Final = {
    "registration": "res_pjsip_outbound_registration",
    "identify": "res_pjsip_endpoint_identifier_ip",
}
"""PJSIP object type -> the module that keeps it, where that is not ``res_pjsip`` itself."""
_AEL_COMMENT: Final = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_AEL_CONTEXT: Final = re.compile(r"\bcontext\s+([\w.-]+)\s*\{")
_AEL_INCLUDE: Final = re.compile(r"#\s*include\b[^\n]*")


def yes(value: str) -> bool:
    """Whether Asterisk takes a value for true."""
    return value.lower() in _TRUE


class Pbx:
    """What the checks look at.

    Parameters
    ----------
    files
        The PBX's configuration.
    config
        What this node expects of it.
    """

    def __init__(self, files: ConfigurationFiles, config: Config) -> None:
        self.files = files
        self.config = config
        self._readings: dict[str, Reading] = {}

    def read(self, name: str) -> Reading:
        """Read a file from where Asterisk reads it: a database takes its place where ``extconfig.conf`` says so."""
        if name not in self._readings:
            self._readings[name] = self._database(name) or self.files.read(name)
        return self._readings[name]

    def reading_problems(self) -> Iterator[PbxFinding]:
        """What Asterisk itself cannot read in the files that were looked at."""
        for reading in self._readings.values():
            for problem in reading.problems:
                yield PbxFinding("broken", problem)

    def _database(self, name: str) -> Reading | None:
        if name in _NEVER_IN_A_DATABASE:
            return None
        reading = self.read("extconfig.conf")
        for setting in settings_of(reading.sections, "settings"):
            if setting.name.lower() == name:
                unseen = Unseen(f"the database that {name} is kept in ({_driver(setting)})", setting.file, setting.line)
                return Reading(unseen=[unseen])
        return None

    def realtime(self, family: str) -> list[Unseen]:
        """Return where ``extconfig.conf`` has a family of objects looked up, beside their file."""
        return [
            Unseen(f"the database that {family} are kept in ({_driver(setting)})", setting.file, setting.line)
            for setting in settings_of(self.read("extconfig.conf").sections, "settings")
            if setting.name.lower() == family
        ]

    def module_is_off(self, module: str) -> bool:
        """Whether a module is known not to be loaded."""
        reading = self.read("modules.conf")
        section = reading.named("modules")
        if section is None or reading.unseen:
            return False
        if module in modules_of(section.all("noload")):
            return True
        return not yes(section.value("autoload")) and module not in modules_of(section.all(*LOADING))

    def objects(self, kind: str) -> Reading:
        """Return the PJSIP objects of one type, from wherever ``sorcery.conf`` and the wizard have them come.

        The sections returned are the objects, nothing else.
        """
        found = Reading(unseen=list(self.read("sorcery.conf").unseen))
        for file, criteria in self._sources(kind):
            reading = self.read(file)
            found.unseen += reading.unseen
            found.sections += self._matching(reading, criteria)
        for mapping in self._mappings(kind):
            driver = mapping.value.partition(",")[0].strip()
            if driver != "config":
                what = f"what {driver} keeps (sorcery.conf has every {kind} come from there)"
                found.unseen.append(Unseen(what, mapping.file, mapping.line))
        if kind in {"endpoint", "aor"} and not self.module_is_off("res_pjsip_config_wizard"):
            wizards = self.read("pjsip_wizard.conf")
            found.unseen += wizards.unseen
            found.sections += [
                _from_wizard(one, kind)
                for one in wizards.sections
                if one.value("type") == "wizard" and not one.template
            ]
        return found

    def _mappings(self, kind: str) -> list[Setting]:
        """Return what ``sorcery.conf`` says of where objects of a type come from, caches left out."""
        owner = _OWNERS.get(kind, "res_pjsip")
        return [
            setting
            for setting in settings_of(self.read("sorcery.conf").sections, owner)
            if setting.name.split("/")[0].strip() == kind and not setting.name.rstrip().endswith("/cache")
        ]

    def _sources(self, kind: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the files that objects of a type are read from, each with what tells them from other sections."""
        mappings = self._mappings(kind)
        if not mappings:
            yield "pjsip.conf", {"type": kind}
        for mapping in mappings:
            driver, _, rest = mapping.value.partition(",")
            if driver.strip() == "config":
                file, *options = (part.strip() for part in rest.split(","))
                yield file, _criteria(options)

    def _matching(self, reading: Reading, criteria: dict[str, str]) -> list[Section]:
        return [
            section
            for section in reading.sections
            if not section.template and all(section.value(name) == value for name, value in criteria.items())
        ]

    def defined_twice(self, kind: str) -> list[Section]:
        """Return objects of a type that their file defines once more: Asterisk then loads none of that type.

        ("configuration contains a duplicate object", ``res_sorcery_config``)
        """
        seen: set[tuple[str, str]] = set()
        twice = []
        for file, criteria in self._sources(kind):
            for section in self._matching(self.read(file), criteria):
                if (file, section.name) in seen:
                    twice.append(section)
                seen.add((file, section.name))
        return twice

    def contexts(self) -> tuple[frozenset[str], list[Reading]]:
        """Return the dialplan's contexts, and all readings that could define one."""
        plan = self.read("extensions.conf")
        names = {section.name for section in plan.sections if not section.template} - {"general", "globals"}
        unseen: list[Unseen] = []
        ael, lua = self.files.text("extensions.ael"), "extensions.lua"
        if ael is not None and not self.module_is_off("pbx_ael"):
            text = _AEL_COMMENT.sub("", ael)
            names |= set(_AEL_CONTEXT.findall(text))
            unseen += [
                Unseen(f"what {one.strip()} brings in", self.files.where("extensions.ael"))
                for one in _AEL_INCLUDE.findall(text)
            ]
        if lua in self.files and not self.module_is_off("pbx_lua"):
            unseen.append(Unseen("extensions.lua, which is a program", self.files.where(lua)))
        return frozenset(names), [plan, Reading(unseen=unseen)]

    def leads(self, context: str) -> Literal["nowhere", "somewhere", "unknown"]:
        """Return where calls to a context can get: nowhere if it is missing or can only hang up."""
        plan = self.read("extensions.conf")
        found = [one for one in plan.sections if one.name == context and not one.template]
        if not all(_hangs_up(setting) for section in found for setting in section.settings):
            return "somewhere"
        there, readings = self.contexts()
        elsewhere = context in there and not found
        return "unknown" if elsewhere or any(reading.unseen for reading in readings) else "nowhere"


def _driver(setting: Setting) -> str:
    return f"{setting.value.split(',')[0].strip()}, extconfig.conf"


def modules_of(lines: Iterable[Setting]) -> dict[str, Setting]:
    """Return the modules that lines of ``modules.conf`` name, each with its last line."""
    return {line.value.strip().removesuffix(".so"): line for line in lines}


def _criteria(options: list[str]) -> dict[str, str]:
    found = {}
    for option in options:
        word, _, condition = option.partition("=")
        if word.strip() == "criteria":
            name, _, value = condition.partition("=")
            found[name.strip()] = value.strip()
    return found


def _hangs_up(setting: Setting) -> bool:
    if setting.name.lower() not in {"exten", "same"}:
        return False
    parts = setting.value.split(",", 2 if setting.name.lower() == "exten" else 1)
    return parts[-1].strip().lower().startswith(("hangup", "congestion", "busy", "noop", "return"))


def _from_wizard(wizard: Section, kind: str) -> Section:
    """Return the object that ``res_pjsip_config_wizard`` makes of a wizard."""
    prefix = f"{kind}/"
    settings = [
        replace(setting, name=setting.name[len(prefix) :])
        for setting in wizard.settings
        if setting.name.lower().startswith(prefix)
    ]
    made = Section(wizard.name, wizard.file, wizard.line, settings=settings)
    if kind == "endpoint":
        settings += [
            replace(setting, value=wizard.name, name="aors") for setting in wizard.settings[:1] if not made.all("aors")
        ]
        settings += [setting for setting in wizard.all("transport") if not made.all("transport")]
    else:
        settings += [replace(setting, name="contact") for setting in wizard.all("remote_hosts") if setting.value]
        if yes(wizard.value("accepts_registrations")) and not made.all("max_contacts"):
            settings += [replace(setting, name="max_contacts", value="1") for setting in wizard.settings[:1]]
    return made
