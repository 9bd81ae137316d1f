"""Persona files: what is read, and what is told about what is wrong."""

from __future__ import annotations

import io
import wave
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from tests.unit.rehearsal.one_persona import GOOD
from voicebot.cli.demo import Language
from voicebot.dialogue.script.model import OUTCOMES
from voicebot.errors import ConfigurationError
from voicebot.rehearsal.persona import Behaviour, Codec, Noise, load_persona, load_personas
from voicebot.rehearsal.selection import DEMO, PERSONAS
from voicebot.rehearsal.voices import choose_speaker
from voicebot.speech.speaking.kokoro_voice import VOICE


def problems(tmp_path: Path, text: str) -> list[tuple[int | None, int | None, str, str]]:
    path = tmp_path / "one.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_persona(path)
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return [(problem.line, problem.column, problem.what, problem.cure) for problem in caught.value.problems]


def test_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(GOOD, encoding="utf-8")
    persona = load_persona(path)
    assert persona.lead.name == "O'Neil, Carl; jr."
    assert persona.lead.company == 'Smith "and" Sons, Inc.'
    assert persona.lead.amount == Decimal("120.50")
    assert persona.says == {"identity": ("yes",), "any": ("no",)}, "words that YAML would take for booleans stay words"
    assert persona.line.noise == ()
    assert persona.behaves(Behaviour.DTMF_ONLY)
    assert persona.expect == {"outcome": "promise_to_pay", "promise_date": "2026-11-27"}


@pytest.mark.parametrize(
    ("old", "new", "at", "what", "cure"),
    [
        ("script: reminder\n", "", "persona:", "script is missing", "add 'script:'"),
        ("today:", "todya:", "todya:", "todya is not known", "did you mean today?"),
        ("level:", "levle:", "levle:", "line.levle is not known", "did you mean level?"),
        ("dtmf_only", "dtmf_olny", "dtmf_olny", "'dtmf_olny' is not a behaviour", "did you mean dtmf_only?"),
        (
            "expect:",
            "never: [dept_told]\nexpect:",
            "dept_told",
            "'dept_told' is not something",
            "did you mean debt_told?",
        ),
        ("level: quiet", "level: low", "level", "line.level", ""),
        ("noise: none", "noise: televison", "noise", "line.noise.0", ""),
        ("noise: none", "noise: tv, noise_below_db: 60", "noise_below_db", "less than or equal to 40", ""),
        ("noise: none", "programme: evening_news", "line", "a programme needs 'noise: tv'", ""),
        ("noise: none", "room: {rt60: 400}", "rt60", "line.room.rt60 is not known", "did you mean rt60_ms?"),
        ("120.50", "a lot", "amount", "lead.amount", ""),
        ("America/New_York", "America/Nowhere", "timezone", "IANA time zone", ""),
        ("outcome: promise_to_pay, ", "", "expect", "names no outcome", ""),
        ("language: en-US", "persona: again", "persona: again", "'persona' is given twice", "keep one"),
        ("[yes]", "[yes", ": no\n", "expected ',' or ']'", "quotes"),
        ("[yes]", "*anchor", "*anchor", "undefined alias", "quotes"),
        ("  identity:", "\tidentity:", "\tidentity:", "a tab", ""),
        ("careful_carl", "Careful Carl", "persona", "persona", ""),
    ],
)
def test_names_the_place(*, tmp_path: Path, old: str, new: str, at: str, what: str, cure: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new)
    before = text[: text.index(at)]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    found = problems(tmp_path, text)
    assert (line, column) in [problem[:2] for problem in found], found
    told = next(problem for problem in found if problem[:2] == (line, column))
    assert what in told[2]
    assert cure in told[3]


def test_what_is_left_empty_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    text = GOOD.replace("[dtmf_only]", "").replace("  identity: [yes]\n  any: no\n", "")
    path.write_text(text, encoding="utf-8")
    persona = load_persona(path)
    assert (persona.behaviour, persona.says) == ((), {})


def test_tells_everything_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path, GOOD.replace("USD", "dollars").replace("none", "loud").replace("today: 2026-11-23\n", "")
    )
    assert len(found) == 3


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 25))
    assert "too large" in problems(tmp_path, bomb)[0][2]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"- a list\n", b"x: " + b"y" * 1_100_000])
