"""What would go wrong with a PBX's own configuration, read from its files: each finding with its place and cure."""

from __future__ import annotations

from voicebot.agi import numbers
from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.lint.dialplan import check_dialplan
from voicebot.agi.lint.endpoints import check_trunks
from voicebot.agi.lint.finding import PbxFinding
from voicebot.agi.lint.manager import check_http, check_manager
from voicebot.agi.lint.modules import check_asterisk, check_modules
from voicebot.agi.lint.options import check_options
from voicebot.agi.lint.pbx import Pbx
from voicebot.agi.lint.rtp import check_rtp
from voicebot.config import Config


def check_files(files: ConfigurationFiles, config: Config) -> list[PbxFinding]:
    """Return everything that would go wrong with these files. Pure."""
    pbx = Pbx(files, config)
    found = [
        PbxFinding("broken", problem)
        for name, trunk in config.trunks.items()
        for problem in numbers.check_patterns(name, trunk)
    ]
    for check in (
        check_asterisk,
        check_modules,
        check_manager,
        check_http,
        check_dialplan,
        check_trunks,
        check_rtp,
        check_options,
    ):
        found += check(pbx)
    return list(dict.fromkeys([*found, *pbx.reading_problems()]))
