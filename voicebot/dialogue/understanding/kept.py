"""Arrays that took long to compute, kept in files named by what they were computed from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

VERSION: Final = 7
"""Of the embeddings; part of every name."""
_UNREADABLE: Final = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a file of arrays may end in where it is missing or damaged: it is made again."""


class Kept:
    """A folder of arrays.

    Parameters
    ----------
    folder
        Made when something is written to it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(
        self, made_from: Sequence[Any], shapes: Mapping[str, tuple[int, ...]], make: Callable[[], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Return arrays by name, as they were kept or newly made.

        Parameters
        ----------
        made_from
            Everything that they follow from, as JSON can hold it.
        shapes
            Their names and shapes.
        make
            Computes them.
        """
        made = [VERSION, *made_from]
        key = hashlib.sha256(json.dumps(made, ensure_ascii=False).encode()).hexdigest()[:32]
        kept = self._read(key, list(shapes))
        if kept is None or any(kept[name].shape != shape for name, shape in shapes.items()):
            kept = make()
            self._write(key, kept)
        return kept

    def _read(self, key: str, names: Sequence[str]) -> Mapping[str, Any] | None:
        try:
            # opened here, as np.load leaves a damaged file open
            with (self._folder / f"{key}.npz").open("rb") as file, np.load(file, allow_pickle=False) as kept:
                return {name: kept[name] for name in names}
        except _UNREADABLE:
            return None

    def _write(self, key: str, arrays: Mapping[str, Any]) -> None:
        """Store arrays for next time; a cache that cannot be written only costs time."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez(file, **arrays)
                Path(name).replace(self._folder / f"{key}.npz")
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