def test_refuses_what_is_no_persona(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "one.yaml").write_bytes(content)
    with pytest.raises(ConfigurationError):
        load_persona(tmp_path / "one.yaml")


def test_names_are_unique_in_a_folder(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"already in .*a\.yaml"):
        load_personas(tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no persona files"):
        load_personas(tmp_path)


@pytest.mark.parametrize(("language", "least"), [("en-US", 30), ("zh-CN", 40)])
def test_the_shipped_ones_cover_everything(language: str, least: int) -> None:
    personas = [persona for persona in load_personas(PERSONAS) if persona.language == language]
    assert len(personas) >= least
    assert {persona.expect["outcome"] for persona in personas} == set(OUTCOMES)
    behaviours = set(Behaviour) if language == "en-US" else set(Behaviour) - {Behaviour.SCREENER_WANTS_KEY}
    assert {behaviour for persona in personas for behaviour in persona.behaviour} == behaviours
    assert {persona.script for persona in personas} == {"reminder", "collection"}
    assert {noise for persona in personas for noise in persona.line.noise} >= {"office", "street", "tv"}
    assert {persona.line.level for persona in personas} == {"normal", "quiet", "loud"}
    assert {persona.line.sends_silence for persona in personas} == {True, False}
    assert all((PERSONAS / f"{persona.persona}.yaml").is_file() for persona in personas), "file and name agree"


def test_mandarin_speakers_are_many_and_none_is_the_bot() -> None:
    personas = [persona for persona in load_personas(PERSONAS) if persona.language == "zh-CN"]
    voices = [choose_speaker(one.persona, one.language, voice=one.voice) for one in personas]
    assert len(set(voices)) >= 10
    assert {one.engine for one in voices} == {"kokoro"}
    assert not any(one.variant == VOICE and not one.semitones for one in voices)


def test_the_shipped_ones_are_on_all_kinds_of_lines() -> None:
    lines = [persona.line for persona in load_personas(PERSONAS)]
    assert {noise for line in lines for noise in line.noise} == set(get_args(Noise))
    assert {line.codec for line in lines} == set(get_args(Codec))
    for part in ("loss", "echo", "room", "jitter_ms"):
        assert sum(bool(getattr(line, part)) for line in lines) >= 2, part


@pytest.mark.parametrize("language", list(Language))
def test_the_demo_calls_a_dozen_different_ends(language: Language) -> None:
    personas = {persona.persona: persona for persona in load_personas(PERSONAS)}
    names = DEMO[language]
    assert len(names) >= 12
    assert {personas[name].language for name in names} == {str(language)}
    assert len({personas[name].expect["outcome"] for name in names}) >= 10
    assert language == "en-US" or len({personas[name].lead.name for name in names}) <= 4, (
        "few leads: a slow voice speaks to each"
    )


def test_a_persona_keeps_its_voice() -> None:
    voices = {persona.persona: choose_speaker(persona.persona).name for persona in load_personas(PERSONAS)}
    assert voices["pays_on_time"] == choose_speaker("pays_on_time").name
    assert len(set(voices.values())) >= 10
    assert choose_speaker("anybody", voice="robot_man").engine == "espeak"
    with pytest.raises(ConfigurationError, match="no caller's voice"):
        choose_speaker("anybody", voice="nobody")


def test_a_recording_stands_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "box.wav").write_bytes(wave_bytes())
    path = tmp_path / "one.yaml"
    path.write_text(GOOD.replace("  any: no\n", "  wav: box.wav\n"), encoding="utf-8")
    assert load_persona(path).recording == tmp_path / "box.wav"


@pytest.mark.parametrize(
    ("named", "what"),
    [
        ("nowhere.wav", "there is no such file"),
        ("text.wav", "is no recording that can be read"),
        (".", "is not a file"),
        ("[box.wav, box.wav]", "more than one file"),
    ],
)
def test_a_recording_that_cannot_be_played_is_told_at_its_place(tmp_path: Path, named: str, what: str) -> None:
    (tmp_path / "box.wav").write_bytes(wave_bytes())
    (tmp_path / "text.wav").write_text("no sound", encoding="utf-8")
    (found,) = problems(tmp_path, GOOD.replace("  any: no\n", f"  wav: {named}\n"))
    assert found[:2] == (10, 3)
    assert what in found[2]


def wave_bytes() -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(3200))
    return held.getvalue()
