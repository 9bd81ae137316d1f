"""Files as spreadsheets and databases write them: separators, line ends, columns and encodings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.campaign.reading import GOOD, HEADER, LEAD, line, read
from voicebot.campaign.encodings import check_encoding, encoding_of
from voicebot.errors import ConfigurationError

CHINESE = f"{HEADER}\n+8613800138021,魏叶,ICBC,120.50,CNY,2026-12-01,\n+8613800138022,王小明,ICBC,1,CNY,2026-12-01,\n"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("said", ["", "sep={}", '"SEP={}"'])
def test_excel_says_what_separates_and_ends_lines_as_it_likes(tmp_path: Path, mark: str, end: str, said: str) -> None:
    rows = [*([said.format(mark)] if said else []), HEADER.replace(",", mark), GOOD.replace(",", mark)]
    for last in ("", end):
        leads, problems = read(tmp_path, end.join(rows) + last)
        assert (len(leads), problems) == (1, [])


def test_a_separator_that_none_can_be_is_told(tmp_path: Path) -> None:
    _, (problem,) = read(tmp_path, f"sep=x\n{HEADER}\n{GOOD}\n")
    assert "'x'" in problem.what
    assert read(tmp_path, "sep=;\n")[1]


def test_empty_columns_and_rows_of_spreadsheets_are_nothing(tmp_path: Path) -> None:
    leads, problems = read(tmp_path, f"{HEADER},,\n{GOOD},,\n{GOOD}\n,,,,,,,,\n{GOOD},,,,\n{GOOD},,x\n")
    assert len(leads) == 3
    assert [(problem.line, problem.what) for problem in problems] == [(6, "has 9 values for 7 columns")]


@pytest.mark.parametrize("above", ["\n", "\r\n \t\n", ",,,,,,\n", "sep=,\n\n", "\nsep=,\n"])
def test_empty_lines_above_the_columns_names_are_nothing(tmp_path: Path, above: str) -> None:
    leads, problems = read(tmp_path, f"{above}{HEADER}\n{GOOD}\n{GOOD},x\n")
    assert len(leads) == 1
    assert [problem.line for problem in problems] == [above.count("\n") + 3]


@pytest.mark.parametrize(
    ("start", "what", "cure"),
    [
        (f"Leads of November\n{HEADER}\n", "names no column that is known", "take out what stands above"),
        (f"{GOOD}\n", "names no column that is known", "name them, like phone, name"),
        ('[{"phone": "+14155550100"}]', "is JSON", ".jsonl"),
        ('{"phone": "+14155550100", "name": "Ann"}\n', "is JSON", ".jsonl"),
    ],
)
def test_a_first_line_that_names_nothing_is_one_fault(tmp_path: Path, start: str, what: str, cure: str) -> None:
    leads, (problem,) = read(tmp_path, f"{start}{GOOD}\n")
    assert (leads, problem.line) == ([], 1)
    assert what in problem.what
    assert cure in problem.cure


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_what_is_no_text_is_told_for_what_it_is(tmp_path: Path, start: bytes, what: str) -> None:
    for encoding in ("", "windows-1252", "gb18030"):
        _, (problem,) = read(tmp_path, start + b"\x00\xff\x81" * 100, encoding=encoding)
        assert what in problem.what


@pytest.mark.parametrize("value", ["N/A", "null", "NULL", "#N/A", "#REF!", "Unknown", " nan ", "None"])
def test_what_programs_write_for_nothing_is_no_name(tmp_path: Path, value: str) -> None:
    leads, (problem,) = read(tmp_path, f"{HEADER}\n{line(name=value)}\n")
    assert leads == []
    assert "where there is none" in problem.what
    assert read(tmp_path, f"{HEADER}\n{line(name='Jennifer Null', company='None')}\n")[1] == []


def test_what_separates_is_what_makes_the_most_of_the_names(tmp_path: Path) -> None:
    header = HEADER.replace(",", ";")
    leads, problems = read(tmp_path, f"{header};note, private\n{GOOD.replace(',', ';')};a, b\n")
    assert problems == []
    assert leads[0].more == {"note,_private": "a, b"}
    _, (problem,) = read(tmp_path, f"{header.replace('company', 'company, branch')}\n{GOOD.replace(',', ';')}\n")
    assert problem.what == "the column 'company' is missing"
    assert "'company,_branch'" in problem.cure


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("phone", "Phone Number"), ("phone", "PHONE"), ("phone", "Mobile"), ("phone", "手机号"), ("name", "Full-Name"),
        ("name", "姓名"), ("amount", "Amount Due"), ("due_date", "Due"), ("timezone", "Time Zone"),
    ],
)  # fmt: skip
def test_columns_have_the_names_that_people_give_them(tmp_path: Path, column: str, name: str) -> None:
    leads, problems = read(tmp_path, f"{HEADER.replace(column, name, 1)}\n{GOOD}\n")
    assert (len(leads), problems) == (1, [])
    assert leads[0].more == {}


def test_a_column_that_the_script_asks_for_keeps_its_name(tmp_path: Path) -> None:
    leads, problems = read(tmp_path, f"{HEADER},ref\n{GOOD},R-1\n")
    assert (leads[0].reference, leads[0].more, problems) == ("R-1", {}, [])
    leads, problems = read(tmp_path, f"{HEADER},ref\n{GOOD},R-1\n", needs=("ref",))
    assert (leads[0].reference, leads[0].more, problems) == ("", {"ref": "R-1"}, [])
    leads, problems = read(tmp_path, f"{HEADER},mobile\n{GOOD},5\n")
    assert (leads[0].phone, leads[0].more) == ("+14155550100", {"mobile": "5"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["leads.csv", "leads.jsonl"])
def test_a_mark_tells_the_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    text = CHINESE if name.endswith("csv") else json.dumps(LEAD | {"name": "王小明"}, ensure_ascii=False)
    leads, problems = read(tmp_path, text.encode(encoding), name=name)
    assert problems == []
    assert leads[-1].name == "王小明"


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "GB2312", "big5", "utf-16-le", "utf-16-be"])
def test_an_encoding_without_a_mark_is_named(tmp_path: Path, encoding: str) -> None:
    name = "林文" if encoding == "big5" else "魏叶"
    text = CHINESE.replace("魏叶", name)
    leads, problems = read(tmp_path, text.encode(encoding), encoding=check_encoding(encoding))
    assert problems == []
    assert [lead.name for lead in leads] == [name, "王小明"]


def test_a_file_has_one_encoding_whatever_a_line_of_it_looks_like(tmp_path: Path) -> None:
    written = CHINESE.encode("gb18030")
    assert "魏叶".encode("gb18030").decode("utf-8") == "κҶ"
    leads, problems = read(tmp_path, written)
    assert leads == []
    assert [(problem.line, "is not UTF-8" in problem.what) for problem in problems] == [(3, True)]
    assert "--encoding" in problems[0].cure
    leads, (problem,) = read(tmp_path, f"{HEADER}\n{GOOD}\n".encode() + line(name="Müller").encode("latin-1"))
    assert (leads, problem.line) == ([], 3)
    (problem,) = read(tmp_path, CHINESE.encode("utf-16-le"))[1]
    assert "utf-16-le" in problem.cure
    (problem,) = read(tmp_path, CHINESE.encode("utf-8-sig"), encoding="gb18030")[1]
    assert "byte order mark" in problem.what
    (problem,) = read(tmp_path, CHINESE.encode()[:-1] + b"\xe7\x8e")[1]
    assert "is not UTF-8" in problem.what


@pytest.mark.parametrize("name", ["", "klingon", "rot13", "base64", "unicode_escape", "utf-7", "\x00"])
def test_an_encoding_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="encoding"):
        check_encoding(name)


@given(text=st.text(max_size=60), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_what_was_encoded_is_read_or_refused_and_never_garbled(tmp_path_factory: Any, text: str, encoding: str) -> None:
    path: Path = tmp_path_factory.mktemp("leads") / "file"
    path.write_bytes(text.encode(encoding))
    with path.open("rb") as file:
        told = encoding_of(file, "gb18030" if encoding == "gb18030" else "")
        assert file.tell() == 0
    if told.name:
        assert path.read_bytes().decode(told.name) in (text, text.removeprefix("\ufeff"))
    else:
        assert told.fault
        assert told.cure


@pytest.mark.parametrize(
    ("values", "language", "what"),
    [
        ({"name": "---"}, "en-US", "has no letters"),
        ({"name": "😀"}, "en-US", "has no letters"),
        ({"name": "王小明"}, "en-US", "'王' is not a letter"),
        ({"name": "Anna 王"}, "en-US", "'王' is not a letter"),
        ({"name": "Иван"}, "en-US", "is not a letter"),
        ({"name": "κҶ"}, "zh-CN", "is not a letter"),
        ({"name": "…", "company": "12"}, "zh-CN", "has no letters"),
        ({"name": "1234"}, "en-US", "has no letters"),
        ({"name": "@@@"}, "en-US", "has no letters"),
        ({"company": "&"}, "zh-CN", "has no letters"),
        ({"company": "---"}, "en-US", "company: '---'"),
        ({"amount": "120.505", "currency": "KWD"}, "en-US", "120.505 KWD"),
        ({"amount": "120.505", "currency": "KWD"}, "zh-CN", "120.505 KWD"),
    ],
)
def test_what_nobody_can_say_is_refused(tmp_path: Path, values: dict[str, str], language: str, what: str) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{line(**values)}\n{line(phone='+14155550101')}\n", language=language)
    assert len(leads) == 1
    (problem,) = problems
    assert what in problem.what
    assert (problem.line, bool(problem.cure)) == (2, True)


@pytest.mark.parametrize(
    ("values", "language"),
    [
        ({"name": "Müller-Łoś"}, "en-US"),
        ({"name": "Kaʻahumanu O’Hara, Jr."}, "en-US"),
        ({"name": "Ærøskøbing", "company": "3M"}, "en-US"),
        ({"name": "王小明"}, "zh-CN"),
        ({"name": "Anna Bell", "company": "ICBC 工商银行"}, "zh-CN"),
        ({"name": "阿依古丽·买买提"}, "zh-CN"),
        ({"amount": "120.500", "currency": "KWD"}, "en-US"),
    ],
)
def test_what_can_be_said_comes_in(tmp_path: Path, values: dict[str, str], language: str) -> None:
    leads, problems = read(tmp_path, f"{HEADER}\n{line(**values)}\n", language=language)
    assert (len(leads), problems) == (1, [])
