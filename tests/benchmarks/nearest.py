"""Who is taken for the person on the phone: false accepts and false rejects by how much louder the person is.

    python -m tests.benchmarks.nearest [--calls 12] [--seed 1]

Each call is put together from people, programmes and other people talking in a room (voices of the simulated callers,
through room responses drawn by the seed), 6 to 20 dB below the person, on quiet, normal and loud lines, some with an
echo of our own line. The person says hello, answers after our lines and interrupts some of them; programmes go on
without end. The call's part (whether words were an answer) is played by the truth. Prints one JSON object for each
difference of level, and one for all of them.

=====================  =================================================================================
``false_rejects``      part of the person's utterances in which nobody was heard to speak
``false_accepts``      utterances heard from the room alone, for each minute of calls
``sure_false_accepts`` those of them that needed no answer to the question to be believed
``false_stops``        of our lines that nobody interrupted, the part that would have been held
``missed_stops``       interruptions that would not have held our line
``cut``                part of the person's utterances that seemed to end (300 ms) before they did
``late``               part of them whose end took more than 500 ms longer to be noticed than it did to come
``room_in_utterance``  seconds of the room alone given to the recogniser for each utterance of the person
``cpu_ms``             CPU for each second of audio
=====================  =================================================================================
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from voicebot.rehearsal.line import from_pcm, to_pcm
from voicebot.rehearsal.voices import SPEAKERS, CallerVoices, Speaker
from voicebot.speech.audio import FRAME_MILLISECONDS, SAMPLE_RATE
from voicebot.speech.listening.activity import VoiceActivity
from voicebot.speech.listening.nearest.picture import Who

Samples = np.ndarray[Any, Any]

GAPS_DB: Final = (6, 8, 10, 13, 16, 20)
LEVELS_DB: Final = (-12.0, 0.0, 9.0)
PERSON_DBFS: Final = -20.0
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
INTERRUPTS: Final = ("Wait, who is this?", "Hold on, I already paid that.", "I'm driving, call me back later.")
PROGRAMMES: Final = (
    "And now to the weather. Rain is moving in from the coast tonight, with strong wind over the hills by morning.",
    "Do you want whiter teeth in only ten days? Call now, and the second tube is absolutely free!",
    "He takes the ball past the first defender, past the second, and it is a corner for the visitors.",
    "Police are asking anybody who saw the vehicle on Tuesday evening to come forward with information.",
    "Yes! I told you he would come back. Did you not see the way she looked at him in the kitchen?",
    "Fold the egg whites in slowly, a third at a time, and keep the oven closed for at least half an hour.",
    "The minister said on Thursday that he would not resign, and that the payment had been approved by the board.",
    "Mum, where are my football boots? I looked under the stairs and they are not there.",
)
OURS: Final = (
    "Hello, this is a call from the bank for Mary Jones. Am I speaking with Mary?",
    "I am calling to remind you that your payment is due on Friday. Will you be able to pay it on time?",
    "Which day would suit you for the payment?",
    "Thank you, I have noted that. Is there anything else that you would like to know?",
)


@dataclass(slots=True)
class Sounds:
    """Everything that is said, as samples."""

    people: dict[str, list[Samples]]
    interrupts: dict[str, list[Samples]]
    hellos: dict[str, Samples]
    programmes: list[list[Samples]]
    ours: list[Samples]


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


async def sounds(speakers: Sequence[Speaker], programmes: Sequence[str]) -> Sounds:
    """Let everybody speak."""
    voices = CallerVoices()

    async def said(texts: Sequence[str], speaker: Speaker) -> list[Samples]:
        return [from_pcm(await voices.speak(text, speaker)) for text in texts]

    people = speakers[::2]
    others = speakers[1::2]
    return Sounds(
        {one.name: await said(SAID, one) for one in people},
        {one.name: await said(INTERRUPTS, one) for one in people},
        {one.name: (await said(["Hello?"], one))[0] for one in people},
        [await said(programmes[at::2], one) for at, one in enumerate(others)],
        await said(OURS, Speaker("ours", "hibari")),
    )


def active_dbfs(samples: Samples) -> float:
    """Level of speech without its pauses: of the frames within 25 dB of the loudest."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    powers = (frames**2).mean(1)
    return float(10 * np.log10(powers[powers > powers.max() * 10**-2.5].mean()))


