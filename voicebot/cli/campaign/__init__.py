"""Create, fill, start, pause and watch campaigns: each command is imported when it is used."""

from __future__ import annotations

from typing import Final

from voicebot.cli.lazy import lazy_app

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "create": ("creating:create", "Make a campaign in draft, with its script pinned."),
    "import": ("importing:import_leads", "Add leads from CSV or JSON lines; bad lines are refused with their place."),
    "start": ("starting:start", "Let the campaign's leads be dialled by the nodes that serve its trunk."),
    "pause": ("running:pause", "Dial nobody more, at once; calls under way go on to their end."),
    "resume": ("starting:resume", "Go on with a paused campaign."),
    "status": ("watching:status", "Show how far a campaign is, or all of them."),
    "review": ("reviewing:review", "Show the leads that wait for a person, and decide about them."),
    "requeue": ("requeueing:requeue", "Put leads back to be called again, by how they ended."),
    "repin": ("pinning:repin", "Give a paused campaign another version of its script."),
    "pins": ("pinning:pins", "Show which versions of its script a campaign was given."),
}
"""Command -> where in this package it is, and its help."""

app = lazy_app({name: (f"voicebot.cli.campaign.{place}", text) for name, (place, text) in COMMANDS.items()})
