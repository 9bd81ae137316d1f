"""The store: everything voicebot remembers, in SQLite or PostgreSQL through the same code."""

from __future__ import annotations

from voicebot.store.attempts import Attempts
from voicebot.store.calls import Calls
from voicebot.store.campaigns import Campaigns
from voicebot.store.claims import Claims
from voicebot.store.holds import Holds
from voicebot.store.leads import Leads
from voicebot.store.nodes import Nodes
from voicebot.store.recorded import Recorded
from voicebot.store.suppression import Suppression
from voicebot.store.utterances import Utterances
from voicebot.store.versions import Versions


class Store(Campaigns, Leads, Claims, Attempts, Holds, Nodes, Versions, Recorded, Utterances, Calls, Suppression):
    """Campaigns, leads, attempts, outcomes, nodes, versions of scripts, recorded calls and what was said in them, and
    numbers that must not be called.

    Open with ``await Store.open(url)``; every method is one transaction (``add_leads``: one per thousand leads) and
    raises UnavailableError if the database is unavailable for longer than a few seconds.
    """
