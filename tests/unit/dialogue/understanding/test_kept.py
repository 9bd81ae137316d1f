"""Arrays kept in files: read again, made again where a file is damaged, and no part of one left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voicebot.dialogue.understanding.kept import Kept

SHAPES = {"rows": (3, 2)}


def made() -> dict[str, Any]:
    return {"rows": np.ones((3, 2), np.float32)}


def never() -> dict[str, Any]:
    raise AssertionError("it was kept")


def test_what_was_made_is_read_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.get(["a"], SHAPES, made)
    assert kept.get(["a"], SHAPES, never)["rows"].sum() == 6


@pytest.mark.parametrize("keep", [0, 1, 3, 60, -1, -30])
def test_a_damaged_file_is_made_again(tmp_path: Path, keep: int) -> None:
    kept = Kept(tmp_path)
    kept.get(["a"], SHAPES, made)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:keep])
    assert kept.get(["a"], SHAPES, made)["rows"].sum() == 6
    assert kept.get(["a"], SHAPES, never)["rows"].sum() == 6


def test_a_disk_that_is_full_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert Kept(tmp_path).get(["a"], SHAPES, made)["rows"].sum() == 6
    assert not list(tmp_path.iterdir())
