"""Create, fill, start, pause and watch campaigns: each command is imported when it is used."""

from __future__ import annotations

from typing import Final

from voicebot.cli.lazy import lazy_app

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "create": ("creating:create", "Create a draft campaign with its script pinned."),
    "import": (
        "importing:import_leads",
        "Import leads from CSV or JSON lines; bad rows are refused with file and line.",
    ),
    "start": ("starting:start", "Start dialling: nodes that serve the trunk call the campaign's leads."),
    "pause": ("running:pause", "Stop dialling at once; calls in progress are finished."),
    "resume": ("starting:resume", "Resume a paused campaign."),
    "status": ("watching:status", "Show the progress of one campaign or of all."),
    "review": ("reviewing:review", "Show leads that need a person's decision, and decide."),
    "requeue": ("requeueing:requeue", "Put leads back in the queue, selected by how they ended."),
    "repin": ("pinning:repin", "Pin another version of its script to a paused campaign."),
    "pins": ("pinning:pins", "Show which versions of its script a campaign has used."),
}
"""Command -> its place in this package, and its help."""

app = lazy_app({name: (f"voicebot.cli.campaign.{place}", text) for name, (place, text) in COMMANDS.items()})
