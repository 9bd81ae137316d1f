"""What is missing is told from what cannot be seen, and what another file or the running PBX says is heard."""

from __future__ import annotations

import pytest

from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.lint import check_files
from voicebot.agi.lint.finding import Fact, PbxFinding, settle
from voicebot.config import Config
from voicebot.errors import Problem

CONFIG = Config.model_validate(
    {"asterisk": {"ami_secret": "a-long-random-secret"}, "trunks": {"main": {"endpoint": "bank"}}}
)
USER = "[voicebot]\nsecret = a-long-random-secret\nread = call\nwrite = originate,call,reporting\n"
HERE = "deny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.1/255.255.255.255\n"
ENDPOINT = """\
type = endpoint
transport = udp
context = voicebot-inbound
disallow = all
allow = alaw
aors = bank
allow_transfer = no
"""
TRUNK = f"[bank]\n{ENDPOINT}\n[bank]\ntype = aor\ncontact = sip:192.0.2.10\n"
TRANSPORT = "[udp]\ntype = transport\nprotocol = udp\nbind = 0.0.0.0\n"
OURS = ("voicebot-dial", "voicebot-transfer", "voicebot-callee")
PLAN = "".join(f"[{name}]\nexten => start,1,AGI(agi://127.0.0.1:4573/x)\n" for name in OURS)
INBOUND = "[voicebot-inbound]\nexten => s,1,Hangup(21)\n"
FINE = {
    "extensions.conf": PLAN + INBOUND,
    "manager.conf": "[general]\nenabled = yes\nbindaddr = 127.0.0.1\n" + USER + HERE,
    "modules.conf": "[modules]\nautoload = yes\n",
    "pjsip.conf": TRANSPORT + TRUNK,
}


def check(**changed: str) -> list[PbxFinding]:
    """Findings of a fine configuration with some files changed; ``pjsip`` is ``pjsip.conf``."""
    files = FINE | {name if "." in name else f"{name}.conf": text for name, text in changed.items()}
    return check_files(ConfigurationFiles(files, "/etc/asterisk"), CONFIG)


def states(findings: list[PbxFinding]) -> list[str]:
    return [finding.state for finding in findings]


def test_it_is_fine_to_begin_with() -> None:
    assert check() == []


@pytest.mark.parametrize(
    "pjsip",
    [
        TRANSPORT
        + "[bank]\ntype=endpoint\ntransport=udp\ndisallow=all\nallow=alaw\nallow_transfer=no\n[bank]\ntype=aor\n"
        + "contact=sip:192.0.2.10\n[bank](+type=endpoint)\naors=bank\ncontext=voicebot-inbound\n",
        "[base](!)\n" + ENDPOINT + TRANSPORT + "[bank](base)\n[bank]\ntype=aor\ncontact=sip:192.0.2.10\n",
        "\ufeff" + TRANSPORT + TRUNK,
        TRANSPORT + TRUNK + ";--\n[bank](+type=endpoint)\ncontext = voicebot-dial\n--;\n",
        TRANSPORT + TRUNK.replace("allow = alaw", "allow = alaw:20,!g729"),
    ],
)
def test_other_ways_to_write_the_same(pjsip: str) -> None:
    assert check(pjsip=pjsip) == []


def test_an_addition_that_makes_an_endpoint_unsafe() -> None:
    (finding,) = check(pjsip=TRANSPORT + TRUNK + "[bank](+type=endpoint)\ncontext = voicebot-dial\n")
    assert finding.what == "calls that come in on [bank] reach voicebot's own dialplan"
    assert finding.problem.line == (TRANSPORT + TRUNK).count("\n") + 2


def test_an_addition_to_nothing_costs_the_whole_file_and_no_more_is_said() -> None:
    (finding,) = check(pjsip=TRANSPORT + "[bank](+)\n" + ENDPOINT)
    assert finding.what == "Asterisk refuses the whole of pjsip.conf: (+) adds to [bank], which is not there"


@pytest.mark.parametrize(
    ("allow", "cure"),
    [
        ("allow = alaw\ndisallow = all\n", "put disallow = all before"),
        ("allow = alaw,ulaw\ndisallow = ulaw\ndisallow = alaw\n", "put disallow = all before"),
        ("allow = alaw,!all\n", "put disallow = all before"),
        ("disallow = all\n", "add allow"),
        ("", "add allow"),
    ],
)
def test_the_order_of_allow_and_disallow_counts(allow: str, cure: str) -> None:
    (finding,) = check(pjsip=TRANSPORT + TRUNK.replace("disallow = all\nallow = alaw\n", allow))
    assert finding.what.startswith("endpoint [bank] allows no codec")
    assert cure in finding.cure


