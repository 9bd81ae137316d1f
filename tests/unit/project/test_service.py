"""The systemd unit: it asks for what voicebot has, and keeps the node to its own folders."""

from __future__ import annotations

import re
from pathlib import Path

from voicebot.config import SECRETS

ROOT = Path(__file__).parents[3]
UNIT = (ROOT / "deploy/voicebot@.service").read_text(encoding="utf-8")
SETTINGS = dict(re.findall(r"^([A-Za-z]+)=(.*)$", UNIT, re.MULTILINE))


def test_it_is_kept_to_its_own_folders() -> None:
    assert SETTINGS["ProtectSystem"] == "strict"
    assert SETTINGS["NoNewPrivileges"] == "yes"
    assert SETTINGS["UMask"] == "0077"
    assert SETTINGS["CapabilityBoundingSet"] == ""
    assert SETTINGS["User"] == "voicebot"


def test_it_restarts_but_not_when_it_is_configured_wrongly() -> None:
    assert SETTINGS["Restart"] == "on-failure"
    assert SETTINGS["RestartPreventExitStatus"] == "2"
    assert int(SETTINGS["TimeoutStopSec"]) > 300, "a call may take as long as call.max_seconds"


def test_the_secret_is_one_that_voicebot_looks_for() -> None:
    assert SETTINGS["LoadCredential"].split(":")[0] in {source.credential for source in SECRETS}


def test_the_how_to_names_the_unit_and_its_folders() -> None:
    page = (ROOT / "docs/how-to/systemd.md").read_text(encoding="utf-8")
    for word in ("deploy/voicebot@.service", SETTINGS["ReadWritePaths"], SETTINGS["WorkingDirectory"]):
        assert word in page
