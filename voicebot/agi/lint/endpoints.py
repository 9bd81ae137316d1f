"""The trunks' PJSIP endpoints: can be called, have a codec, and let the far side decide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from voicebot.agi.configuration.sections import Reading, Section, Setting
from voicebot.agi.lint.dialplan import our_contexts
from voicebot.agi.lint.finding import Fact, PbxFinding, broken, missing, note
from voicebot.agi.lint.options import likely
from voicebot.agi.lint.pbx import Pbx, yes
from voicebot.errors import Problem

_DEFAULT_CONTEXT: Final = "default"
_KINDS: Final = ("endpoint", "aor", "transport")


def check_trunks(pbx: Pbx) -> Iterator[PbxFinding]:
    """The endpoint of every trunk, wherever ``sorcery.conf`` has it come from."""
    if not pbx.config.trunks:
        return
    objects = {kind: pbx.objects(kind) for kind in _KINDS}
    for kind in _KINDS:
        for section in pbx.defined_twice(kind):
            yield broken(
                f"[{section.name}] is defined twice as {kind}: Asterisk loads no {kind} at all",
                "take one of them out, or make it an addition: (+)",
                section,
            )
    for name, trunk in pbx.config.trunks.items():
        endpoint = _named(objects["endpoint"], trunk.endpoint)
        if endpoint is not None:
            yield from _endpoint(pbx, endpoint, objects)
            continue
        fault = Problem(
            f"trunk {name!r}: there is no endpoint [{trunk.endpoint}]",
            _meant(trunk.endpoint, objects["endpoint"])
            or f"add it as in pjsip_voicebot_trunk.conf.example, or correct trunks.{name}.endpoint",
            pbx.files.where("pjsip.conf"),
        )
        yield from missing(
            [objects["endpoint"]],
            PbxFinding("broken", fault, Fact("endpoint", trunk.endpoint)),
            whether=f"there is an endpoint [{trunk.endpoint}] for trunk {name!r}",
            see=f"asterisk -rx 'pjsip show endpoint {trunk.endpoint}'",
        )


def _named(reading: Reading, name: str) -> Section | None:
    return next((one for one in reading.sections if one.name == name), None)


def _meant(name: str, reading: Reading) -> str:
    """Return the question whether another object was meant; empty when none is called nearly so."""
    meant = likely(name, [section.name for section in reading.sections])
    return f"did you mean {meant}?" if meant else ""


def _endpoint(pbx: Pbx, endpoint: Section, objects: dict[str, Reading]) -> Iterator[PbxFinding]:
    see = f"asterisk -rx 'pjsip show endpoint {endpoint.name}'"
    aors = [aor.strip() for aor in endpoint.value("aors").split(",") if aor.strip()]
    place = endpoint.last("aors") or endpoint
    if not aors:
        fault = broken(f"endpoint [{endpoint.name}] has no aors: it cannot be called", "add aors = …", place)
        yield from missing([objects["endpoint"]], fault, whether=f"[{endpoint.name}] has aors", see=see)
    for aor in aors:
        section = _named(objects["aor"], aor)
        if section is None:
            cure = _meant(aor, objects["aor"]) or "add it"
            fault = broken(f"endpoint [{endpoint.name}]: there is no aor [{aor}]", cure, place)
            yield from missing([objects["aor"]], fault, whether=f"there is an aor [{aor}]", see=see)
        elif not section.all("contact", "max_contacts"):
            fault = broken(f"aor [{aor}] has no contact: calls have nowhere to go", "add contact = sip:…", section)
            yield from missing([objects["aor"]], fault, whether=f"aor [{aor}] has a contact", see=see)
    transport = endpoint.last("transport")
    if transport is not None and transport.value and _named(objects["transport"], transport.value) is None:
        cure = _meant(transport.value, objects["transport"]) or "add or correct it"
        fault = broken(f"endpoint [{endpoint.name}]: there is no transport [{transport.value}]", cure, transport)
        yield from missing(
            [objects["transport"]],
            fault,
            whether=f"there is a transport [{transport.value}]",
            see="asterisk -rx 'pjsip show transports'",
        )
    yield from _codecs(endpoint, objects["endpoint"], see)
    yield from check_far_side(pbx, endpoint)


def _codecs(endpoint: Section, reading: Reading, see: str) -> Iterator[PbxFinding]:
    lines = endpoint.all("allow", "disallow")
    if codecs_left(lines):
        return
    taken = any(setting.name.lower() == "allow" and setting.value.strip() for setting in lines)
    fault = broken(
        f"endpoint [{endpoint.name}] allows no codec"
        + (": a line after allow takes all of them away again, since the order counts" if taken else ""),
        "put disallow = all before allow = alaw,ulaw" if taken else "add allow = alaw,ulaw",
        lines[-1] if lines else endpoint,
    )
    yield from missing([reading], fault, whether=f"[{endpoint.name}] allows a codec", see=see)


def codecs_left(lines: Iterable[Setting]) -> tuple[str, ...]:
    """Return the codecs that ``allow`` and ``disallow`` lines leave, in their order.

    Each line changes what those before it left; within one, ``!`` takes away and ``all`` stands for every codec.
    """
    left: dict[str, None] = {}
    for line in lines:
        allowing = line.name.lower() == "allow"
        for part in line.value.split(","):
            codec = part.strip().lower()
            allowed = allowing != codec.startswith("!")
            codec = codec.removeprefix("!").split(":")[0].strip()
            if codec == "all":
                left = {"all": None} if allowed else {}
            elif codec and allowed:
                left[codec] = None
            else:
                left.pop(codec, None)
    return tuple(left)


def check_far_side(pbx: Pbx, endpoint: Section) -> Iterator[PbxFinding]:
    """What the other side of a trunk could have Asterisk do: call in, transfer a call, forward one.

    Parameters
    ----------
    endpoint
        From the files, or as the running Asterisk describes it.
    """
    context = endpoint.last("context")
    inbound = context.value if context is not None and context.value else _DEFAULT_CONTEXT
    place: Setting | Section = context or endpoint
    there, readings = pbx.contexts()
    if inbound in our_contexts(pbx.config):
        yield broken(
            f"calls that come in on [{endpoint.name}] reach voicebot's own dialplan",
            "set context = voicebot-inbound, or a context of yours",
            place,
        )
    elif context is not None and inbound not in there and "extensions.conf" in pbx.files:
        yield from missing(
            readings,
            broken(
                f"endpoint [{endpoint.name}]: there is no context [{inbound}]",
                "add or correct it",
                place,
                Fact("context", inbound),
            ),
            whether=f"there is a context [{inbound}]",
            see=f"asterisk -rx 'dialplan show {inbound}'",
        )
    transfer = endpoint.last("allow_transfer")
    if transfer is None or yes(transfer.value):
        what = f"the other side of [{endpoint.name}] may transfer a call (REFER)"
        leads = pbx.leads(inbound)
        if leads == "somewhere":
            told = f"{what} to numbers of its choice, past every allow-list"
            yield broken(told, "set allow_transfer = no", transfer or endpoint)
        else:
            told = {
                "nowhere": f"{what}; [{inbound}] stops it, but the call ends as if the callee had hung up",
                "unknown": f"{what}; where [{inbound}] would take it cannot be seen here",
            }[leads]
            yield note(told, "set allow_transfer = no", transfer or endpoint)
    redirect = endpoint.last("redirect_method")
    if redirect is not None and redirect.value.strip().lower() == "uri_pjsip":
        yield broken(
            f"the other side of [{endpoint.name}] may forward a call anywhere: with uri_pjsip no dialplan can stop it",
            "take redirect_method out (user, its default, lets voicebot refuse)",
            redirect,
        )
