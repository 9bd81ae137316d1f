"""The store: all that voicebot remembers, in SQLite or PostgreSQL, by the same code."""

from __future__ import annotations

from voicebot.store.attempts import Attempts
from voicebot.store.campaigns import Campaigns
from voicebot.store.nodes import Nodes


class Store(Campaigns, Attempts, Nodes):
    """Campaigns, leads, attempts, outcomes and nodes.

    Open with ``await Store.open(url)``; every method is one transaction (``add_leads``: one a thousand leads) and
    raises UnavailableError when the database is away for longer than a few seconds.
    """
