"""Every fault of a script file is told with its place, what it is and what to do; parts and variants come together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.dialogue.making import LEAD, NOW, SCRIPTS, SMALL, changed, loaded, place_of, refused
from voicebot.dialogue.checks import check
from voicebot.dialogue.conversation import conversation
from voicebot.dialogue.script.pinned import pinned_text, read_pinned, text_hash
from voicebot.dialogue.script.reading.document import DOCUMENT
from voicebot.dialogue.script.reading.load import load_script
from voicebot.dialogue.script.variants import arms, chosen
from voicebot.dialogue.talk import Understanding
from voicebot.errors import ConfigurationError

# old, new, where in the new text (its first characters), what, cure
Fault = tuple[str, str, str, str, str]

FAULTS: Mapping[str, Fault] = {
    "a tab": ("  identity:", "\tidentity:", "\tidentity", "a tab is used to indent", "spaces"),
    "a colon": ('say: "Am I speaking with {name}?"', "say: Hello: you", ": you", "there is a colon where", "quotes"),
    "a key twice": (
        "  when:\n",
        "  payment: {}\n  when:\n",
        "payment: {}",
        "'payment' is given twice here",
        "keep one",
    ),
    "a second document": ("always:", "---\nalways:", "---", "a second document begins", "remove the line"),
    "an unknown alias": ("affirm: when", "affirm: *when", "*when", "undefined alias", "quotes"),
    "a merge key": ("affirm: when", "<<: {affirm: when}", "<<", "merging with << is not supported", "include"),
    "a tag": ("affirm: when", "affirm: !when x", "!when", "has no meaning here", "remove it"),
    "an unknown key": (
        "    expects: date\n",
        "    expect: date\n",
        "expect:",
        "'expect' is not known here",
        "did you mean expects?",
    ),
    "a missing key": ("start: identity\n", "", "script: small", "'start' is missing", "start:"),
    "a name": ("  how_much:\n", "  How-much:\n", "How-much", "is malformed", "lower-case"),
    "a number": ("turns: 12", "turns: many", "turns", "a whole number is expected here, not 'many'", ""),
    "too large": ("turns: 12", "turns: 1200", "turns", "less than or equal to 100", ""),
    "not a list": ("hold: true", "hold: [a]", "hold", "yes or no is expected here", ""),
    "not a mapping": ("limits: {turns: 12, digressions: 3, end: gave_up}", "limits: 3", "limits", "a mapping", ""),
    "not one of": ("expects: date", "expects: day", "expects", "is not one of 'words', 'date', 'amount'", ""),
    "two ways": (
        "{go: payment, right",
        "{go: payment, end: goodbye, right",
        "affirm: {go: payment, end",
        "exactly one of go",
        "",
    ),
    "no condition": ("if: promise_date known", "if: promise_date", "if: promise_date,", "is not a condition", ""),
    "no step": ("affirm: when", "affirm: wen", "affirm: wen", "there is no step 'wen'", "did you mean when?"),
    "no ending": (
        "{end: wrong_person}",
        "{end: wrong_persn}",
        "end: wrong_persn",
        "there is no ending",
        "did you mean wrong_person?",
    ),
    "no slot": ("asks: amount", "asks: sum", "asks: sum", "there is no slot 'sum'", "known: amount"),
    "no intent": (
        "deny: {note: refused",
        "denie: {note: refused",
        "denie",
        "there is no intent 'denie'",
        "did you mean deny?",
    ),
    "no outcome": (
        "outcome: refused",
        "outcome: refuse",
        "outcome: refuse,",
        "there is no outcome",
        "did you mean refused?",
    ),
    "no noted outcome": (
        "note: refused",
        "note: refuse",
        "note: refuse,",
        "there is no outcome",
        "did you mean refused?",
    ),
    "no variable": (
        "{company}, on",
        "{compny}, on",
        'say: "Hello, this',
        "{compny} is not known",
        "did you mean company?",
    ),
    "an open brace": (
        "{company}, on",
        "{company, on",
        'say: "Hello, this',
        "a brace has no partner",
        "write variables as",
    ),
    "nothing to say": (
        'say: "Goodbye."}\n  already',
        'say: ""}\n  already',
        'say: ""',
        "there is nothing to say",
        "leave the key out",
    ),
    "no such key": ('"2": deny}', '"22222": deny}', '"22222"', "cannot be pressed", "0-9"),
    "a key without answer": (
        '"2": deny}',
        '"2": dispute}',
        '"2": dispute',
        "has no answer 'dispute'",
        "add it under answers",
    ),
    "no extension": ('extension: "700", ', "", "transferred: {action", "a transfer needs an extension", "extension:"),
    "no way after a transfer": (
        'transfer:\n  failed: {say: "Nobody is free.", end: declined}\n',
        "",
        "transferred: {action",
        "nobody takes the transfer",
        "transfer: {failed",
    ),
    "no way out": (
        "exhausted: {end: gave_up}\nlimits",
        "exhausted: {stay: true}\nlimits",
        "exhausted: {stay",
        "this must lead somewhere",
        "go or end",
    ),
    "a slot of another meaning": (
        "  amount: {type",
        "  due_date: {type: date}\n  amount: {type",
        "due_date: {type",
        "has a meaning of its own",
        "another name",
    ),
    "calls that cannot be stopped": (
        "  stop_calling: {end: do_not_call}\n",
        "",
        "always",
        "there is no way to stop the calls",
        "stop_calling: {end",
    ),
    "calls that go on": (
        "stop_calling: {end: do_not_call}",
        "stop_calling: {end: goodbye}",
        "stop_calling",
        "must end with the outcome do_not_call",
        "",
    ),
    "a promise not read back": (
        "      deny: {go: when, forget: promise_date",
        "      wait: {end: partial_payment}\n      deny: {go: when, forget: promise_date",
        "wait: {end: partial",
        "has not read back",
        "confirms",
    ),
    "a promise noted": (
        "{note: refused, end",
        "{note: promise_to_pay, end",
        "deny: {note: promise",
        "only when the callee confirms",
        "reads it back",
    ),
    "read back unsaid": (
        "You will pay by {promise_date}.",
        "You will pay.",
        'say: "You will pay.',
        "confirms promise_date without saying",
        "say {promise_date}",
    ),
    "a value that leads nowhere": (
        "        - {if: promise_date known, go: confirm}\n        - {stay",
        "        - {stay",
        "answers:\n      promise_to_pay:\n        - {stay",
        "no answer says where 'promise_to_pay' leads",
        "promise_date known",
    ),
    "debt too early": (
        "Am I speaking with {name}?",
        "Is {name} there about a debt?",
        'say: "Is {name}',
        "before anyone has confirmed who is on the line",
        "before_identity",
    ),
    "debt to a machine": (
        "Please call us.",
        "You owe {amount_due}.",
        'say: "This is {company} for {name}. You',
        "before anyone has confirmed",
        "before_identity",
    ),
    "another language": (
        "language: en-US",
        "language: de-DE",
        "language: de-DE",
        "de-DE is not a supported language",
        "en-US, zh-CN",
    ),
    "no part": (
        "start: identity\n",
        "start: identity\ninclude: comon\n",
        "include",
        "there is no comon.yaml next to this file",
        "did you mean common?",
    ),
    "a part elsewhere": (
        "start: identity\n",
        "start: identity\ninclude: ../common\n",
        "include",
        "is not the name of a shared part",
        "next to this one",
    ),
    "an unknown comparison": (
        "if: amount known",
        "if: amuont < 3",
        "if: amuont",
        "cannot be compared",
        "did you mean amount?",
    ),
    "a variant of nothing": (
        "always:",
        "variants: {a: {changes: {stepps: {}}}}\nalways:",
        "stepps",
        "a variant cannot change 'stepps'",
        "did you mean steps?",
    ),
    "a variant with a fault": (
        "always:",
        'variants:\n  a: {changes: {steps: {payment: {say: "{nobody}"}}}}\nalways:',
        'say: "{nobody}',
        "in the variant a: {nobody} is not known",
        "known:",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_place_and_cure(tmp_path: Path, name: str) -> None:
    old, new, mark, what, cure = FAULTS[name]
    text = changed((old, new))
    (tmp_path / "common.yaml").write_text("language: en-US\n")
    problems = refused(tmp_path, text)
    assert problems, "it loads"
    fitting = [problem for problem in problems if what in problem.what]
    assert fitting, [str(problem) for problem in problems]
    assert cure in fitting[0].cure
    assert fitting[0].file == str(tmp_path / "script.yaml")
    line, column = place_of(text, mark)
    assert fitting[0].line == line
    assert fitting[0].column
    if "\n" not in mark and not mark.startswith((":", "\t", "-")):
        assert fitting[0].column <= column


def test_the_small_script_has_none(tmp_path: Path) -> None:
    assert refused(tmp_path, SMALL) == ()


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    problems = refused(
        tmp_path, changed(("affirm: when", "affirm: wen"), ("asks: amount", "asks: sum"), ("{company}, on", "{x}, on"))
    )
    assert len(problems) >= 3
    assert [problem.line for problem in problems] == sorted(problem.line or 0 for problem in problems)


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "is empty"), (b"a: \xff", "is not UTF-8"), (b"- a\n", "is not a script"), (b"a: \x00", "does not allow"),
     (b"x" * 1_000_001, "is larger than"), (b"[" * 2000, "nested too deeply"), (b"script: a\ninclude: {}\n", "is not the name of")],
)  # fmt: skip
def test_files_that_are_no_scripts(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as told:
        load_script(path)
    assert any(what in problem.what for problem in told.value.problems), told.value


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_script(tmp_path / "none.yaml")


# ---- parts

IDENTITY = """\
language: en-US
parameters: [confirmed, other]
slots:
  year: {type: text, intent: affirm, ask: who}
