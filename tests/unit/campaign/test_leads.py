"""Leads out of files: bad lines are told with their place, good ones go in unharmed."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.campaign.reading import GOOD, HEADER, LEAD, line, read, read_file, terms
from voicebot.campaign import fields
from voicebot.campaign.csv_file import LONGEST_LINE
from voicebot.campaign.fields import phone
from voicebot.campaign.leads import Row, iterate_leads
from voicebot.config import TrunkSection
from voicebot.errors import ConfigurationError, Problem
from voicebot.store.records import NewLead


def test_a_good_line(tmp_path: Path) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{GOOD}\n")
    assert problems == []
    assert leads == [
        NewLead(
            phone="+14155550100",
            name="Ann Lee",
            company="Acme",
            amount=Decimal("120.50"),
            currency="USD",
            due_date=date(2026, 12, 1),
            timezone="America/New_York",
        )
    ]


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": "not a number"}, "phone"),
        ({"phone": "+1415555010"}, "too short"),
        ({"phone": "+14155550100999"}, "too long"),
        ({"phone": "+5550100"}, "phone"),
        ({"phone": "+9991234567890"}, "country code"),
        ({"phone": "1.41556E+10"}, "spreadsheet"),
        ({"phone": "+14155550100 x12"}, "phone"),
        ({"phone": "＋1４155550100"}, "phone"),
        ({"phone": ""}, "phone is missing"),
        ({"name": "  "}, "name is missing"),
        ({"company": ""}, "company is missing"),
        ({"name": "Ann ${EXTEN}"}, "${"),
        ({"reference2": "x", "company": "${SHELL(rm)}"}, "${"),
        ({"name": "Ann\nLee"}, "line break"),
        ({"name": "Ann\rLee"}, "line break"),
        ({"name": "Ann\u2028Lee"}, "line break"),
        ({"name": "Ann\x00Lee"}, "control character (U+0000"),
        ({"name": "Ann\x1bLee"}, "control character"),
        ({"name": "Ann\u202eLee"}, "control character"),
        ({"name": "a" * 81}, "81 characters"),
        ({"company": "a" * 121}, "121 characters"),
        ({"amount": "12,50"}, "amount"),
        ({"amount": "$12"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "0.00"}, "is 0"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": "1.0051"}, "decimals"),
        ({"amount": "2.500"}, "ambiguous"),
        ({"amount": "1.234", "currency": "EUR"}, "ambiguous"),
        ({"amount": "12.500", "currency": "JPY"}, "ambiguous"),
        ({"amount": "2,500"}, "amount"),
        ({"amount": "2.500,00"}, "amount"),
        ({"amount": "1 200"}, "amount"),
        ({"name": "M?ller"}, "question mark"),
        ({"name": "M\ufffdller"}, "U+FFFD"),
        ({"name": "MÃ¼ller"}, "another encoding"),
        ({"amount": "12.5", "currency": "JPY"}, "decimals"),
        ({"amount": "1" * 13}, "amount"),
        ({"amount": "١٢"}, "amount"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"due_date": "01/12/2026"}, "due_date"),
        ({"due_date": "2026-02-30"}, "there is no 2026-02-30"),
        ({"due_date": "20261201"}, "due_date"),
        ({"due_date": "1926-12-01"}, "due_date"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"phone": "+18005550100", "timezone": ""}, "timezone: is missing"),
    ],
)
def test_a_bad_value_costs_its_line_only(tmp_path: Path, values: dict[str, str], what: str) -> None:
    header = ",".join(LEAD | values)
    good = line(**dict.fromkeys(values.keys() - LEAD.keys(), ""))
    bad = line(**values)
    leads, problems = read(tmp_path, f"{header}\n{good}\n{bad}\n{good}\n")
    assert len(leads) == 2
    (problem,) = problems
    assert what in problem.what
    assert problem.cure
    assert problem.file == str(tmp_path / "leads.csv")
    assert problem.line == 3


def test_all_faults_of_a_line_are_told_at_once(tmp_path: Path) -> None:
    _, problems = read(tmp_path, f"{HEADER}\nx,,Acme,y,EURO,z,Mars\n")
    assert {problem.what.split(" ")[0].rstrip(":") for problem in problems} == {
        "phone", "name", "amount", "currency", "due_date", "timezone",
    }  # fmt: skip
    assert {problem.line for problem in problems} == {2}


@pytest.mark.parametrize(
    "name", ["O'Hara, Ann", 'Ann "Annie" Lee', "Lee; Ann", "Müller-Łoś", "欧阳娜娜", "a,b;c\"d'e", "50 % $5 {x}"]
)
def test_names_stay_unharmed(tmp_path: Path, name: str) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{line(name=name, company=name)}\n")
    assert problems == []
    assert (leads[0].name, leads[0].company) == (name, name)


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("+1 (415) 555-0100", "", "+14155550100"),
        (" +1.415.555.0100 ", "", "+14155550100"),
        ("+39 06 1234 5678", "", "+390612345678"),
        ("+14155550100", "CN", "+14155550100"),
        ("4155550100", "US", "+14155550100"),
        ("14155550100", "US", "+14155550100"),
        ("1-415-555-0100", "US", "+14155550100"),
        ("011 44 20 7946 0901", "US", "+442079460901"),
        ("(020) 7946 0901", "GB", "+442079460901"),
        ("2079460901", "GB", "+442079460901"),
        ("0044 20 7946 0901", "GB", "+442079460901"),
        ("442079460901", "GB", "+442079460901"),
        ("13800138002", "CN", "+8613800138002"),
        ("8613800138002", "CN", "+8613800138002"),
        ("030/123456", "DE", "+4930123456"),
    ],
)
def test_a_number_is_one_however_it_is_written(tmp_path: Path, written: str, region: str, number: str) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{line(phone=written)}\n", region=region)
    assert problems == []
    assert leads[0].phone == number


@pytest.mark.parametrize(
    ("written", "region", "what"),
    [
        ("13800138002", "", "does not say its country"),
        ("2127365000", "", "does not say its country"),
        ("14155550100", "", "does not say its country"),
        ("0044 20 7946 0901", "", "does not say its country"),
        ("13800138002", "US", "not a valid number in US"),
        ("442079460901", "US", "not a possible number"),
        ("4155550100", "GB", "not a valid number in GB"),
        ("911", "US", "not a possible number"),
        ("٤١٥٥٥٥٠١٠٠", "US", "not a phone number"),
        ("４１５５５５０１００", "US", "not a phone number"),
    ],
)
def test_the_country_of_a_number_is_never_guessed(tmp_path: Path, written: str, region: str, what: str) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{line(phone=written)}\n", region=region)
    assert leads == []
    (problem,) = problems
    assert what in problem.what
    assert f"'{written}'" in problem.what
    assert (problem.file, problem.line) == (str(tmp_path / "leads.csv"), 2)
    assert "+" in problem.cure
    if not region:
        assert "--region" in problem.cure


def test_the_trunk_decides_which_numbers(tmp_path: Path) -> None:
    trunk = TrunkSection(endpoint="carrier", numbers=(r"\+1\d{10}", r"\+86\d{11}"), dial_prefix="00")
    numbers = ("+14155550100", "+442079460000", "+8613800138002", "+1 900 555 0100", "13800138002")
    content = "\n".join([HEADER, *(line(phone=number) for number in numbers)])
    leads, problems = read(tmp_path, content, trunk=trunk)
    assert [lead.phone for lead in leads] == ["+14155550100", "+8613800138002"]
    assert [problem.line for problem in problems] == [3, 5, 6]
    assert "+442079460000" in problems[0].what
    assert "trunks.main.numbers" in problems[0].cure
    assert "premium-rate" in problems[1].what
    for patterns in (("(",), (r"1\d{10}",)):
        with pytest.raises(ConfigurationError, match=r"trunks\.main\.numbers"):
            read(tmp_path, content, trunk=TrunkSection(endpoint="carrier", numbers=patterns))


@given(region=st.sampled_from(["US", "GB", "CN", "DE", "FR", "AU"]), data=st.data())
def test_the_ways_of_writing_one_number_are_one(region: str, data: st.DataObject) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    written = data.draw(
        st.sampled_from(
            [
                phonenumbers.format_number(example, form)
                for form in (
                    phonenumbers.PhoneNumberFormat.E164,
                    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
                    phonenumbers.PhoneNumberFormat.NATIONAL,
                )
            ]
        )
    )
    spaced = "".join(mark + data.draw(st.sampled_from(["", "", " ", "-", "."])) for mark in written)
    assert phone(spaced, region) == phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)


def test_a_time_zone_may_come_from_the_number(tmp_path: Path) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{line(phone='+4930123456', timezone='')}\n{line(timezone='')}\n")
    assert leads[0].timezone == "Europe/Berlin"
    assert len(leads) + len(problems) == 2


def test_what_the_script_needs_must_be_there(tmp_path: Path) -> None:
    content = f"{HEADER},account\n{GOOD},00123\n{GOOD},\n"
    leads, problems = read(tmp_path, content, needs=("account", "name"))
    assert leads[0].more == {"account": "00123"}
    assert [(problem.what, problem.line) for problem in problems] == [("account is missing", 3)]
    leads, problems = read(tmp_path, f"{HEADER}\n{GOOD}\n", needs=("account",))
    assert leads == []
    assert problems[0].what == "the column 'account' is missing"


@pytest.mark.parametrize(
    ("header", "what"),
    [
        (HEADER + ",name", "2 columns 'name'"),
        (HEADER + ", Name ", "2 columns 'name'"),
        (HEADER.replace("company", "branch"), "the column 'company' is missing"),
        (HEADER.replace("phone", "Mobile,Telephone"), "the column 'phone' is missing"),
        (HEADER.replace("company", ",company"), "column 3 has no name"),
        (HEADER + ",a${b}", "${"),
        (HEADER + ',"x', "column names"),
        ("\x00" + HEADER, "control character"),
    ],
)
def test_a_bad_header_refuses_the_file(tmp_path: Path, header: str, what: str) -> None:
    leads, problems = read(tmp_path, f"{header}\n{GOOD}\n")
    assert leads == []
    assert what in " ".join(problem.what for problem in problems)
    assert {problem.line for problem in problems} == {1}


def test_a_renamed_column_is_guessed(tmp_path: Path) -> None:
    _, (problem,) = read(tmp_path, f"{HEADER.replace('due_date', 'due_dates')}\n{GOOD}\n")
    assert "'due_dates'" in problem.cure


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_spreadsheets_write_csv_in_many_ways(tmp_path: Path, mark: str, end: str, start: str) -> None:
    rows = [HEADER.replace(",", mark), GOOD.replace(",", mark), "", GOOD.replace(",", mark)]
    leads, problems = read(tmp_path, start + end.join(rows))
    assert (len(leads), problems) == (2, [])


def test_quotes_gone_wrong_cost_their_own_lines(tmp_path: Path) -> None:
    rows = [
        HEADER,
        GOOD,
        '+14155550100,"Ann,Acme,1,USD,2026-12-01,America/New_York',
        line(phone="+14155550101", name="Lee, Ann"),
        '+14155550100,"Ann" x,Acme,1,USD,2026-12-01,America/New_York',
        GOOD,
        '+14155550100,"Ann\nLee",Acme,1,USD,2026-12-01,America/New_York',
        GOOD,
        '+14155550100,"never closed,Acme,1,USD,2026-12-01,America/New_York',
        GOOD,
    ]
    leads, problems = read(tmp_path, "\n".join(rows))
    assert len(leads) == 5
    assert [problem.line for problem in problems] == [3, 5, 7, 10]
    assert "line break" in problems[2].what


def test_a_line_break_does_not_smuggle_a_lead_in(tmp_path: Path) -> None:
    smuggled = f'+14155550100,"Ann\n{GOOD}\nLee",Acme,1,USD,2026-12-01,America/New_York'
    leads, problems = read(tmp_path, f"{HEADER}\n{smuggled}\n{GOOD}\n")
    assert len(leads) == 1
    assert [problem.line for problem in problems] == [2]


@pytest.mark.parametrize("row", [GOOD + ",more", GOOD.rpartition(",")[0], "x", "x" + "," * 5])
def test_a_wrong_number_of_values(tmp_path: Path, row: str) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{row}\n{GOOD}\n")
    assert len(leads) == 1
    assert "values for 7 columns" in problems[0].what


def test_monstrous_lines_are_skipped(tmp_path: Path) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{'x' * (3 * LONGEST_LINE)}\n{GOOD}\n")
    assert len(leads) == 1
    assert [(problem.line, problem.what) for problem in problems] == [(2, "the line is too long")]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"\x00\x01\x02", b"\xff\xfe"])
def test_files_that_are_none(tmp_path: Path, content: bytes) -> None:
    leads, problems = read(tmp_path, content)
    assert leads == []
    assert problems


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.csv"):
        leads, (problem,) = read_file(path, terms())
        assert leads == []
        assert (problem.file, "cannot be read" in problem.what) == (str(path), True)


def test_json_lines(tmp_path: Path) -> None:
    good = json.dumps(LEAD | {"amount": "x"}).replace('"x"', "120.50")
    rows = [
        good,
        '{"phone": 1',
        "[1]",
        "7",
        good.replace('"Acme"', "null"),
        good.replace('"Acme"', '["a"]'),
        good.replace('"Acme"', "NaN"),
        good[:-1] + ', "Name": "x"}',
        good.replace("Ann Lee", "Ann\\u0000"),
        good.replace("Ann Lee", "Ann\\ud800"),
        "[" * 5000,
        "",
        good,
    ]
    leads, problems = read(tmp_path, "\n".join(rows), name="leads.jsonl")
    assert [lead.amount for lead in leads] == [Decimal("120.50")] * 2
    assert [problem.line for problem in problems] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert all(problem.cure for problem in problems)


ODD_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def garbled(value: str) -> bool:
    try:
        return any(ord(one) > 127 for one in value.encode("windows-1252").decode())
    except UnicodeError:
        return False


def fits(value: str) -> bool:
    """Whether a value is to be taken, written down once more and in another way."""
    bare = value.strip(" \t")
    bad = re.search(r"\$\{|[\u2028\u2029\ufffd]", bare) or garbled(bare)
    kinds = {unicodedata.category(character) for character in bare if character not in "\u200c\u200d"}
    return bool(bare.strip()) and not bad and not kinds & {"Cc", "Cf"}


@given(name=ODD_TEXT, company=ODD_TEXT)
@example(name='"', company=",")
@example(name="a\r", company="b")
def test_any_text_is_taken_as_it_is_or_refused(tmp_path_factory: Any, name: str, company: str) -> None:
    folder = tmp_path_factory.mktemp("leads")
    content = f"{HEADER}\n{line(phone='+14155550101', name=name, company=company)}\n{GOOD}\n"
    leads, problems = read(folder, content)
    if fits(name) and fits(company) and "?" not in name and name.casefold() not in fields.NOTHING:
        assert problems == []
        assert (leads[0].name, leads[0].company) == (name.strip(" \t"), company.strip(" \t"))
    else:
        assert problems
        assert all(problem.file and problem.line and problem.cure for problem in problems)
    assert leads[-1].name == "Ann Lee"


@given(st.binary(max_size=300), st.sampled_from(["leads.csv", "leads.jsonl"]))
def test_garbage_is_told_never_raised(tmp_path_factory: Any, garbage: bytes, name: str) -> None:
    folder = tmp_path_factory.mktemp("leads")
    path: Path = folder / name
    path.write_bytes(f"{HEADER}\n".encode() + garbage if name.endswith("csv") else garbage)
    for found in iterate_leads(path, terms()):
        assert isinstance(found, (Row, Problem))


def test_two_lines_never_mean_one_lead_without_a_word(tmp_path: Path) -> None:
    header = f"{HEADER},reference"
    rows = [
        line(reference="R-1"),
        line(reference="R-1"),
        line(reference="R-2"),
        line(reference="R-1", amount="7.00"),
        line(reference="R-3", phone="+14155550199"),
        line(phone="+14155550198", reference=""),
        line(phone="+14155550198", reference="", amount="7.00"),
    ]
    leads, problems = read(tmp_path, "\n".join([header, *rows]))
    assert len(leads) == 5
    assert [(problem.line, problem.what) for problem in problems] == [
        (5, "line 2 has the same reference R-1 and other values"),
        (8, "line 7 has the same phone +14155550198 and other values"),
    ]
    assert "its own reference" in problems[1].cure
    given = terms()
    other = tmp_path / "other.csv"
    other.write_text(f"{header}\n{line(reference='R-1', amount='8.00')}\n")
    assert [type(one) for one in iterate_leads(other, given)] == [Row]
    (found, *_) = iterate_leads(tmp_path / "leads.csv", given)
    assert isinstance(found, Problem)
    assert f"{other}:2" in found.what
