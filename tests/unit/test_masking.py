"""Secrets in URLs are hidden whatever they are made of; all else is left as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import ConfigurationError, Problem
from voicebot.masking import mask_numbers, mask_person, mask_secrets

_SECRET = st.text(
    st.characters(codec="ascii", exclude_characters=" '\"<>", categories=["L", "N", "P", "S"]), min_size=4
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+asyncpg://bot:s3cr@t@db.example/voicebot", "postgresql+asyncpg://bot:***@db.example/voicebot"),
        ("postgresql://u:p/w#d@h:5432/x", "postgresql://u:***@h:5432/x"),
        ("postgresql://:word@h/d", "postgresql://:***@h/d"),
        ("https://t0ken@host/x.zip is out of reach", "https://***@host/x.zip is out of reach"),
        ("https://h/x?X-Amz-Signature=ff00&y=2", "https://h/x?X-Amz-Signature=***&y=2"),
        ("https://h/x?a=1&access_token=abc#z", "https://h/x?a=1&access_token=***#z"),
        ("two: ftp://a:b@c/ and ftp://d:e@f/", "two: ftp://a:***@c/ and ftp://d:***@f/"),
    ],
)
def test_secrets_in_urls_are_hidden(text: str, shown: str) -> None:
    assert mask_secrets(text) == shown
    assert mask_secrets(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip",
        "http://127.0.0.1:8080/health?from=2",
        "sqlite+aiosqlite:///var/voicebot.db",
        "use sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE",
        "a@b.example asks why: see https://example.org/x",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask_secrets(text) == text


@given(secret=_SECRET)
def test_no_password_is_shown(secret: str) -> None:
    shown = mask_secrets(f"cannot reach postgresql://bot:{secret}@db.example:5432/voicebot now")
    assert shown == "cannot reach postgresql://bot:***@db.example:5432/voicebot now"


@given(secret=_SECRET)
def test_no_error_shows_a_password(secret: str) -> None:
    url = f"https://user:{secret}@models.example/m.zip"
    error = ConfigurationError([Problem(f"{url} is no model", f"look at {url}", file=url)])
    assert "https://user:***@models.example/m.zip is no model" in str(error)
    assert str(error).count("user:***@") == 3


def test_numbers_in_a_text_are_masked() -> None:
    assert mask_numbers("call +12095550123 or 911") == "call **********23 or 911"


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("Am I speaking with Maria Lopez?", "Maria Lopez", "Am I speaking with M. L.?"),
        ("this is MARIA, not Lopez", "Maria Lopez", "this is M., not L."),
        ("Mariana pays", "Maria Lopez", "Mariana pays"),
        ("请问是王小明吗？小明不在", "王小明", "请问是王.吗？***不在"),
        ("Здравствуйте, Анна!", "Анна Каренина", "Здравствуйте, А.!"),
        ("call me at (415) 555-0123 or +1 415 555 0199", "", "call me at ************23 or *************99"),
        ("on 2026-11-27 I pay 1200.50", "A", "on 2026-11-27 I pay 1200.50"),
        ("I (am) a.b", "a.b", "I (am) a."),
    ],
)
def test_transcripts_name_nobody(text: str, name: str, shown: str) -> None:
    assert mask_person(text, name) == shown


@given(text=st.text(), name=st.text(max_size=20))
def test_any_name_can_be_masked(text: str, name: str) -> None:
    mask_person(text, name)


def test_the_id_of_an_attempt_in_a_file_name_stays() -> None:
    name = "/rec/db9e0bcd-54c4-427e-a5ce-e1234567db8a.raw of +14155550100 at 12345678-1234-1234-1234-123456789012"
    assert mask_numbers(name) == name.replace("+14155550100", "**********00")
    assert mask_numbers("4155550100-1234-1234-1234-123456789012") != "4155550100-1234-1234-1234-123456789012"
