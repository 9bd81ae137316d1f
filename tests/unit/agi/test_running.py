"""What a running Asterisk's answers mean."""

from __future__ import annotations

import pytest

from voicebot.agi.running import registration_finding, version_findings
from voicebot.config import Config, TrunkSection

CONFIG = Config(trunks={"main": TrunkSection(endpoint="bank")})


@pytest.mark.parametrize(
    ("version", "state", "words"),
    [
        ("22.10.1", "", ""),
        ("22.4.0", "", ""),
        ("22.3.9", "note", "does not pass on the keys"),
        ("21.8.0", "note", "does not pass on the keys"),
        ("20.14.0~dfsg", "", ""),
        ("18.26.4", "note", "does not pass on the keys"),
        ("23.0.0-rc1", "", ""),
        ("certified/20.7-cert3", "note", "does not pass on the keys"),
        ("16.28.0", "broken", "no AudioSocket channel"),
        ("GIT-master-1a2b3c", "unknown", "cannot be told"),
        ("", "unknown", "cannot be told"),
    ],
)
def test_what_a_version_lacks(version: str, state: str, words: str) -> None:
    found = version_findings(version, keys_over_ami=False, copies=True)
    assert [finding.state for finding in found] == ([state] if state else [])
    assert all(words in finding.what and finding.cure for finding in found)
    heard = version_findings(version, keys_over_ami=True, copies=True)
    assert heard == (found if state != "note" else []), "keys come another way"


@pytest.mark.parametrize(
    ("version", "copies", "told"),
    [
        ("22.8.2", False, False),
        ("22.9.0", False, True),
        ("22.9.0", True, False),
        ("23.1.0", False, True),
        ("22.10.1", False, True),
    ],
)
def test_a_carriers_reason_that_asterisk_keeps_to_itself(version: str, *, copies: bool, told: bool) -> None:
    found = version_findings(version, keys_over_ami=True, copies=copies)
    assert [finding.state for finding in found] == ["note"] * told
    assert all("Reason" in finding.what and "hep" in finding.problem.cure for finding in found)


@pytest.mark.parametrize(
    ("name", "endpoint", "status", "state"),
    [
        ("bank", "", "Registered", ""),
        ("bank", "", "Registered (exp. 3500s)", ""),
        ("bank", "", "Rejected", "broken"),
        ("anything", "bank", "Unregistered", "broken"),
        ("anything", "", "Unregistered", "note"),
        ("bank-reg-0", "", "Unregistered", "broken"),  # made by the wizard
        ("bank", "another", "Unregistered", "note"),
        ("bank", "", "", "broken"),
    ],
)
def test_a_registration_that_is_not_there(name: str, endpoint: str, status: str, state: str) -> None:
    found = registration_finding({"ObjectName": name, "Endpoint": endpoint, "Status": status}, CONFIG)
    assert (found.state if found else "") == state
    if state == "broken":
        assert found is not None
        assert "trunk main" in found.what
