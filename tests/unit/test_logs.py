"""Logging never raises and never holds anybody up; what is lost is counted and said; secrets and people are masked."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from voicebot import logs


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_full_disk_is_no_matter_and_the_lost_lines_are_said(tmp_path: Path) -> None:
    target = tmp_path / "log"
    with Path("/dev/full").open("w") as full, target.open("w") as good:
        output = logs.set_up(stream=full)
        log = logs.get_logger()
        for number in range(7):
            log.info("call answered", count=number)
        assert output.lost == 7
        os.dup2(good.fileno(), full.fileno())  # there is room again
        log.info("call ended")
    notice, last = lines(target.read_text())
    assert (notice["event"], notice["count"], notice["level"]) == ("log lines were lost", 7, "warning")
    assert notice["reason"] == "No space left on device"
    assert last["event"] == "call ended"


def test_a_reader_that_stands_still_holds_nobody_up() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as reader, os.fdopen(writing, "w") as writer:
        output = logs.set_up(stream=writer)
        log = logs.get_logger()
        written = 0
        while not output.lost:
            log.info("x" * 3000)
            written += 1
        for _ in range(50):
            log.info("y" * 3000)
        lost = output.lost
        os.set_blocking(reading, False)
        seen = b""
        while block := reader.read(1 << 20):
            seen += block
        assert lost == 51
        log.info("the reader is back")
        text = (seen + (reader.read(1 << 20) or b"")).decode()
    whole = [line for line in text.splitlines() if line.startswith("{") and line.endswith("}")]
    events = [json.loads(line) for line in whole]
    assert sum(event["event"].startswith("x") for event in events) == written - 1
    assert [event.get("count") for event in events[-2:]] == [lost, None]
    assert events[-1]["event"] == "the reader is back"


@pytest.mark.parametrize("close", ["2>&-", "2>/dev/full", "2> >(exec true)"])
def test_a_process_lives_without_standard_error(close: str, tmp_path: Path) -> None:
    program = (
        "import time\n"
        "from voicebot import logs\n"
        "logs.set_up()\n"
        "for _ in range(2000): logs.get_logger().error('something', error='x' * 200)\n"
        f"handle = open({str(tmp_path / 'data')!r}, 'w')\n"
        "print(handle.fileno() > 2, 'alive')\n"
    )
    done = subprocess.run(
        ["bash", "-c", f'"$0" -c "$1" {close}', sys.executable, program], stdout=subprocess.PIPE, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("True alive\n", 0)


def test_a_closed_stream_is_no_matter() -> None:
    stream = io.StringIO()
    output = logs.set_up(stream=stream)
    stream.close()
    logs.get_logger().warning("nobody reads this")
    logging.getLogger("library").error("nor this")
    assert output.lost == 2


def test_a_value_that_cannot_be_shown_is_no_matter() -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    stream = io.StringIO()
    output = logs.set_up(stream=stream)
    logs.get_logger().warning("one", value=Odd())
    logging.getLogger("library").error("%d", "no number")
    assert output.lost == 2
    logs.get_logger().warning("two", value="\udcff")
    assert [line["event"] for line in lines(stream.getvalue())] == ["log lines were lost", "two"]


def test_lines_of_libraries_and_tracebacks_are_masked() -> None:
    stream = io.StringIO()
    logs.set_up(stream=stream)
    error = OSError("postgresql://bot:s3cret@db/voicebot does not answer for +12095550123")
    more = {"name": "Maria Lopez", "urls": ["ws://t0ken@h/"]}
    logs.get_logger().error("failed", error=error, more=more, exc_info=error)
    logging.getLogger("library").error("gone: %s", error, exc_info=error)
    logging.getLogger("library").info("below the level")
    text = stream.getvalue()
    assert len(lines(text)) == 2
    for secret in ("s3cret", "t0ken", "2095550123", "Maria", "Lopez"):
        assert secret not in text
    assert "postgresql://bot:***@db/voicebot" in text


def test_a_phone_number_given_as_a_number_is_masked() -> None:
    stream = io.StringIO()
    logs.set_up(stream=stream)
    logs.get_logger().info("dialling", number=12095550123, seconds=1.5)
    (line,) = lines(stream.getvalue())
    assert (line["number"], line["seconds"]) == ("*********23", 1.5)
