"""What was said in calls, one row per utterance, so that calls can be found by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.store.database import Database
from voicebot.store.engine import to_text
from voicebot.store.records import Said
from voicebot.store.tables import AttemptRow, UtteranceRow


async def insert_utterances(connection: AsyncConnection, attempt: UUID, said: Iterable[Said]) -> None:
    """Write what was said in a call, within the transaction of its outcome."""
    values: list[dict[str, Any]] = [
        {
            "attempt_id": attempt,
            "place": place,
            "side": to_text(one.side),
            "from_ms": one.from_ms,
            "to_ms": one.to_ms,
            "text": to_text(one.text),
            "confidence": one.confidence,
        }
        for place, one in enumerate(said)
    ]
    if values:
        await connection.execute(sa.insert(UtteranceRow), values)


def somebody_said(words: str) -> sa.ColumnElement[bool]:
    """Return the condition that in an attempt these words were said by either side, in this order, in any case."""
    return sa.exists().where(
        UtteranceRow.attempt_id == AttemptRow.id, UtteranceRow.text.icontains(to_text(words), autoescape=True)
    )


class Utterances(Database):
    """What was said."""

    async def utterances(self, attempt: UUID) -> list[Said]:
        """Return what was said in a finished call, in order."""

        async def work(connection: AsyncConnection) -> list[Said]:
            statement = sa.select(UtteranceRow).where(UtteranceRow.attempt_id == attempt).order_by(UtteranceRow.place)
            return [
                Said(row.side, row.from_ms, row.to_ms, row.text, row.confidence)
                for row in await connection.execute(statement)
            ]

        return await self.read(work)
