"""What operations do on the command line: import, correct, find, drop and bar; what is printed, and the exit code."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.store.making import ANSWERED, dialling, finish
from voicebot.cli.main import main
from voicebot.config import load_config
from voicebot.store.store import Store

HEADER = "phone,name,company,amount,currency,due_date,timezone,reference"
FIRST = "+12127365000,Anna Bell,Harbor Bank,12.05,USD,2026-12-01,America/New_York,R-1"
SECOND = "+12127365001,Tom Moss,Harbor Bank,7.00,USD,2026-12-01,America/New_York,R-2"


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command of a voicebot with one trunk and a campaign ``c``, in a folder of its own."""
    (tmp_path / "voicebot.toml").write_text(
        '[database]\nurl = "sqlite+aiosqlite:///v.db"\n'
        "[trunks.main]\nendpoint = \"carrier\"\nnumbers = ['\\+1\\d{10}', '\\+86\\d{11}']\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def command(*arguments: object) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["voicebot", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
            sys.exit(0)
        printed = capsys.readouterr()
        return Ran(int(left.value.code or 0), printed.out, printed.err)

    assert command("db", "upgrade").code == 0
    assert command("campaign", "create", "c", "--script", "reminder").code == 0
    return command


def leads(name: str, *rows: str, encoding: str = "utf-8") -> Path:
    path = Path(name)
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding=encoding)
    return path


async def call_one() -> None:
    """Call the first lead that is due, who promises to pay."""
    store = await Store.open(load_config().database.url)
    try:
        (attempt,) = await dialling(store, trunk="main")
        await finish(store, attempt, ANSWERED)
    finally:
        await store.close()


def test_brackets_and_escapes_of_a_file_are_printed_as_they_are(run: Run) -> None:
    file = leads("[x].csv", FIRST.replace("+1212", "[/home]+1212"), SECOND.replace("Tom", "[red]Tom[/red]"), FIRST)
    told = run("campaign", "import", "c", file)
    assert told.code == 1
    assert "[x].csv:2: phone: '[/home]+12127365000' is not a phone number" in told.err
    shown = run("lead", "list", "--unmasked")
    assert "[red]Tom[/red] Moss" in shown.out
    for wrong in (("campaign", "import", "[/x]", file), ("campaign", "status", "[/x]"), ("call", "show", "[/x]")):
        refused = run(*wrong)
        assert refused.code == 2
        assert "[/x]" in refused.err
        assert "Traceback" not in refused.err


def test_a_corrected_file_corrects_and_says_so(run: Run) -> None:
    assert run("campaign", "import", "c", leads("first.csv", FIRST, SECOND)).code == 0
    corrected = leads("second.csv", FIRST.replace("12.05", "1205.00").replace("Anna", "Ann"), SECOND)
    dry = run("campaign", "import", "c", corrected, "--dry-run")
    assert "lead 1: name A. B. → A. B.; amount 12.05 → 1205.00" in dry.out
    assert "dry run" in dry.err
    told = run("campaign", "import", "c", corrected, "--json", "--unmasked")
    assert told.code == 0
    assert (told.data["inserted"], len(told.data["duplicates"]), told.data["refused"]) == (0, 1, [])
    (change,) = told.data["corrected"]
    assert (change["file"], change["line"], change["lead"]) == ("second.csv", 2, 1)
    assert change["changes"] == {"name": ["Anna Bell", "Ann Bell"], "amount": ["12.05", "1205.00"]}
    shown = run("lead", "show", "1", "--unmasked").out
    assert re.search(r"amount +1205.00 USD", shown)
    assert "Anna Bell → Ann Bell; amount 12.05 → 1205.00" in shown
    assert "Anna" not in run("lead", "show", "1", "--json").out
    again = run("campaign", "import", "c", corrected)
    assert (again.code, "unchanged      2" in again.out) == (0, True)