@pytest.mark.parametrize("kind", ["endpoint", "aor", "transport"])
def test_one_object_too_many_costs_all_of_its_type(kind: str) -> None:
    (finding,) = check(pjsip=TRANSPORT + TRUNK + f"[x]\ntype={kind}\n[x]\ntype={kind}\n")
    assert finding.what == f"[x] is defined twice as {kind}: Asterisk loads no {kind} at all"
    assert finding.problem.line == (TRANSPORT + TRUNK).count("\n") + 3
    files = {"pjsip": TRANSPORT + TRUNK, "sorcery": SORCERY, "trunks": TRUNK}
    assert check(**files) == [], "what one file defines another may define as well, where only one is read"


SORCERY = "[res_pjsip]\nendpoint=config,trunks.conf,criteria=type=endpoint\naor=config,trunks.conf,criteria=type=aor\n"


def test_objects_in_another_file() -> None:
    assert check(pjsip=TRANSPORT, sorcery=SORCERY, trunks=TRUNK) == []
    (finding,) = check(sorcery=SORCERY, trunks="")  # pjsip.conf is then not where endpoints are read from
    assert (finding.state, "there is no endpoint [bank]" in finding.what) == ("broken", True)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sorcery": "[res_pjsip]\nendpoint=realtime,ps_endpoints\naor=realtime,ps_aors\n"}, "realtime keeps"),
        ({"sorcery": "[res_pjsip]\nendpoint/cache=memory_cache,maximum_objects=9\nendpoint=astdb,x\n"}, "astdb keeps"),
        ({"sorcery": "#exec /usr/bin/sorcery\n"}, "/usr/bin/sorcery"),
        ({"pjsip": TRANSPORT + "#exec /usr/local/bin/trunks\n"}, "/usr/local/bin/trunks"),
        ({"pjsip_wizard": "#exec /usr/local/bin/wizards\n"}, "/usr/local/bin/wizards"),
        ({"extconfig": "[settings]\npjsip.conf => odbc,asterisk,ast_config\n"}, "database that pjsip.conf is kept in"),
    ],
)
def test_an_endpoint_that_may_be_elsewhere_is_not_said_to_be_missing(changed: dict[str, str], words: str) -> None:
    (finding,) = [one for one in check(**({"pjsip": TRANSPORT} | changed)) if one.about is not None]
    assert finding.state == "unknown"
    assert finding.what.startswith("the files cannot tell whether there is an endpoint [bank]")
    assert words in finding.what
    assert finding.cure == "asterisk -rx 'pjsip show endpoint bank'"
    assert finding.about == Fact("endpoint", "bank")


def test_a_transport_in_a_file_that_is_not_read_for_it() -> None:
    found = check(sorcery="[res_pjsip]\ntransport=realtime,ps_transports\n", pjsip=TRUNK)
    assert states(found) == ["unknown"]


@pytest.mark.parametrize(
    "plan",
    [
        {"extensions.ael": "".join(f"context {name} {{ start => Hangup(); }}\n" for name in
                                   ("voicebot-dial", "voicebot-transfer", "voicebot-callee", "voicebot-inbound"))},
        {"extensions": PLAN + "#include inbound.inc\n", "inbound.inc": INBOUND},
    ],
)  # fmt: skip
def test_contexts_elsewhere(plan: dict[str, str]) -> None:
    assert check(**({"extensions": ""} | plan)) == []


@pytest.mark.parametrize(
    "plan",
    [
        {"extensions.lua": "extensions = {}"},
        {"extensions.ael": '#include "more.ael"\n'},
        {"extensions": "#exec /usr/bin/dialplan\n"},
        {"extconfig": "[settings]\nextensions.conf => odbc,asterisk\n"},
    ],
)
def test_contexts_that_may_be_elsewhere(plan: dict[str, str]) -> None:
    found = [one for one in check(**({"extensions": ""} | plan)) if one.about is not None]
    assert {one.about.name for one in found if one.about} == {
        "voicebot-dial",
        "voicebot-transfer",
        "voicebot-callee",
        "voicebot-inbound",
    }
    assert set(states(found)) == {"unknown"}


@pytest.mark.parametrize("line", ["exten => start,1,Gosub(mine,s,1)", "include => mine", "switch => Realtime/"])
def test_an_extension_that_may_ask_voicebot_in_its_own_way(line: str) -> None:
    plan = PLAN.replace("exten => start,1,AGI(agi://127.0.0.1:4573/x)", line)
    assert states(check(extensions=plan + INBOUND)) == ["unknown"] * 3


