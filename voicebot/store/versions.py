"""Versions of scripts: which is current, what campaigns have pinned, and who changed that, when and why."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.errors import ConfigurationError
from voicebot.store.database import Database
from voicebot.store.engine import to_text
from voicebot.store.records import CampaignState, Pin, Publication, PublicationAction, ScriptVersion
from voicebot.store.tables import CampaignPinRow, CampaignRow, ScriptPublicationRow, ScriptVersionRow

_SEE = "see: voicebot script versions"


class Versions(Database):
    """Stored versions. What was published or pinned is never lost: rows are only added."""

    async def version(self, start: str) -> ScriptVersion:
        """Return the stored version whose hash begins with ``start`` (hexadecimal digits).

        Raises
        ------
        ConfigurationError
            There is none, or more than one.
        """

        async def work(connection: AsyncConnection) -> list[ScriptVersion]:
            found = await connection.execute(
                sa.select(
                    ScriptVersionRow.hash, ScriptVersionRow.name, ScriptVersionRow.language, ScriptVersionRow.text
                )
                .where(ScriptVersionRow.hash.startswith(start, autoescape=True))
                .limit(2)
            )
            return [ScriptVersion(row.hash, row.name, row.language, row.text) for row in found]

        found = await self.read(work)
        if not found:
            raise ConfigurationError(f"no stored version of a script begins with {start}", cure=_SEE)
        if len(found) > 1:
            raise ConfigurationError(f"more than one version begins with {start}", cure="give more digits of the hash")
        return found[0]

    async def publish(
        self, name: str, *, language: str, script_hash: str, script_text: str, by: str, note: str = ""
    ) -> bool:
        """Make a version the current one of its name in its language.

        Parameters
        ----------
        script_hash, script_text
            The whole text and the SHA-256 of it in UTF-8, in hexadecimal.
        by, note
            Who does it, and why.

        Returns
        -------
        bool
            ``False``: it was already the current one, and nothing was changed.

        Raises
        ------
        ConfigurationError
            Hash and text do not belong together.
        """
        if hashlib.sha256(script_text.encode()).hexdigest() != script_hash:
            raise ConfigurationError(f"script {name}: its hash is not that of its text")
        key = uuid.uuid4()

        async def work(connection: AsyncConnection, _run: int) -> bool:
            current = await self._current(connection, name, language, but=key)
            if current is not None and current.hash == script_hash:
                return False
            await connection.execute(
                self.insert(ScriptVersionRow)
                .values(hash=script_hash, name=name, language=language, text=script_text, created_at=self.now)
                .on_conflict_do_nothing()
            )
            made = {
                "name": name,
                "language": language,
                "hash": script_hash,
                "action": PublicationAction.PUBLISHED.value,
            }
            await self._add(connection, key=key, **made, by=to_text(by), note=to_text(note))
            return True

        return await self.write(work)

    async def roll_back(self, name: str, *, language: str, to: str = "", by: str, note: str = "") -> Publication:
        """Make an earlier version current again.

        Parameters
        ----------
        to
            First digits of its hash; empty: the version that was current before this one.

        Raises
        ------
        ConfigurationError
            There is no such version of this name that was ever published, or it is current already.
        """
        key = uuid.uuid4()

        async def work(connection: AsyncConnection, _run: int) -> None:
            current = await self._current(connection, name, language, but=key)
            if current is None:
                raise ConfigurationError(f"no version of {name} ({language}) was published", cure=_SEE)
            row = ScriptPublicationRow
            earlier = sa.select(row.hash).where(row.name == name, row.language == language, row.key != key)
            if to:
                known = earlier.where(row.hash.startswith(to, autoescape=True)).distinct()
                hashes = list((await connection.execute(known)).scalars())
            else:
                before = earlier.where(row.hash != current.hash).order_by(row.id.desc()).limit(1)
                hashes = list((await connection.execute(before)).scalars())
            if not hashes:
                what = f"beginning with {to} was published" if to else "was current before this one"
                raise ConfigurationError(f"no version of {name} ({language}) {what}", cure=_SEE)
            if len(hashes) > 1:
                raise ConfigurationError(f"more than one version begins with {to}", cure="give more digits of the hash")
            if hashes[0] == current.hash:
                raise ConfigurationError(f"{hashes[0][:12]} is already the current version of {name}", cure=_SEE)
            made = {
                "name": name,
                "language": language,
                "hash": hashes[0],
                "action": PublicationAction.ROLLED_BACK.value,
            }
            await self._add(connection, key=key, **made, by=to_text(by), note=to_text(note))

        await self.write(work)
        current = await self.current_version(name, language)
        assert current is not None  # noqa: S101 - it was just written
        return current

    async def current_version(self, name: str, language: str) -> Publication | None:
        """Return the current version of a name in a language, ``None`` if none was published."""
        found = await self.publications(name, language)
        return next((one for one in found if one.current), None)

    async def publications(self, name: str | None = None, language: str | None = None) -> list[Publication]:
        """Return what was published and rolled back to, the newest first."""
        row = ScriptPublicationRow
        statement = sa.select(row).order_by(row.id.desc())
        if name is not None:
            statement = statement.where(row.name == name)
        if language is not None:
            statement = statement.where(row.language == language)

        async def work(connection: AsyncConnection) -> list[Publication]:
            found: list[Publication] = []
            seen: set[tuple[str, str]] = set()
            for one in await connection.execute(statement):
                current = (one.name, one.language) not in seen
                seen.add((one.name, one.language))
                found.append(
                    Publication(
                        one.name,
                        one.language,
                        one.hash,
                        PublicationAction(one.action),
                        one.at,
                        one.by,
                        one.note,
                        current,
                    )
                )
            return found

        return await self.read(work)

    async def repin(self, campaign: int, script_hash: str, *, by: str, why: str) -> bool:
        """Give a campaign that is not dialling another stored version, which its next calls use.

        Returns
        -------
        bool
            ``False``: it had this version already, and nothing was changed.

        Raises
        ------
        ConfigurationError
            There is no such campaign or version, or the campaign is neither paused nor in draft.
        """
        key = uuid.uuid4()

        async def work(connection: AsyncConnection, _run: int) -> bool:
            row = (
                await connection.execute(
                    sa.select(CampaignRow.state, CampaignRow.script_hash)
                    .where(CampaignRow.id == campaign)
                    .with_for_update()
                )
            ).one_or_none()
            if row is None:
                raise ConfigurationError(f"there is no campaign {campaign}")
            if await self._pinned_by(connection, key):
                return True
            if row.state not in {CampaignState.PAUSED, CampaignState.DRAFT}:
                raise ConfigurationError(f"the campaign is {row.state.value}", cure="run: voicebot campaign pause")
            if row.script_hash == script_hash:
                return False
            known = sa.select(ScriptVersionRow.hash).where(ScriptVersionRow.hash == script_hash)
            if (await connection.execute(known)).one_or_none() is None:
                raise ConfigurationError(f"version {script_hash[:12]} is not stored", cure=_SEE)
            await connection.execute(
                sa.update(CampaignRow).where(CampaignRow.id == campaign).values(script_hash=script_hash)
            )
            await connection.execute(
                self.insert(CampaignPinRow).values(
                    key=key, campaign_id=campaign, hash=script_hash, at=self.now, by=to_text(by), why=to_text(why)
                )
            )
            return True

        return await self.write(work)

    async def pins(self, campaign: int) -> list[Pin]:
        """Return which versions a campaign was given, the oldest first."""
        row = CampaignPinRow
        statement = sa.select(row).where(row.campaign_id == campaign).order_by(row.id)

        async def work(connection: AsyncConnection) -> list[Pin]:
            return [Pin(one.hash, one.at, one.by, one.why) for one in await connection.execute(statement)]

        return await self.read(work)

    async def pinned(self) -> Mapping[str, list[str]]:
        """Return the names of the campaigns that have a version pinned now, by its hash."""
        statement = sa.select(CampaignRow.script_hash, CampaignRow.name).order_by(CampaignRow.id)

        async def work(connection: AsyncConnection) -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            for row in await connection.execute(statement):
                found.setdefault(row.script_hash, []).append(row.name)
            return found

        return await self.read(work)

    # ------------------------------------------------------------------------------------------------

    async def _current(
        self, connection: AsyncConnection, name: str, language: str, *, but: uuid.UUID
    ) -> sa.Row[Any] | None:
        """The newest publication, without the one that this transaction may have made in an earlier run."""
        row = ScriptPublicationRow
        statement = (
            sa.select(row)
            .where(row.name == name, row.language == language, row.key != but)
            .order_by(row.id.desc())
            .limit(1)
        )
        found: sa.Row[Any] | None = (await connection.execute(statement)).one_or_none()
        return found

    async def _add(self, connection: AsyncConnection, **values: Any) -> None:
        await connection.execute(
            self.insert(ScriptPublicationRow).values(at=self.now, **values).on_conflict_do_nothing()
        )

    async def _pinned_by(self, connection: AsyncConnection, key: uuid.UUID) -> bool:
        found = await connection.execute(sa.select(CampaignPinRow.id).where(CampaignPinRow.key == key))
        return found.one_or_none() is not None
