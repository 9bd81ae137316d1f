"""Recordings that people bring, of whatever rate and form, as what a call hears: 8 kHz mono PCM.

Their level is left as it is, because how loud a line is belongs to what it is recorded for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import soundfile
import soxr

from voicebot.errors import ConfigurationError, Problem
from voicebot.speech.audio import SAMPLE_RATE

LARGEST_BYTES: Final = 64_000_000
LONGEST_SECONDS: Final = 600.0
_LEAST_RATE: Final = 4000
_MOST_RATE: Final = 192_000
_SILENT: Final = 10.0 ** (-50.0 / 20.0)
"""RMS under which a channel has nobody on it."""

Channel = Literal["left", "right", "callee"]


def read_recording(path: Path, *, channel: Channel = "callee") -> bytes:
    """Read a recording: WAV (PCM, µ-law, A-law, GSM), MP3, FLAC, Ogg and whatever else libsndfile knows.

    Parameters
    ----------
    path
        The file; its format is detected from its content.
    channel
        Of a stereo file. ``callee``: the left one, as in this engine's own recordings, or the right one where nothing
        is on the left.

    Returns
    -------
    bytes
        16-bit little-endian mono PCM at 8 kHz.

    Raises
    ------
    ConfigurationError
        It is not there, too large, too long, empty, or no audio.
    """

    def wrong(what: str, cure: str = "") -> ConfigurationError:
        return ConfigurationError(Problem(what, cure, file=str(path)))

    try:
        size = path.stat().st_size
        if not path.is_file():
            raise wrong("is not a file", "name a recording, for example greeting.wav")
        if size > LARGEST_BYTES:
            raise wrong(f"is too large ({size / 1e6:.0f} MB)", f"at most {LARGEST_BYTES / 1e6:.0f} MB are read")
        with path.open("rb") as opened, soundfile.SoundFile(opened) as file:
            rate, channels, frames = int(file.samplerate), int(file.channels), int(file.frames)
            if not _LEAST_RATE <= rate <= _MOST_RATE or channels > 2:
                raise wrong(f"has {rate} samples a second and {channels} channels", "convert it to 8 or 16 kHz mono")
            if frames > LONGEST_SECONDS * rate:
                raise wrong("is too long", f"cut it to {LONGEST_SECONDS / 60:.0f} minutes or less")
            samples: Any = file.read(round(LONGEST_SECONDS * rate), dtype="float32", always_2d=True)
    except FileNotFoundError as error:
        raise wrong("there is no such file", "give a path relative to the file that names it") from error
    except OSError as error:
        raise wrong(f"cannot be read: {error.strerror}") from error
    except soundfile.LibsndfileError as error:
        raise wrong("is no recording that can be read", "convert it to WAV, 8 or 16 kHz") from error
    if not len(samples):
        raise wrong("is empty")
    voice = np.nan_to_num(_voice(samples, channel))
    if rate != SAMPLE_RATE:
        voice = np.asarray(soxr.resample(voice, rate, SAMPLE_RATE), dtype=np.float32)
    return np.asarray(np.round(np.clip(voice, -1.0, 1.0) * 32767.0), dtype="<i2").tobytes()


def _voice(samples: Any, channel: Channel) -> Any:
    if samples.shape[1] == 1:
        return samples[:, 0]
    left, right = samples[:, 0], samples[:, 1]
    if channel == "callee":
        loud = [float(np.sqrt(np.mean(np.square(side)))) for side in (left, right)]
        return right if loud[0] < _SILENT <= loud[1] else left
    return left if channel == "left" else right
