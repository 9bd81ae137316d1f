"""Templates, additions and includes, by expectations that were read off Asterisk 22.10 with its action GetConfig."""

from __future__ import annotations

import pytest

from voicebot.agi.configuration.files import ConfigurationFiles, expand_braces, glob_matches
from voicebot.agi.configuration.sections import Reading

OTHERS = {
    "sub/one.conf": "one=1\n",
    "sub/two.conf": "two=2\n",
    "sub/section.conf": "[new]\nn=1\n",
    "sub/.hidden.conf": "hidden=1\n",
    "sub/bom.conf": "\ufeffbom=1\n",
    "sub/wrong.conf": "x=1\n[u](nothere)\n",
}


def read(text: str, **others: str) -> Reading:
    return ConfigurationFiles(OTHERS | {"x.conf": text} | others, "/etc/asterisk").read("x.conf")


def shown(reading: Reading) -> list[str]:
    """Sections as ``name: setting setting``, templates left out."""
    return [
        f"{one.name}: {' '.join(f'{setting.name}={setting.value}' for setting in one.settings)}"
        for one in reading.sections
        if not one.template
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](!)\nx=1\n[c](!)\nz=1\n[b](a,c)\ny=2\n", ["b: x=1 z=1 y=2"]),
        (
            "[t]\ntype=endpoint\n[t]\ntype=aor\n[t](+type=aor)\nx=1\n[t](+type=endpoint)\ny=1\n[t](+)\nz=1\n",
            ["t: type=endpoint y=1 z=1", "t: type=aor x=1"],
        ),
        ("[t]\nk=e\nx=1\n[t]\nk=e\nx=2\n[t](+k=e&x=2)\ny=1\n", ["t: k=e x=1", "t: k=e x=2 y=1"]),
        ("[t]\ntype=endpoint\n[t](+type=end)\ny=1\n", ["t: type=endpoint y=1"]),
        ("[t]\ntype=endpoint\n[t](+ type = endpoint)\ny=1\n", ["t: type=endpoint y=1"]),
        ("[t]\ntype=endpoint\n[t](+type=)\ny=1\n", ["t: type=endpoint y=1"]),
        ("[T]\na=1\n[t](+)\ny=1\n", ["T: a=1 y=1"]),
        ("[T](!)\na=1\n[u](t)\ny=1\n", ["u: a=1 y=1"]),
        ("[t](!)\nk=e\n[t](+TEMPLATES=restrict)\ny=1\n[u](t)\nz=1\n", ["u: k=e y=1 z=1"]),
        ("[t](!)\nk=e\n[t](+k=e&TEMPLATES=include)\ny=1\n[u](t)\n", ["u: k=e y=1"]),
        ("[t]\nz=1\n[t](!,+)\ny=1\n", []),
        ("[t](!)\na=1\n[u](t)\nb=1\n[t](+TEMPLATES=include)\nc=1\n", ["u: a=1 b=1"]),
        ("[a](!)\nx=1\n[t]\ny=1\n[t](a,+)\nz=1\n", ["t: y=1 x=1 z=1"]),
        ("[t]\na=1\n[t]\na=2\n[u](t)\nb=1\n", ["t: a=1", "t: a=2", "u: a=1 b=1"]),
        ("[t]\nb=1\nb+=2\nc += 3\nb=>4\nb =>  5\nB+=6\n", ["t: b=12 c=3 b=4 b=5 B=6"]),
        ("[t]\nb=1\nb += 2\nb +=  3 \nb+ =4\n", ["t: b=1 2  3 b+=4"]),
        ("[t]\n\\[x]=1\n\\#y=2\nz\\=3=4\n", ["t: [x]=1 #y=2 z\\=3=4"]),
        ("[t] trailing words\na=1\n", ["t: a=1"]),
        ("[t]\n#include sub/{one,two}.conf\nb=1\n", ["t: one=1 two=2 b=1"]),
        ("[t]\n#INCLUDE <sub/one.conf>\nb=1\n", ["t: one=1 b=1"]),
        ("[t]\n#include\tsub/one.conf\n", ["t: one=1"]),
        ("[t]\n#include ../asterisk/sub/one.conf\n", ["t: one=1"]),
        ("[t]\n#include /etc/asterisk/s?b/[o]ne.conf\n", ["t: one=1"]),
        ("[t]\n#include sub/bom.conf\n", ["t: bom=1"]),
        ("[t]\n#tryinclude nothere/*.conf\n#tryinclude nothere.conf\nb=1\n", ["t: b=1"]),
        ("[t]\na=1\n#include sub/section.conf\nb=1\n", ["t: a=1 b=1", "new: n=1"]),
        ("[t]\na=1\n[u]\nb=1\n[t](+)\n#include sub/one.conf\nc=1\n", ["t: a=1 one=1 c=1", "u: b=1"]),
    ],
)
def test_what_asterisk_makes_of_it(text: str, expected: list[str]) -> None:
    reading = read(text)
    assert shown(reading) == expected
    assert (reading.problems, reading.unseen) == ([], [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[t]\nb=1\n[later](+)\nc=1\n", "(+) adds to [later], which is not there"),
        ("[t]\nk=1\n[t](+type=endpoint)\nc=1\n", "(+) adds to [t] with type=endpoint, which is not there"),
        ("[t]\nk=1\n[t](+k)\n", "(+) adds to [t] with k"),
        ("[t]\nk=1\n[t](+k=*)\n", "(+) adds to [t] with k=*"),
        ("[t](!)\nk=1\n[t](+)\n", "(+) adds to [t], which is not there"),
        ("[t](nothere)\nb=1\n", "inherits from 'nothere'"),
        ("[a](!)\nx=1\n[c](!)\n[b](a, c)\n", "inherits from ' c'"),
        ("[a]()\nx=1\n", "inherits from ''"),
        ("a=1\n[t]\n", "stands in no section"),
        ("[t\nb=1\n", "closing bracket ]"),
        ("[t](a\nb=1\n", "closing bracket )"),
        ("[t]\n#include nothere.conf\n", "includes nothere.conf, which is not there"),
        ("[t]\n#include nothere/*.conf\n", "includes nothere/*.conf, which is not there"),
        ('[t]\n#include "sub/one.conf" trailing\n', "which is not there"),
        ("[t]\n#include x.conf\n", "in a circle"),
    ],
)
def test_what_asterisk_refuses_the_whole_file_for(text: str, words: str) -> None:
    reading = read(text)
    (problem,) = reading.problems
    assert problem.what.startswith("Asterisk refuses the whole of x.conf: ")
    assert words in problem.what
    assert problem.line is not None
    assert [one.told for one in reading.unseen] == [True], "what is missing besides is a consequence"


