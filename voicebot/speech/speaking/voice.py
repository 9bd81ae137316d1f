"""What every voice does: text in, 8 kHz speech out."""

from __future__ import annotations

from typing import Protocol


class Voice(Protocol):
    """A voice of one language."""

    @property
    def name(self) -> str:
        """Identity for the prompt cache: engine, its version and the voice; changes when the sound would."""

    @property
    def language(self) -> str:
        """BCP 47 tag."""

    async def synthesize(self, text: str, *, speed: float = 1.0, urgent: bool = False) -> bytes:
        """Speak ``text``.

        Parameters
        ----------
        text
            Words as they are to be said (amounts and dates already worded), without markup.
        speed
            0.5 (slow) to 2 (fast).
        urgent
            Somebody in a call waits for it: it goes before what is rendered ahead, where there is a queue.

        Returns
        -------
        bytes
            16-bit little-endian mono PCM at 8 kHz, loudness normalised, silence at both ends trimmed.

        Raises
        ------
        UnavailableError
            The engine behind the voice is not there or did not answer in time.
        """
