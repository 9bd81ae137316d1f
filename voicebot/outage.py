"""An outage of something shared: logged once when it begins and once when it ends, however many it affects."""

from __future__ import annotations

from typing import Any

from voicebot import logs

_log = logs.get_logger()


class Outage:
    """Logs when something stops working and when it works again.

    Parameters
    ----------
    begins, ends
        Messages, each logged once per outage.
    """

    def __init__(self, begins: str, ends: str) -> None:
        self._begins, self._ends = begins, ends
        self._affected: set[str] = set()
        self._times = 0
        self.lasts = False
        """Whether it is unavailable, as far as is known."""

    def failed(self, who: str, **details: Any) -> None:
        """Somebody could not use it; ``details`` are logged if this begins an outage."""
        self._affected.add(who)
        self._times += 1
        if not self.lasts:
            self.lasts = True
            _log.warning(self._begins, **details)

    def worked(self, who: str) -> None:
        """Somebody could use it; the outage is over when this is true of everybody it affected."""
        if not self.lasts:
            return
        self._affected.discard(who)
        if not self._affected:
            self.lasts = False
            _log.warning(self._ends, failures=self._times)
            self._times = 0

    def left(self, who: str) -> None:
        """Somebody whom it affected no longer needs it; this does not show whether it works."""
        self._affected.discard(who)
