"""What the shell scripts share."""

from __future__ import annotations

import subprocess
from pathlib import Path

LIBRARY = Path(__file__).parents[3] / "scripts" / "lib.sh"


def test_a_step_that_fails_in_its_middle_ends_the_script() -> None:
    script = f'set -eu; . "{LIBRARY}"; work() {{ false; say went on; }}; [ 1 = 2 ] || step work work; say complete'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert done.stderr == "• work\n"
