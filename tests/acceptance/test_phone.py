"""The telephone on two real Asterisks: every way in which a call can go."""

from __future__ import annotations

import asyncio
import re
from array import array
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.acceptance.telephone import Network, Owner, loudness, place, recorded
from voicebot.agi.asterisk_phone import AsteriskPhone
from voicebot.agi.phone import CallRequest, Disposition, HangUp, Origin
from voicebot.errors import ConfigurationError, UnavailableError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    network = Network(tmp_path_factory.mktemp("network"))
    await network.start()
    yield network
    await network.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def phone(network: Network) -> AsyncIterator[AsteriskPhone]:
    if network.pbx.pid is None:
        await network.pbx.start()
    phone = AsteriskPhone(network.config)
    await phone.start()
    yield phone
    await phone.close()
    if network.pbx.pid is not None:
        assert "0 active channels" in await network.pbx.console("core show channels")


async def ends(owner: Owner, disposition: Disposition) -> HangUp:
    """Wait for the end, which comes once and last."""
    hang_up: HangUp = await owner.wait("hung_up")
    assert hang_up.disposition is disposition, hang_up
    assert owner.names[-1] == "hung_up"
    assert owner.names.count("hung_up") == 1
    return hang_up


async def test_answered_heard_and_hung_up_by_the_callee(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1001000")
    hang_up = await ends(owner, Disposition.ANSWERED)
    assert hang_up.by_callee
    assert hang_up.cause == 16
    assert owner.names == ["media_up", "answered", "hung_up"]
    assert sum(loudness(pcm) > 1000 for _, pcm in owner.frames) > 40
    assert all(len(pcm) == 320 for _, pcm in owner.frames)


async def test_rings_answers_and_we_hang_up(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1002000")
    await owner.wait("answered")
    await owner.heard()
    assert await phone.open_attempts() == {call.attempt}
    call.hang_up()
    hang_up = await ends(owner, Disposition.ANSWERED)
    assert not hang_up.by_callee
    assert owner.names == ["media_up", "ringing", "answered", "hung_up"]
    assert owner.at("answered") - owner.at("ringing") == pytest.approx(0.3, abs=0.25)


async def test_what_we_say_comes_back_from_an_echo(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1009000")
    await owner.wait("answered")
    tone = array("h", (8000 if sample // 8 % 2 else -8000 for sample in range(160))).tobytes()
    owner.say = lambda: tone
    await owner.heard(0.4)
    call.hang_up()
    await ends(owner, Disposition.ANSWERED)


async def test_busy(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1003000")
    hang_up = await ends(owner, Disposition.BUSY)
    assert (hang_up.cause, hang_up.technical) == (17, 486)
    assert "answered" not in owner.names


async def test_nobody_answers_in_the_ring_time(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1004000", ring=1.5)
    hang_up = await ends(owner, Disposition.NO_ANSWER)
    assert "in time" in hang_up.explanation
    assert owner.names == ["media_up", "ringing", "hung_up"]
    assert owner.at("hung_up") - owner.at("ringing") == pytest.approx(1.5, abs=0.5)


async def test_the_phone_is_off_is_told_from_the_ring_time(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1005019")
    hang_up = await ends(owner, Disposition.NO_ANSWER)
    assert hang_up.technical == 480
    assert "in time" not in hang_up.explanation


@pytest.mark.parametrize(
    ("status", "cause", "disposition"),
    [
        (486, 17, Disposition.BUSY),
        (600, 17, Disposition.BUSY),
        (503, 34, Disposition.CONGESTION),
        (404, 1, Disposition.UNREACHABLE_NUMBER),
        (604, 1, Disposition.UNREACHABLE_NUMBER),
        (403, 21, Disposition.FAILED),
        (401, 21, Disposition.FAILED),
        (402, 127, Disposition.FAILED),
        (420, 3, Disposition.FAILED),
        (483, 19, Disposition.CONGESTION),
        (485, 1, Disposition.UNREACHABLE_NUMBER),
        (603, 21, Disposition.REJECTED),
        (480, 19, Disposition.NO_ANSWER),
        (408, 18, Disposition.NO_ANSWER),
        (410, 22, Disposition.UNREACHABLE_NUMBER),
        (484, 28, Disposition.UNREACHABLE_NUMBER),
        (488, 58, Disposition.FAILED),
        (606, 58, Disposition.FAILED),
        (500, 38, Disposition.CONGESTION),
        (502, 27, Disposition.CONGESTION),
        (504, 102, Disposition.CONGESTION),
        (400, 127, Disposition.FAILED),
        (487, 127, Disposition.NO_ANSWER),
        (607, 127, Disposition.REJECTED),
    ],
)
async def test_every_sip_status(phone: AsteriskPhone, status: int, cause: int, disposition: Disposition) -> None:
    _, owner = await place(phone, f"1000{status}", trunk="answerer")
    hang_up = await ends(owner, disposition)
    assert (hang_up.technical, hang_up.cause) == (status, cause)
    assert hang_up.explanation


@pytest.mark.parametrize("status", [300, 301, 302, 305])
async def test_a_redirection_is_told_and_never_followed(phone: AsteriskPhone, status: int) -> None:
    _, owner = await place(phone, f"1000{status}", trunk="answerer")
    # Asterisk may have hung the channel up before it noted which redirection it was.
    assert (await ends(owner, Disposition.MOVED)).technical in {status, 302}
    assert "answered" not in owner.names


async def test_a_trunk_that_forbids_is_no_person_who_declines(phone: AsteriskPhone) -> None:
    _, forbidden = await place(phone, "1000403", trunk="answerer")
    _, declined = await place(phone, "1001603", trunk="answerer")
    _, refused = await place(phone, "1001403", trunk="answerer")
    assert not (await ends(forbidden, Disposition.FAILED)).origin.asked
    for owner in (declined, refused):
        assert (await ends(owner, Disposition.REJECTED)).origin is Origin.CALLEE


async def test_a_block_by_the_network_is_no_decline(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1002603", trunk="answerer")
    assert (await ends(owner, Disposition.BLOCKED)).technical == 603


@pytest.mark.parametrize(
    ("status", "disposition"),
    [(480, Disposition.UNREACHABLE_NUMBER), (500, Disposition.NO_ANSWER), (503, Disposition.BUSY)],
)
async def test_a_reason_header_is_believed(phone: AsteriskPhone, status: int, disposition: Disposition) -> None:
    _, owner = await place(phone, f"1003{status}", trunk="answerer")
    assert (await ends(owner, disposition)).technical == status


async def test_trying_is_no_ringing(phone: AsteriskPhone) -> None:
    _, trying = await place(phone, "1000100", trunk="answerer", ring=2.0)
    _, nothing = await place(phone, "1000999", trunk="answerer", ring=2.0)
    _, ringing = await place(phone, "1001180", trunk="answerer", ring=2.0)
    assert (await ends(trying, Disposition.CONGESTION)).origin is Origin.CARRIER
    assert (await ends(nothing, Disposition.CONGESTION)).origin is Origin.TRUNK
    assert (await ends(ringing, Disposition.NO_ANSWER)).origin is Origin.CALLEE


@pytest.mark.parametrize(("cause", "disposition"), [(1, "unreachable_number"), (34, "congestion"), (21, "failed")])
async def test_every_cause_of_the_carrier(phone: AsteriskPhone, cause: int, disposition: str) -> None:
    _, owner = await place(phone, f"1005{cause:03d}")
    assert (await ends(owner, Disposition(disposition))).cause == cause


async def test_special_information_tones_are_heard_before_the_rejection(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1006000")
    await ends(owner, Disposition.UNREACHABLE_NUMBER)
    assert owner.names == ["media_up", "hung_up"]
    assert 40 < sum(loudness(pcm) > 1000 for _, pcm in owner.frames) < 60


async def test_early_media_is_no_answer(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1007000")
    await ends(owner, Disposition.ANSWERED)
    loud = [at for at, pcm in owner.frames if loudness(pcm) > 1000]
    assert loud
    assert min(loud) < owner.at("answered") - 0.5
    assert owner.at("answered") - owner.at("media_up") == pytest.approx(1.0, abs=0.4)


async def test_keys(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1008000")
    await ends(owner, Disposition.ANSWERED)
    assert "".join(owner.values("digit")) == "1234567890*#"


async def test_a_key_that_we_press_is_heard_at_the_far_side(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1011000")
    await owner.wait("answered")
    call.press("x")
    call.press("5")
    await ends(owner, Disposition.ANSWERED)
    assert owner.values("digit") == ["5"], "the far side says what it heard"


async def test_hung_up_while_it_rings(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1004000")
    await owner.wait("ringing")
    call.hang_up()
    assert "before it was answered" in (await ends(owner, Disposition.NO_ANSWER)).explanation


async def test_hung_up_at_once_dials_nobody_or_ends_them(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1004000")
    call.hang_up()
    await owner.wait("hung_up")
    assert "answered" not in owner.names


async def test_a_trunk_without_endpoint_fails(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1001000", trunk="missing")
    hang_up = await ends(owner, Disposition.FAILED)
    assert "endpoint" in hang_up.explanation
    assert hang_up.origin is Origin.OURS


async def test_a_carrier_that_is_not_there_is_not_taken_for_a_callee_who_does_not_answer(phone: AsteriskPhone) -> None:
    _, owner = await place(phone, "1000999", trunk="answerer", ring=1.0)
    assert "did not react" in (await ends(owner, Disposition.CONGESTION)).explanation


async def test_recorded_in_stereo_the_callee_left(phone: AsteriskPhone, tmp_path: Path) -> None:
    call, owner = await place(phone, "1002000", recording=tmp_path / "new/call.raw")
    recording = await owner.wait("recording")
    await owner.wait("answered")
    await owner.heard(1.0)
    call.hang_up()
    assert (await ends(owner, Disposition.ANSWERED)).sip_call_id
    callee, bot = recorded(recording)
    assert loudness(callee.tobytes()) > 1000
    assert loudness(bot.tobytes()) < 10
    length = len(callee) / 8000
    assert length == pytest.approx(owner.at("hung_up") - recording.started_at, abs=0.3)


async def test_transfer_taken_and_recorded_to_the_end(phone: AsteriskPhone, tmp_path: Path) -> None:
    call, owner = await place(phone, "1002000", recording=tmp_path / "call.raw")
    await owner.wait("answered")
    recording = await owner.wait("recording")
    call.transfer("201")
    assert await owner.wait("transferred") == ("201", True)
    moved_at = owner.at("transferred")
    hang_up = await ends(owner, Disposition.ANSWERED)
    assert not hang_up.by_callee  # the human did
    assert owner.names == ["media_up", "ringing", "answered", "transferred", "hung_up"]
    _, right = recorded(recording)
    human = right[round((moved_at - recording.started_at) * 8000) :]
    assert loudness(human.tobytes()) > 1000


async def test_transfer_taken_then_hung_up_by_us(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1002000")
    await owner.wait("answered")
    call.transfer("202")
    assert await owner.wait("transferred") == ("202", True)
    call.hang_up()
    assert not (await ends(owner, Disposition.ANSWERED)).by_callee


@pytest.mark.parametrize("extension", ["298", "299"])
async def test_transfer_not_taken_and_the_talk_goes_on(phone: AsteriskPhone, extension: str) -> None:
    call, owner = await place(phone, "1002000")
    await owner.wait("answered")
    call.transfer(extension)
    assert await owner.wait("transferred") == (extension, False)
    await owner.heard(0.4)
    # once more: the callee who came back can be transferred again
    call.transfer("201")
    await owner.until(lambda: len(owner.values("transferred")) == 2)
    assert owner.values("transferred")[1] == ("201", True)
    await ends(owner, Disposition.ANSWERED)


async def test_an_extension_that_is_not_allowed_goes_nowhere(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1002000")
    await owner.wait("answered")
    for extension in ("9", "12345678", "201,30", "201&202", "${EXTEN}", "201@carrier"):
        with pytest.raises(ConfigurationError):
            call.transfer(extension)
    call.hang_up()
    await ends(owner, Disposition.ANSWERED)
    assert "transferred" not in owner.names


@pytest.mark.parametrize("number", ["", "12", "1001000&1002000", "1001000,5", "1001000@evil", "${SHELL(id)}", "1\r\n2"])
async def test_a_number_that_is_not_allowed_is_not_dialled(phone: AsteriskPhone, number: str) -> None:
    owner = Owner()
    with pytest.raises(ConfigurationError):
        await phone.call(CallRequest(uuid4(), number, "carrier"), owner)
    assert owner.told == []


async def test_the_same_attempt_is_never_dialled_twice(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1002000")
    await owner.wait("answered")
    with pytest.raises(ConfigurationError):
        await place(phone, "1002000", attempt=call.attempt)
    call.hang_up()
    await ends(owner, Disposition.ANSWERED)


async def test_end_attempt_ends_a_call_of_anyone(phone: AsteriskPhone) -> None:
    call, owner = await place(phone, "1002000")
    await owner.wait("answered")
    await phone.end_attempt(call.attempt)
    await ends(owner, Disposition.ANSWERED)
    async with asyncio.timeout(5):  # the bot's own leg ends a moment after the callee's
        while await phone.open_attempts():
            pass


async def test_the_connection_lost_while_it_rings_and_answered_meanwhile(
    network: Network, phone: AsteriskPhone
) -> None:
    call, owner = await place(phone, "1010000")
    await owner.wait("ringing")
    before = phone.connection
    sessions = await network.pbx.console("manager show connected")
    for descriptor in re.findall(r"^\s*voicebot\s+127\.0\.0\.1\s+\d+\s+\d+\s+(\d+)", sessions, re.M):
        await network.pbx.console(f"manager kick session {descriptor}")
    await owner.wait("answered")
    assert phone.connection > before
    call.hang_up()
    await ends(owner, Disposition.ANSWERED)


async def test_asterisk_killed_in_mid_call_and_started_again(network: Network, phone: AsteriskPhone) -> None:
    calls = [await place(phone, "1002000") for _ in range(3)]
    ringing = await place(phone, "1004000")
    for _, owner in calls:
        await owner.wait("answered")
    await ringing[1].wait("ringing")
    before = phone.connection
    network.pbx.kill()
    for _, owner in calls:
        hang_up = await ends(owner, Disposition.ANSWERED)
        assert not hang_up.by_callee
    await ends(ringing[1], Disposition.INTERRUPTED)
    assert phone.connection == 0
    with pytest.raises(UnavailableError):
        await place(phone, "1001000")
    await network.pbx.start()
    async with asyncio.timeout(20):
        while not phone.connection:  # noqa: ASYNC110 – nothing tells when a node may call again but asking
            await asyncio.sleep(0.05)
    assert phone.connection > before
    _, owner = await place(phone, "1001000")
    await ends(owner, Disposition.ANSWERED)


async def test_closing_the_phone_hangs_up_what_is_under_way(network: Network) -> None:
    phone = AsteriskPhone(network.config)
    await phone.start()
    _, answered = await place(phone, "1002000")
    _, ringing = await place(phone, "1004000")
    await answered.wait("answered")
    await ringing.wait("ringing")
    await phone.close()
    await ends(answered, Disposition.ANSWERED)
    await ends(ringing, Disposition.NO_ANSWER)
    assert "0 active channels" in await network.pbx.console("core show channels")


async def test_a_wrong_secret_is_told(network: Network) -> None:
    asterisk = network.config.asterisk.model_copy(update={"ami_secret": "wrong"})
    phone = AsteriskPhone(network.config.model_copy(update={"asterisk": asterisk}))
    with pytest.raises(ConfigurationError, match="refuses the user"):
        await phone.start()
