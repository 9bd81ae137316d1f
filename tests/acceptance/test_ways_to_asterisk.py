"""Asterisk reached in other ways than over IPv4 on one machine by one process, and Asterisks that carry no keys."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.telephone import FIRST_PORT, SECRET, Network, loudness, place
from voicebot.agi.ami import Ami
from voicebot.agi.asterisk_call import AsteriskCall
from voicebot.agi.asterisk_phone import AsteriskPhone
from voicebot.agi.phone import Disposition
from voicebot.errors import ConfigurationError, UnavailableError

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECOND = {"fastagi_port": FIRST_PORT + 11, "audiosocket_port": FIRST_PORT + 12}
DIGITS = "1234567890*#"


def once_each(files: dict[str, str]) -> None:
    """A PBX that lets nobody log in twice."""
    files["manager.conf"] = files["manager.conf"].replace("[general]\n", "[general]\nallowmultiplelogin = no\n")


def with_keys(files: dict[str, str]) -> None:
    """The rights for an Asterisk whose AudioSocket carries no keys."""
    changed = files["manager.conf"].replace("(voicebot-rights)", "(voicebot-rights-with-keys)")
    assert changed != files["manager.conf"]
    files["manager.conf"] = changed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    """IPv6 loopback, and two processes on one Asterisk."""
    network = Network(
        tmp_path_factory.mktemp("ways"),
        asterisk={"fastagi_host": "::1", "audiosocket_host": "::1"},
        more={"nodes": {"second": SECOND}},
        change=with_keys,
    )
    await network.start()
    yield network
    await network.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def phone(network: Network) -> AsyncIterator[AsteriskPhone]:
    phone = AsteriskPhone(network.config)
    await phone.start()
    yield phone
    await phone.close()


async def test_a_call_over_ipv6(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1001000")
    assert (await owner.wait("hung_up")).disposition is Disposition.ANSWERED
    assert owner.names == ["media_up", "answered", "hung_up"]
    assert sum(loudness(pcm) > 1000 for _, pcm in owner.frames) > 40


async def test_a_callee_whom_nobody_took_comes_back_over_ipv6(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1002000")
    await owner.wait("answered")
    call.transfer("298")
    assert await owner.wait("transferred") == ("298", False)
    await owner.heard(0.4)
    call.hang_up()
    await owner.wait("hung_up")


async def test_two_processes_share_one_asterisk(network: Network, phone: AsteriskPhone) -> None:
    other = AsteriskPhone(network.config.as_node("second"))
    await other.start()
    calls = [await place(one, "1002000") for one in (phone, other, phone, other)]
    for call, owner in calls:
        await owner.wait("answered")
        await owner.heard()
        call.hang_up()
        assert (await owner.wait("hung_up")).disposition is Disposition.ANSWERED
    await other.close()


async def test_keys_that_come_on_both_ways_are_told_once(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1008000")
    await owner.wait("hung_up")
    assert "".join(owner.values("digit")) == DIGITS


async def test_keys_that_audiosocket_does_not_carry_come_over_ami(
    phone: AsteriskPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AsteriskCall, "media_digit", lambda *_: None)
    _, owner = await place(phone, "1008000")
    await owner.wait("hung_up")
    assert "".join(owner.values("digit")) == DIGITS


async def test_what_asterisk_is_told_differs_from_where_we_listen_and_nobody_logs_in_twice(
    network: Network, tmp_path: Path
) -> None:
    del network  # its ports are used again: one at a time
    anywhere = {"fastagi_host": "0.0.0.0", "audiosocket_host": "0.0.0.0"}  # noqa: S104 – what is tried
    with pytest.raises(ConfigurationError, match=r"fastagi_address[^$]*"):
        Network(tmp_path / "refused", FIRST_PORT + 20, asterisk=anywhere)
    port = FIRST_PORT + 20
    told = {"fastagi_address": f"localhost:{port + 1}", "audiosocket_address": f"127.0.0.1:{port + 2}"}
    other = Network(tmp_path / "other", port, asterisk=anywhere | told, change=once_each)
    await other.start()
    phone = AsteriskPhone(other.config)
    await phone.start()
    _, owner = await place(phone, "1001000")
    assert (await owner.wait("hung_up")).disposition is Disposition.ANSWERED
    channels = re.findall(r"0\.0\.0\.0", (other.pbx.folder / "log/messages.log").read_text())
    assert channels == []
    with pytest.raises(UnavailableError, match="allowmultiplelogin = yes"):
        await Ami("127.0.0.1", other.config.asterisk.ami_port, "voicebot", SECRET).start()
    await phone.close()
    await other.stop()
