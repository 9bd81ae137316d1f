"""No value becomes an AMI header of its own; events are read whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.ami import Ami, check_fields
from voicebot.agi.ami_events import ChannelEnded, DialBegin, OriginateAnswer, read_event, sip_status
from voicebot.agi.fastagi import Reply, parse_headers, parse_reply, quote
from voicebot.errors import ConfigurationError, UnavailableError

CONTROLS = ["\r", "\n", "\r\nAction: Originate", "\0", "\x1b", "\x85", "\u2028", "\t", "\x7f"]


@pytest.mark.parametrize("control", CONTROLS)
def test_control_characters_are_refused_everywhere(control: str) -> None:
    check_fields("Hangup", {"Channel": "PJSIP/x, y; z"})
    for name, fields in (
        ("Hangup" + control, {}),
        ("Hangup", {"Channel": "a" + control}),
        ("Hangup", {"Chan" + control: "a"}),
    ):
        with pytest.raises(ConfigurationError):
            check_fields(name, fields)


def test_control_characters_in_the_log_in_are_refused() -> None:
    with pytest.raises(ConfigurationError):
        Ami("127.0.0.1", 1, "voicebot", "secret\r\nAction: Command")


async def test_without_a_connection_nothing_is_kept_to_be_sent_later() -> None:
    ami = Ami("127.0.0.1", 1, "voicebot", "secret")
    with pytest.raises(UnavailableError):
        await ami.action("Originate", {"Channel": "x"}, uncertain=True)
    assert not ami.awaiting_actions


@given(
    st.dictionaries(st.text(max_size=12), st.text(max_size=20), max_size=8),
    st.sampled_from(["DialBegin", "DialState", "DialEnd", "Hangup", "OriginateResponse", "Other"]),
)
def test_no_event_makes_the_reader_raise(headers: dict[str, str], name: str) -> None:
    assert (read_event({**headers, "Event": name}) is None) == (name == "Other")


def test_events() -> None:
    begin = read_event(
        {"Event": "DialBegin", "Uniqueid": "a", "Linkedid": "a", "DestUniqueid": "b", "DestChannel": "c"}
    )
    assert begin == DialBegin("a", "a", "", "b", "c")
    end = read_event({"Event": "Hangup", "Uniqueid": "b", "Linkedid": "a", "Cause": "19", "TechCause": "480"})
    assert end == ChannelEnded("a", "b", 19, 480)
    failed = {"Event": "OriginateResponse", "ActionID": "x", "Response": "Failure", "Reason": "0", "Uniqueid": "<null>"}
    assert read_event(failed) == OriginateAnswer("x", "", success=False, reason=0)


@pytest.mark.parametrize(
    ("text", "status"), [("480", 480), ("SIP 404 Not Found", 404), ("", 0), ("SIP", 0), ("99999", 0)]
)
def test_sip_status(text: str, status: int) -> None:
    assert sip_status(text) == status


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("200 result=1 (PJSIP/carrier-00000001)", Reply(200, "1", "PJSIP/carrier-00000001")),
        ("200 result=0", Reply(200, "0")),
        ("200 result=-1", Reply(200, "-1")),
        ("200 result=1 (a (b) c)", Reply(200, "1", "a (b) c")),
        ("510 Invalid or unknown command", Reply(510)),
        ("511 Command Not Permitted on a dead channel or intercept routine", Reply(511)),
        ("HANGUP", None),
        ("", None),
    ],
)
def test_agi_replies(line: str, reply: Reply | None) -> None:
    assert parse_reply(line) == reply


@given(st.text(max_size=80))
def test_no_agi_line_makes_the_parser_raise(line: str) -> None:
    parse_reply(line)
    parse_headers(line)


@pytest.mark.parametrize("control", ["\n", "\r", "\0", "\x1b"])
def test_agi_arguments_hold_no_control_characters(control: str) -> None:
    assert quote('say "no" \\ yes') == '"say \\"no\\" \\\\ yes"'
    with pytest.raises(ConfigurationError):
        quote("a" + control)
