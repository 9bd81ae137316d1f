"""Which personas and scripts are rehearsed, and whether each persona fits its script."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from voicebot.dialogue.conversation.script_talk import REHEARSAL_TIME
from voicebot.dialogue.script.lead_check import check_lead
from voicebot.dialogue.script.model import OUTCOMES, Script
from voicebot.dialogue.script.reading.finding import find_script, shipped_scripts
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.talk import Lead
from voicebot.errors import ConfigurationError, Problem
from voicebot.rehearsal.never import contradictions
from voicebot.rehearsal.persona import Persona
from voicebot.suggestions import meant

PERSONAS: Final = Path(__file__).parent / "personas"
"""The shipped personas."""
DEMO: Final[Mapping[str, tuple[str, ...]]] = {
    "en-US": (
        "wants_a_human",
        "pays_on_time",
        "promises_friday",
        "already_paid_online",
        "wrong_number",
        "husband_answers",
        "widow",
        "not_my_charge",
        "stop_calling",
        "filed_bankruptcy",
        "wont_pay",
        "voicemail_box",
    ),
    "zh-CN": (
        "zh_takes_an_adviser",
        "zh_hums",
        "zh_lost_the_job",
        "zh_in_a_meeting",
        "zh_paid_before_asked",
        "zh_amount_is_wrong",
        "zh_will_not_pay",
        "zh_presses_keys",
        "zh_son_answers",
        "zh_new_number",
        "zh_no_more_calls",
        "zh_ask_my_lawyer",
    ),
}
"""By language, twelve of them with short calls and different outcomes, the longest first. They share a few leads, so
that a slow voice has little to render."""


def choose(wanted: str, personas: Sequence[Persona]) -> tuple[dict[str, Path], tuple[Persona, ...]]:
    """Return what to rehearse: script files by language and name (``en-US/reminder``), and the personas who go by them.

    Parameters
    ----------
    wanted
        Name of a shipped script (``reminder``, ``zh-CN/reminder``), path of a script file, or ``all`` shipped ones. A
        file stands for the script that the personas of its language name, when they name only one.

    Raises
    ------
    ConfigurationError
        There is no such script or no persona for it, or a persona does not fit its script: its lead lacks a column, or
        it expects an outcome that the script does not have.
    """
    files = _files(wanted, personas)
    chosen = tuple(persona for persona in personas if persona.goes_by in files)
    if not chosen:
        known = ", ".join(sorted({persona.goes_by for persona in personas}))
        raise ConfigurationError(
            Problem(
                f"no persona goes by the script {', '.join(files)}",
                f"see 'script:' and 'language:' in the persona files; those there go by {known}",
            )
        )
    wanted_by_them = {persona.goes_by for persona in chosen}
    files = {name: file for name, file in files.items() if name in wanted_by_them}
    scripts = {name: load_script(file) for name, file in files.items()}
    if problems := list(misfits(chosen, scripts)):
        raise ConfigurationError(problems)
    return files, chosen


def misfits(personas: Sequence[Persona], scripts: Mapping[str, Script]) -> Iterator[Problem]:
    """Find personas that cannot be called by their script, or that expect what it never comes to."""
    for persona in personas:
        script = scripts[persona.goes_by]
        called = f"the script {persona.goes_by}"
        for lacking in check_lead(script, lead_of(persona)):
            cure = "add it to the persona's lead, under 'more:'"
            yield Problem(f"persona {persona.persona}: {lacking.what}", cure, file=persona.source or None)
        known = OUTCOMES | set(script.outcomes)
        outcome = persona.expect["outcome"]
        if outcome not in known:
            what = f"persona {persona.persona} expects the outcome {outcome!r}, which {called} does not have"
            yield Problem(what, meant(outcome, known), file=persona.source or None)
        for never in contradictions(persona, script.outcomes.get(outcome, outcome)):
            what = f"persona {persona.persona} expects the outcome {outcome!r}, and never {never}: it cannot have both"
            yield Problem(what, "correct 'expect:' or 'never:'", file=persona.source or None)
        for slot in persona.expect:
            if slot != "outcome" and slot not in script.slots:
                what = f"persona {persona.persona} expects a value {slot!r}, which {called} does not ask for"
                yield Problem(what, meant(slot, script.slots), file=persona.source or None)


def lead_of(persona: Persona) -> Lead:
    """Return the lead that a persona is called as."""
    one = persona.lead
    return Lead(one.name, one.company, one.amount, one.currency, one.due_date, one.timezone, dict(one.more))


def time_of_call(persona: Persona) -> datetime:
    """Return when a persona is called, where nobody dials: on its day, in its time zone."""
    return datetime.combine(persona.today, REHEARSAL_TIME, zoneinfo.ZoneInfo(persona.lead.timezone))


def _files(wanted: str, personas: Sequence[Persona]) -> dict[str, Path]:
    known = shipped_scripts()
    if wanted == "all":
        return known
    file = find_script(wanted)
    for name, path in known.items():
        if path == file:
            return {name: file}
    language = load_script(file).language
    named = {persona.goes_by for persona in personas if persona.language == language}
    return {named.pop() if len(named) == 1 else f"{language}/{file.stem}": file}