def test_a_fault_in_an_included_file_costs_the_rest_of_that_file() -> None:
    reading = read("[t]\n#include sub/wrong.conf\nb=1\n")
    assert shown(reading) == ["t: x=1 b=1"]
    assert reading.problems[0].what.startswith("Asterisk refuses the rest of this file: [u] inherits")
    assert reading.problems[0].file == "/etc/asterisk/sub/wrong.conf"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("just words", "it has no = sign"),
        ("= 5", "it names no setting"),
        ("# include sub/one.conf", "# is no directive"),
        ("#include", "names no file"),
        ("#foo bar", "#foo is no directive"),
    ],
)
def test_lines_that_asterisk_skips_are_told(line: str, words: str) -> None:
    reading = read(f"[t]\n{line}\nb=1\n")
    (problem,) = reading.problems
    assert words in problem.what
    assert (problem.line, shown(reading)) == (2, ["t: b=1"])


@pytest.mark.parametrize("line", ["a\u00a0=1", "\u200ba=1", "\u00a0a=1"])
def test_a_name_with_invisible_characters_is_told(line: str) -> None:
    reading = read(f"[t]\n{line}\n")
    (problem,) = reading.problems
    assert line.partition("=")[0].encode("ascii", "backslashreplace").decode() in problem.what
    assert reading.sections[0].value("a") == ""


def test_a_byte_order_mark_is_only_skipped_in_the_first_file_that_a_pattern_finds() -> None:
    reading = read("#include m/*.conf\n", **{"m/1.conf": "\ufeff[a]\nx=1\n", "m/2.conf": "\ufeff[b]\nx=2\n"})
    assert shown(reading) == ["a: x=1 x=2"]
    assert [problem.file for problem in reading.problems] == ["/etc/asterisk/m/2.conf"]


def test_a_space_before_the_brackets_makes_them_unseen() -> None:
    reading = read("[a](!)\nx=1\n[b] (a)\ny=2\n")
    assert shown(reading) == ["b: y=2"]
    assert "there is a space before them" in reading.problems[0].what


def test_what_a_program_prints_is_not_known() -> None:
    reading = read("[t]\n#exec /usr/local/bin/trunks --all\nb=1\n")
    (unseen,) = reading.unseen
    assert "/usr/local/bin/trunks --all" in unseen.what
    assert (unseen.line, unseen.told, reading.problems) == (2, False, [])


def test_what_may_not_be_read_is_not_known() -> None:
    files = ConfigurationFiles(
        {"x.conf": "#include secret.conf\n#include more/*.conf\n"},
        "/etc/asterisk",
        {"secret.conf": "Permission denied", "more/": "Permission denied"},
    )
    reading = files.read("x.conf")
    assert reading.problems == []
    assert ["secret.conf" in one.what or "more/" in one.what for one in reading.unseen] == [True, True]


def test_a_copy_of_the_folder_is_read_as_the_folder_itself() -> None:
    files = ConfigurationFiles(
        {
            "asterisk.conf": "[directories]\nastetcdir => /etc/asterisk\n",
            "x.conf": "#include /etc/asterisk/y.conf\n",
            "y.conf": "[t]\na=1\n",
        },
        "/srv/copy",
    )
    assert (shown(files.read("x.conf")), files.read("x.conf").problems) == (["t: a=1"], [])


def test_many_files_that_include_each_other_end() -> None:
    lines = "".join(f"#include f{number}.conf\n" for number in range(12))
    files = ConfigurationFiles({f"f{number}.conf": "[t]\n" for number in range(12)} | {"f0.conf": lines})
    assert any("circle" in problem.what for problem in files.read("f0.conf").problems)


def test_patterns_as_a_shell_knows_them() -> None:
    assert expand_braces("a/{b,c{d,e}}.conf") == ["a/b.conf", "a/cd.conf", "a/ce.conf"]
    assert expand_braces("a{b}") == ["a{b}"]
    assert glob_matches("a/b.conf", "a/*.conf")
    assert not glob_matches("a/b/c.conf", "a/*.conf")
    assert not glob_matches("a/.b.conf", "a/*.conf")
