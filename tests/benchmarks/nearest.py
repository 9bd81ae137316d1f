"""Who is taken for the person on the phone: false accepts and false rejects by how much louder the person is.

    python -m tests.benchmarks.nearest [--calls 12] [--seed 1]
    python -m tests.benchmarks.nearest --people tests/data/people/en [--lines 1] [NAME ...]

The second form carries whole calls with people from files; ``nearest_people`` says what it prints.

Each call takes place on a rehearsed line (``voicebot.rehearsal.line``) that the seed draws: a television, people
talking to each other or a child behind the person, sometimes two of them, through a room, 6 to 20 dB below the person;
quiet, normal and loud; some with an echo of our own line, coding and loss. The person says hello, answers after our
lines and interrupts some of them; what is behind goes on without end. The call's part (whether words were an answer) is
played by the truth. Prints one JSON object for each difference of level, for each level of the line, and for all.

========================  ==============================================================================
``false_rejects``         part of the person's utterances in which nobody was heard to speak
``false_accepts``         utterances heard from the room alone, for each minute of calls
``sure_false_accepts``    those of them that needed no answer to the question to be believed
``false_stops``           of our lines that nobody interrupted, the part that would have been held
``missed_stops``          interruptions that were not heard
``cut``                   for each utterance of the person, pauses (300 ms) heard before its end
``late``                  part of them whose end took 500 ms longer to be noticed than it took to come
``room_in_utterance``     seconds of the room alone in what is heard of each utterance
``cpu_ms``                CPU for each second of audio
========================  ==============================================================================
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.benchmarks import nearest_people
from voicebot.rehearsal.line import Line, make_line
from voicebot.rehearsal.lines.pcm import from_pcm, to_pcm
from voicebot.rehearsal.persona import Codec, Level, Noise, PersonaEcho, PersonaLine
from voicebot.rehearsal.voices import CallerVoices, Speaker, choose_speaker
from voicebot.speech.audio import FRAME_SAMPLES, SAMPLE_RATE
from voicebot.speech.listening.activity import Activity, VoiceActivity
from voicebot.speech.listening.nearest.picture import Who

Samples = np.ndarray[Any, Any]
Draw = np.random.Generator

GAPS_DB: Final = (6, 8, 10, 13, 16, 20)
LEVELS: Final[tuple[Level, ...]] = ("quiet", "normal", "loud")
BEHIND: Final[tuple[tuple[Noise, ...], ...]] = (("tv",), ("tv",), ("chatter",), ("tv", "chatter"), ("child",))
SAID: Final = (
    "Yes, speaking.",
    "Yeah, that's me. What is this about?",
    "I can pay it on Friday, I think, when my wages come in.",
    "No.",
    "Could you say that again please?",
    "I already sent the money last week from my other account.",
    "Okay.",
    "About fifty dollars now, and the rest at the end of the month.",
    "I don't know what you are talking about.",
    "The fifteenth works for me.",
)
CODECS: Final[tuple[Codec, ...]] = ("none", "none", "gsm")
HELLO: Final = "Hello?"
SECONDS: Final = 50.0
_SAMPLES_A_MS: Final = SAMPLE_RATE // 1000
INTERRUPTS: Final = ("Wait, who is this?", "Hold on, I already paid that.", "I'm driving, call me back later.")
OURS: Final = (
    "Hello, this is a call from the bank for Mary Jones. Am I speaking with Mary?",
    "I am calling to remind you that your payment is due on Friday. Will you be able to pay it on time?",
    "Which day would suit you for the payment?",
    "Thank you, I have noted that. Is there anything else that you would like to know?",
)


@dataclass(slots=True)
class Sounds:
    """What we say, and who speaks for everybody else."""

    ours: list[Samples]
    voices: CallerVoices


@dataclass(slots=True)
class Counts:
    """What happened in the calls of one difference of level."""

    seconds: float = 0.0
    said: int = 0
    unheard: int = 0
    accepts: int = 0
    sure_accepts: int = 0
    lines: int = 0
    stops: int = 0
    interrupts: int = 0
    missed: int = 0
    cut: int = 0
    late: int = 0
    room_seconds: float = 0.0
    cpu: float = 0.0
    delays: list[float] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        """Take another's counts as well."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def figures(self) -> dict[str, float]:
        """Return rates."""
        return {
            "minutes": round(self.seconds / 60, 1),
            "utterances": self.said,
            "false_rejects": round(self.unheard / max(1, self.said), 4),
            "false_accepts": round(self.accepts / max(1e-9, self.seconds / 60), 3),
            "sure_false_accepts": round(self.sure_accepts / max(1e-9, self.seconds / 60), 3),
            "false_stops": round(self.stops / max(1, self.lines), 4),
            "missed_stops": round(self.missed / max(1, self.interrupts), 4),
            "cut": round(self.cut / max(1, self.said), 4),
            "late": round(self.late / max(1, self.said), 4),
            "end_p50_ms": round(float(np.percentile(self.delays, 50)) * 1000) if self.delays else 0,
            "end_p95_ms": round(float(np.percentile(self.delays, 95)) * 1000) if self.delays else 0,
            "room_in_utterance": round(self.room_seconds / max(1, self.said), 2),
            "cpu_ms": round(self.cpu * 1000 / max(1e-9, self.seconds), 2),
        }


