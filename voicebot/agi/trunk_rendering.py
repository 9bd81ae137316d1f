"""A trunk of ``voicebot.toml`` as sections of ``pjsip.conf``, as they are recommended. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from voicebot.config import TrunkSection
from voicebot.errors import ConfigurationError, Problem

_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9+_.-]{1,64}")
_TRANSPORT: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_ENDPOINT: Final = """\
; trunk {trunk}: calls out only, media through Asterisk, nothing that the far side could have us do
[{name}]
type = endpoint
transport = {transport}
context = voicebot-inbound
disallow = all
allow = alaw,ulaw
aors = {name}
direct_media = no
allow_transfer = no
allow_subscribe = no
rtp_symmetric = yes
dtmf_mode = rfc4733
send_pai = yes
"""
_AUTH: Final = """\
outbound_auth = {name}
from_user = {account}
from_domain = {domain}
"""
_AOR: Final = """
[{name}]
type = aor
contact = sip:{host}
qualify_frequency = 30
"""
_IDENTIFY: Final = """
[{name}]
type = identify
endpoint = {name}
match = {domain}
"""
_REGISTRATION: Final = """
[{name}]
type = auth
auth_type = userpass
username = {account}
password = (the carrier's password)

[{name}]
type = registration
transport = {transport}
outbound_auth = {name}
server_uri = sip:{host}
client_uri = sip:{account}@{domain}
"""


@dataclass(frozen=True, slots=True)
class Carrier:
    """The other side of a trunk.

    Parameters
    ----------
    host
        Name or address, with a port where it is not 5060.
    account
        User that the trunk registers as; empty for one that knows us by our address.
    transport
        Name of the transport in ``pjsip.conf``.
    """

    host: str
    account: str = ""
    transport: str = "transport-udp"


def render_trunk(name: str, trunk: TrunkSection, carrier: Carrier) -> str:
    """Return the sections of one trunk.

    Parameters
    ----------
    name, trunk
        As in ``voicebot.toml``.
    carrier
        What is not known there.

    Raises
    ------
    ConfigurationError
        Something of the carrier cannot stand in ``pjsip.conf``.
    """
    problems = [
        Problem(f"{what} {value[:40]!r} cannot stand in pjsip.conf", cure)
        for what, value, form, cure in (
            ("the host", carrier.host, _HOST, "write a name or an address, [IPv6] in brackets, with :PORT if need be"),
            ("the account", carrier.account or "-", _ACCOUNT, "use letters, digits, + _ . -"),
            ("the transport", carrier.transport, _TRANSPORT, "write the name of a transport in pjsip.conf"),
        )
        if not form.fullmatch(value)
    ]
    if problems:
        raise ConfigurationError(problems)
    domain = re.sub(r":[0-9]{1,5}$", "", carrier.host)
    parts = [_ENDPOINT, _AUTH, _AOR, _REGISTRATION] if carrier.account else [_ENDPOINT, _AOR, _IDENTIFY]
    return "".join(parts).format(
        trunk=name if name.isprintable() else "",
        name=trunk.endpoint,
        host=carrier.host,
        domain=domain,
        account=carrier.account,
        transport=carrier.transport,
    )