def at_level(samples: Samples, dbfs: float) -> Samples:
    """Return speech at an active level."""
    return np.asarray(samples * 10 ** ((dbfs - active_dbfs(samples)) / 20), np.float32)


def room_response(draw: np.random.Generator) -> Samples:
    """Return a room's response: the direct sound, and noise that dies away (Polack's model), 0.2 to 0.6 s."""
    reverberation = draw.uniform(0.2, 0.6)
    count = int(reverberation * SAMPLE_RATE)
    tail = draw.normal(0.0, 1.0, count) * 10 ** (-3 * np.arange(count) / count)
    tail *= 10 ** (-draw.uniform(0.0, 9.0) / 20) / np.sqrt((tail**2).sum())
    tail[0] += 1.0
    return np.asarray(tail, np.float32)


def programme(talk: list[Samples], seconds: float, draw: np.random.Generator) -> Samples:
    """One voice after the other or several at once, with the pauses of a programme, heard through a room."""
    count = int(seconds * SAMPLE_RATE)
    track = np.zeros(count, np.float32)
    at = -int(draw.uniform(0, 2) * SAMPLE_RATE)
    while at < count:
        part = at_level(talk[draw.integers(len(talk))], -20.0 + draw.normal(0, 1.5))
        begin, part = max(at, 0), part[max(-at, 0) :]
        track[begin : begin + len(part)] += part[: max(0, count - begin)]
        at += len(part) + max(-at, 0) + int(draw.exponential(0.35) * SAMPLE_RATE)
    heard = np.convolve(track, room_response(draw))[:count]
    return at_level(np.asarray(heard, np.float32), 0.0)


@dataclass(slots=True)
class Part:
    """Something that is said in a call: samples from ``begins`` to ``ends``."""

    begins: int
    ends: int
    interrupts: bool = False
    heard: bool = False


class Mixture:
    """One call, moved frame by frame."""

    def __init__(self, found: Sounds, gap: float | None, level: float, draw: np.random.Generator) -> None:
        self.draw, self.sounds, self.level = draw, found, level
        self.name = list(found.people)[draw.integers(len(found.people))]
        self.echo = draw.uniform(14, 30) if draw.random() < 0.3 else None
        self.seconds = 50.0
        count = int(self.seconds * SAMPLE_RATE)
        self.near = np.zeros(count, np.float32)
        self.ours = np.zeros(count + SAMPLE_RATE * 20, np.float32)
        self.room = np.asarray(draw.normal(0, 10 ** (-draw.uniform(58, 75) / 20), count), np.float32)
        if gap is not None:
            talks = [found.programmes[draw.integers(len(found.programmes))] for _ in range(draw.choice((1, 1, 2)))]
            mixed = sum(programme(talk, self.seconds, draw) for talk in talks)
            self.room += at_level(np.asarray(mixed, np.float32), PERSON_DBFS - gap)
        self.parts: list[Part] = []
        self.clock = 0
        if draw.random() < 0.7:
            self.say(found.hellos[self.name], int(draw.uniform(0.4, 0.9) * SAMPLE_RATE))

    def say(self, samples: Samples, at: int, *, interrupts: bool = False) -> int:
        """Let the person speak; return when that is over."""
        part = at_level(samples, PERSON_DBFS + self.draw.normal(0, 1.5))[: len(self.near) - at]
        self.near[at : at + len(part)] += part
        loud = np.flatnonzero(np.abs(part) > np.abs(part).max() * 0.03)
        self.parts.append(Part(at, at + int(loud[-1]), interrupts))
        return at + len(part)

    def frame(self, at: int) -> tuple[bytes, bytes]:
        """Return 20 ms of what is heard and of what we send."""
        here = slice(at, at + 160)
        heard = self.near[here] + self.room[here]
        sent = self.ours[here]
        if self.echo is not None and at >= 1400:
            heard = heard + self.ours[at - 1400 : at - 1240] * 10 ** ((-self.echo - self.level) / 20)
        return to_pcm(heard * 10 ** (self.level / 20)), to_pcm(sent)


