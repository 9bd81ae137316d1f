"""A script as a Mermaid flowchart, for the pages and tools that draw those. Pure.

Every step has its own copy of the endings that it leads to, so no line crosses the whole chart for "dispute".
"""

from __future__ import annotations

from typing import Final

from voicebot.dialogue.drawing.cards import calls_of
from voicebot.dialogue.drawing.counts import Share, Tally
from voicebot.dialogue.drawing.picture import Card, Picture, Row, picture_of
from voicebot.dialogue.script.model import Script

_COLOURS: Final = {
    "agreed": "fill:#d9f0df,stroke:#0f5128,color:#0f5128",
    "later": "fill:#dbe9f8,stroke:#123f6e,color:#123f6e",
    "human": "fill:#e9e0f7,stroke:#47237c,color:#47237c",
    "closed": "fill:#f9dedc,stroke:#7a1710,color:#7a1710",
    "lost": "fill:#e9e7e2,stroke:#46413a,color:#46413a",
    "notice": "fill:#fff3d6,stroke:#6b4a00,color:#6b4a00",
    "unreached": "stroke-dasharray:6 4,opacity:0.6",
}


def draw_mermaid(script: Script, tally: Tally | None = None) -> str:
    """Draw a script.

    Parameters
    ----------
    tally
        Counts of calls, written on every way; ``None``: the script alone.

    Returns
    -------
    str
        Mermaid source; the same for the same script and counts.
    """
    picture = picture_of(script)
    lines = [
        "---",
        f"title: {_plain(picture.name)}, {picture.language}, {picture.content_hash[:12]}",
        "---",
        "flowchart TD",
    ]
    lines += _opening(picture)
    for card in picture.cards:
        lines += _card(card, picture, tally)
    lines += _always(picture, tally)
    if picture.debt:
        said = [f"{_plain(item.name)}: “{_plain(item.text)}”" for item in picture.debt]
        lines += [
            f"  before_debt[{_text(['<b>said in full before the debt</b>', *said])}]",
            "  class before_debt notice",
        ]
    if picture.digressions:
        asked = _text(["<b>asked back at any time</b>", *(_plain(item.name) for item in picture.digressions)])
        lines.append(f"  asked_back[{asked}]")
    lines += [f"  classDef {name} {colours}" for name, colours in _COLOURS.items()]
    return "\n".join(lines) + "\n"


def _opening(picture: Picture) -> list[str]:
    shown = ["<b>somebody answers</b>", *(f"{_plain(item.name)}: “{_plain(item.text)}”" for item in picture.first)]
    shown += [f"“{_plain(line)}”" for line in picture.opening]
    lines = [f"  answered([{_text(shown)}])", f"  answered --> {_step(picture.start)}"]
    return [*lines, "  class answered notice"] if picture.first else lines


def _card(card: Card, picture: Picture, tally: Tally | None) -> list[str]:
    calls = tally.reached.get(card.name, 0) if tally else 0
    shown = [f"<b>{_plain(card.name)}</b>" + (f" ({calls_of(calls)})" if tally else "")]
    shown += [f"<i>{_plain(name)} is said in full first</i>" for name in card.disclosures]
    shown.append(f"“{_plain(' '.join(card.question))}”")
    if tally and (hung_up := tally.hung_up.get(card.name, 0)):
        shown.append(f"{hung_up} hung up here")
    lines = [f"  {_step(card.name)}[{_text(shown)}]"]
    if not card.reached:
        lines.append(f"  class {_step(card.name)} unreached")
    for row in card.rows:
        if not row.dead:
            share = tally.ways.get((card.name, row.key), Share()) if tally else None
            lines += _row(_step(card.name), row, picture, share)
    return lines


def _always(picture: Picture, tally: Tally | None) -> list[str]:
    if not picture.always:
        return []
    lines = [f"  at_any_time{{{{{_text(['<b>at any time</b>'])}}}}}"]
    for row in picture.always:
        if not row.dead:
            share = Share(tally.always.get(row.key, 0)) if tally else None
            lines += _row("at_any_time", row, picture, share)
    return lines


def _row(source: str, row: Row, picture: Picture, share: Share | None) -> list[str]:
    shown = [" ".join(filter(None, (_plain(label.answers), _plain(label.condition)))) for label in row.labels]
    if row.kind == "stay":
        shown.append(f"<i>{_plain(row.target)}</i>")
    if share is not None:
        shown.append(calls_of(share.calls) + (f", {share.dropped} then hung up" if share.dropped else ""))
    arrow = "-.->" if row.engine else "-->"
    label = f"{arrow}|{_text(shown)}|"
    if row.kind == "stay":
        return [f"  {source} {label} {source}"]
    if row.kind == "go":
        return [f"  {source} {label} {_step(row.target)}"]
    ending = f"{source}__{row.target}"
    shape = (
        f"[[{_text([_plain(row.target)])}]]"
        if picture.tones[row.target] == "human"
        else f"([{_text([_plain(row.target)])}])"
    )
    return [f"  {source} {label} {ending}{shape}", f"  class {ending} {picture.tones[row.target]}"]


def _step(name: str) -> str:
    """An id that is no word of Mermaid's own, as ``end`` is."""
    return f"step_{name}"


_CODES: Final = str.maketrans(
    {"#": "#35;", "&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "|": "#124;", "`": "'"}
)


def _plain(text: str) -> str:
    """Return a text without what Mermaid would take for its own."""
    return " ".join(text.translate(_CODES).split())


def _text(lines: list[str]) -> str:
    return '"' + "<br/>".join(lines) + '"'
