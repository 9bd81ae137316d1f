"""voicebot's dialplan as text. Pure.

Everything that matters stands in the text itself: no address, file name or number comes from a channel variable or
a global, because AMI users can set those. One extension for each process that dials on this Asterisk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from voicebot.agi import addresses
from voicebot.config import Config
from voicebot.errors import ConfigurationError, Problem

CALLEE_CONTEXT: Final = "voicebot-callee"
NOWHERE_CONTEXT: Final = "voicebot-nowhere"

_HEAD: Final = """\
; voicebot: dialplan, rendered by "voicebot trunk dialplan". Render it again rather than editing it.
;
; In extensions.conf:   #include "extensions_voicebot.conf"
;
; FastAGI addresses are literal. No address, file name or number below comes from a channel variable or a global:
; AMI users can set those. voicebot looks up number and trunk once Asterisk has shown the secret of the call, checks
; them against the trunk's allow-list, and only then dials. When voicebot cannot be reached nothing is dialled: the
; call ends.
;
; Contexts here are not for phones or trunks: include none of them in a context that outsiders can reach.
"""

_DIAL: Final = """\
exten => {extension},1,Set(AGISIGHUP=no)
 same => n,Set(DYNAMIC_FEATURES=)
 same => n,AGI(agi://{address}/dial,${{CHANNEL(linkedid)}})
 same => n,Hangup()
"""

_CALLEE: Final = """\
exten => {extension},1,Set(CHANNEL(hangup_handler_push)={callee},end,1)
 same => n,Set(TRANSFER_CONTEXT={nowhere})
 same => n,Set(DYNAMIC_FEATURES=)
 same => n,Set(AGISIGHUP=no)
 same => n,AGI(agi://{address}/record,${{CHANNEL(linkedid)}})
 same => n,Return()
"""

_TRANSFER: Final = """\
exten => {extension},1,Set(AGISIGHUP=no)
 same => n,AGI(agi://{address}/transfer,${{CHANNEL(linkedid)}})
 same => n,Hangup()
"""

_TEXT: Final = """\
{head}
[{dial}]
; The bot's own leg, originated over AMI. voicebot dials the callee from here.
{dial_lines}
[{callee}]
; Runs on the callee's channel before it is dialled. voicebot starts the recording: callee on the left, bot on the
; right, and after a transfer the human. Transfers by the far side (REFER) find no extension, and its keys trigger no
; feature of this PBX.
{callee_lines}; Closes the recording before the hang-up is reported.
exten => end,1,StopMixMonitor()
 same => n,Return()

[{transfer}]
; The callee's channel is sent here to be connected to a human. When nobody answers, voicebot takes it back.
{transfer_lines}
[{nowhere}]
; Where transfers by the far side are looked up: there is no extension.

[voicebot-inbound]
; For incoming calls on trunks that are only for calling out.
exten => _[0-9+*#a-zA-Z].,1,Hangup(21)
exten => s,1,Hangup(21)
"""


_AGI: Final = re.compile(r"[^,]*,AGI\(agi://(?P<address>.*)/(?P<path>[a-z]+)(?:,.*)?\)", re.IGNORECASE | re.DOTALL)


def asked_at(lines: Iterable[tuple[str, str]], extension: str) -> str | None:
    """Return the address at which an extension of a context asks for voicebot.

    Parameters
    ----------
    lines
        The context's settings in their order: name (``exten`` or ``same``) and value.
    extension
        Name of the extension.

    Returns
    -------
    str or None
        As it stands there; ``None`` when the extension is not there or asks nobody.
    """
    inside = False
    for name, value in lines:
        step = value.removeprefix(">").strip()
        if name.lower() == "exten":
            first, _, step = step.partition(",")
            inside = first.strip() == extension
        found = _AGI.fullmatch(step) if inside and name.lower() in {"exten", "same"} else None
        if found is not None:
            return found["address"]
    return None


def render(config: Config) -> str:
    """Return ``extensions_voicebot.conf`` for the processes that a configuration names.

    Parameters
    ----------
    config
        The first process stands in ``asterisk``, further ones in ``nodes``.

    Raises
    ------
    ConfigurationError
        An address cannot stand in a dialplan, or two processes have the same one.
    """
    processes = list(_processes(config))
    lines = {
        name: "".join(
            form.format(extension=extension, address=address, callee=CALLEE_CONTEXT, nowhere=NOWHERE_CONTEXT)
            for extension, address in processes
        )
        for name, form in (("dial_lines", _DIAL), ("callee_lines", _CALLEE), ("transfer_lines", _TRANSFER))
    }
    return _TEXT.format(
        head=_HEAD,
        dial=config.asterisk.dial_context,
        callee=CALLEE_CONTEXT,
        transfer=config.asterisk.transfer_context,
        nowhere=NOWHERE_CONTEXT,
        **lines,
    )


def _processes(config: Config) -> Iterator[tuple[str, str]]:
    """Yield extension and FastAGI address of each process."""
    seen: dict[str, str] = {}
    for name in (config.node, *config.nodes):
        section = config.as_node(name).asterisk
        problems = addresses.check(section)
        address = addresses.fastagi(section)
        if address in seen:
            problems.append(
                Problem(f"nodes {seen[address]!r} and {name!r} have the same FastAGI address {address}",
                        f"set nodes.{name}.fastagi_port to a port of its own")
            )  # fmt: skip
        if problems:
            raise ConfigurationError(problems)
        seen[address] = name
        yield section.extension, address
