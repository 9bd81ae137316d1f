"""Nothing but allowed digits reaches a channel string."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from voicebot.agi.numbers import (
    channel,
    check_extension,
    check_number,
    check_patterns,
    check_region,
    costly,
    rendered,
)
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
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number)


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


BROAD = TrunkSection(endpoint="carrier")


@pytest.mark.parametrize(
    "number",
    [
        "+19005550100",  # premium rate, United States
        "+448711234567",  # premium rate, United Kingdom
        "+33892123456",
        "+447012345678",  # personal
        "+15005550006",
        "+491805123456",  # shared cost
        "+870773111632",  # Inmarsat
        "+881612345678",  # Iridium
        "+8821612345678",  # Thuraya
        "+97912345678",
        "+87812345678901",
    ],
)
def test_ranges_that_cost_more_than_a_call_are_not_dialled(number: str) -> None:
    assert costly(number)
    with pytest.raises(ConfigurationError) as error:
        check_number(number, "main", BROAD)
    assert "premium_numbers" in str(error.value)
    assert number not in str(error.value)
    assert check_number(number, "main", BROAD.model_copy(update={"premium_numbers": True})) == number


@pytest.mark.parametrize(
    "number", ["+14155550100", "+8613800138002", "+442079460901", "+4917012345678", "+19995550000"]
)
def test_people_are_dialled_by_the_default_list(number: str) -> None:
    assert check_number(number, "main", BROAD) == number


@pytest.mark.parametrize(
    ("prefix", "sent"),
    [("+", "+14155550100"), ("", "14155550100"), ("00", "0014155550100"), ("011", "01114155550100"),
     ("77331", "7733114155550100")],
)  # fmt: skip
def test_a_trunk_has_numbers_in_the_form_that_it_wants(prefix: str, sent: str) -> None:
    trunk = TrunkSection(endpoint="carrier", dial_prefix=prefix)
    number = check_number("+14155550100", "main", trunk)
    assert channel(rendered(number, trunk), trunk.endpoint) == f"PJSIP/{sent}@carrier"


@pytest.mark.parametrize("value", ["#", "0 0", "٠", "００", "+1", "1" * 11, "00\n"])
def test_a_prefix_is_made_of_ascii_digits(value: str) -> None:
    with pytest.raises(ValidationError):
        TrunkSection(endpoint="carrier", dial_prefix=value)


@pytest.mark.parametrize("value", ["+1٤155550100", "１４１５５５５０１００", "٤", "+1 415", "1;2"])
def test_the_callers_number_is_made_of_ascii_digits(value: str) -> None:
    with pytest.raises(ValidationError):
        TrunkSection(endpoint="carrier", caller_id=value)


@pytest.mark.parametrize("number", ["+1٤155550100", "＋14155550100", "+１4155550100", "+14155550100\n", "4155550100"])
def test_the_digits_of_other_scripts_are_none(number: str) -> None:
    with pytest.raises(ConfigurationError):
        check_number(number, "main", ANYTHING)


@pytest.mark.parametrize("extension", ["911", "112", "999", "110", "9911", "0112", "000"])
def test_nobody_is_transferred_to_an_emergency_service(extension: str) -> None:
    with pytest.raises(ConfigurationError, match="emergency"):
        check_extension(extension, "main", ANYTHING)


def test_a_trunk_of_one_country_knows_its_emergency_numbers_only() -> None:
    american = ANYTHING.model_copy(update={"region": "US"})
    assert check_extension("101", "main", american) == "101"
    with pytest.raises(ConfigurationError, match=r"trunks\.main\.region"):
        check_extension("101", "main", ANYTHING)
    with pytest.raises(ConfigurationError, match="emergency"):
        check_extension("110", "main", ANYTHING.model_copy(update={"region": "CN"}))


def test_the_default_extensions_leave_out_service_numbers() -> None:
    assert check_extension("700", "main", BROAD) == "700"
    for extension in ("1000", "0700", "9700"):
        with pytest.raises(ConfigurationError):
            check_extension(extension, "main", BROAD)


def test_a_pattern_for_another_form_is_named() -> None:
    for pattern in (r"1\d{10}", r"\d+", r"[1-9]\d+", r"^0\d{9}"):
        (problem,) = check_patterns("main", TrunkSection(endpoint="carrier", numbers=(pattern,)))
        assert "plus" in problem.what
    assert check_patterns("main", TrunkSection(endpoint="carrier", numbers=(r"\+?1\d{10}", r"(\+1|\+44)\d+"))) == []
    (problem,) = check_patterns("main", TrunkSection(endpoint="carrier", region="XX"))
    assert "trunks.main.region" in problem.what
    assert check_region("cn", "--region") == "CN"