@dataclass(slots=True)
class Part:
    """Something that is said in a call: samples from ``begins`` to ``ends``."""

    begins: int
    ends: int
    interrupts: bool = False
    heard: bool = False


class Mixture:
    """One call, moved frame by frame.

    Parameters
    ----------
    line
        Between the person and us.
    texts
        What the person may say, as it sounds in the person's room.
    ours
        What we say.
    draw
        Who says what when.
    """

    def __init__(self, line: Line, texts: Mapping[str, Samples], ours: list[Samples], draw: Draw) -> None:
        self.line, self.draw, self.ours_said = line, draw, ours
        self.said = [texts[text] for text in SAID]
        self.interrupts = [texts[text] for text in INTERRUPTS]
        self.seconds = SECONDS
        count = int(self.seconds * SAMPLE_RATE)
        self.near = np.zeros(count, np.float32)
        self.ours = np.zeros(count + SAMPLE_RATE * 20, np.float32)
        self.parts: list[Part] = []
        if draw.random() < 0.7:
            self.say(texts[HELLO], int(draw.uniform(0.4, 0.9) * SAMPLE_RATE))

    def say(self, samples: Samples, at: int, *, interrupts: bool = False) -> int:
        """Let the person speak; return when that is over."""
        part = samples[: len(self.near) - at] * np.float32(10 ** (self.draw.normal(0, 1.5) / 20))
        self.near[at : at + len(part)] += part
        loud = np.flatnonzero(np.abs(part) > np.abs(part).max() * 0.03)
        self.parts.append(Part(at, at + int(loud[-1]), interrupts))
        return at + len(part)

    def frame(self, at: int) -> tuple[bytes, bytes]:
        """Return 20 ms of what is heard and of what we send."""
        sent = to_pcm(self.ours[at : at + FRAME_SAMPLES])
        self.line.hear(sent)
        near = self.near[at : at + FRAME_SAMPLES]
        return self.line.frame(to_pcm(near) if near.any() else b""), sent


async def mixture(gap: int | None, level: Level, found: Sounds, draw: Draw) -> Mixture:
    """Draw a call."""
    name = f"person {draw.integers(1_000_000)}"
    settings: dict[str, Any] = {"level": level}
    if gap is not None:
        settings |= {"noise": BEHIND[draw.integers(len(BEHIND))], "noise_below_db": gap}
    if draw.random() < 0.3:
        settings["echo"] = PersonaEcho(delay_ms=int(draw.integers(80, 350)), return_loss_db=float(draw.uniform(15, 30)))
    settings["codec"] = CODECS[draw.integers(len(CODECS))]
    line = await make_line(PersonaLine(**settings), name, found.voices)
    speaker = choose_speaker(name)
    texts = {
        text: from_pcm(line.placed(await found.voices.speak(text, speaker))) for text in (*SAID, *INTERRUPTS, HELLO)
    }
    return Mixture(line, texts, found.ours, draw)


