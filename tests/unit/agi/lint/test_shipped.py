"""A PBX's own configuration: the shipped one is fine, each fault is named with its place and a cure."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.lint import check_files
from voicebot.config import Config
from voicebot.errors import Problem
from voicebot.pbx.files import pbx_files

CONFIG = Config.model_validate(
    {"asterisk": {"ami_secret": "a-long-random-secret"}, "trunks": {"main": {"endpoint": "carrier", "max_calls": 20}}}
)


def shipped() -> dict[str, str]:
    return pbx_files(CONFIG, sip_port=5060, rtp_ports=(10000, 10999), carrier_host="127.0.0.1", carrier_port=5070)


def problems(files: dict[str, str], config: Config = CONFIG) -> list[Problem]:
    found = check_files(ConfigurationFiles(files, "/etc/asterisk"), config)
    return [finding.problem for finding in found if finding.state == "broken"]


def test_the_shipped_configuration_is_fine() -> None:
    assert problems(shipped()) == []


def replace(file: str, old: str, new: str) -> Callable[[dict[str, str]], None]:
    def change(files: dict[str, str]) -> None:
        assert old in files[file]
        files[file] = files[file].replace(old, new)

    return change


def append(file: str, text: str) -> Callable[[dict[str, str]], None]:
    def change(files: dict[str, str]) -> None:
        files[file] = files.get(file, "") + text

    return change


def remove(file: str) -> Callable[[dict[str, str]], None]:
    def change(files: dict[str, str]) -> None:
        del files[file]

    return change


FAULTS = [
    ("manager.conf", replace("manager.conf", "bindaddr = 127.0.0.1", "bindaddr = 0.0.0.0"), "others can reach it"),
    ("manager.conf", replace("manager.conf", "bindaddr = 127.0.0.1\n", ""), "others can reach it"),
    ("manager.conf", replace("manager.conf", "enabled = yes", "enabled = no"), "AMI is off"),
    ("manager.conf", replace("manager.conf", "port = 5038", "port = 5039"), "5039"),
    ("manager.conf", replace("manager.conf", "[voicebot](", "[other]("), "no AMI user"),
    ("manager.conf", replace("manager.conf", "a-long-random-secret", "another-long-secret"), "not the one"),
    ("manager.conf", replace("manager.conf", "a-long-random-secret", "short"), "too short"),
    ("manager.conf", append("manager.conf", "write = system,originate,call,reporting\n"), "does not need: system"),
    ("manager.conf", append("manager.conf", "write = command,originate,call,reporting\n"), "not need: command"),
    ("manager.conf", append("manager.conf", "read = cdr\n"), "lacks read rights: call"),
    ("manager_voicebot.conf", replace("manager_voicebot.conf", "originate,call,reporting", "call"), "lacks write"),
    ("manager.conf", replace("manager.conf", "](voicebot-rights)", "]"), "log in from anywhere"),
    ("manager.conf", replace("manager.conf", "](voicebot-rights)", "](nowhere)"), "inherits from 'nowhere'"),
    ("manager.conf", remove("manager.conf"), "is missing"),
    ("manager.conf", remove("manager_voicebot.conf"), "which is not there"),
    ("manager.conf", replace("manager.conf", "webenabled = no", "webenabled = no\nthis is no setting"), "cannot read"),
    ("asterisk.conf", append("asterisk.conf", "[options]\nlive_dangerously = yes\n"), "live_dangerously"),
    ("modules.conf", replace("modules.conf", "load = res_pjsip_pubsub.so\n", ""), "res_pjsip_pubsub"),
    ("modules.conf", replace("modules.conf", "load = chan_audiosocket.so\n", ""), "chan_audiosocket"),
    ("modules.conf", replace("modules.conf", "preload = res_timing_timerfd.so\n", ""), "timing"),
    ("modules.conf", append("modules.conf", "noload = app_mixmonitor.so\n"), "app_mixmonitor"),
    ("modules.conf", remove("modules.conf"), "is missing"),
    ("extensions.conf", remove("extensions_voicebot.conf"), "which is not there"),
    ("extensions.conf", replace("extensions.conf", "#include", "; #include"), "no context [voicebot-dial]"),
    ("extensions_voicebot.conf", replace("extensions_voicebot.conf", "127.0.0.1:4573", "127.0.0.1:1"), "127.0.0.1:1"),
    ("extensions_voicebot.conf", replace("extensions_voicebot.conf", "127.0.0.1:4573", "${VOICEBOT_FASTAGI}"),
     "from a variable"),
    ("extensions_voicebot.conf", replace("extensions_voicebot.conf", "exten => start,", "exten => begin,"),
     "no extension 'start'"),
    ("extensions_voicebot.conf", replace("extensions_voicebot.conf", "127.0.0.1:4573/record", "127.0.0.1:4574/record"),
     "127.0.0.1:4574"),
    ("extensions.conf", append("extensions.conf", "[phones]\ninclude => voicebot-dial\n"), "outsiders"),
    ("extensions.conf", append("extensions.conf", "[globals]\nAGIEXECFULL = 1\n"), "AGIEXECFULL"),
    ("extensions.conf", append("extensions.conf", "[x]\nexten => 1,1,Set(AGIEXECFULL=1)\n"), "AGIEXECFULL"),
    ("pjsip.conf", replace("pjsip.conf", "[carrier]", "[other]"), "no endpoint [carrier]"),
    ("pjsip.conf", replace("pjsip.conf", "aors = carrier", "aors = other"), "no aor [other]"),
    ("pjsip.conf", replace("pjsip.conf", "aors = carrier\n", ""), "has no aors"),
    ("pjsip.conf", replace("pjsip.conf", "contact = sip:127.0.0.1:5070\n", ""), "no contact"),
    ("pjsip.conf", replace("pjsip.conf", "transport = transport-udp", "transport = tls"), "no transport [tls]"),
    ("pjsip.conf", replace("pjsip.conf", "context = voicebot-inbound", "context = voicebot-dial"), "own dialplan"),
    ("pjsip.conf", replace("pjsip.conf", "context = voicebot-inbound", "context = nowhere"), "no context [nowhere]"),
    ("pjsip.conf", replace("pjsip.conf", "allow = alaw,ulaw\n", ""), "no codec"),
    ("rtp.conf", replace("rtp.conf", "rtpend = 10999", "rtpend = 10009"), "enough for 2 calls"),
    ("rtp.conf", replace("rtp.conf", "rtpend = 10999", "rtpend = 9000"), "not valid"),
    ("http.conf", lambda files: [replace("manager.conf", "webenabled = no", "webenabled = yes")(files),
                                 files.update({"http.conf": "[general]\nenabled = yes\nbindaddr = 0.0.0.0\n"})],
     "over HTTP"),
]  # fmt: skip
NO_LINE = {"is missing", "no context [voicebot-dial]", "no endpoint [carrier]"}
"""What is not there at all stands in no line."""


@pytest.mark.parametrize(("file", "change", "words"), FAULTS, ids=[f"{row[0]}-{row[2]}" for row in FAULTS])
def test_each_fault_is_named(file: str, change: Callable[[dict[str, str]], None], words: str) -> None:
    files = shipped()
    change(files)
    found = [problem for problem in problems(files) if words in problem.what]
    assert found, problems(files)
    assert found[0].file == f"/etc/asterisk/{file}"
    assert found[0].cure
    assert (found[0].line is None) == (words in NO_LINE)


def test_the_line_is_the_line() -> None:
    files = shipped()
    replace("manager.conf", "bindaddr = 127.0.0.1", "bindaddr = 10.0.0.1")(files)
    lines = files["manager.conf"].splitlines()
    (problem,) = problems(files)
    assert problem.line is not None
    assert lines[problem.line - 1] == "bindaddr = 10.0.0.1"


def test_other_users_with_great_rights_open_to_everyone() -> None:
    files = shipped()
    replace("manager.conf", "bindaddr = 127.0.0.1", "bindaddr = 0.0.0.0")(files)
    append("manager.conf", "[admin]\nsecret = x\nwrite = all\n[panel]\nsecret=x\nwrite=all\npermit=127.0.0.1/32\n")(
        files
    )
    assert [problem.what for problem in problems(files) if "anywhere" in problem.what] == [
        "AMI user 'admin' may run programs or commands from anywhere"
    ]


def test_autoload_needs_no_list() -> None:
    files = shipped() | {"modules.conf": "[modules]\nautoload = yes\nnoload => chan_sip.so\n"}
    assert problems(files) == []


@given(st.text(alphabet='[]()!+=>;-#include \n"<a.b,\\&\0\ufeff', max_size=80))
def test_no_text_makes_it_raise(text: str) -> None:
    names = (
        "manager.conf",
        "pjsip.conf",
        "modules.conf",
        "extensions.conf",
        "extensions.ael",
        "extensions.lua",
        "sorcery.conf",
        "extconfig.conf",
        "pjsip_wizard.conf",
        "acl.conf",
        "rtp.conf",
        "http.conf",
        "asterisk.conf",
    )
    check_files(ConfigurationFiles(dict.fromkeys(names, text)), CONFIG)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.sampled_from(sorted(shipped())))
def test_nor_does_any_text_in_the_midst_of_the_shipped_ones(text: str, name: str) -> None:
    files = shipped()
    half = len(files[name]) // 2
    files[name] = files[name][:half] + text + files[name][half:]
    check_files(ConfigurationFiles(files), CONFIG)


@given(st.sampled_from(sorted(shipped())), st.sampled_from(["#exec /usr/bin/more\n", "#include unreadable.conf\n"]))
def test_nothing_is_missing_where_something_could_not_be_read(name: str, line: str) -> None:
    files = {other: text if other != name else line for other, text in shipped().items()}
    found = check_files(ConfigurationFiles(files, "/etc/asterisk", {"unreadable.conf": "Permission denied"}), CONFIG)
    said = [finding.what for finding in found if finding.state == "broken" and finding.problem.file]
    assert [
        what for what in said if re.search(r"is missing|there is no|lacks|has no\b|is not loaded|is off", what)
    ] == []
