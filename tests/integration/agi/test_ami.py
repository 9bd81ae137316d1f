"""The AMI client on a real socket: whatever Asterisk or the network does, every order ends, and none is given twice."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.integration.agi.manager import END, SECRET, Manager, key, response
from voicebot.agi.ami import Ami
from voicebot.agi.ami_events import AmiEvent, ChannelEnded, DialBegin, OriginateAnswer
from voicebot.errors import ConfigurationError, RefusedError, UnavailableError, UncertainError

LONG = 30.0
"""A time limit that no test waits for."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch often and retry soon."""
    monkeypatch.setattr("voicebot.agi.ami._WATCH_SECONDS", 0.05)
    monkeypatch.setattr("voicebot.agi.ami._RETRY_SECONDS", (0.01, 0.02))


@pytest.fixture
async def manager() -> AsyncIterator[Manager]:
    manager = Manager()
    await manager.listen()
    yield manager
    await manager.vanish()


class Owner:
    """Who owns the client: keeps what it is told, in order."""

    def __init__(self) -> None:
        self.told: list[str | AmiEvent] = []
        self.fails = False
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, what: str | AmiEvent) -> None:
        self.told.append(what)
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.fails:
            raise RuntimeError("a defect of the owner")

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, *told: str | AmiEvent) -> None:
        """Wait until exactly this has been told."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.told) >= len(told))
        assert self.told == list(told)


def client(manager: Manager, owner: Owner, *, action_seconds: float = LONG, secret: str = SECRET) -> Ami:
    return Ami(
        "127.0.0.1",
        manager.port,
        "voicebot",
        secret,
        action_seconds=action_seconds,
        on_event=owner.tell,
        on_connected=lambda: owner.tell("connected"),
        on_lost=lambda: owner.tell("lost"),
    )


@pytest.fixture
async def owner() -> Owner:
    return Owner()


@pytest.fixture
async def ami(manager: Manager, owner: Owner) -> AsyncIterator[Ami]:
    """Logged in."""
    ami = client(manager, owner)
    await ami.start()
    yield ami
    await ami.close()


def begun(number: int, channel: str = "PJSIP/x") -> DialBegin:
    return DialBegin("linked", f"id-{number}", channel, "", "")


def begin(manager: Manager, number: int, channel: str = "PJSIP/x") -> None:
    manager.event("DialBegin", Linkedid="linked", Uniqueid=f"id-{number}", Channel=channel)


# ---------------------------------------------------------------------------------------------- logging in


async def test_log_in_says_who_and_what(ami: Ami, manager: Manager, owner: Owner) -> None:
    assert ami.connected
    assert owner.told == ["connected"]
    login = manager.received[1]
    assert (login["Action"], login["Username"], login["Key"]) == ("Login", "voicebot", key(SECRET))
    assert login["Events"] == "call,dtmf"


async def test_the_secret_is_never_sent(ami: Ami, manager: Manager, owner: Owner) -> None:
    """Neither to Asterisk nor to somebody who listens in its place and answers whatever is asked."""
    del ami
    await manager.vanish()
    manager.answers = {"Login": response("{id}")}
    await manager.listen()
    await owner.until("connected", "lost", "connected")
    assert manager.times("Login") == 2
    assert SECRET not in str(manager.received)


@pytest.mark.parametrize("challenge", ["", "x", "1 2", "9" * 21, "1" * 10 + "a"])
async def test_nothing_follows_a_challenge_that_is_not_asterisks(
    manager: Manager, owner: Owner, challenge: str
) -> None:
    manager.answers = {"Challenge": f"Response: Success\r\nActionID: {{id}}\r\nChallenge: {challenge}{END}"}
    with pytest.raises(UnavailableError, match="challenge is not Asterisk's"):
        await client(manager, owner).start()
    assert [fields["Action"] for fields in manager.received] == ["Challenge"]
    assert owner.told == []


async def test_a_user_who_is_logged_in_elsewhere_is_told_and_tried_again(
    ami: Ami, manager: Manager, owner: Owner
) -> None:
    """``allowmultiplelogin = no``, and Asterisk has not noticed yet that the former connection is gone."""
    del ami
    in_use = response("{id}", "Error", "Login Already In Use")
    manager.answers = {"Login": in_use}
    with pytest.raises(UnavailableError, match=r"allowmultiplelogin = yes[^$]*of its own"):
        await client(manager, Owner()).start()
    await manager.vanish()
    await manager.listen()
    await manager.until("Login", 4)
    manager.answers.clear()
    await owner.until("connected", "lost", "connected")


async def test_a_wrong_secret_is_told_at_once_and_not_tried_again(manager: Manager, owner: Owner) -> None:
    ami = client(manager, owner, secret="wrong")
    with pytest.raises(ConfigurationError, match=r"refuses the user 'voicebot'[^$]*ami_secret"):
        await ami.start()
    await ami.close()
    assert not ami.connected
    assert (manager.connections, owner.told) == (1, [])


async def test_nobody_there_is_told_at_once(owner: Owner) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        manager = Manager()
        manager.port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=rf"127\.0\.0\.1:{manager.port}[^$]*ami_port"):
            await client(manager, owner).start()


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"Asterisk Call Manager\r\n",
        b"x" * 1000,
        b"Asterisk Call Manager/9.0.0 or so\r\n",
    ],
)
async def test_what_does_not_greet_as_asterisk_does_is_told_nothing(
    manager: Manager, owner: Owner, greeting: bytes
) -> None:
    manager.greeting = greeting
    with pytest.raises(UnavailableError, match="does not log us in"):
        await client(manager, owner, action_seconds=0.2).start()
    assert (owner.told, manager.received) == ([], [])


async def test_a_door_shut_at_once_is_told_without_waiting(owner: Owner) -> None:
    """As manager.conf's permit lines do it; the time limit is far beyond the test's."""

    async def shut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with await asyncio.start_server(shut, "127.0.0.1", 0) as server:
        manager = Manager()
        manager.port = server.sockets[0].getsockname()[1]
        for _ in range(20):  # who comes first, the end or the log-in, differs from time to time
            with pytest.raises(UnavailableError, match="does not log us in"):
                async with asyncio.timeout(LONG / 2):
                    await client(manager, owner).start()


# ------------------------------------------------------------------------------------------------- actions


async def test_each_action_gets_its_own_answer(ami: Ami, manager: Manager) -> None:
    """Answers come in the wrong order, with events and an unasked answer between them."""
    manager.answers = {"First": "", "Second": "", "Third": ""}
    tasks = [asyncio.create_task(ami.action(name)) for name in manager.answers]
    await manager.until("Third")
    ids = {fields["Action"]: fields["ActionID"] for fields in manager.received}
    for name in ("Third", "First"):
        manager.event("Newexten", Uniqueid="x")
        manager.send(response("somebody/else") + response(ids[name], message=name))
    manager.send(response(ids["Second"], "Error", "no such channel"))
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert not isinstance(first, BaseException)
    assert not isinstance(third, BaseException)
    assert (first.message, third.message) == ("First", "Third")
    assert isinstance(second, RefusedError)
    assert "no such channel" in str(second)


async def test_an_action_without_answer_ends_in_time_alone(manager: Manager, owner: Owner) -> None:
    manager.answers = {"Hangup": "", "Originate": ""}
    ami = client(manager, owner, action_seconds=0.2)
    await ami.start()
    ends = await asyncio.gather(
        ami.action("Hangup"), ami.action("Originate", uncertain=True), ami.action("Status"), return_exceptions=True
    )
    assert [type(end) for end in ends[:2]] == [UnavailableError, UncertainError]
    assert not isinstance(ends[2], BaseException)
    # The answers come all the same, late; the next action is not taken in by them.
    late = [fields["ActionID"] for fields in manager.received if fields["Action"] in manager.answers]
    manager.send("".join(response(one, "Error", "late") for one in late))
    assert (await ami.action("Status")).message == "done"
    assert owner.told == ["connected"]
    await ami.close()


async def test_lists_that_run_at_once_stay_apart(ami: Ami, manager: Manager) -> None:
    manager.answers = {"CoreShowChannels": "", "Status": ""}
    tasks = [asyncio.create_task(ami.list_action(name)) for name in manager.answers]
    await manager.until("Status")
    ids = [fields["ActionID"] for fields in manager.received if fields["Action"] in manager.answers]
    manager.send("".join(response(one, message="list will follow") for one in ids))
    for number in range(5):
        for one in ids:
            manager.event("CoreShowChannel", ActionID=one, Uniqueid=f"{one}-{number}")
    for one in ids:
        manager.event("ListComplete", ActionID=one, EventList="Complete", ListItems="5")
    for one, found in zip(ids, await asyncio.gather(*tasks), strict=True):
        assert [message.uniqueid for message in found] == [f"{one}-{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (response("{id}", "Error", "Permission denied"), True),
        (response("{id}") + f"Event: CoreShowChannelsComplete\r\nActionID: {{id}}\r\nEventList: Complete{END}", False),
    ],
)
async def test_a_list_that_is_refused_or_empty(ami: Ami, manager: Manager, answer: str, refused: bool) -> None:
    manager.answers["CoreShowChannels"] = answer
    if refused:
        with pytest.raises(RefusedError, match="Permission denied"):
            await ami.list_action("CoreShowChannels")
    else:
        assert await ami.list_action("CoreShowChannels") == []


async def test_control_characters_are_refused_before_anything_is_sent(ami: Ami, manager: Manager) -> None:
    for fields in ({"Channel": "x\r\nAction: Originate"}, {"Channel\r\nX": "y"}, {"Variable": "a\x00"}):
        with pytest.raises(ConfigurationError):
            await ami.action("Hangup", fields)
    await ami.action("Status", {"Channel": "Łódź, “三”; x"})
    assert {fields["Action"] for fields in manager.received} <= {"Challenge", "Login", "Ping", "Status"}
    assert next(fields for fields in manager.received if fields["Action"] == "Status")["Channel"] == "Łódź, “三”; x"


# -------------------------------------------------------------------------------------------------- events


async def test_text_of_many_bytes_survives_whatever_reads_cut_it(ami: Ami, manager: Manager, owner: Owner) -> None:
    del ami
    text = f"Event: DialBegin\r\nLinkedid: linked\r\nUniqueid: id-1\r\nChannel: Łódź “三” 🙂{END}".encode()
    for at in range(len(text)):
        manager.send(text[at : at + 1])
        await asyncio.sleep(0)
    await owner.until("connected", begun(1, "Łódź “三” 🙂"))


async def test_what_became_of_an_order_is_told_though_it_comes_with_the_answer(
    ami: Ami, manager: Manager, owner: Owner
) -> None:
    became = f"Event: OriginateResponse\r\nActionID: {{id}}\r\nResponse: Failure\r\nReason: 5\r\nUniqueid: <null>{END}"
    manager.answers["Originate"] = response("{id}") + became
    await ami.action("Originate", {"ActionID": "originate-1"}, uncertain=True)
    await owner.until("connected", OriginateAnswer("originate-1", "", success=False, reason=5))


async def test_an_owner_that_fails_on_an_event_gets_the_next(ami: Ami, manager: Manager, owner: Owner) -> None:
    del ami
    owner.fails = True
    for number in range(3):
        begin(manager, number)
    await owner.until("connected", *(begun(number) for number in range(3)))


async def test_events_that_make_no_sense_disturb_nothing(ami: Ami, manager: Manager, owner: Owner) -> None:
    manager.send(b"\xff\xfe\r\n\r\n\r\n\r\nEvent\r\n\r\n: \r\n\r\nEvent: \r\n\r\nResponse: Success\r\n\r\n")
    manager.send(b"Event: Hangup\r\nCause: many\r\nCause: 16\r\nTechCause: SIP\r\nChannel: \xff\xc3\r\n\r\n")
    await ami.action("Status")
    assert owner.told == ["connected", ChannelEnded("", "", 0, 0)]


# -------------------------------------------------------------------------------------------- lost and back


async def test_whatever_is_in_flight_fails_with_the_connection(ami: Ami, manager: Manager, owner: Owner) -> None:
    manager.answers = {"Hangup": "", "Originate": "", "CoreShowChannels": response("{id}")}
    tasks: list[asyncio.Task[object]] = [
        asyncio.create_task(ami.action("Hangup")),
        asyncio.create_task(ami.action("Originate", uncertain=True)),
        asyncio.create_task(ami.list_action("CoreShowChannels")),  # begun, and not at its end
    ]
    await manager.until("CoreShowChannels")
    await manager.vanish()
    async with asyncio.timeout(LONG / 2):
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [UnavailableError, UncertainError, UnavailableError]
    await owner.until("connected", "lost")
    assert not ami.connected


async def test_nothing_is_sent_again_after_an_outage(ami: Ami, manager: Manager, owner: Owner) -> None:
    manager.answers = {"Originate": ""}
    in_flight = asyncio.create_task(ami.action("Originate", {"ActionID": "in-flight"}, uncertain=True))
    await manager.until("Originate")
    await manager.vanish()
    with pytest.raises(UncertainError):
        await in_flight
    with pytest.raises(UnavailableError, match="no connection"):
        await ami.action("Originate", {"ActionID": "in the outage"}, uncertain=True)
    manager.answers.clear()
    await manager.listen()
    await owner.until("connected", "lost", "connected")
    await ami.action("Originate", {"ActionID": "after it"}, uncertain=True)
    await ami.action("Status")
    sent = [fields["ActionID"] for fields in manager.received if fields["Action"] == "Originate"]
    assert sent == ["in-flight", "after it"]
    assert manager.times("Login") == 2


async def test_each_return_is_told_before_what_happens_after_it(ami: Ami, manager: Manager, owner: Owner) -> None:
    """So that whoever follows calls can ask which are left, and misses none."""
    del ami
    expected: list[str | AmiEvent] = ["connected"]
    for number in range(3):
        await manager.vanish()
        await owner.until(*expected, "lost")
        await manager.listen()
        await owner.until(*expected, "lost", "connected")
        begin(manager, number)
        expected += ["lost", "connected", begun(number)]
        await owner.until(*expected)


async def test_a_frozen_asterisk_is_noticed_and_its_return_too(manager: Manager, owner: Owner) -> None:
    """It keeps its connections, and its kernel even takes new ones."""
    ami = client(manager, owner, action_seconds=0.3)
    await ami.start()
    manager.thawed.clear()
    with pytest.raises(UncertainError):
        await ami.action("Originate", uncertain=True)
    await owner.until("connected", "lost")
    await manager.reached(3)  # it is tried, and tried again
    assert not ami.connected
    manager.thawed.set()
    await owner.until("connected", "lost", "connected")
    await ami.action("Status")
    await ami.close()


async def test_an_asterisk_that_shuts_down_is_lost_at_once(ami: Ami, manager: Manager, owner: Owner) -> None:
    del ami
    manager.event("Shutdown", Shutdown="Cleanly", Restart="True")
    await owner.until("connected", "lost", "connected")
    assert manager.connections == 2


async def test_a_message_without_end_is_cut_off(
    ami: Ami, manager: Manager, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicebot.agi.ami._LARGEST_MESSAGE", 100_000)
    manager.send(b"Event: " + b"x" * 100_001)
    await owner.until("connected", "lost", "connected")
    await ami.action("Status")


async def test_a_secret_that_changes_in_an_outage_can_be_put_right(ami: Ami, manager: Manager, owner: Owner) -> None:
    manager.secret = "another"
    await manager.vanish()
    await manager.listen()
    await manager.until("Login", 4)
    assert not ami.connected
    manager.secret = SECRET
    await owner.until("connected", "lost", "connected")


async def test_an_owner_that_fails_on_loss_and_return_does_not_end_the_keeping(manager: Manager, owner: Owner) -> None:
    """Nor does it leave a second connection, which would tell every event twice."""
    owner.fails = True
    ami = client(manager, owner, action_seconds=0.3)
    await ami.start()
    manager.thawed.clear()  # the watchdog finds it, so the loss is told by the keeper itself
    await owner.until("connected", "lost")
    manager.thawed.set()
    await owner.until("connected", "lost", "connected")
    await manager.vanish()
    await owner.until("connected", "lost", "connected", "lost")
    await manager.listen()
    await owner.until("connected", "lost", "connected", "lost", "connected")
    begin(manager, 1)
    await ami.action("Status")
    assert owner.told[5:] == [begun(1)]
    await ami.close()


# -------------------------------------------------------------------------------------------------- closing


async def in_peace(manager: Manager) -> None:
    del manager


async def in_an_outage(manager: Manager) -> None:
    await manager.vanish()


async def while_frozen(manager: Manager) -> None:
    manager.thawed.clear()


@pytest.mark.parametrize("when", [in_peace, in_an_outage, while_frozen])
async def test_closing_ends_all_and_stays_away(
    ami: Ami, manager: Manager, owner: Owner, when: Callable[[Manager], Awaitable[None]]
) -> None:
    manager.answers["Hangup"] = ""
    in_flight = asyncio.create_task(ami.action("Hangup"))
    await manager.until("Hangup")
    await when(manager)
    async with asyncio.timeout(LONG / 2):
        await ami.close()
        await ami.close()
    with pytest.raises(UnavailableError):
        await in_flight
    with pytest.raises(UnavailableError, match="no connection"):
        await ami.action("Status")
    if when is in_peace:
        await manager.until("Logoff")
    assert not [task for task in asyncio.all_tasks() if "Ami" in repr(task.get_coro())], "nothing of it goes on"
    manager.thawed.set()
    assert owner.told[:1] == ["connected"]
    assert owner.told[1:] in ([], ["lost"])
