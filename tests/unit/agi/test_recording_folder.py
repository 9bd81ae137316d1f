"""Whether a user may write into a folder, by the permission bits on the way there."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.recording_folder import Place, User, first_refusal, owner_of_listener, recording_findings
from voicebot.config import AsteriskSection, Config

ASTERISK = User("asterisk", 110, frozenset({110, 999}))


def places(*modes: tuple[int, int, int]) -> list[Place]:
    return [Place(f"/{number}", *mode) for number, mode in enumerate(modes)]


ROOT = (0o755, 0, 0)


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        (places(ROOT, (0o755, 1000, 1000)), "/1"),
        (places(ROOT, (0o777, 1000, 1000)), None),
        (places(ROOT, (0o700, 1000, 1000), (0o777, 1000, 1000)), "/1"),
        (places(ROOT, (0o770, 1000, 999)), None),
        (places(ROOT, (0o750, 1000, 999)), "/1"),
        (places(ROOT, (0o710, 1000, 999), (0o730, 1000, 110)), None),
        (places(ROOT, (0o300, 110, 0)), None),
        (places(ROOT, (0o077, 110, 0)), "/1"),  # an owner has the owner's bits only
        (places(ROOT, (0o707, 0, 999)), "/1"),  # a group's member has the group's bits only
    ],
)
def test_the_folder_that_stands_in_the_way(path: list[Place], refused: str | None) -> None:
    found = first_refusal(path, ASTERISK)
    assert (found.path if found else None) == refused


def test_root_may_do_everything() -> None:
    assert first_refusal(places((0o000, 1, 1)), User("root", 0, frozenset())) is None


def test_who_listens_on_a_port_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert owner_of_listener(server.getsockname()[1]) == os.getuid()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert owner_of_listener(unused.getsockname()[1]) is None


def test_a_folder_that_asterisk_may_not_write_is_named_with_the_user(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir(mode=0o700)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        config = Config(asterisk=AsteriskSection(recordings=folder / "2026", ami_port=unused.getsockname()[1]))
        files = ConfigurationFiles({"asterisk.conf": "[options]\nrunuser = nobody\n"})
        (found,) = recording_findings(config, files)
    assert (found.state, "Asterisk runs as nobody" in found.what) == ("broken", True)
    assert folder.is_relative_to(found.problem.file or "nothing")


@pytest.mark.parametrize("text", ["", "[options]\nrunuser = no-such-user-here\n"])
def test_an_unknown_user_is_not_judged(tmp_path: Path, text: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        config = Config(asterisk=AsteriskSection(recordings=tmp_path, ami_port=unused.getsockname()[1]))
        assert recording_findings(config, ConfigurationFiles({"asterisk.conf": text})) == []


def test_an_asterisk_elsewhere_is_not_judged(tmp_path: Path) -> None:
    config = Config(asterisk=AsteriskSection(recordings=tmp_path, ami_host="192.0.2.1"))
    files = ConfigurationFiles({"asterisk.conf": "[options]\nrunuser = nobody\n"})
    assert recording_findings(config, files) == []
