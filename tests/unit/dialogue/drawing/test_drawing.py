"""Drawings of scripts: everything is in them, every text in its box."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import Phase, given, settings

from tests.unit.dialogue.random_scripts import random_scripts
from tests.unit.examples import times
from voicebot.dialogue.drawing.counts import Share, Tally
from voicebot.dialogue.drawing.mermaid import draw_mermaid
from voicebot.dialogue.drawing.picture import picture_of
from voicebot.dialogue.drawing.shapes import BOLD, SIZES
from voicebot.dialogue.drawing.svg import draw_svg
from voicebot.dialogue.drawing.text import width
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.finding import shipped_scripts
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.script.variants import arms

SVG = "{http://www.w3.org/2000/svg}"
DOCS = Path(__file__).parents[4] / "docs"

ODD = """
script: odd
version: "1"
language: en-US
start: greet
steps:
  greet:
    say: "A <b> & \\"c\\"; #1 | `x`, is this {name}?"
    answers:
      affirm: {go: pay, right_party: true, say: "Good."}
      deny: [{go: greet}, {go: lost}]
  pay:
    say: "Will you pay {amount_due}?"
    answers:
      affirm: {end: will_pay_on_time}
      deny: {stay: true}
  lost:
    say: "Nobody comes here. Are you there?"
    answers: {affirm: {end: gave_up}}
always:
  stop_calling: {end: do_not_call}
  wrong_person: {end: wrong_person}
  talk_to_human: {end: transferred}
digressions:
  who_is_this: {say: "The assistant of {company}."}
endings:
  will_pay_on_time: {say: "Thank you."}
  do_not_call: {say: "We will not call again."}
  wrong_person: {}
  transferred: {action: transfer, extension: "700"}
  gave_up: {outcome: no_response}
  voicemail: {}
  dispute: {say: "Never said."}
reprompts: {no_input: ["Hello?"], no_match: ["Sorry?"]}
exhausted: {end: gave_up}
voicemail: {end: voicemail}
screener: {end: gave_up}
transfer: {failed: {end: gave_up}}
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Script:
    """A script with a step and an ending that nothing leads to, an answer that is never taken, and odd signs."""
    file = tmp_path_factory.mktemp("odd") / "odd.yaml"
    file.write_text(ODD, encoding="utf-8")
    return load_script(file)


@pytest.fixture(scope="module", params=sorted(shipped_scripts()))
def shipped(request: pytest.FixtureRequest) -> Script:
    """Every shipped script."""
    return load_script(shipped_scripts()[request.param])


def parsed(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)  # noqa: S314 - our own


def counted(script: Script) -> Tally:
    """Counts with long numbers at every way."""
    picture = picture_of(script)
    ways = {(card.name, row.key): Share(88_888, 8_888) for card in picture.cards for row in card.rows}
    steps = dict.fromkeys(script.steps, 99_999)
    always = {f"digress:{name}": 77_777 for name in script.digressions} | {row.key: 6 for row in picture.always}
    endings = {f"end:{name}": 55_555 for name in script.endings}
    return Tally(100_000, steps, dict.fromkeys(script.steps, 4_444), ways, always, endings)


def texts(group: ElementTree.Element) -> list[tuple[float, float, str, str]]:
    """Left and right end of each text of a box, its classes and what it says."""
    found = []
    for one in group.iter(f"{SVG}text"):
        classes = one.get("class", "").split()
        kind = next(name for name in classes if name in SIZES)
        content = "".join(one.itertext())
        wide = width(content, SIZES[kind], bold=kind in BOLD) + 4 * len(list(one))
        x = float(one.get("x", "0"))
        left = x - wide if "end" in classes else x - wide / 2 if "mid" in classes else x
        found.append((left, left + wide, kind, content))
    return found


def assert_texts_in_their_boxes(drawing: str, cards: int) -> None:
    root = parsed(drawing)
    boxes = [group for group in root.iter(f"{SVG}g") if group.get("class", "").split()[:1] in (["step"], ["box"])]
    assert len(boxes) > cards
    for box in boxes:
        frame = box.find(f"{SVG}rect")
        assert frame is not None
        wide, high = float(frame.get("width", "0")), float(frame.get("height", "0"))
        for left, right, _, content in texts(box):
            assert left >= 0, content
            assert right <= wide + 0.1, content
        assert all(0 < float(one.get("y", "0")) <= high for one in box.iter(f"{SVG}text"))
    page = [float(value) for value in root.get("viewBox", "").split()]
    for one in root.findall(f"{SVG}text"):
        assert float(one.get("x", "0")) + width("".join(one.itertext()), 22, bold=True) <= page[2]


def assert_all_cells_drawn(script: Script) -> None:
    picture = picture_of(script)
    cards = {card.name: card for card in picture.cards}
    for cell in table_of(script).cells:
        match cell.kind:
            case "own":
                rows = [row for row in cards[cell.step].rows if row.key == cell.target]
                shown = [label for row in rows for label in row.labels if cell.intent in label.answers.split(", ")]
                assert shown, cell
                assert cell.guard is None or any(str(cell.guard) in label.condition for label in shown)
            case "always":
                rows = [row for row in picture.always if row.key == cell.target]
                assert any(cell.intent in label.answers.split(", ") for row in rows for label in row.labels), cell
            case "digression":
                assert cell.target in {item.key for item in picture.digressions}
            case "engine":
                continue
    for drawing in (draw_svg(script), draw_mermaid(script)):
        for name in (*script.digressions, *script.steps):
            assert name in drawing or name.replace("_", " ") in drawing
        assert all(name in drawing for name in script.disclosures)
    assert all(name in draw_svg(script) for name in script.endings)