steps:
  who:
    say: "Am I speaking with {name}?"
    answers:
      affirm: {go: $confirmed, right_party: true}
      deny: {end: $other}
      repeat: {go: born}
  born:
    say: "Which year were you born, {year}?"
    answers:
      affirm: [{if: year known, go: who, forget: year}, who]
"""
AROUND = "start: identity\n"


def test_a_part_is_filled_in_and_renamed(tmp_path: Path) -> None:
    include = "include: [{file: identity, prefix: first, with: {confirmed: payment, other: wrong_person}}]\n"
    script = loaded(tmp_path, changed((AROUND, "start: first_who\n" + include)), identity=IDENTITY)
    who, born = script.steps["first_who"], script.steps["first_born"]
    assert (who.answers["affirm"][0].go, who.answers["deny"][0].end) == ("payment", "wrong_person")
    assert who.answers["repeat"][0].go == "first_born"
    assert [move.go for move in born.answers["affirm"]] == ["first_who", "first_who"]
    assert str(born.answers["affirm"][0].condition) == "first_year known"
    assert born.answers["affirm"][0].forget == ("first_year",)
    assert born.say.text == ("Which year were you born, {first_year}?",)
    assert script.slots["first_year"].ask == "first_who"
    assert script.cue("first_who") == "who"


def test_a_part_is_included_twice_under_two_names(tmp_path: Path) -> None:
    include = """include:
  - {file: identity, prefix: first, with: {confirmed: second_who, other: wrong_person}}
  - {file: identity, prefix: second, with: {confirmed: payment, other: goodbye}}
