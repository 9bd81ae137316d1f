"""Every key and value of a TOML text has its place."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.config.positions import Place, find_places

TEXT = '''\
# a comment = 1
node = "a"   # [no section]
[asterisk]
ami_port = 5038
"quoted key" = 'x'
lines = """
[not.a.section]
b = \\""" 2
"""
[trunks.main]
numbers = [
    '\\+1\\d+',   # first
    "x]y", ["deep", 7],
]
place = { a = 1, "b c" = [2, 3], d.e = true }
other.dotted = 1979-05-27 07:32:00
[[list]]
n = 1
[[list]]
n = 2
[list.inner]
m = 3
'''


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("node",), (2, 1), (2, 8)),
        (("asterisk",), (3, 1), (3, 1)),
        (("asterisk", "ami_port"), (4, 1), (4, 12)),
        (("asterisk", "quoted key"), (5, 1), (5, 16)),
        (("asterisk", "lines"), (6, 1), (6, 9)),
        (("trunks", "main"), (10, 1), (10, 1)),
        (("trunks", "main", "numbers", 0), (12, 5), (12, 5)),
        (("trunks", "main", "numbers", 1), (13, 5), (13, 5)),
        (("trunks", "main", "numbers", 2, 1), (13, 21), (13, 21)),
        (("trunks", "main", "place", "b c"), (15, 18), (15, 26)),
        (("trunks", "main", "place", "d", "e"), (15, 36), (15, 40)),
        (("trunks", "main", "other", "dotted"), (16, 7), (16, 16)),
        (("list", 0, "n"), (18, 1), (18, 5)),
        (("list", 1, "n"), (20, 1), (20, 5)),
        (("list", 1, "inner", "m"), (22, 1), (22, 5)),
    ],
)
def test_places(path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]) -> None:
    places = find_places(TEXT)
    assert places.of(path, value=False) == Place(*key)
    assert places.of(path, value=True) == Place(*value)


def test_what_is_not_there_stands_where_it_should_be() -> None:
    places = find_places(TEXT)
    assert places.of(("trunks", "main", "endpoint"), value=False) == Place(10, 1)
    assert places.of(("nothing",), value=False) is None


def walk(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for name, one in inner for deeper in walk(one, (*path, name)))]


KEYS = st.text(alphabet="ab_-1", min_size=1, max_size=3) | st.just('"a b\\u0041"') | st.just("'c.d'")
SCALARS = st.sampled_from(['"x"', "'y#'", "1", "-2.5", "true", '"""m\n"""', "'''n'''", "1979-05-27", '"\\"]"'])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ " + " ,\n ".join(items) + " ]")
        | st.dictionaries(KEYS, inner, max_size=2).map(
            lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs.items()) + " }"
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
def test_everything_in_a_valid_text_has_a_place_of_its_own(tables: dict[str, dict[str, str]]) -> None:
    text = "".join(
        f"[{name}] # c\n" + "".join(f"{key} = {value}\n" for key, value in pairs.items())
        for name, pairs in tables.items()
    )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # two keys that are one
        return
    places = find_places(text)
    for path in walk(data)[1:]:
        assert path in places.values or path in places.keys, path


@given(st.text(alphabet="[]{}=,.\"'\\#\n ab1", max_size=60) | st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    find_places(text)
