"""Who is taken for the person on the phone: false accepts and false rejects by how much louder the person is.

    python -m tests.benchmarks.nearest [--calls 12] [--seed 1]

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
from typing import Any, Final

import numpy as np

from voicebot.rehearsal.line import Line, from_pcm, make_line, to_pcm
from voicebot.rehearsal.persona import Codec, Level, Noise, PersonaEcho, PersonaLine
from voicebot.rehearsal.voices import CallerVoices, Speaker, choose_speaker
from voicebot.speech.audio import FRAME_SAMPLES, SAMPLE_RATE
from voicebot.speech.listening.activity import VoiceActivity
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


def active_dbfs(samples: Samples) -> float:
    """Level of speech without its pauses: of the frames within 25 dB of the loudest."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    powers = (frames**2).mean(1)
    return float(10 * np.log10(powers[powers > powers.max() * 10**-2.5].mean()))


def at_level(samples: Samples, dbfs: float) -> Samples:
    """Return speech at an active level."""
    return np.asarray(samples * 10 ** ((dbfs - active_dbfs(samples)) / 20), np.float32)


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
    said, interrupts, hello
        What the person says, as it sounds in the person's room.
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


def run(call: Mixture) -> Counts:  # noqa: PLR0912 - one call from its beginning to its end
    """Carry a call; return what happened."""
    counts = Counts(seconds=call.seconds)
    draw, activity = call.draw, VoiceActivity()
    our_end, interrupted, held = 0, False, False
    next_line = int(1.6 * SAMPLE_RATE)
    number, open_from, opened, sure = 0, -1, False, False
    silence_from = 0
    ended: dict[int, float] = {}
    said_last = 0
    for at in range(0, len(call.near) - 160, 160):
        pcm, sent = call.frame(at)
        playing = at < our_end
        begun = time.process_time()
        now = activity.feed(pcm, playing=playing, sent=sent if playing else None)
        counts.cpu += time.process_time() - begun
        end = at + 160
        if playing and now.speech_ms >= 200 and not now.silence_ms and not held:
            held = True
            begins = end - now.speech_ms * 8
            if any(part.interrupts and part.begins <= end and begins < part.ends for part in call.parts):
                our_end = end  # the line stops
            else:
                counts.stops += 1
        if now.speech:
            if not opened and now.speech_ms >= (120 if playing else 60):
                opened, number, open_from, sure = True, number + 1, end - now.speech_ms * 8, False
            elif opened and now.anew:
                open_from = end - now.speech_ms * 8
            sure = sure or now.who is Who.PERSON
            silence_from = end - now.silence_ms * 8
        if opened and now.silence_ms >= 300:
            opened = False
            met = [part for part in call.parts if part.begins < silence_from and open_from < part.ends]
            for part in met:
                part.heard = True
            near = any(part.begins < silence_from and open_from < part.ends for part in call.parts)
            if near:
                last = max(part.ends for part in met)
                covered = sum(min(silence_from, part.ends) - max(open_from, part.begins) for part in met)
                counts.room_seconds += max(0.0, (silence_from - open_from - covered) / SAMPLE_RATE)
                ended[last] = (end - last) / SAMPLE_RATE - 0.3
                counts.cut += silence_from < last - 0.2 * SAMPLE_RATE
                activity.picture.counted(number)
            else:
                counts.accepts += 1
                counts.sure_accepts += sure
                activity.picture.dismissed()
            activity.picture.over()
        # The conversation goes on by the clock, so that a wrong ear does not change what is said.
        if at >= next_line and our_end <= at < len(call.near) - 12 * SAMPLE_RATE:
            clip = call.ours_said[draw.integers(len(call.ours_said))]
            call.ours[at:] = 0.0
            call.ours[at : at + len(clip)] = clip
            our_end, held = at + len(clip), False
            interrupted = draw.random() < 0.25
            counts.lines += not interrupted
            if interrupted:
                texts = call.interrupts
                begins = at + int(draw.uniform(1.2, 1.8) * SAMPLE_RATE)
                said_last = call.say(texts[draw.integers(len(texts))], begins, interrupts=True)
            else:
                texts = call.said
                begins = our_end + int(draw.uniform(0.3, 0.9) * SAMPLE_RATE)
                said_last = call.say(texts[draw.integers(len(texts))], begins)
            next_line = max(said_last, our_end) + int(draw.uniform(0.9, 2.0) * SAMPLE_RATE)
    for part in call.parts:
        if part.ends > len(call.near) - SAMPLE_RATE:
            continue
        counts.said += 1
        counts.unheard += not part.heard
        counts.interrupts += part.interrupts
        counts.missed += part.interrupts and not part.heard
    counts.delays = list(ended.values())
    counts.late = sum(delay > 0.5 for delay in counts.delays)
    return counts


async def main() -> None:
    """Print the table."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--calls", type=int, default=12, help="for each difference of level")
    ask.add_argument("--seed", type=int, default=1)
    asked = ask.parse_args()
    voices = CallerVoices()
    bot = Speaker("ours", "hibari")
    found = Sounds([at_level(from_pcm(await voices.speak(text, bot)), -20.0) for text in OURS], voices)
    everything = Counts()
    by_level: dict[Level, Counts] = defaultdict(Counts)
    for gap in (None, *GAPS_DB):
        counts = Counts()
        for call in range(asked.calls):
            draw = np.random.default_rng([asked.seed, gap or 0, call])
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
    asyncio.run(main())
