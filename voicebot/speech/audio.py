"""The one audio form inside the engine: 16-bit little-endian mono PCM at 8 kHz in 20 ms frames."""

from __future__ import annotations

from typing import Final

SAMPLE_RATE: Final = 8000
"""Samples a second."""
FRAME_MILLISECONDS: Final = 20
FRAME_SECONDS: Final = 0.02
FRAME_SAMPLES: Final = SAMPLE_RATE * FRAME_MILLISECONDS // 1000
FRAME_BYTES: Final = FRAME_SAMPLES * 2
SILENT_FRAME: Final = bytes(FRAME_BYTES)
