"""A check's findings for people: grouped, with their place, their cure, and the conversation that shows them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.text import Text

from voicebot.cli import output
from voicebot.dialogue.checks import FAMILIES, Finding, Turn

_MARK: Final = {"fault": ("✗", "bold red"), "warning": ("!", "bold yellow")}
_ENGINE: Final = {
    "no_input": "(says nothing)",
    "no_match": "(says something that is not understood)",
    "voicemail": "(an answering machine)",
    "screener": "(a call screener)",
    "transfer_failed": "(nobody takes the transfer)",
}
_WIDTH: Final = 100


def tell(record: Mapping[str, Any], findings: Sequence[Finding]) -> None:
    """Print all findings, family by family, and what was examined."""
    title = Text(str(record["script"]), style="bold")
    title.append(f"  {record['language'] or ''}  {record['file']}", style="dim")
    output.out.print(title)
    for family in ("reading", *FAMILIES):
        of_family = [one for one in findings if one.family == family]
        if of_family:
            output.out.print(Text(f"\n{family}", style="bold underline"))
            for finding in of_family:
                for line in _finding(finding):
                    output.out.print(line)
    output.out.print()
    if record["states"]:
        fine = [name for name in FAMILIES if not any(one.family == name for one in findings)]
        if fine:
            _print(Text.assemble(("✓ ", "bold green"), " · ".join(fine)))
        _print(Text(
            f"{record['states']} states and {record['turns']} turns were examined in {record['seconds']:.1f} s; "
            f"words: {record['recognizer']}", style="dim",
        ))  # fmt: skip
    _print(
        Text(
            f"{_count(record['faults'], 'fault')}, {_count(record['warnings'], 'warning')}",
            style="bold red" if record["faults"] else "bold green",
        )
    )


def _print(text: Text) -> None:
    output.out.print(text)


def _count(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _finding(finding: Finding) -> Iterator[Text]:
    mark, style = _MARK[finding.severity]
    where = finding.problem.where or ".".join(map(str, finding.path))
    yield Text.assemble((f"{mark} ", style), (where, "bold"), ("  ", ""), (finding.id, "dim"))
    yield Text.assemble("  ", finding.what)
    if finding.cure:
        yield Text.assemble(("  → ", "green"), finding.cure)
    if finding.turns:
        yield Text("  a conversation that shows it:", style="dim")
        for turn in finding.turns:
            yield from _turn(turn)


def _turn(turn: Turn) -> Iterator[Text]:
    if turn.heard:
        yield from _said("person", _words(turn), "cyan")
        yield Text(f"            {_meaning(turn)}", style="dim")
    for line in turn.says or (() if turn.withheld else ("",)):
        yield from _said("bot", line or "(nothing)", "")
    for line in turn.withheld:
        yield from _said("bot", f"(would say: {line})", "red")


def _said(who: str, words: str, style: str) -> Iterator[Text]:
    for index, line in enumerate(textwrap.wrap(words, _WIDTH) or [""]):
        yield Text.assemble((f"    {who if index == 0 else '':<8}", "dim"), (line, style))


def _words(turn: Turn) -> str:
    words = _ENGINE.get(turn.heard) or (f"“{turn.example}”" if turn.example else f"({turn.heard})")
    return words + "".join(f" … {value}" for value in turn.values.values())


def _meaning(turn: Turn) -> str:
    heard = " and ".join((*turn.also, turn.heard))
    values = ", ".join(f"{name}: {value}" for name, value in turn.values.items())
    guard = f"[{turn.guard}]" if turn.guard else ""
    target = f" → {turn.target.partition(':')[0]} {turn.target.partition(':')[2]}" if turn.target else ""
    return f"{turn.step} → {heard}{guard}{f' ({values})' if values else ''}{target}"
