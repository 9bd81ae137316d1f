"""A look at a PBX: its files are read, it is asked while it runs, and what it answers wins."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from voicebot.agi.addresses import is_loopback
from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.configuration.folder import read_folder
from voicebot.agi.lint import check_files
from voicebot.agi.lint.finding import PbxFinding, settle
from voicebot.agi.lint.manager import reads_keys
from voicebot.agi.recording_folder import recording_findings
from voicebot.agi.running import ask_running, logged_in, running_endpoint_findings
from voicebot.config import Config
from voicebot.errors import Problem, VoicebotError


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found.

    Parameters
    ----------
    findings
        Faults first.
    asked
        The running PBX answered.
    """

    findings: tuple[PbxFinding, ...]
    asked: bool


async def inspect_pbx(config: Config, *, offline: bool = False) -> Inspection:
    """Look at the PBX that a node would use.

    Parameters
    ----------
    config
        Of the node.
    offline
        Read the files only.
    """
    files, found = await asyncio.to_thread(_files, config)
    asked = False
    if not offline:
        try:
            async with logged_in(config) as ami:
                answers = await ask_running(ami, config, keys_over_ami=reads_keys(files, config))
                asked = True
                found = settle(found, answers.facts)
                known = {finding.what for finding in found}
                found += answers.findings
                described = await running_endpoint_findings(ami, config, files)
                found += [finding for finding in described if finding.what not in known]
        except VoicebotError as error:
            found += [PbxFinding("broken", problem) for problem in error.problems]
    found += await asyncio.to_thread(recording_findings, config, files)
    order = ("broken", "unknown", "note")
    return Inspection(tuple(sorted(dict.fromkeys(found), key=lambda one: order.index(one.state))), asked)


def _files(config: Config) -> tuple[ConfigurationFiles, list[PbxFinding]]:
    folder = config.asterisk.configuration
    nothing = ConfigurationFiles({}, str(folder))
    if not folder.is_dir() and not is_loopback(config.asterisk.ami_host):
        what = f"{folder} is not on this machine: Asterisk's files were not looked at"
        cure = "run this command on Asterisk's machine too, or set asterisk.configuration to a copy of that folder"
        return nothing, [PbxFinding("unknown", Problem(what, cure))]
    try:
        files = read_folder(folder)
    except VoicebotError as error:
        return nothing, [PbxFinding("broken", problem) for problem in error.problems]
    return files, check_files(files, config)