def test_a_program_of_a_module_that_is_not_loaded_defines_nothing() -> None:
    modules = "[modules]\nautoload = yes\nnoload = pbx_lua.so\n"
    found = check(**{"extensions": INBOUND, "extensions.lua": "x", "modules": modules})
    assert states(found) == ["broken", "broken", "broken"]


def test_ael_that_lets_outsiders_in() -> None:
    ael = "context phones {\n  includes {\n    voicebot-dial;\n  };\n}\n"
    (finding,) = check(**{"extensions.ael": ael})
    assert ("outsiders" in finding.what, finding.problem.line) == (True, 2)


MANAGER = FINE["manager.conf"]


@pytest.mark.parametrize(
    ("manager", "acl", "expected"),
    [
        (MANAGER.replace(HERE, "acl = here\n"), "[here]\n" + HERE, []),
        (MANAGER.replace(HERE, "acl = everywhere,here\n"), "[everywhere]\n[here]\n" + HERE, []),
        (MANAGER.replace(HERE, "deny=0.0.0.0/0\npermit=127.0.0.1,10.0.0.0/8\n"), "", []),
        (MANAGER.replace(HERE, "acl = here\n"), "[here]\npermit = 127.0.0.1\n", ["may log in from anywhere"]),
        (MANAGER.replace(HERE, "permit = 127.0.0.1\n"), "", ["may log in from anywhere"]),
        (MANAGER.replace(HERE, "permit = 127.0.0.1\ndeny = 0.0.0.0/0\n"), "", ["may not log in from 127.0.0.1"]),
        (MANAGER.replace(HERE, "acl = there\n"), "[here]\n", ["names the access list 'there'"]),
        (MANAGER.replace(HERE, "acl = there\n"), "#exec /usr/bin/acl\n", ["the files cannot tell whether the access"]),
        (MANAGER.replace(HERE, "") + "#exec /usr/bin/rest\n", "", ["the files cannot tell whether AMI user"]),
    ],
)
def test_who_may_log_in(manager: str, acl: str, expected: list[str]) -> None:
    found = check(manager=manager, acl=acl)
    assert [words in one.what for one, words in zip(found, expected, strict=True)] == [True] * len(expected)


def test_access_lists_in_a_database() -> None:
    found = check(manager=MANAGER.replace(HERE, "acl = here\n"), extconfig="[settings]\nacls => odbc,asterisk\n")
    assert states(found) == ["unknown"]


def test_a_user_who_may_log_in_only_once_is_a_fault_where_several_nodes_dial() -> None:
    nodes = {"second": {"fastagi_port": 4574, "audiosocket_port": 9093}}
    several = CONFIG.model_copy(update={"nodes": Config.model_validate({"nodes": nodes}).nodes})
    files = FINE | {"manager.conf": MANAGER + "allowmultiplelogin = no\n"}
    found = check_files(ConfigurationFiles(files, "/etc/asterisk"), several)
    assert [one.state for one in found if "only once" in one.what] == ["broken"]


def test_a_user_who_may_log_in_only_once_is_noted() -> None:
    for_all = MANAGER.replace("[voicebot]", "allowmultiplelogin=no\n[voicebot]")
    for manager in (MANAGER + "allowmultiplelogin = no\n", for_all):
        (finding,) = check(manager=manager)
        assert (finding.state, "only once" in finding.what) == ("note", True)
    assert check(manager=for_all + "allowmultiplelogin=yes\n") == []


WIZARD = """\
[bank]
type = wizard
transport = udp
remote_hosts = 192.0.2.10
endpoint/context = voicebot-inbound
endpoint/allow = alaw
endpoint/allow_transfer = no
"""


def test_a_trunk_of_the_wizard_is_a_trunk() -> None:
    assert check(pjsip=TRANSPORT, pjsip_wizard=WIZARD) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("remote_hosts = 192.0.2.10\n", "", "aor [bank] has no contact"),
        ("endpoint/allow = alaw\n", "", "allows no codec"),
        ("voicebot-inbound", "voicebot-dial", "own dialplan"),
        ("remote_hosts", "remote_host", "wizard has no option 'remote_host'"),
        ("endpoint/allow_transfer", "endpoint/alow_transfer", "endpoint has no option 'alow_transfer'"),
        ("transport = udp", "transport = tls", "no transport [tls]"),
    ],
)
def test_and_has_faults_like_any_other(old: str, new: str, words: str) -> None:
    found = check(pjsip=TRANSPORT, pjsip_wizard=WIZARD.replace(old, new))
    assert any(words in one.what for one in found if one.state == "broken"), found


