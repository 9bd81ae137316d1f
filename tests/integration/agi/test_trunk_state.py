"""What is made of Asterisk's answers about trunks: told once when it turns, and no credential kept or logged."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from tests.integration.agi.manager import END, SECRET, Manager, response
from voicebot.agi.ami import Ami
from voicebot.agi.running import ask_running
from voicebot.agi.trunk_state import TrunkWatch
from voicebot.config import Config, TrunkSection
from voicebot.errors import UnavailableError

TRUNKS = {"main": TrunkSection(endpoint="carrier"), "spare": TrunkSection(endpoint="other")}
PASSWORD = "not for us"


@pytest.fixture
async def manager() -> AsyncIterator[Manager]:
    manager = Manager()
    await manager.listen()
    yield manager
    await manager.vanish()


@pytest.fixture
async def ami(manager: Manager) -> AsyncIterator[Ami]:
    ami = Ami("127.0.0.1", manager.port, "voicebot", SECRET)
    await ami.start()
    yield ami
    await ami.close()


def registered(manager: Manager, status: str) -> None:
    """Answer as Asterisk does, which sends the password of each registration along."""
    events = (
        f"Event: OutboundRegistrationDetail\r\nActionID: {{id}}\r\nObjectName: carrier\r\nStatus: {status}{END}"
        f"Event: AuthDetail\r\nActionID: {{id}}\r\nObjectName: carrier\r\nPassword: {PASSWORD}{END}"
        f"Event: OutboundRegistrationDetailComplete\r\nActionID: {{id}}\r\nEventList: Complete{END}"
    )
    manager.answers["PJSIPShowRegistrationsOutbound"] = response("{id}") + events


def redirects(manager: Manager, method: str) -> None:
    manager.answers["Getvar"] = f"Response: Success\r\nActionID: {{id}}\r\nVariable: x\r\nValue: {method}{END}"


async def test_a_lost_registration_is_told_when_it_is_lost_and_when_it_is_back(manager: Manager, ami: Ami) -> None:
    watch = TrunkWatch(TRUNKS)
    redirects(manager, "user")
    told = []
    for status in ("Registered", "Rejected", "Rejected", "Registered"):
        registered(manager, status)
        with capture_logs() as logged:
            await watch.look(ami)
        told.append([entry["event"] for entry in logged if entry["log_level"] == "warning"])
        assert PASSWORD not in str(logged)
        assert watch.unregistered == ({} if status == "Registered" else {"main": status})
        watch.check("main")  # calls may work without it: the carrier says so if they do not
    assert told == [[], ["a trunk is not registered at its carrier"], [], ["a trunk is registered again"]]
    assert PASSWORD not in str(vars(watch))


async def test_a_trunk_that_follows_redirects_is_refused_until_it_no_longer_does(manager: Manager, ami: Ami) -> None:
    watch = TrunkWatch(TRUNKS)
    registered(manager, "Registered")
    redirects(manager, "uri_pjsip")
    await watch.look(ami)
    for trunk, endpoint in (("main", "carrier"), ("spare", "other")):
        with pytest.raises(UnavailableError, match=rf"trunk '{trunk}'[^$]*\[{endpoint}\]"):
            watch.check(trunk)
    redirects(manager, "uri_core")
    await watch.look(ami)
    watch.check("main")


async def test_an_asterisk_without_these_modules_has_nothing_to_tell(manager: Manager, ami: Ami) -> None:
    watch = TrunkWatch(TRUNKS)
    for action in ("PJSIPShowRegistrationsOutbound", "Getvar"):
        manager.answers[action] = response("{id}", "Error", "Invalid/unknown command")
    await watch.look(ami)
    assert (watch.unregistered, watch.redirecting) == ({}, frozenset())


@pytest.mark.parametrize(("status", "states"), [("Registered", []), ("Rejected", ["broken"])])
async def test_only_a_registration_is_judged_and_not_its_credentials(
    manager: Manager, ami: Ami, status: str, states: list[str]
) -> None:
    redirects(manager, "")
    registered(manager, status)
    manager.answers["ShowDialPlan"] = response("{id}", "Error", "no such context")
    answers = await ask_running(ami, Config(trunks=TRUNKS))
    assert [one.state for one in answers.findings if one.what.startswith("registration")] == states