"""
    script = loaded(tmp_path, changed((AROUND, "start: first_who\n" + include)), identity=IDENTITY)
    assert script.steps["first_who"].answers["affirm"][0].go == "second_who"
    assert script.steps["second_who"].answers["deny"][0].end == "goodbye"


def test_without_prefix_and_parameters_a_part_stays_as_it_is(tmp_path: Path) -> None:
    text = changed((AROUND, AROUND + "include: part\n"), ("limits: {turns: 12, digressions: 3, end: gave_up}\n", ""))
    script = loaded(
        tmp_path, text, part='limits: {turns: 9}\nopening: "Hello."\nsteps: {when: {say: a, answers: {}}}\n'
    )
    assert script.limits.turns == 9
    assert script.opening
    assert script.steps["when"].asks == "promise_date"  # what the script says itself goes before


def test_one_move_is_not_mixed_of_two(tmp_path: Path) -> None:
    text = changed((AROUND, AROUND + "include: part\n"))
    assert loaded(tmp_path, text, part="exhausted: {go: when}\n").exhausted.end == "gave_up"


@pytest.mark.parametrize(
    ("include", "part", "what", "file"),
    [
        ("{file: identity, with: {confirmed: payment}}", IDENTITY, "the parameter 'other' is missing", "script"),
        ("{file: identity, with: {confirmed: payment, other: goodbye, more: a}}", IDENTITY, "'more' is not a parameter", "script"),
        ("{file: identity, with: {confirmed: wen, other: goodbye}}", IDENTITY, "there is no step 'wen'", "identity"),
        ("{file: identity, prefix: a, with: {}}", IDENTITY.replace("parameters: [confirmed, other]\n", ""), "$confirmed is not a parameter", "identity"),
        ("identity", IDENTITY, "the parameter 'confirmed' is missing", "script"),
        ("{file: identity, prefix: Bad, with: {confirmed: payment, other: goodbye}}", IDENTITY, "is malformed", "script"),
        ("identity", IDENTITY.replace("other]", "[other]]"), "parameters: ['other'] is not a valid name", "identity"),
        ("identity", "language: zh-CN\n", "identity.yaml is in zh-CN, this script in en-US", "script"),
        ("identity", "script: a\n", "'script' is not allowed in a shared part", "identity"),
        ("identity", "include: {file: identity, prefix: a}\n", "includes itself", "identity"),
        ("identity", "steps: [", "expected the node content", "identity"),
    ],
)  # fmt: skip
def test_faults_of_parts(tmp_path: Path, include: str, part: str, what: str, file: str) -> None:
    problems = refused(tmp_path, changed((AROUND, f"{AROUND}include: [{include}]\n")), identity=part)
    fitting = [problem for problem in problems if what in problem.what]
    assert fitting, [str(problem) for problem in problems]
    assert str(tmp_path / f"{file}.yaml") in {problem.file for problem in fitting}
    assert all(problem.line for problem in fitting)


def test_parts_that_multiply_come_to_an_end(tmp_path: Path) -> None:
    parts = {f"p{n}": f"include: [{{file: p{n + 1}, prefix: a}}, {{file: p{n + 1}, prefix: b}}]\n" for n in range(9)}
    problems = refused(tmp_path, changed((AROUND, AROUND + "include: p0\n")), **parts, p9="language: en-US\n")
    assert any("files are included" in problem.what for problem in problems)


# ---- variants

VARIANTS = """\
variants:
  plain: {}
  softer:
    weight: 3
    changes:
      speed: 0.9
      steps:
        payment:
          say: "Your payment of {amount_due} may have slipped your mind. Can you pay it?"
          answers: {deny: {go: when}}
      endings: {goodbye: {say: "Take care."}}