async def test_who_was_called_is_not_corrected_without_a_word(run: Run) -> None:
    """The commands run in threads of their own, since each has an event loop."""

    async def do(*arguments: object) -> Ran:
        return await asyncio.to_thread(run, *arguments)

    await do("campaign", "import", "c", leads("first.csv", FIRST, SECOND))
    await do("campaign", "start", "c")
    await call_one()
    told = await do("campaign", "import", "c", leads("second.csv", FIRST.replace("12.05", "1205.00"), SECOND))
    assert told.code == 1
    assert "second.csv:2: lead 1 is unchanged: it has already been called (amount 12.05 → 1205.00)" in told.err
    found = await do("call", "list", "--phone", "736-5000", "--disposition", "answered", "--outcome", "promise_to_pay",
                     "--since", "yesterday", "--until", "today", "--reference", "R-1", "--json")  # fmt: skip
    assert [one["outcome"] for one in found.data] == ["promise_to_pay"]
    assert (await do("call", "list", "--phone", "736-5001", "--json")).data == []
    assert (await do("call", "list", "--until", "2026-01-01", "--json")).data == []
    rows = (await do("call", "list", "--times", "lead")).out.splitlines()
    assert rows[0].split("\t")[:3] == ["attempt", "campaign", "dialled"]
    assert rows[1].split("\t")[2].endswith(("EST", "EDT"))
    for wrong, near in [
        (("--disposition", "answred"), "answered"),
        (("--outcome", "promise"), "promise_to_pay"),
        (("--campaign", "d"), "no campaign d"),
        (("--phone", "anna"), "is not a number"),
        (("--since", "soon"), "is not a time"),
    ]:
        refused = await do("call", "list", *wrong)
        assert (refused.code, near in refused.err) == (2, True), refused.err
    requeued = await do("lead", "requeue", "--reference", "R-1", "--why", "wrong amount")
    assert requeued.code == 0
    assert "wrong amount" in (await do("lead", "show", "1")).out


def test_leads_are_listed_and_dropped(run: Run) -> None:
    many = [FIRST.replace("R-1", f"R-{place}").replace("5000", f"5{place:03}") for place in range(60)]
    run("campaign", "import", "c", leads("many.csv", *many))
    shown = run("lead", "list", "--campaign", "c")
    assert len(shown.out.splitlines()) == 51
    assert "10 more leads" in shown.err
    assert len(run("lead", "list", "--json").data) == 60
    cut = run("lead", "list", "--json", "--limit", "7")
    assert (len(cut.data), "53 more leads" in cut.err) == (7, True)
    assert run("lead", "drop").code == 2
    dropped = run("lead", "drop", "1", "2", "--why", "paid", "--json")
    assert (dropped.code, dropped.data["dropped"]) == (0, [1, 2])
    again = run("lead", "drop", "1")
    assert (again.code, "lead 1 is done" in again.err) == (1, True)
    assert [one["why"] for one in run("lead", "list", "--state", "done", "--json").data] == ["dropped: paid"] * 2
    assert "ready" in run("lead", "list", "--state", "reddy").err
    assert run("lead", "show", "999").code == 2


def test_national_numbers_need_a_country(run: Run) -> None:
    national = SECOND.replace("+12127365001", "2127365001")
    refused = run("campaign", "import", "c", leads("national.csv", national))
    assert refused.code == 1
    assert "national.csv:2: phone: '2127365001' does not say its country" in refused.err
    assert "--region" in refused.err
    assert run("campaign", "import", "c", "national.csv", "--region", "USA").code == 2
    assert run("campaign", "import", "c", "national.csv", "--region", "us").code == 0
    assert run("lead", "list", "--phone", "+12127365001", "--json").data[0]["reference"] == "R-2"
    same = run("campaign", "import", "c", leads("plus.csv", SECOND))
    assert "unchanged      1" in same.out


def test_numbers_are_barred_on_the_command_line(run: Run) -> None:
    run("campaign", "import", "c", leads("first.csv", FIRST, SECOND))
    added = run("dnc", "add", "(212) 736-5000", "--region", "US", "--why", "letter", "--json")
    assert (added.code, added.data["added"], added.data["leads_stopped"]) == (0, 1, 1)
    Path("plain.txt").write_text("+12127365000\n\n2127365001\nnonsense\n")
    listed = run("dnc", "import", "plain.txt", "--region", "US")
    assert listed.code == 1
    assert "plain.txt:4" in listed.err
    Path("table.csv").write_text("Name;Phone Number\nTom;+12127365009\n")
    assert run("dnc", "import", "table.csv").code == 0
    numbers = {one["number"] for one in run("dnc", "list", "--json", "--unmasked").data}
    assert numbers == {"+12127365000", "+12127365001", "+12127365009"}
    assert "+1212" not in run("dnc", "list").out
    assert run("dnc", "add", "2127365000").code == 2
    suppressed = run("campaign", "import", "c", leads("third.csv", FIRST.replace("5000", "5009").replace("R-1", "R-9")))
    assert (suppressed.code, "suppressed     1" in suppressed.out) == (1, True)


def test_a_file_is_read_in_the_encoding_that_is_named(run: Run) -> None:
    row = FIRST.replace("Anna Bell", "Ann Müller")
    file = leads("latin.csv", row, encoding="latin-1")
    assert "--encoding" in run("campaign", "import", "c", file).err
    assert run("campaign", "import", "c", file, "--encoding", "klingon").code == 2
    assert run("campaign", "import", "c", file, "--encoding", "windows-1252").code == 0
    assert run("lead", "list", "--json", "--unmasked").data[0]["name"] == "Ann Müller"
