"""A person is an E.164 number: typed digits are converted to one, and unclear ones go to review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT_ONCE = 5000

_LEAD = sa.table(
    "lead",
    sa.column("id"),
    sa.column("campaign_id"),
    sa.column("phone"),
    sa.column("number"),
    sa.column("reference"),
    sa.column("state"),
    sa.column("why"),
)
_ATTEMPT = sa.table("attempt", sa.column("id"), sa.column("lead_id"), sa.column("number"), sa.column("closed_at"))
_BAR = sa.table("suppression", sa.column("number"), sa.column("attempt_id"), sa.column("since"))
_CAMPAIGN = sa.table("campaign", sa.column("id"), sa.column("script_hash"))
_SCRIPT = sa.table("script_version", sa.column("hash"), sa.column("language"))


def upgrade() -> None:
    connection = op.get_bind()
    region_of = _regions(connection)
    _bars(connection, region_of)
    # Numbers that were written with their plus are told already; a plus makes each of them a new value, so that no
    # row meets another one on the way.
    connection.execute(sa.update(_LEAD).where(_LEAD.c.phone.like("+%")).values(number=_LEAD.c.phone))
    _leads(connection, region_of)
    _attempts(connection)
    op.drop_column("lead", "phone")


def readings(digits: str, region: str) -> set[str]:
    """The E.164 numbers that digits without a plus may have meant: with their country code, or national."""
    found = set()
    for written, country in ((f"+{digits}", None), (digits, region or None)):
        try:
            parsed = phonenumbers.parse(written, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            found.add(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return found


def _regions(connection: sa.Connection) -> dict[int, str]:
    """Campaign -> the country of its script's language, as zh-CN names one."""
    rows = connection.execute(
        sa.select(_CAMPAIGN.c.id, _SCRIPT.c.language).join(_SCRIPT, _SCRIPT.c.hash == _CAMPAIGN.c.script_hash)
    )
    return {row.id: row.language.rpartition("-")[2].upper() for row in rows}


def _bars(connection: sa.Connection, region_of: dict[int, str]) -> None:
    """Bar every reading of a barred number: better one too many than to miss the person who said stop."""
    for bar in connection.execute(sa.select(_BAR)).all():
        written = connection.execute(
            sa.select(_LEAD.c.phone, _LEAD.c.campaign_id).where(_LEAD.c.number == bar.number).distinct()
        ).all()
        meant = {f"+{bar.number}"} if not written else set()
        for phone, campaign in written:
            meant |= {phone} if phone.startswith("+") else readings(bar.number, region_of.get(campaign, ""))
        if not meant:
            continue
        there = set(connection.execute(sa.select(_BAR.c.number).where(_BAR.c.number.in_(meant))).scalars())
        for number in sorted(meant - there):
            connection.execute(sa.insert(_BAR).values(number=number, attempt_id=bar.attempt_id, since=bar.since))
        connection.execute(sa.delete(_BAR).where(_BAR.c.number == bar.number))


def _untold(connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    last = 0
    while True:
        part: Sequence[Any] = connection.execute(
            sa.select(_LEAD.c.id, _LEAD.c.campaign_id, _LEAD.c.number, _LEAD.c.reference, _LEAD.c.state)
            .where(_LEAD.c.id > last, ~_LEAD.c.phone.like("+%"))
            .order_by(_LEAD.c.id)
            .limit(AT_ONCE)
        ).all()
        if not part:
            return
        yield from part
        last = part[-1].id


def _leads(connection: sa.Connection, region_of: dict[int, str]) -> None:
    for lead in _untold(connection):
        meant = readings(lead.number, region_of.get(lead.campaign_id, ""))
        if len(meant) != 1:
            _stop(connection, lead, "review", "its number does not say its country: drop it and import it again")
            continue
        (number,) = meant
        same = connection.execute(
            sa.select(_LEAD.c.id).where(
                _LEAD.c.campaign_id == lead.campaign_id,
                _LEAD.c.number == number,
                _LEAD.c.reference == lead.reference,
            )
        ).scalar()
        if same is not None:
            _stop(connection, lead, "done", f"is lead {same} once more, with its number written in another way")
            continue
        connection.execute(sa.update(_LEAD).where(_LEAD.c.id == lead.id).values(number=number))


def _stop(connection: sa.Connection, lead: sa.Row[Any], state: str, why: str) -> None:
    if lead.state in {"ready", "review"}:
        connection.execute(sa.update(_LEAD).where(_LEAD.c.id == lead.id).values(state=state, why=why))


def _attempts(connection: sa.Connection) -> None:
    number = sa.select(_LEAD.c.number).where(_LEAD.c.id == _ATTEMPT.c.lead_id).scalar_subquery()
    connection.execute(sa.update(_ATTEMPT).where(_ATTEMPT.c.closed_at.is_not(None)).values(number=number))
    taken: set[str] = set()
    for attempt in connection.execute(
        sa.select(_ATTEMPT.c.id, _LEAD.c.number)
        .join(_LEAD, _LEAD.c.id == _ATTEMPT.c.lead_id)
        .where(_ATTEMPT.c.closed_at.is_(None))
    ).all():
        if attempt.number not in taken:  # two open calls of one person end as they are
            taken.add(attempt.number)
            connection.execute(sa.update(_ATTEMPT).where(_ATTEMPT.c.id == attempt.id).values(number=attempt.number))
