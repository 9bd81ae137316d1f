"""Configuration files of a private Asterisk: what a PBX and a simulated carrier have in common, and the PBX itself.

The PBX gets the same rights for AMI and the same rendered dialplan that a telephony engineer includes in a real one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from voicebot import paths
from voicebot.agi import addresses, dialplan
from voicebot.config import Config

_MODULES: Final = """
    res_sorcery_config res_sorcery_memory res_sorcery_astdb pbx_config res_pjsip_pubsub res_stasis
    codec_alaw codec_ulaw codec_a_mu codec_resample format_pcm format_sln format_wav
    res_rtp_asterisk bridge_simple bridge_native_rtp bridge_softmix bridge_builtin_features bridge_holding
    res_pjproject res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_rfc3326 res_pjsip_nat
    res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_dtmf_info res_pjsip_header_funcs
    chan_pjsip chan_bridge_media res_audiosocket app_audiosocket chan_audiosocket res_speech res_agi
    app_dial app_echo app_mixmonitor app_playback app_playtones app_stack app_exec app_verbose app_senddtmf app_read
    app_userevent app_while app_waitforsilence app_record app_softhangup app_originate
    func_callerid func_channel func_logic func_strings func_uuid func_math func_global func_rand func_timeout
    func_hangupcause func_dialplan func_groupcount func_jitterbuffer func_volume func_base64
    func_pjsip_endpoint func_devstate func_module res_musiconhold
"""

MODULES: Final = tuple(_MODULES.split())
"""What voicebot and a simulated carrier use; nothing else is loaded."""

_INDICATIONS: Final = """\
[general]
country = us

[us]
description = United States / North America
ringcadence = 2000,4000
dial = 350+440
busy = 480+620/500,0/500
ring = 440+480/2000,0/4000
congestion = 480+620/250,0/250
info = !950/330,!1400/330,!1800/330,0
"""


def base_files(
    *,
    sip_port: int,
    rtp_ports: tuple[int, int],
    pjsip: str = "",
    extensions: str = "",
    manager: str = "",
    modules: Iterable[str] = MODULES,
    user_agent: str = "voicebot",
) -> dict[str, str]:
    """Return the files that any private Asterisk needs, everything bound to loopback.

    Parameters
    ----------
    sip_port
        UDP port of SIP.
    rtp_ports
        First and last UDP port of RTP.
    pjsip
        Endpoints and the rest, appended to ``pjsip.conf`` (transport ``transport-udp`` stands there already).
    extensions
        All of ``extensions.conf``.
    manager
        All of ``manager.conf`` (see :func:`manager_conf`); without it AMI is off.
    modules
        Names of modules without ``.so``; nothing else is loaded.
    """
    files = {
        "modules.conf": "[modules]\nautoload = no\npreload = res_timing_timerfd.so\n"
        + "".join(f"load = {module}.so\n" for module in modules),
        "logger.conf": "[general]\ndateformat = %F %T.%3q\n\n[logfiles]\nmessages.log => notice,warning,error\n",
        "rtp.conf": f"[general]\nrtpstart = {rtp_ports[0]}\nrtpend = {rtp_ports[1]}\nicesupport = no\n",
        "pjsip.conf": f"""\
[global]
type = global
user_agent = {user_agent}

[system]
type = system
threadpool_initial_size = 4

[transport-udp]
type = transport
protocol = udp
bind = 127.0.0.1:{sip_port}

{pjsip}""",
        "extensions.conf": extensions,
        "manager.conf": manager or "[general]\nenabled = no\n",
        "http.conf": "[general]\nenabled = no\n",
        "indications.conf": _INDICATIONS,
    }
    for name in ("cdr", "cel", "features", "musiconhold", "udptl", "ccss"):
        files[f"{name}.conf"] = "[general]\n" + ("enable = no\n" if name in {"cdr", "cel"} else "")
    for name in ("acl", "pjproject"):
        files[f"{name}.conf"] = ""
    return files


def manager_conf(port: int, body: str) -> str:
    """Return ``manager.conf`` with AMI on loopback.

    Parameters
    ----------
    port
        TCP port.
    body
        Users and includes.
    """
    return f"""\
[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = {port}
timestampevents = yes
displayconnects = no

{body}"""


def hep_conf(config: Config) -> str:
    """Return ``hep.conf``: a copy of every SIP message goes to voicebot, for what a carrier says beside a refusal."""
    where = addresses.audiosocket(config.asterisk)
    return f"[general]\nenabled = yes\ncapture_address = {where}\ncapture_id = 1\nuuid_type = call-id\n"


def trunk_endpoint(name: str, *, host: str, port: int, context: str = "voicebot-inbound", more: str = "") -> str:
    """Return one PJSIP endpoint that sends its calls to ``host:port``, with its aor.

    Parameters
    ----------
    name
        Of endpoint and aor.
    context
        Where calls from the other side go.
    more
        Further lines of the endpoint.
    """
    return f"""\
[{name}]
type = endpoint
transport = transport-udp
context = {context}
disallow = all
allow = alaw,ulaw
aors = {name}
direct_media = no
rtp_symmetric = yes
dtmf_mode = rfc4733
allow_transfer = no
allow_subscribe = no
{more}
[{name}]
type = aor
contact = sip:{host}:{port}
qualify_frequency = 0

"""


def pbx_files(
    config: Config, *, sip_port: int, rtp_ports: tuple[int, int], carrier_host: str, carrier_port: int
) -> dict[str, str]:
    """Return a whole PBX for a rehearsal: the shipped configuration, and each trunk leading to one carrier.

    Parameters
    ----------
    config
        Of the node that will use it: AMI port and user, FastAGI address, trunks.
    sip_port, rtp_ports
        As in :func:`base_files`.
    carrier_host, carrier_port
        Where every trunk leads.
    """
    asterisk = config.asterisk
    rights = (paths.shipped("asterisk-config") / "manager_voicebot.conf").read_text(encoding="utf-8")
    endpoints = sorted({trunk.endpoint for trunk in config.trunks.values()})
    manager = f"""\
#include "manager_voicebot.conf"

[{asterisk.ami_username}](voicebot-rights)
secret = {asterisk.ami_secret}
"""
    return base_files(
        sip_port=sip_port,
        rtp_ports=rtp_ports,
        pjsip="".join(trunk_endpoint(name, host=carrier_host, port=carrier_port) for name in endpoints),
        extensions='#include "extensions_voicebot.conf"\n',
        manager=manager_conf(asterisk.ami_port, manager),
        modules=(*MODULES, "res_hep", "res_hep_pjsip"),
    ) | {
        "hep.conf": hep_conf(config),
        "extensions_voicebot.conf": dialplan.render(config),
        "manager_voicebot.conf": rights,
    }
