"""AMI over TLS: nothing is said to whom the certificate does not prove to be Asterisk."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.agi.manager import SECRET, Manager
from voicebot.agi.ami import Ami
from voicebot.errors import ConfigurationError, UnavailableError

TLS = Path(__file__).parents[2] / "data" / "tls"


@pytest.fixture
async def encrypted() -> AsyncIterator[Manager]:
    manager = Manager()
    manager.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    manager.tls.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    await manager.listen()
    yield manager
    await manager.vanish()


async def test_ami_over_tls(encrypted: Manager) -> None:
    ami = Ami("127.0.0.1", encrypted.port, "voicebot", SECRET, authority=TLS / "certificate.pem")
    await ami.start()
    assert (await ami.action("Status")).message == "done"
    await ami.close()


async def test_nothing_is_sent_to_whom_the_certificate_does_not_prove(encrypted: Manager) -> None:
    """Another authority than the one that signed it: here a certificate of the same name with another key."""
    ami = Ami("127.0.0.1", encrypted.port, "voicebot", SECRET, authority=TLS / "other.pem")
    with pytest.raises(UnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        await ami.start()
    assert encrypted.received == []


async def test_nothing_is_sent_to_who_speaks_no_tls() -> None:
    manager = Manager()
    await manager.listen()
    ami = Ami("127.0.0.1", manager.port, "voicebot", SECRET, authority=TLS / "certificate.pem", action_seconds=2.0)
    with pytest.raises(UnavailableError):
        await ami.start()
    assert manager.received == []
    await manager.vanish()


def test_an_authority_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(ConfigurationError, match=rf"asterisk.ami_ca[^$]*{name}"):
            Ami("127.0.0.1", 5039, "voicebot", SECRET, authority=tmp_path / name)