@pytest.mark.parametrize("with_counts", [False, True])
def test_no_text_leaves_its_box(shipped: Script, with_counts: bool) -> None:
    assert_texts_in_their_boxes(draw_svg(shipped, counted(shipped) if with_counts else None), len(shipped.steps))


def test_every_cell_of_the_table_is_drawn(shipped: Script) -> None:
    assert_all_cells_drawn(shipped)


@settings(max_examples=times(0.3), phases=[Phase.generate])
@given(random_scripts())
def test_whatever_a_script_says_is_drawn_in_its_place(script: Script) -> None:
    assert_all_cells_drawn(script)
    assert_texts_in_their_boxes(draw_svg(script, counted(script)), len(script.steps))


def test_drawings_need_nothing_from_elsewhere_and_are_always_alike(shipped: Script) -> None:
    drawing = draw_svg(shipped)
    assert drawing == draw_svg(shipped)
    assert draw_mermaid(shipped) == draw_mermaid(shipped)
    outside = drawing.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|href|<script|<image|@import|url\(", outside)
    assert "prefers-color-scheme:dark" in drawing


@pytest.mark.parametrize("name", ["reminder", "collection"])
def test_drawings_in_the_documentation_are_current(name: str) -> None:
    script = load_script(shipped_scripts()[f"en-US/{name}"])
    kept = (DOCS / f"{name}.svg").read_text(encoding="utf-8")
    # The hash in the title changes with every example of an intent, and nothing else of the drawing does.
    kept = re.sub(r"\b[0-9a-f]{12}\b", script.content_hash[:12], kept)
    assert kept == draw_svg(script), f"run: voicebot script draw {name} -o docs/{name}.svg"


def test_what_nothing_leads_to_is_shown_as_such(odd: Script) -> None:
    picture = picture_of(odd)
    assert {card.name for card in picture.cards if not card.reached} == {"lost"}
    assert {item.name for item in picture.endings if not item.reached} == {"dispute"}
    assert [(row.target, row.dead) for card in picture.cards for row in card.rows if row.dead] == [("lost", True)]
    drawing = draw_svg(odd)
    assert drawing.count("nothing leads here") == 1
    assert drawing.count("never reached") == 1
    assert "row dead" in drawing
    assert "class step_lost unreached" in draw_mermaid(odd)
    assert not [line for line in draw_mermaid(odd).splitlines() if line.endswith("| step_lost")]


def test_odd_signs_are_written_so_that_they_are_read(odd: Script) -> None:
    root = parsed(draw_svg(odd))
    assert '<b> & "c"; #1 | `x`' in " ".join("".join(one.itertext()) for one in root.iter(f"{SVG}text"))
    step = next(line for line in draw_mermaid(odd).splitlines() if line.startswith("  step_greet["))
    assert step.count('"') == 2
    assert "#lt;b#gt; #amp; #quot;c#quot;; #35;1 #124;" in step


def test_steps_show_disclosures_and_what_the_engine_does(odd: Script) -> None:
    collection = picture_of(load_script(shipped_scripts()["en-US/collection"]))
    assert [card.name for card in collection.cards if card.disclosures] == ["payment"]
    assert [item.name for item in collection.first] == ["greeting"]
    when = next(card for card in collection.cards if card.name == "when")
    silence, unclear = (row for row in when.rows if row.engine)
    assert (silence.target, unclear.target) == ("gave_up", "offer_human")
    callback = next(card for card in collection.cards if card.name == "callback_time")
    assert "callback_request at any time" in callback.entries
    assert "nobody takes a transfer" in callback.entries
    greet = next(card for card in picture_of(odd).cards if card.name == "greet")
    assert next(row for row in greet.rows if row.target == "pay").hint == "affirm: “Good.”"
    assert next(row for row in greet.rows if row.kind == "stay").target == "asks anew"


def test_counts_are_drawn_beside_every_way(odd: Script) -> None:
    ways = {("greet", "go:pay"): Share(3, 1)}
    tally = Tally(4, {"greet": 4, "pay": 3}, {"pay": 1}, ways, {"end:do_not_call": 1}, {"end:do_not_call": 1})
    drawing = draw_svg(odd, tally)
    for words in ("3 (75 %)", "1 then hung up", "1 of 3 hung up here (33 %)", "1 call, 25 %", "4 of 4 calls"):
        assert words in drawing
    assert "3 calls, 1 then hung up" in draw_mermaid(odd, tally)


def test_variants_thresholds_and_confirmations_are_shown() -> None:
    text = ODD.replace("start: greet", "start: greet\nthresholds: {intent: 0.6}") + (
        'intents: {affirm: {examples: ["yes"], confirm: "Did you say yes?"}}\n'
        "variants:\n"
        "  plain: {weight: 3}\n"
        '  brief: {changes: {steps: {pay: {say: "Paying {amount_due}?"}}}}\n'
    )
    script = Script.model_validate(yaml.safe_load(text))
    picture = picture_of(script)
    assert [(item.name, item.text) for item in picture.variants] == [
        ("plain", "75 % of the people: as drawn here"),
        ("brief", "25 % of the people: step pay, says: “Will you pay {amount_due}?” → “Paying {amount_due}?”"),
    ]
    assert [item.text for item in picture.confirmed] == ["“Did you say yes?”"]
    assert "believed when understood 60 % surely" in picture.cards[0].tags
    brief = arms(script)["brief"]
    drawing = draw_svg(brief)
    assert "odd, variant brief" in drawing
    assert "Paying {amount_due}?" in drawing
    assert not picture_of(brief).variants