def run(mixture: Mixture) -> Counts:  # noqa: PLR0912 - one call from its beginning to its end
    """Carry a call; return what happened."""
    counts = Counts(seconds=mixture.seconds)
    draw, activity = mixture.draw, VoiceActivity()
    our_end, interrupted, held = 0, False, False
    next_line = int(1.6 * SAMPLE_RATE)
    number, open_from, opened, sure = 0, -1, False, False
    silence_from = 0
    ended: dict[int, float] = {}
    line, said_last = 0, 0
    for at in range(0, len(mixture.near) - 160, 160):
        pcm, sent = mixture.frame(at)
        playing = at < our_end
        begun = time.process_time()
        now = activity.feed(pcm, playing=playing, sent=sent if playing else None)
        counts.cpu += time.process_time() - begun
        end = at + 160
        if playing and now.speech_ms >= 200 and not now.silence_ms and not held:
            held = True
            begins = end - now.speech_ms * 8
            if any(part.interrupts and part.begins <= end and begins < part.ends for part in mixture.parts):
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
            met = [part for part in mixture.parts if part.begins < silence_from and open_from < part.ends]
            for part in met:
                part.heard = True
            near = any(part.begins < silence_from and open_from < part.ends for part in mixture.parts)
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
        if at >= next_line and our_end <= at and line < 7:
            line += 1
            clip = mixture.sounds.ours[draw.integers(len(mixture.sounds.ours))]
            clip = at_level(clip, -20.0)
            mixture.ours[at:] = 0.0
            mixture.ours[at : at + len(clip)] = clip
            our_end, held = at + len(clip), False
            interrupted = draw.random() < 0.25
            counts.lines += not interrupted
            if interrupted:
                texts = mixture.sounds.interrupts[mixture.name]
                begins = at + int(draw.uniform(1.2, 1.8) * SAMPLE_RATE)
                said_last = mixture.say(texts[draw.integers(len(texts))], begins, interrupts=True)
            else:
                texts = mixture.sounds.people[mixture.name]
                begins = our_end + int(draw.uniform(0.3, 0.9) * SAMPLE_RATE)
                if begins < len(mixture.near) - 5 * SAMPLE_RATE:
                    said_last = mixture.say(texts[draw.integers(len(texts))], begins)
            next_line = max(said_last, our_end) + int(draw.uniform(0.9, 2.0) * SAMPLE_RATE)
    for part in mixture.parts:
        if part.ends > len(mixture.near) - SAMPLE_RATE:
            continue
        counts.said += 1
        counts.unheard += not part.heard
        counts.interrupts += part.interrupts
        counts.missed += part.interrupts and not part.heard
    counts.delays = list(ended.values())
    counts.late = sum(delay > 0.5 for delay in counts.delays)
    return counts


def main() -> None:
    """Print the table."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--calls", type=int, default=12, help="for each difference of level")
    ask.add_argument("--seed", type=int, default=1)
    asked = ask.parse_args()
    found = asyncio.run(sounds(SPEAKERS, PROGRAMMES))
    everything = Counts()
    by_level: dict[float, Counts] = defaultdict(Counts)
    for gap in (None, *GAPS_DB):
        counts = Counts()
        for call in range(asked.calls):
            draw = np.random.default_rng([asked.seed, 0 if gap is None else gap, call])
            level = LEVELS_DB[call % len(LEVELS_DB)]
            one = run(Mixture(found, gap, level, draw))
            counts.add(one)
            by_level[level].add(one)
        everything.add(counts)
        print(json.dumps({"person_above_room_db": gap, **counts.figures()}))
    for level, counts in by_level.items():
        print(json.dumps({"line_db": level, **counts.figures()}))
    print(json.dumps({"all": True, "frame_ms": FRAME_MILLISECONDS, **everything.figures()}))


if __name__ == "__main__":
    main()
