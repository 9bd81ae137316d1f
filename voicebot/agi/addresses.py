"""Where we listen, and what Asterisk is told: two things that differ behind Docker, NAT and VPNs. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from voicebot.config import AsteriskSection
from voicebot.errors import Problem

_HOST_NAME: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.?")


def bare(host: str) -> str:
    """Return a host as sockets want it: an IPv6 address without the brackets that some write around it."""
    return host.removeprefix("[").removesuffix("]") if host.startswith("[") else host


def join(host: str, port: int) -> str:
    """Return ``host:port``; an IPv6 address stands in brackets, as channel names and ``agi://`` want it (RFC 3986)."""
    plain_host = bare(host)
    return f"[{plain_host}]:{port}" if ":" in plain_host else f"{plain_host}:{port}"


def fastagi(section: AsteriskSection) -> str:
    """Return the ``host:port`` at which Asterisk's dialplan finds this node's FastAGI."""
    return section.fastagi_address or join(section.fastagi_host, section.fastagi_port)


def audiosocket(section: AsteriskSection) -> str:
    """Return the ``host:port`` to which Asterisk is told to connect audio."""
    return section.audiosocket_address or join(section.audiosocket_host, section.audiosocket_port)


def plain(address: str) -> str:
    """Return an IP address in its plain form: without scope, and IPv4 where it came mapped into IPv6."""
    try:
        parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


def is_loopback(host: str) -> bool:
    """Whether a host reaches this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare(host)).is_loopback
    except ValueError:
        return False


def check(section: AsteriskSection) -> list[Problem]:
    """Return what is wrong with the addresses that Asterisk is told.

    They become part of a dialplan and of a channel's name, so nothing but a host and a port passes here.
    """
    problems = []
    for name, host, address in (
        ("fastagi", section.fastagi_host, fastagi(section)),
        ("audiosocket", section.audiosocket_host, audiosocket(section)),
    ):
        told = _host(address)
        if told is None:
            problems.append(
                Problem(f"asterisk.{name}_address: {address!r} is not a host and a port", "write it as host:port")
            )
        elif _is_wildcard(told):
            problems.append(
                Problem(
                    f"asterisk.{name}_host: {host} is where voicebot listens; Asterisk cannot connect to it",
                    f'set asterisk.{name}_address = "HOST:PORT" as Asterisk reaches this machine',
                )
            )
    return problems


def _host(address: str) -> str | None:
    """Return the host in ``host:port``, or ``None`` when it is no such thing."""
    found = re.fullmatch(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:]+)):(?P<port>[0-9]{1,5})", address)
    if found is None or not 0 < int(found["port"]) < 65536:
        return None
    if found["v6"]:
        try:
            return str(ipaddress.IPv6Address(found["v6"]))
        except ValueError:
            return None
    return found["name"] if _HOST_NAME.fullmatch(found["name"]) else None


def _is_wildcard(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
