"""Who may connect, by the deny and permit lines of an access list. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from voicebot.agi.configuration.sections import Setting

_STRANGERS = ("203.0.113.77", "2001:db8::77")
"""Addresses that no installation has (documentation ranges, RFC 5737 and RFC 3849)."""


def admits(rules: Iterable[Setting], address: str) -> bool:
    """Whether an access list lets an address in.

    Everybody is let in at first, and the last rule that names an address decides (``ast_apply_acl``).

    Parameters
    ----------
    rules
        ``deny`` and ``permit`` lines in their order; each value is a list of networks, ``!`` turning one around.
    address
        IPv4 or IPv6.
    """
    who = ipaddress.ip_address(address)
    admitted = True
    for rule in rules:
        for part in rule.value.split(","):
            network, turned = _network(part)
            if network is not None and network.version == who.version and who in network:
                admitted = (rule.name.lower() == "permit") != turned
    return admitted


def admits_strangers(rules: Iterable[Setting], *, six: bool) -> bool:
    """Whether an access list lets anyone in, over IPv4, or over IPv6 where Asterisk listens there (``six``)."""
    rules = list(rules)
    return any(admits(rules, address) for address in (_STRANGERS if six else _STRANGERS[:1]))


def _network(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network | None, bool]:
    clean = text.strip()
    turned = clean.startswith("!")
    try:
        return ipaddress.ip_network(clean.removeprefix("!").strip(), strict=False), turned
    except ValueError:
        return None, turned
