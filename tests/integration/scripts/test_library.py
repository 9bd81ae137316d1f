"""What the set-up scripts share, run by the machine's own sh and apt."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "scripts"

ONE_LINE = """\
deb [arch=amd64 signed-by=/usr/share/keyrings/other.gpg] https://packages.example.com/tool stable main
# deb http://commented.example.org/debian CODENAME main
deb http://security.example.org/debian-security CODENAME-security main
deb [trusted=yes] http://mirror.example.org/debian CODENAME main contrib
"""
DEB822 = """\
Types: deb deb-src
URIs: http://security.example.org/debian-security
Suites: CODENAME-security
Components: main

Enabled: no
Types: deb
URIs: http://disabled.example.org/debian
Suites: CODENAME
Components: main

Types: deb
URIs: http://mirror.example.org/debian
Suites: CODENAME CODENAME-updates
Components: main
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-euc", f'. "{SCRIPTS}/lib.sh"\n{code}'],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [("some.list", ONE_LINE), ("some.sources", DEB822)])
def test_the_mirror_is_the_one_of_the_machines_own_sources(tmp_path: Path, name: str, text: str) -> None:
    codename = run("os_value VERSION_CODENAME").stdout.strip()
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / name).write_text(text.replace("CODENAME", codename))
    settings = tmp_path / "apt.conf"
    settings.write_text(f'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "{parts}";\n')
    assert run("apt_mirror", APT_CONFIG=str(settings)).stdout.strip() == "http://mirror.example.org/debian"


def test_without_sources_the_mirror_is_empty_and_a_fetch_says_what_to_do(tmp_path: Path) -> None:
    settings = tmp_path / "apt.conf"
    settings.write_text(f'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "{tmp_path}";\n')
    told = run(f'fetch_tree "{tmp_path}/tree" forky 1 asterisk', APT_CONFIG=str(settings))
    assert told.returncode == 1
    assert "no package source was found" in told.stderr
    assert "→" in told.stderr


def test_a_mirror_out_of_reach_is_told_and_leaves_no_tree(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/a.list").write_text("deb http://127.0.0.1:9/debian forky main\n")
    settings = tmp_path / "apt.conf"
    settings.write_text(
        f'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "{tmp_path}/parts";\nAcquire::Retries "0";\n'
    )
    told = run(f'fetch_tree "{tmp_path}/tree" forky 1 asterisk', APT_CONFIG=str(settings))
    assert told.returncode == 1
    assert "none of the suites forky offers asterisk" in told.stderr
    assert not (tmp_path / "tree/root").exists()
    assert not (tmp_path / "tree/packages.lock").exists()


def test_too_little_space_and_unwritable_folders_are_told(tmp_path: Path) -> None:
    told = run(f'need_space "{tmp_path}" 999999999 "Asterisk"')
    assert told.returncode == 1
    assert "Asterisk needs 999999999 MB" in told.stderr
    (tmp_path / "file").write_text("")
    told = run(f'need_space "{tmp_path}/file/below" 1 "Asterisk"')
    assert told.returncode == 1
    assert "cannot be written" in told.stderr


def test_an_older_releases_tree_gets_the_newer_layout(tmp_path: Path) -> None:
    library = tmp_path / "lib/x86_64-linux-gnu"
    library.mkdir(parents=True)
    (library / "ld-linux-x86-64.so.2").write_text("loader")
    (tmp_path / "lib64").mkdir()
    (tmp_path / "lib64/ld-linux-x86-64.so.2").symlink_to("/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
    (tmp_path / "usr/lib").mkdir(parents=True)
    assert run(f'merge_usr "{tmp_path}"').returncode == 0
    loader = tmp_path / "usr/lib64/ld-linux-x86-64.so.2"
    assert loader.resolve() == tmp_path / "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    assert loader.read_text() == "loader"
    assert (tmp_path / "lib").is_symlink()


def test_what_a_script_runs_ends_with_it(tmp_path: Path) -> None:
    """Also its children's children."""
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    inner = f"sh -c 'echo $$ >{ready}; sleep 600; true' & wait"
    script = subprocess.Popen(
        ["sh", "-euc", f'. "{SCRIPTS}/lib.sh"\nstop_with_us\nalone sh -c "$INNER"'],
        env={**os.environ, "INNER": inner},
        stderr=subprocess.DEVNULL,
    )
    with ready.open() as pipe:
        grandchild = int(pipe.readline())
    group = os.getpgid(grandchild)
    assert group != os.getpgid(0)
    script.send_signal(signal.SIGTERM)
    assert script.wait(timeout=30) == 130
    assert not alive(grandchild)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet collected does not."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        if state == "Z":
            return False
        time.sleep(0.02)  # killed a moment ago: the kernel is at it
    return True


def test_the_exit_code_of_what_runs_alone_is_passed_on() -> None:
    assert run("stop_with_us; alone sh -c 'exit 7' || echo code $?").stdout.strip() == "code 7"
