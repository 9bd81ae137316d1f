"""The far side of a trunk tries to have Asterisk dial numbers that nobody decided to dial."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.far_side import FarSide
from tests.acceptance.telephone import FIRST_PORT, SECRET, Network, place
from voicebot.agi.ami import Ami
from voicebot.agi.asterisk_phone import AsteriskPhone
from voicebot.agi.phone import Disposition, Origin
from voicebot.agi.trunk_state import TrunkWatch
from voicebot.errors import UnavailableError
from voicebot.pbx.files import trunk_endpoint

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAR_PORT = FIRST_PORT + 5
METHODS = ("user", "uri_core", "uri_pjsip")
TARGETS = (
    f"<sip:19005550199@127.0.0.1:{FAR_PORT}>",
    f"<sip:+882165550199@127.0.0.1:{FAR_PORT}>",
    "<tel:+19005550199>",
    "<sip:start@127.0.0.1>",
    "<sip:19005550199@voicebot-dial>",
    "<sip:start%40voicebot-dial@127.0.0.1>",
    "<sip:PJSIP%2F1001000%40carrier@127.0.0.1>",
    "<sip:1900/carrier@127.0.0.1>",
    f"<sip:19005550199@127.0.0.1:{FAR_PORT}>;q=0.2, <sip:19005550198@127.0.0.1:{FAR_PORT}>;q=0.9",
)
NUMBER = "+14155550100"


def a_bank(files: dict[str, str]) -> None:
    """A PBX that trusts its trunk: it takes transfers, and the trunk's context dials whatever it is asked for."""
    for method in METHODS:
        ours = trunk_endpoint(method, host="127.0.0.1", port=FIRST_PORT + 4)
        assert ours in files["pjsip.conf"]
        theirs = trunk_endpoint(method, host="127.0.0.1", port=FAR_PORT, context="bank-trunk")
        theirs = theirs.replace("allow_transfer = no", f"allow_transfer = yes\nredirect_method = {method}")
        files["pjsip.conf"] = files["pjsip.conf"].replace(ours, theirs)
    careful = trunk_endpoint("careful", host="127.0.0.1", port=FIRST_PORT + 4)
    files["pjsip.conf"] = files["pjsip.conf"].replace(careful, careful.replace(f":{FIRST_PORT + 4}", f":{FAR_PORT}"))
    files["pjsip.conf"] += f"""\
[careful]
type = registration
server_uri = sip:127.0.0.1:{FAR_PORT}
client_uri = sip:us@127.0.0.1:{FAR_PORT}
retry_interval = 1
max_random_initial_delay = 0
"""
    files["modules.conf"] += "load = res_pjsip_refer.so\nload = res_pjsip_outbound_registration.so\n"
    files["extensions.conf"] += "\n[bank-trunk]\n"
    for pattern in ("_X.", "_+X.", "_[a-z].", "external_replaces"):
        files["extensions.conf"] += f"exten => {pattern},1,Dial(PJSIP/${{EXTEN}}@user,10)\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def far_side() -> FarSide:
    return FarSide()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory, far_side: FarSide) -> AsyncIterator[Network]:
    trunks = {name: {"endpoint": name} for name in (*METHODS, "careful", "carrier")}
    folder = tmp_path_factory.mktemp("bank")
    network = Network(folder, change=a_bank, answerer=far_side, more={"trunks": trunks})
    await network.start()
    yield network
    await network.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def phone(network: Network) -> AsyncIterator[AsteriskPhone]:
    phone = AsteriskPhone(network.config)
    await phone.start()
    yield phone
    await phone.close()
    assert "0 active channels" in await network.pbx.console("core show channels")


@pytest.fixture(autouse=True)
def fresh(far_side: FarSide) -> None:
    far_side.asked.clear()
    far_side.replies.clear()
    far_side.redirects.clear()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("method", ["user", "uri_core"])
async def test_where_a_redirect_points_is_not_dialled(
    phone: AsteriskPhone, far_side: FarSide, method: str, target: str
) -> None:
    far_side.redirects[NUMBER] = (302, target)
    _, owner = await place(phone, NUMBER, trunk=method, ring=4.0)
    hang_up = await owner.wait("hung_up")
    assert (hang_up.disposition, hang_up.technical) == (Disposition.MOVED, 302)
    assert "answered" not in owner.names
    assert "ringing" not in owner.names
    assert far_side.asked == [NUMBER]


