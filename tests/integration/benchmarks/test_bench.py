"""The benchmark as people start it: a cheap part on cases of their own, with its table and its file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_a_part_runs_on_cases_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine_en.tsv").write_text("affirm\tyes\nstop_calling\tstop calling me\n", encoding="utf-8")
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "tests.benchmarks.bench", "understanding", "--utterances", str(tmp_path)]
    done = subprocess.run([*command, "--json", str(report)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "intents, mine_en" in done.stdout
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["failed"] == {}
    assert told["machine"]["cores"] >= 1
    assert told["parts"]["understanding"]["commands"][0]["reports"][0]["intents"]["n"] == 2
    assert any(figure["figure"] == "intents, mine_en" for figure in told["figures"])
