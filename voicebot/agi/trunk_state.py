"""What the running Asterisk says about the trunks: whether they are registered, and whether they follow redirects.

Asked with few rights: ``reporting`` shows both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from voicebot import logs
from voicebot.agi.ami import Ami
from voicebot.config import TrunkSection
from voicebot.errors import Problem, RefusedError, UnavailableError

LOOK_SECONDS: Final = 30.0
_WIZARD: Final = "-reg-0"
"""What the wizard appends to a trunk's name to name its registration."""

_log = logs.get_logger()


class TrunkWatch:
    """What was last seen of every trunk.

    Parameters
    ----------
    trunks
        Name -> settings.
    """

    def __init__(self, trunks: Mapping[str, TrunkSection]) -> None:
        self._trunks = trunks
        self.unregistered: Mapping[str, str] = {}
        """Trunk -> what Asterisk calls the state of its registration. Calls may still work: ``causes`` weighs it."""
        self.redirecting: frozenset[str] = frozenset()
        """Trunks whose endpoint dials where the far side points, behind Dial's back: nothing may be dialled there."""

    def check(self, trunk: str) -> None:
        """Refuse a trunk that may not be dialled over. Raises UnavailableError."""
        if trunk in self.redirecting:
            raise UnavailableError(
                Problem(
                    f"trunk {trunk!r}: its endpoint lets the far side redirect calls to any number",
                    f"take redirect_method = uri_pjsip out of [{self._trunks[trunk].endpoint}] in pjsip.conf",
                )
            )

    async def look(self, ami: Ami) -> None:
        """Ask Asterisk; log at WARNING what has changed. Raises UnavailableError."""
        registrations = await outbound_registrations(ami)
        unregistered, redirecting = {}, set()
        for name, trunk in self._trunks.items():
            status = registration(trunk.endpoint, registrations)
            if status and not is_registered(status):
                unregistered[name] = status
            if await ami.variable(f"PJSIP_ENDPOINT({trunk.endpoint},redirect_method)") == "uri_pjsip":
                redirecting.add(name)
        for name in unregistered.keys() - self.unregistered.keys():
            _log.warning("a trunk is not registered at its carrier", trunk=name, status=unregistered[name])
        for name in self.unregistered.keys() - unregistered.keys():
            _log.warning("a trunk is registered again", trunk=name)
        for name in redirecting - self.redirecting:
            _log.warning("a trunk follows redirects (redirect_method = uri_pjsip): nothing is dialled", trunk=name)
        self.unregistered, self.redirecting = unregistered, frozenset(redirecting)


def registration(endpoint: str, registrations: Iterable[Mapping[str, str]]) -> str:
    """Return the status of an endpoint's registration, empty when it has none.

    Parameters
    ----------
    endpoint
        Name of the trunk's endpoint.
    registrations
        As of ``outbound_registrations``; of several, one that is registered is enough.
    """
    own = [one.get("Status", "") for one in registrations if endpoint_of(one) == endpoint]
    return next(filter(is_registered, own), own[0] if own else "")


def endpoint_of(registration: Mapping[str, str]) -> str:
    """Return the endpoint that a registration is for: the one that it names, else the one whose name it has."""
    return registration.get("Endpoint") or registration.get("ObjectName", "").removesuffix(_WIZARD)


def is_registered(status: str) -> bool:
    """Some versions say ``Registered``, some say for how long as well."""
    return status.lower().startswith("registered")


async def outbound_registrations(ami: Ami) -> list[dict[str, str]]:
    """Return ``ObjectName``, ``Endpoint`` and ``Status`` of each, without the credentials that Asterisk sends along."""
    try:
        messages = await ami.list_action("PJSIPShowRegistrationsOutbound")
    except RefusedError:  # the module for registrations is not loaded: there are none
        return []
    return [
        {key: str(message[key]) for key in ("ObjectName", "Endpoint", "Status") if key in message}
        for message in messages
        if message.event == "OutboundRegistrationDetail"
    ]
