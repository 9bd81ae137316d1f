"""Echo has the delay and the return loss that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.rehearsal.lines.echo import Echo
from voicebot.rehearsal.lines.rooms import Samples
from voicebot.speech.audio import FRAME_SAMPLES, SAMPLE_RATE

BOT = np.random.default_rng(5).normal(0.0, 0.1, 100 * FRAME_SAMPLES).astype(np.float32)


def echoed(echo: Echo, bot: Samples, silent_frames: int = 30) -> Samples:
    returned = []
    for frame in [*bot.reshape(-1, FRAME_SAMPLES), *[None] * silent_frames]:
        if frame is not None:
            echo.hear(frame)
        returned.append(echo.next())
    return np.concatenate(returned)


@pytest.mark.parametrize("delay_ms", [0, 20, 73, 120, 400])
@pytest.mark.parametrize("return_loss_db", [12.0, 30.0])
def test_it_comes_when_and_as_loud_as_was_asked(delay_ms: int, return_loss_db: float) -> None:
    back = echoed(Echo(delay_ms, return_loss_db, np.random.default_rng(delay_ms)), BOT)
    matched = np.correlate(back[: len(BOT)], BOT[: len(BOT) // 2], "valid")
    assert int(np.argmax(np.abs(matched))) == round(delay_ms / 1000 * SAMPLE_RATE)
    loss = 10 * np.log10(np.sum(BOT.astype(np.float64) ** 2) / np.sum(back.astype(np.float64) ** 2))
    assert loss == pytest.approx(return_loss_db, abs=1.0)


def test_a_burst_of_frames_does_not_move_it() -> None:
    echo = Echo(20, 12, np.random.default_rng(1))
    for frame in BOT.reshape(-1, FRAME_SAMPLES)[:20]:
        echo.hear(frame)
    returned = [float(np.abs(echo.next()).max()) for _ in range(8)]
    assert returned[0] == 0.0
    assert min(returned[1:4]) > 0.0
    assert max(returned[5:]) == 0.0
