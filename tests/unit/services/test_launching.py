"""Programs that are started: they die with whoever started them, and a disk that takes no log stops none."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from voicebot.errors import UnavailableError
from voicebot.services.launching import (
    dies_with_us,
    foreign_environment,
    program_log,
    signal_group,
    temporary_folder,
)


def test_it_becomes_the_program_and_keeps_its_handles() -> None:
    reading, writing = os.pipe()
    told = subprocess.run(
        dies_with_us([sys.executable, "-c", f"import os; os.write({writing}, b'here'); print(os.getppid())"]),
        pass_fds=(writing,),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        assert file.read() == b"here"
    assert int(told.stdout) == os.getpid()


def test_it_dies_with_whoever_started_it() -> None:
    child = "import sys, time\nprint('up', flush=True)\ntime.sleep(600)"
    parent = (
        "import subprocess, sys, time\n"
        "from voicebot.services.launching import dies_with_us\n"
        f"child = subprocess.Popen(dies_with_us([sys.executable, '-c', {child!r}]))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = {process.stdout.readline().strip(), process.stdout.readline().strip()}
        assert "up" in lines
        process.kill()
        # The pipe ends when the last process that holds it is gone.
        assert process.stdout.read() == ""


def test_a_program_that_is_not_there_says_so() -> None:
    run = subprocess.run(dies_with_us(["/nowhere/program"]), stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr == "/nowhere/program cannot be run: No such file or directory\n"


def test_another_python_gets_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/ours")
    monkeypatch.setenv("KEPT", "yes")
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.setenv("DROPPED", "x")
    found = foreign_environment({"DROPPED": "", "ADDED": "1"})
    assert "PYTHONPATH" not in found
    assert "DROPPED" not in found
    assert (found["KEPT"], found["EMPTY"], found["ADDED"]) == ("yes", "", "1")


def test_output_is_kept_for_its_owner_and_the_long_one_is_put_aside(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "service.log"
    for _ in range(2):
        with program_log(file) as log:
            subprocess.run(["echo", "a line"], stdout=log, check=True)
    assert file.read_text() == "a line\n" * 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"x" * 5_000_001)
    with program_log(file) as log:
        assert not isinstance(log, int)
        assert log.tell() == 0
    assert file.with_name("service.log.1").stat().st_size == 5_000_001


def test_a_disk_that_takes_no_log_stops_no_program(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with program_log(tmp_path / "file" / "logs" / "service.log") as log:
        assert log == subprocess.DEVNULL
        subprocess.run(["echo", "a line"], stdout=log, check=True)


def test_signalling_who_is_gone_is_no_matter() -> None:
    with subprocess.Popen(["true"], start_new_session=True) as process:
        process.wait()
        signal_group(process.pid, signal.SIGKILL)


def test_a_full_temporary_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = temporary_folder("Coqui")
    assert folder.parent == tmp_path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(UnavailableError, match="Coqui cannot be started: no temporary folder") as told:
        temporary_folder("Coqui")
    assert "TMPDIR" in told.value.problems[0].cure
