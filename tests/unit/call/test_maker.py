"""What is ready before a call is dialled: the variant that the lead gets, in its voice, at its speed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.unit.dialogue.making import LEAD, changed, loaded
from voicebot.call.maker import CallMaker, Language, Prepared
from voicebot.config import Config, TrunkSection
from voicebot.dialogue.script.variants import arms, chosen
from voicebot.errors import ConfigurationError, LeadError
from voicebot.store.records import NewLead, Ticket

VARIANTS = """\
variants:
  plain: {changes: {voice: espeak}}
  slower: {changes: {speed: 0.8, steps: {when: {say: {text: "Which day, please?", speed: 0.7}}}}}
always:"""
NOBODY: Any = None


class Prompts:
    def __init__(self) -> None:
        self.rendered: dict[float, set[str]] = {}

    async def render(self, texts: Iterable[str], *, speed: float = 1.0, templates: Iterable[str] = ()) -> None:
        assert "Am I speaking with {name}?" in templates
        self.rendered.setdefault(speed, set()).update(texts)


CONFIG = Config(trunks={"main": TrunkSection(endpoint="main")})


def ticket(reference: str) -> Ticket:
    lead = NewLead(
        "+12127365000", LEAD.name, LEAD.company, LEAD.amount, LEAD.currency, LEAD.due_date, LEAD.timezone, reference
    )
    return Ticket(uuid4(), 1, "campaign", 1, lead, "main", "small", "hash", 0.0)


async def test_the_variant_of_a_lead_is_rendered(tmp_path: Path) -> None:
    script = loaded(tmp_path, changed(("always:", VARIANTS)))
    ready = Prepared(script, NOBODY, {name: Prepared(arm, NOBODY) for name, arm in arms(script).items()})

    async def prepared(_: str) -> Prepared:
        return ready

    who = {chosen(script, str(number)): str(number) for number in range(20)}
    spoken = {"plain": Prompts(), "slower": Prompts()}
    languages: dict[tuple[str, str], Any] = {
        ("en-US", "espeak"): Language(NOBODY, spoken["plain"]),  # type: ignore[arg-type]
        ("en-US", ""): Language(NOBODY, spoken["slower"]),  # type: ignore[arg-type]
    }
    maker = CallMaker(CONFIG, NOBODY, languages, prepared)
    await maker.prepare(ticket(who["slower"]))
    assert spoken["plain"].rendered == {}
    assert spoken["slower"].rendered.keys() == {0.8, 0.7}
    assert spoken["slower"].rendered[0.7] == {"Which day, please?"}
    await maker.prepare(ticket(who["plain"]))
    assert "Which day can you pay it by?" in spoken["plain"].rendered[1.0]
    with pytest.raises(ConfigurationError, match="no recogniser and voice"):
        await CallMaker(CONFIG, NOBODY, {}, prepared).prepare(ticket("a"))


async def test_a_number_that_its_trunk_may_not_dial_any_more_waits_for_a_person() -> None:
    async def prepared(_: str) -> Prepared:
        raise AssertionError("nothing is prepared for it")

    maker = CallMaker(Config(trunks={"main": TrunkSection(endpoint="main", numbers=("none",))}), NOBODY, {}, prepared)
    with pytest.raises(LeadError):
        await maker.prepare(ticket("a"))