class Listener:
    """Hears one call frame by frame, and counts where that differs from what was really said.

    Parameters
    ----------
    call
        The call.
    """

    def __init__(self, call: Mixture) -> None:
        self.counts = Counts(seconds=call.seconds)
        self._call, self._activity = call, VoiceActivity()
        self._our_end, self._next_line = 0, int(1.6 * SAMPLE_RATE)
        self._held = False
        self._number, self._opened, self._sure = 0, False, False
        self._from, self._until = -1, 0
        """Where what is heard begins, and where the silence after it does."""
        self._ended: dict[int, float] = {}

    def frame(self, at: int) -> None:
        """Carry the call on by 20 ms."""
        pcm, sent = self._call.frame(at)
        playing = at < self._our_end
        begun = time.process_time()
        now = self._activity.feed(pcm, playing=playing, sent=sent if playing else None)
        self.counts.cpu += time.process_time() - begun
        end = at + FRAME_SAMPLES
        if playing:
            self._stop(now, end)
        if now.speech:
            self._hear(now, end, playing=playing)
        if self._opened and now.silence_ms >= 300:
            self._heard_out(end)
        # The conversation goes on by the clock, so that a wrong ear does not change what is said.
        if at >= self._next_line and self._our_end <= at < len(self._call.near) - 12 * SAMPLE_RATE:
            self._say_ours(at)

    def over(self) -> Counts:
        """Return what happened, the call being over."""
        counts = self.counts
        for part in self._call.parts:
            if part.ends > len(self._call.near) - SAMPLE_RATE:
                continue
            counts.said += 1
            counts.unheard += not part.heard
            counts.interrupts += part.interrupts
            counts.missed += part.interrupts and not part.heard
        counts.delays = list(self._ended.values())
        counts.late = sum(delay > 0.5 for delay in counts.delays)
        return counts

    def _stop(self, now: Activity, end: int) -> None:
        """Stop our line for an interruption; a line that the room alone would have held is counted, and goes on."""
        if self._held or now.speech_ms < 200 or now.silence_ms:
            return
        self._held = True
        begins = end - now.speech_ms * _SAMPLES_A_MS
        if any(part.interrupts and part.begins <= end and begins < part.ends for part in self._call.parts):
            self._our_end = end
        else:
            self.counts.stops += 1

    def _hear(self, now: Activity, end: int, *, playing: bool) -> None:
        """Begin an utterance, or go on with it."""
        if not self._opened and now.speech_ms >= (120 if playing else 60):
            self._opened, self._number, self._sure = True, self._number + 1, False
            self._from = end - now.speech_ms * _SAMPLES_A_MS
        elif self._opened and now.anew:
            self._from = end - now.speech_ms * _SAMPLES_A_MS
        self._sure = self._sure or now.who is Who.PERSON
        self._until = end - now.silence_ms * _SAMPLES_A_MS

    def _heard_out(self, end: int) -> None:
        """Compare an utterance that was heard out with what was said, and tell the ear whether it was an answer."""
        self._opened, counts, picture = False, self.counts, self._activity.picture
        met = [part for part in self._call.parts if part.begins < self._until and self._from < part.ends]
        for part in met:
            part.heard = True
        if met:
            last = max(part.ends for part in met)
            covered = sum(min(self._until, part.ends) - max(self._from, part.begins) for part in met)
            counts.room_seconds += max(0.0, (self._until - self._from - covered) / SAMPLE_RATE)
            self._ended[last] = (end - last) / SAMPLE_RATE - 0.3
            counts.cut += self._until < last - 0.2 * SAMPLE_RATE
            picture.counted(self._number)
        else:
            counts.accepts += 1
            counts.sure_accepts += self._sure
            picture.dismissed()
        picture.over()

    def _say_ours(self, at: int) -> None:
        """Say one of our lines; the person interrupts it or answers after it."""
        call, draw = self._call, self._call.draw
        clip = call.ours_said[draw.integers(len(call.ours_said))]
        call.ours[at:] = 0.0
        call.ours[at : at + len(clip)] = clip
        self._our_end, self._held = at + len(clip), False
        interrupted = draw.random() < 0.25
        self.counts.lines += not interrupted
        texts = call.interrupts if interrupted else call.said
        wait = draw.uniform(1.2, 1.8) if interrupted else draw.uniform(0.3, 0.9)
        begins = (at if interrupted else self._our_end) + int(wait * SAMPLE_RATE)
        said_last = call.say(texts[draw.integers(len(texts))], begins, interrupts=interrupted)
        self._next_line = max(said_last, self._our_end) + int(draw.uniform(0.9, 2.0) * SAMPLE_RATE)


def run(call: Mixture) -> Counts:
    """Carry a call; return what happened."""
    listener = Listener(call)
    for at in range(0, len(call.near) - FRAME_SAMPLES, FRAME_SAMPLES):
        listener.frame(at)
    return listener.over()


def main() -> None:
    """Do what the command line asks for."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--calls", type=int, default=12, help="for each difference of level")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--people", type=Path, help="folder of people's files, who are called by their scripts")
    ask.add_argument("--lines", type=int, help="seed of the lines that the people get; their own by default")
    ask.add_argument("--journals", type=Path, help="folder to keep the people's journals in")
    ask.add_argument("names", nargs="*", help="which of the people")
    asked = ask.parse_args()
    if asked.people is not None:
        nearest_people.main(asked.people, asked.names, asked.lines, asked.journals)
    else:
        asyncio.run(drawn_calls(asked.calls, asked.seed))


async def drawn_calls(calls: int, seed: int) -> None:
    """Print the table of calls that go by the clock."""
    voices = CallerVoices()
    bot = Speaker("ours", "hibari")
    found = Sounds([from_pcm(await voices.speak(text, bot)) for text in OURS], voices)
    everything = Counts()
    by_level: dict[Level, Counts] = defaultdict(Counts)
    for gap in (None, *GAPS_DB):
        counts = Counts()
        for call in range(calls):
            draw = np.random.default_rng([seed, gap or 0, call])
            level = LEVELS[call % len(LEVELS)]
            one = run(await mixture(gap, level, found, draw))
            counts.add(one)
            by_level[level].add(one)
        everything.add(counts)
        print(json.dumps({"person_above_room_db": gap, **counts.figures()}), flush=True)
    for level, counts in by_level.items():
        print(json.dumps({"line": level, **counts.figures()}))
    print(json.dumps({"all": True, **everything.figures()}))


if __name__ == "__main__":
    main()