async def test_a_redirect_that_is_no_address_is_no_answer_at_all(phone: AsteriskPhone, far_side: FarSide) -> None:
    far_side.redirects[NUMBER] = (302, "<sip:${EXTEN}@127.0.0.1>")
    _, owner = await place(phone, NUMBER, trunk="user", ring=1.0)
    assert (await owner.wait("hung_up")).disposition is Disposition.CONGESTION
    assert set(far_side.asked) == {NUMBER}


@pytest.mark.parametrize("status", [300, 301, 305, 380])
async def test_every_redirect_is_told_as_one(phone: AsteriskPhone, far_side: FarSide, status: int) -> None:
    far_side.redirects[NUMBER] = (status, TARGETS[0])
    _, owner = await place(phone, NUMBER, trunk="user", ring=4.0)
    assert (await owner.wait("hung_up")).disposition is Disposition.MOVED
    assert far_side.asked == [NUMBER]


async def test_an_endpoint_that_follows_redirects_by_itself_is_not_dialled_over(
    phone: AsteriskPhone, far_side: FarSide
) -> None:
    """``uri_pjsip`` happens behind Dial's back: no option of Dial prevents it."""
    with pytest.raises(UnavailableError, match=r"redirect calls to any number[^$]*redirect_method = uri_pjsip"):
        await place(phone, NUMBER, trunk="uri_pjsip")
    assert far_side.asked == []


@pytest.mark.parametrize(
    "target",
    [
        f"<sip:+882165550199@127.0.0.1:{FAR_PORT}>",
        "<sip:19005550199@127.0.0.1>",
        "<sip:start@127.0.0.1>",
        "<sip:start%40voicebot-transfer@127.0.0.1>",
        "<sip:19005550199@127.0.0.1?Replaces=nobody%40127.0.0.1%3Bto-tag%3Da%3Bfrom-tag%3Db>",
    ],
)
@pytest.mark.parametrize("trunk", ["user", "careful"])
async def test_a_transfer_by_the_far_side_is_refused_and_the_call_goes_on(
    phone: AsteriskPhone, far_side: FarSide, target: str, trunk: str
) -> None:
    """Where the endpoint forbids transfers, and even where it allows them: on our calls they find no extension."""
    call, owner = await place(phone, NUMBER, trunk=trunk, ring=4.0)
    await owner.wait("answered")
    far_side.refer(NUMBER, target)
    assert await far_side.transferred() >= 400
    assert far_side.asked == [NUMBER]
    assert "hung_up" not in owner.names
    call.hang_up()
    hang_up = await owner.wait("hung_up")
    assert not hang_up.by_callee


async def test_a_registration_that_is_refused_is_seen_and_its_return_too(network: Network, far_side: FarSide) -> None:
    asterisk = network.config.asterisk
    ami = Ami(asterisk.ami_host, asterisk.ami_port, asterisk.ami_username, SECRET)
    await ami.start()
    watch = TrunkWatch(network.config.trunks)
    await watch.look(ami)
    for status, unregistered in (("403 Forbidden", {"careful": "Rejected"}), ("200 OK", {})):
        far_side.registers = status
        await network.pbx.console("pjsip send register careful")
        async with asyncio.timeout(10):
            while watch.unregistered != unregistered:
                await watch.look(ami)
    await ami.close()


async def test_a_number_is_not_blamed_by_a_carrier_at_which_the_trunk_is_not_registered(
    network: Network, phone: AsteriskPhone, far_side: FarSide
) -> None:
    asterisk = network.config.asterisk
    ami = Ami(asterisk.ami_host, asterisk.ami_port, asterisk.ami_username, SECRET)
    await ami.start()
    far_side.redirects[NUMBER] = (404, "<sip:nobody@127.0.0.1>")
    for status, seen, told in (
        ("403 Forbidden", {"careful": "Rejected"}, (Disposition.FAILED, Origin.TRUNK)),
        ("200 OK", {}, (Disposition.UNREACHABLE_NUMBER, Origin.NETWORK)),
    ):
        far_side.registers = status
        await network.pbx.console("pjsip send register careful")
        async with asyncio.timeout(10):
            while phone.trunks.unregistered != seen:
                await phone.trunks.look(ami)
        _, owner = await place(phone, NUMBER, trunk="careful", ring=4.0)
        hang_up = await owner.wait("hung_up")
        assert (hang_up.disposition, hang_up.origin) == told
    await ami.close()
