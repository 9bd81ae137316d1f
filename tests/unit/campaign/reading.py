"""How tests read files of leads."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from voicebot.campaign.leads import Row, Terms, iterate_leads
from voicebot.config import TrunkSection
from voicebot.errors import Problem
from voicebot.store.records import NewLead

TRUNK = TrunkSection(endpoint="carrier")
HEADER = "phone,name,company,amount,currency,due_date,timezone"
GOOD = "+14155550100,Ann Lee,Acme,120.50,USD,2026-12-01,America/New_York"
LEAD: dict[str, str] = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))


def terms(**values: Any) -> Terms:
    """Terms of a trunk that may dial people everywhere."""
    given: dict[str, Any] = {"needs": (), "trunk_name": "main", "trunk": TRUNK}
    return Terms(**(given | values))


def read_file(path: Path, given: Terms) -> tuple[list[NewLead], list[Problem]]:
    """Read a file: the good leads, and what is wrong with the other lines."""
    leads: list[NewLead] = []
    problems: list[Problem] = []
    for found in iterate_leads(path, given):
        if isinstance(found, Row):
            leads.append(found.lead)
        else:
            problems.append(found)
    return leads, problems


def read(
    tmp_path: Path, content: str | bytes, *, name: str = "leads.csv", **values: Any
) -> tuple[list[NewLead], list[Problem]]:
    """Write a file and read it by ``terms``."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(path, terms(**values))


def line(**values: str) -> str:
    """Return a good line with other values, quoted as CSV."""
    out = io.StringIO()
    csv.writer(out).writerow((LEAD | values).values())
    return out.getvalue().removesuffix("\r\n")