def test_a_wizard_whose_module_is_not_loaded_makes_nothing() -> None:
    modules = "[modules]\nautoload = yes\nnoload = res_pjsip_config_wizard.so\n"
    (finding,) = check(pjsip=TRANSPORT, pjsip_wizard=WIZARD, modules=modules)
    assert "there is no endpoint" in finding.what


@pytest.mark.parametrize(
    ("file", "old", "new", "words", "meant"),
    [
        ("pjsip", "aors = bank", "aor = bank", "endpoint has no option 'aor'", "aors"),
        ("pjsip", "allow = alaw", "alow = alaw", "endpoint has no option 'alow'", "allow"),
        ("pjsip", "contact = sip", "contcat = sip", "aor has no option 'contcat'", "contact"),
        ("pjsip", "type = endpoint", "type = endpont", "'endpont' is no type", "endpoint"),
        ("pjsip", "type = endpoint", "typ = endpoint", "'typ' is no option", "type"),
        ("pjsip", "aors = bank", "aors = bnak", "there is no aor [bnak]", "bank"),
        ("pjsip", "transport = udp", "transport = upd", "there is no transport [upd]", "udp"),
        ("pjsip", "[bank]\ntype = endpoint", "[bnak]\ntype = endpoint", "there is no endpoint [bank]", "bnak"),
        ("manager", "permit", "permti", "knows no 'permti'", "permit"),
        ("manager", "bindaddr", "binaddr", "knows no 'binaddr'", "bindaddr"),
        ("modules", "autoload", "auotload", "knows no 'auotload'", "autoload"),
    ],
)
def test_a_misspelt_option_is_named_with_what_was_meant(file: str, old: str, new: str, words: str, meant: str) -> None:
    found = [one for one in check(**{file: FINE[f"{file}.conf"].replace(old, new)}) if words in one.what]
    assert len(found) == 1
    assert meant in found[0].cure


def test_an_option_that_is_like_no_other_is_not_condemned() -> None:
    (finding,) = check(
        pjsip=TRANSPORT + TRUNK.replace("type = endpoint", "type = endpoint\nquantum_mode = yes\n@own=1")
    )
    assert (finding.state, "quantum_mode" in finding.what) == ("unknown", True)


ANYTHING = "exten => _X.,1,Dial(PJSIP/${EXTEN}@bank)\n"
DEFAULT = TRANSPORT + TRUNK.replace("allow_transfer = no\n", "")
ALLOWED = TRANSPORT + TRUNK.replace("transfer = no", "transfer = yes")


@pytest.mark.parametrize(
    ("changed", "state", "words"),
    [
        ({"pjsip": DEFAULT}, "note", "as if the callee had hung up"),
        (
            {"pjsip": DEFAULT, "extensions": PLAN, "extensions.ael": "context voicebot-inbound { s => Hangup(); }"},
            "note",
            "cannot be seen here",
        ),
        ({"pjsip": ALLOWED, "extensions": PLAN + INBOUND + ANYTHING}, "broken", "past every allow-list"),
        ({"pjsip": DEFAULT, "extensions": PLAN + INBOUND + "include => phones\n"}, "broken", "past every allow-list"),
        ({"pjsip": TRANSPORT + TRUNK + "[bank](+type=endpoint)\nredirect_method = uri_pjsip\n"}, "broken", "forward"),
    ],
)
def test_what_the_far_side_may_do(changed: dict[str, str], state: str, words: str) -> None:
    (finding,) = check(**changed)
    assert finding.state == state
    assert words in finding.what


def test_what_the_running_pbx_answers_wins() -> None:
    there, gone = Fact("endpoint", "a"), Fact("context", "b")
    unasked = PbxFinding("unknown", Problem("?"), Fact("module", "c"))
    other = PbxFinding("broken", Problem("AMI is off"))
    unknown = [PbxFinding("unknown", Problem("?"), fact) for fact in (there, gone)]
    broken = [PbxFinding("broken", Problem("there is none", "add it"), fact) for fact in (there, gone)]
    facts = {there: True, gone: False}
    assert settle([*unknown, unasked, other], facts) == [unasked, other]
    (stale,) = settle(broken, facts)
    assert (stale.state, "the running Asterisk has the endpoint a" in stale.what) == ("note", True)
