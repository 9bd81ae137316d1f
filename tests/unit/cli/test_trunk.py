"""``voicebot trunk``: what is wrong, what cannot be seen, and what is only worth knowing are told apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from voicebot.agi import dialplan
from voicebot.cli import trunk
from voicebot.config import load_config

FILES = {
    "manager.conf": """\
[general]
enabled = yes
bindaddr = 127.0.0.1
port = 1
[voicebot]
secret = a-long-random-secret
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = call,dtmf
write = originate,call,reporting
""",
    "modules.conf": "[modules]\nautoload = yes\n",
    "pjsip.conf": """\
[udp]
type = transport
[bank]
type = endpoint
transport = udp
context = voicebot-inbound
allow = alaw
aors = bank
allow_transfer = no
[bank]
type = aor
contact = sip:192.0.2.10
""",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "voicebot.toml"
    (tmp_path / "etc").mkdir()
    file.write_text(
        f"""\
[asterisk]
ami_secret = "a-long-random-secret"
ami_port = 1
configuration = "{tmp_path}/etc"
recordings = "{tmp_path}/recordings"
[trunks.main]
endpoint = "bank"
"""
    )
    file.chmod(0o600)
    for name, text in FILES.items():
        (tmp_path / "etc" / name).write_text(text)
    (tmp_path / "etc/extensions.conf").write_text(dialplan.render(load_config(file)))
    return file


def run(config: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(trunk.app, list(arguments), obj=config)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def check(config: Path) -> tuple[int, dict[str, Any]]:
    code, text = run(config, "check", "--offline", "--json")
    return code, json.loads(text)


def test_a_pbx_as_it_should_be(config: Path) -> None:
    code, report = check(config)
    assert (code, report["ok"], report["problems"], report["unknown"], report["notes"]) == (0, True, [], [], [])


def test_what_is_wrong_leaves_with_one(config: Path) -> None:
    (config.parent / "etc/pjsip.conf").write_text(FILES["pjsip.conf"].replace("allow = alaw\n", ""))
    code, report = check(config)
    assert (code, report["ok"]) == (1, False)
    assert report["problems"][0]["where"] == f"{config.parent}/etc/pjsip.conf:3"


def test_what_cannot_be_seen_is_neither_right_nor_wrong(config: Path) -> None:
    (config.parent / "etc/pjsip.conf").write_text("#exec /usr/local/bin/trunks\n")
    code, report = check(config)
    assert (code, report["ok"], report["problems"]) == (0, True, [])
    assert [one["cure"] for one in report["unknown"]] == ["asterisk -rx 'pjsip show endpoint bank'"]
    code, text = run(config, "check", "--offline")
    assert code == 0
    assert "1 could not be seen" in text


def test_what_should_be_known_is_a_note(config: Path) -> None:
    (config.parent / "etc/pjsip.conf").write_text(FILES["pjsip.conf"].replace("allow_transfer = no\n", ""))
    code, report = check(config)
    assert (code, report["problems"], len(report["notes"])) == (0, [], 1)


def test_no_trunk_at_all(config: Path) -> None:
    config.write_text(config.read_text().split("[trunks.main]")[0])
    code, report = check(config)
    assert code == 1
    assert "[trunks.NAME]" in report["problems"][0]["cure"]


def test_a_trunk_is_rendered_for_pjsip(config: Path) -> None:
    code, text = run(config, "render", "main", "--host", "sip.carrier.example")
    assert code == 0
    assert "[bank]\ntype = endpoint\n" in text
    assert "contact = sip:sip.carrier.example\n" in text
