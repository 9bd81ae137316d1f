"""What comes from outside is printed as it is: no markup, no escape sequence, whichever command prints it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import voicebot
from voicebot.cli import output
from voicebot.errors import Problem
from voicebot.masking import printable

PACKAGE = Path(voicebot.__file__).parent
TAG = re.compile(r"\[/?(bold|dim|italic|underline|red|green|yellow|blue|cyan|magenta|white)\b[^\]]*\]|\[/\]")
HOSTILE = ["[/home]+12025550123", "[red]x[/red]", "[link=http://x]y[/link]", "a[/]b", "[", "]", "\\[x]", ":smile:"]


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Everything that may print for people: the command line, and whatever else builds what rich shows."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.is_relative_to(PACKAGE / "cli") or re.search(r"^\s*(from|import) (rich|typer|click)\b", text, re.M):
            yield path, ast.parse(text)


def faults_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in {"rich", "rich.markup", "rich.console"}:
            yield f"line {node.lineno}: {node.module} is for cli/output.py"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TAG.search(node.value):
            yield f"line {node.lineno}: a style is written into the text; use output.styled"
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if name in {"Console", "from_markup", "from_ansi", "echo", "secho"} or (name == "print" and not owner):
            yield f"line {node.lineno}: {name}() goes around cli/output.py"
        if name in {"write", "writelines"} and owner in {"sys.stdout", "sys.stderr"}:
            yield f"line {node.lineno}: {owner}.{name}() goes around cli/output.py"
        if any(one.arg == "markup" and ast.unparse(one.value) != "False" for one in node.keywords):
            yield f"line {node.lineno}: markup is switched on"
        if name == "TextColumn" and not any(one.arg == "markup" for one in node.keywords):
            yield f"line {node.lineno}: a column of a progress bar reads markup unless it is told not to"
        if name in {"status", "Status", "Spinner"} and "output" in owner and not is_text(node.args[0]):
            yield f"line {node.lineno}: {name} reads markup unless it is given a Text"


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"Text", "output.styled", "output.joined"}


def test_every_command_prints_through_one_place() -> None:
    seen = 0
    for path, tree in sources():
        seen += 1
        if path not in {PACKAGE / "cli" / "output.py", PACKAGE / "cli" / "console.py"}:
            assert [f"{path}: {fault}" for fault in faults_of(tree)] == []
    assert seen > 30


@pytest.mark.parametrize(
    "source",
    [
        "from rich.markup import escape",
        "from rich.console import Console",
        "print(x)",
        "typer.echo(x)",
        "sys.stderr.write(x)",
        "out.print(f'[bold]{x}[/]')",
        "out.print(x, markup=True)",
        "Text.from_markup(x)",
        "TextColumn('{task.description}')",
        "output.err.status(f'{x}')",
    ],
)
def test_a_way_around_it_is_found(source: str) -> None:
    assert list(faults_of(ast.parse(source)))


ANY_TEXT = st.one_of(st.text(max_size=40), st.sampled_from(HOSTILE), st.text(alphabet="[]/\\ab=#\x1b\x9b", max_size=20))


@pytest.fixture(params=["terminal", "pipe"])
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "2000")
    monkeypatch.setattr(output, "out", output.Output("stdout"))  # they keep what they found when they first printed
    monkeypatch.setattr(output, "err", output.Output("stderr"))
    if request.param == "terminal":
        monkeypatch.setenv("FORCE_COLOR", "1")
    else:
        monkeypatch.delenv("FORCE_COLOR", raising=False)
    return str(request.param)


def bare(text: str) -> str:
    """Without the styles that a terminal is sent."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("value", HOSTILE)
def test_square_brackets_stand_as_they_are(value: str, where: str, capsys: pytest.CaptureFixture[str]) -> None:
    output.print_problems([Problem(f"phone: {value} is no number", f"not {value}", f"{value}.csv", 2)])
    output.print_table(value, (value, "b"), [(value, output.styled(value, "red"))])
    output.print_record({value: value})
    output.out.print(value)
    output.out.print(output.joined("say ", output.styled(value, "bold")))
    printed = capsys.readouterr()
    assert bare(printed.err).count(value) == 3
    assert bare(printed.out).count(value) >= 7


@given(value=ANY_TEXT)
def test_no_text_raises_or_steers_the_terminal(value: str) -> None:
    shown = printable(value)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert len(shown) == len(value)
    shown.encode()
    if value.isprintable():
        assert shown == value
    console = output.out.console
    with console.capture() as captured:
        console.print(value)
        console.print(output.styled(value, "bold"))
    assert "\x1b" not in bare(captured.get())


def test_tables_are_tab_separated_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    output.print_table("", ("a", "b"), [("1\t2", None), ("x\ny", output.styled("✓", "green")), ("w" * 500, 7)])
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert rows == [["a", "b"], ["1 2", ""], ["x y", "✓"], ["w" * 500, "7"]]
