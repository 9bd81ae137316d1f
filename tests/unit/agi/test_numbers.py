"""Nothing but allowed digits reaches a channel string."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.agi.numbers import channel, check_extension, check_number, check_patterns
from voicebot.config import TrunkSection
from voicebot.errors import ConfigurationError

TRUNK = TrunkSection(endpoint="carrier", numbers=(r"\+49\d{6,13}",), transfer_extensions=(r"2\d\d",))
ANYTHING = TrunkSection(endpoint="carrier", numbers=(r".*", r"(?s).*"), transfer_extensions=(r"(?s).*",))


def test_an_allowed_number_goes_into_the_channel_string() -> None:
    assert channel(check_number("+493012345678", "main", TRUNK), TRUNK.endpoint) == "PJSIP/+493012345678@carrier"


@pytest.mark.parametrize("number", ["+4930", "+14155550100", "493012345678", "0049301234567", "+49301234567x"])
def test_a_number_outside_the_allow_list(number: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        check_number(number, "main", TRUNK)
    assert number not in str(error.value)


@given(st.text(max_size=30))
def test_only_digits_pass_even_where_the_allow_list_lets_anything_through(text: str) -> None:
    try:
        number = check_number(text, "main", ANYTHING)
    except ConfigurationError:
        return
    assert re.fullmatch(r"\+?[0-9]{2,20}", number)


@given(st.text(alphabet="0123456789&,@${}()/ \r\n٣", min_size=1, max_size=12))
def test_only_digits_pass_as_extension(text: str) -> None:
    try:
        extension = check_extension(text, "main", ANYTHING)
    except ConfigurationError:
        return
    assert re.fullmatch(r"[0-9]{2,10}", extension)


def test_an_extension_outside_the_allow_list() -> None:
    assert check_extension("201", "main", TRUNK) == "201"
    with pytest.raises(ConfigurationError):
        check_extension("301", "main", TRUNK)


@pytest.mark.parametrize("digits", ["", "1&PJSIP/2@x", "12,30"])
def test_unchecked_digits_make_no_channel_string(digits: str) -> None:
    with pytest.raises(ValueError, match="unchecked"):
        channel(digits, "carrier")


def test_a_pattern_that_is_none_is_named() -> None:
    trunk = TrunkSection(endpoint="carrier", numbers=("[",))
    assert ["trunks.main.numbers" in str(problem) for problem in check_patterns("main", trunk)] == [True]
    with pytest.raises(ConfigurationError):
        check_number("+493012345678", "main", trunk)
