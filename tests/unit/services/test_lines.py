"""Cutting what a service sends into answers; the serving half can be read by old Pythons."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.services import line_server
from voicebot.services.lines import Reply, ReplyReader


def _packed(number: int, payload: bytes) -> bytes:
    return json.dumps({"id": number, "bytes": len(payload)}).encode() + b"\n" + payload


@given(st.lists(st.binary(max_size=40), max_size=8), st.data())
def test_answers_are_the_same_however_they_arrive(payloads: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(_packed(number, payload) for number, payload in enumerate(payloads))
    reader, replies = ReplyReader(), list[Reply]()
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        replies += reader.feed(stream[:size])
        stream = stream[size:]
    assert [(reply.fields["id"], reply.payload) for reply in replies] == list(enumerate(payloads))


@pytest.mark.parametrize(
    "line",
    [b"not json\n", b"[]\n", b'{"bytes": 0}\n', b'{"id": 1}\n', b'{"id": 1, "bytes": -1}\n',
     b'{"id": 1, "bytes": 1e300}\n', b"\xff\xfe\n"],
)  # fmt: skip
def test_what_is_no_answer_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        list(ReplyReader().feed(line))


def test_the_serving_half_stands_alone_and_is_read_by_python_3_8() -> None:
    source = Path(line_server.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if name
    }
    assert imported == {"__future__", "asyncio", "json", "os", "pathlib", "sys", "time", "typing"}
