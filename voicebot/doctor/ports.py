"""Ports on which Asterisk reaches us."""

from __future__ import annotations

import socket

from voicebot.agi import addresses
from voicebot.doctor.finding import Finding, Subject


async def check(subject: Subject) -> list[Finding]:
    """The ports on which Asterisk is to reach us."""
    config = subject.config
    section = config.asterisk
    found = [Finding("ports", "broken", problem.what, problem.cure) for problem in addresses.check(section)]
    for name, listens_on, port in (
        ("FastAGI", section.fastagi_host, section.fastagi_port),
        ("AudioSocket", section.audiosocket_host, section.audiosocket_port),
    ):
        host = addresses.bare(listens_on)
        if not addresses.is_loopback(host):
            found.append(
                Finding("ports", "note", f"{name} listens on {host}, which other machines may reach",
                        "keep it on 127.0.0.1, or let a firewall pass only Asterisk's machine")
            )  # fmt: skip
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                where = addresses.join(host, port)
                found.append(
                    Finding("ports", "note", f"{name}'s port {where} is not available: {error.strerror}",
                            "expected while a node runs; otherwise stop the program that uses it, or set another port")
                )  # fmt: skip
    return found or [
        Finding(
            "ports", "fine", f"{section.fastagi_port} (FastAGI) and {section.audiosocket_port} (AudioSocket) are free"
        )
    ]