always:"""


def test_variants_are_whole_scripts(tmp_path: Path) -> None:
    script = loaded(tmp_path, changed(("always:", VARIANTS)))
    plain, softer = arms(script)["plain"], arms(script)["softer"]
    assert plain.content_hash == loaded(tmp_path, SMALL).content_hash
    assert len({script.content_hash, plain.content_hash, softer.content_hash}) == 3
    assert (plain.variant, softer.variant, script.variant) == ("plain", "softer", "")
    payment = softer.steps["payment"]
    assert "slipped your mind" in payment.say.text[0]
    assert payment.answers["deny"][0].go == "when"
    assert payment.answers["affirm"] == plain.steps["payment"].answers["affirm"]
    assert softer.endings["goodbye"].outcome == "hung_up"
    assert conversation.possible_speech(softer, LEAD, NOW).keys() == {0.9}
    assert arms(plain) == {"": plain}


def test_each_variant_is_proved(tmp_path: Path) -> None:
    script = loaded(tmp_path, changed(("always:", VARIANTS)))
    plain = {(one.id, one.path) for one in check(arms(script)["plain"])}
    found = {(one.id, one.path): one for one in check(script)}
    assert plain <= found.keys()
    longer = changed(
        ("always:", VARIANTS), ('Can you pay it?"\n          answers', 'Can you {maybe} pay it?"\n          answers')
    )
    (problem,) = refused(tmp_path, longer)
    assert problem.what == "in the variant softer: {maybe} is not known"
    assert problem.line == place_of(longer, 'say: "Your payment of {amount_due} may')[0]
    place = DOCUMENT.of(arms(script)["softer"])
    assert place
    told = place.place(("steps", "payment", "say"))
    assert told
    assert told.line == place_of(changed(("always:", VARIANTS)), 'say: "Your payment of {amount_due} may')[0]


def test_variants_are_pinned_with_their_script(tmp_path: Path) -> None:
    script = loaded(tmp_path, changed(("always:", VARIANTS)))
    again = read_pinned(pinned_text(script), script.content_hash)
    assert {name: one.content_hash for name, one in arms(again).items()} == {
        name: one.content_hash for name, one in arms(script).items()
    }
    assert read_pinned(pinned_text(arms(script)["softer"]), arms(script)["softer"].content_hash).variants == {}


def test_a_lead_always_gets_the_same_variant(tmp_path: Path) -> None:
    script = loaded(tmp_path, changed(("always:", VARIANTS)))
    got = [chosen(script, f"lead-{number}") for number in range(2000)]
    assert got == [chosen(script, f"lead-{number}") for number in range(2000)]
    assert got.count("softer") / len(got) == pytest.approx(0.75, abs=0.04)
    assert chosen(loaded(tmp_path, SMALL), "anybody") == ""


# ---- what campaigns have pinned


def test_what_was_pinned_before_is_read(tmp_path: Path) -> None:
    text = (SCRIPTS / "small.pinned.json").read_text(encoding="utf-8")
    script = read_pinned(text, text_hash(text))
    assert pinned_text(script) == text
    assert pinned_text(loaded(tmp_path, SMALL)) == text
    state, _ = conversation.open_conversation(script, LEAD, NOW)
    assert conversation.apply(script, LEAD, state, Understanding("affirm"), NOW)[0].step == "payment"


def test_a_pinned_text_that_changed_is_refused() -> None:
    text = (SCRIPTS / "small.pinned.json").read_text(encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is not the one that was pinned"):
        read_pinned(text.replace("Acme", "Other") + " ", text_hash(text))
    strange = json.dumps({**json.loads(text), "new_key": 1})
    with pytest.raises(ConfigurationError, match="another version of voicebot"):
        read_pinned(strange, text_hash(strange))
