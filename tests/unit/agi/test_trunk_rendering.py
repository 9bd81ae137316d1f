"""A rendered trunk is one with which trunk check finds nothing wrong."""

from __future__ import annotations

import pytest

from voicebot.agi import dialplan
from voicebot.agi.configuration.files import ConfigurationFiles
from voicebot.agi.lint import check_files
from voicebot.agi.trunk_rendering import Carrier, render_trunk
from voicebot.config import Config
from voicebot.errors import ConfigurationError

CONFIG = Config.model_validate(
    {"asterisk": {"ami_secret": "a-long-random-secret"}, "trunks": {"main": {"endpoint": "bank"}}}
)
TRUNK = CONFIG.trunks["main"]
MANAGER = """\
[general]
enabled = yes
bindaddr = 127.0.0.1
[voicebot]
secret = a-long-random-secret
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = call
write = originate,call,reporting
"""


@pytest.mark.parametrize(
    "carrier",
    [
        Carrier("sip.carrier.example"),
        Carrier("192.0.2.10:5080"),
        Carrier("[2001:db8::5]:5060"),
        Carrier("sip.carrier.example", "account-7", "tls"),
    ],
)
def test_nothing_is_wrong_with_it(carrier: Carrier) -> None:
    files = {
        "pjsip.conf": f"[{carrier.transport}]\ntype = transport\n" + render_trunk("main", TRUNK, carrier),
        "manager.conf": MANAGER,
        "modules.conf": "[modules]\nautoload = yes\n",
        "extensions.conf": dialplan.render(CONFIG),
    }
    found = check_files(ConfigurationFiles(files, "/etc/asterisk"), CONFIG)
    read = [finding for finding in found if "may be logged in" not in finding.what and "lacks" not in finding.what]
    assert read == []


def test_a_port_belongs_to_the_contact_alone() -> None:
    text = render_trunk("main", TRUNK, Carrier("sip.carrier.example:5080", "account-7"))
    assert "contact = sip:sip.carrier.example:5080\n" in text
    assert "from_domain = sip.carrier.example\n" in text
    assert "client_uri = sip:account-7@sip.carrier.example\n" in text


@pytest.mark.parametrize(
    "carrier",
    [
        Carrier(""),
        Carrier("a\ncontext = voicebot-dial"),
        Carrier("a;b"),
        Carrier("a", "x\ny"),
        Carrier("a", "x@y"),
        Carrier("a", transport="[t]"),
    ],
)
def test_what_would_be_another_line_is_refused(carrier: Carrier) -> None:
    with pytest.raises(ConfigurationError):
        render_trunk("main", TRUNK, carrier)
