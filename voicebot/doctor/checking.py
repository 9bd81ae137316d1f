"""The checks, their order, and running one so that its failure is a finding.

Each check is a module with ``async def check(subject)``, which returns findings. It is imported when its turn comes:
code that only needs the list of checks loads no engine.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from voicebot.doctor.finding import Finding, Subject, of_problems
from voicebot.errors import VoicebotError

Check = Callable[[Subject], Awaitable[Iterable[Finding]]]

CHECKS: Final = {
    "python": "packages",
    "shipped files": "shipped",
    "clock": "clock",
    "limits": "limits",
    "folders": "folders",
    "privacy": "privacy",
    "asterisk": "asterisk",
    "voice": "voice",
    "recogniser": "recogniser",
    "policy": "policy",
    "database": "database",
    "ports": "ports",
    "trunks": "trunks",
    "pbx": "pbx",
}
"""Name of a check -> its module in this package, ordered so that prerequisites come first."""

_SECONDS: Final = 60.0
"""Time limit of one check."""


def load(name: str) -> Check:
    """Return a check by its name; its module is imported now."""
    check: Check = importlib.import_module(f"voicebot.doctor.{CHECKS[name]}").check
    return check


async def run(name: str, subject: Subject, check: Check | None = None) -> tuple[Finding, ...]:
    """Run one check within its time limit; whatever happens in it is a finding.

    Parameters
    ----------
    check
        Looked up by its name when ``None``.
    """
    try:
        async with asyncio.timeout(_SECONDS):
            return tuple(await (check or load(name))(subject))
    except VoicebotError as error:
        return tuple(of_problems(name, error.problems))
    except TimeoutError:
        return (
            Finding(name, "broken", f"no answer within {_SECONDS:.0f} s", "check whether this machine is overloaded"),
        )
    except Exception as error:  # a check must not end the doctor's round
        return (Finding(name, "broken", f"the check itself failed: {type(error).__name__}: {error}", "report this"),)
