"""How long speech, silence and keys must last before they count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voicebot.call.pace import Pace
from voicebot.call.turn_events import Decided, Meaning


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things last before they count. Names ending in ``ms`` are milliseconds of speech or silence.

    The closing silences follow what people do: gaps inside an answer are mostly under 200 ms once its last word is
    complete; between the pieces of a longer sentence, where a comma would be written, most are 200 to 450 ms, while a
    speaker who is still searching pauses for half a second to two seconds; where the words so far leave the sentence
    open, nobody expects the other to speak.
    """

    onset_ms: int = 60
    onset_while_speaking_ms: int = 120
    barge_in_ms: int = 140
    interim_after_ms: int = 80
    resume_ms: int = 40
    closing_complete_ms: int = 180
    closing_may_go_on_ms: int = 340
    closing_digits_ms: int = 700
    closing_incomplete_ms: int = 900
    closing_hesitant_ms: int = 1600
    give_up_ms: int = 4000
    greeting_wait_seconds: float = 1.0
    greeting_close_ms: int = 300
    greeting_wary_ms: int = 1200
    greeting_wary_longest_seconds: float = 30.0
    greeting_longest_seconds: float = 8.0
    screener_close_ms: int = 1500
    screener_longest_seconds: float = 20.0
    greeting_goes_on_ms: int = 400
    beep_silence_ms: int = 8000
    noise_over_ms: int = 200
    beep_longest_seconds: float = 60.0
    digit_gap_seconds: float = 2.5
    utterance_longest_seconds: float = 20.0
    held_longest_seconds: float = 4.0
    held_goes_on_longest_seconds: float = 8.0
    last_word_seconds: float = 4.0
    after_noise_seconds: float = 2.0
    goes_on_seconds: float = 1.5
    frame_late_ms: int = 10
    """The machine asks to be woken this much after something is due: a frame that is only a little late goes first."""

    def closing_ms(self, decided: Decided, expects: str, pace: Pace, *, quiet: bool) -> float:
        """How much silence ends an utterance with these words (rule 3 of the turn machine).

        Parameters
        ----------
        decided
            What its words are.
        expects
            Kind of answer that is awaited, see ``Turn``.
        pace
            How long this callee pauses.
        quiet
            The bot has said all it had to say, and waits for an answer.
        """
        if decided.meaning in (Meaning.NOTHING, Meaning.BACK_CHANNEL) and decided.settled and not quiet:
            return self.closing_complete_ms
        if decided.hesitant or (expects == "digits" and not decided.complete):
            return pace.searching(self.closing_hesitant_ms)
        if expects == "digits":
            return self.closing_digits_ms
        if not decided.complete:
            return pace.searching(self.closing_incomplete_ms)
        may_go_on = not decided.settled or (decided.value and expects in ("date", "amount"))
        return pace.answered(self.closing_may_go_on_ms if may_go_on else self.closing_complete_ms)

    def longest_seconds(self, *, held: bool, goes_on: bool) -> float:
        """How long an utterance may last: shorter over a held line, but for the rest of what was being answered."""
        if not held:
            return self.utterance_longest_seconds
        return self.held_goes_on_longest_seconds if goes_on else self.held_longest_seconds


DEFAULT_TIMING: Final = Timing()
