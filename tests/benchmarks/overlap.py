"""What the bot does when something is heard over its voice: interruptions, back-channels, asides, a room, noises.

    python -m tests.benchmarks.overlap [LANGUAGE ...] [--of N]        by default en-US zh-CN, every event

The four scenarios are those of Full-Duplex-Bench v1.5 (arXiv 2507.23159), with noises besides. A call is carried in
told time (``told_calls``) to its longest line; one event begins over that line; then the callee says nothing more. The
audio is spoken by callers' voices at the callee's own level, asides turned away from the phone and 8 dB lower,
programmes through a room and 12 to 20 dB lower. Prints one JSON object a language.

stop_ms
    of interruptions, as the callee hears it: from the event's first frame that is no silence to the last frame of the
    bot's voice before it is silent for 200 ms.
paused
    the line was held for something that is no interruption, and went on.
false_stop
    the line was given up for something that is no interruption.
lost_line
    and it was not said again, nor was the question put again, before the event's own call ended.
average_penalty_seconds
    after the Average Penalty Time of SID-Bench (arXiv 2603.24144), which gives false alarms and late responses a cost
    in time. Here: for an interruption, how long the bot spoke on over it (all of the event where it never stopped); for
    anything else, by how much it delayed the end of the line, pause and repetition together, and where the line was
    given up, what of it had not been said. The mean over all events.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.benchmarks.told_calls import Side, Theatre, Told
from voicebot.journal import events
from voicebot.journal.reader import Tail
from voicebot.rehearsal.callee import Record
from voicebot.rehearsal.lines.rooms import in_room, turned_away
from voicebot.rehearsal.lines.spoken import repertoire
from voicebot.rehearsal.measure import STOPPED_SECONDS, is_loud, percentile
from voicebot.rehearsal.persona import Persona
from voicebot.rehearsal.voices import MANDARIN_SPEAKERS, SPEAKERS, Speaker
from voicebot.speech.audio import FRAME_BYTES, FRAME_SECONDS, SAMPLE_RATE, SILENT_FRAME

INTERRUPTION: Final = "interruption"
_LINE: Final = "steps.payment.say"
_LISTENS_SECONDS: Final = 12.0
"""After the event the callee stays on the line for so long."""
_ASIDE_DB: Final = -8.0
_FLOOR_RMS: Final = 8.0

_SAYS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "en-US": {
        "identity": ("yes, this is Maria",),
        INTERRUPTION: (
            "I already sent that in on Monday",
            "Please don't call this number again",
            "Wait, wait, that amount isn't right",
            "Who did you say you are?",
            "Let me talk to a real person",
            "Listen, I was laid off in the spring",
            "I can't pay that this month",
            "What is this for?",
            "Sorry, I'm driving, can you call later",
            "That isn't me, she moved away",
            "Yes, I'll pay that by then",
            "How much do I owe exactly?",
            "My husband takes care of the bills",
            "No, I never bought anything from you",
            "Can I pay half of it now?",
            "Hang on, let me find my glasses",
        ),
        "back_channel": ("uh-huh", "mm-hmm", "yeah", "okay", "right", "I see", "sure", "mhm", "oh, okay", "alright"),
    },
    "zh-CN": {
        "identity": ("对的，是我本人",),
        INTERRUPTION: (
            "这个钱我上周就转过去了",
            "你们不要再打过来了",
            "等等，这个数目不对",
            "你是哪里打来的",
            "我想跟真人客服讲",
            "我现在手头没有钱",
            "我在开会，晚点再打",
            "你找错人了吧",
            "到期之前我会还的",
            "到底要还多少钱",
        ),
        "back_channel": ("嗯", "嗯嗯", "好的", "对", "哦", "行", "是的", "知道了"),
    },
}


@dataclass(frozen=True, slots=True)
class Overlap:
    """One event.

    Parameters
    ----------
    kind
        ``interruption``, ``back_channel``, ``aside``, ``background`` or ``noise``.
    name
        What it is, for people.
    speaker
        The callee.
    pcm
        8 kHz.
    after
        Seconds from the beginning of the line.
    """

    kind: str
    name: str
    speaker: Speaker
    pcm: bytes
    after: float


class Interrupter:
    """A callee who says who they are, lets the event happen, and then keeps silent (``told_calls.Caller``)."""

    def __init__(self, overlap: Overlap, identity: bytes, side: Side, record: Record) -> None:
        self._overlap, self._identity, self._side, self._record = overlap, identity, side, record
        self._tail: Tail | None = None
        self._next: tuple[float, bytes, bool] | None = None
        self._speech, self._place = b"", 0
        self._noise = np.random.default_rng(len(overlap.pcm))
        self.began = self.ended = 0.0
        """When the event's first frame that is no silence was sent, and its last."""

    def follow(self, journal: Path | None) -> None:
        """Learn from the journal which line is said."""
        self._tail = Tail(journal) if journal is not None else None

    def answered(self, at: float) -> None:
        """The call was picked up."""
        self._record.answered_at = at

    def frame(self, pcm: bytes, at: float) -> None:
        """Hear 20 ms."""
        if is_loud(pcm):
            self._record.loud.append(at)

    def next_frame(self, at: float) -> bytes:
        """Return the 20 ms to send."""
        for entry in self._tail.news() if self._tail is not None else ():
            match entry.event:
                case events.LineSaid(line="steps.identity.say" | "intents.affirm.confirm"):
                    self._next = (at + 0.5, self._identity, False)
                case events.LineBegun(line=line) if line == _LINE and not self.began:
                    self._next = (at + self._overlap.after, self._overlap.pcm, True)
        if self._next is not None and at >= self._next[0]:
            self._speech, self._place = self._next[1], 0
            self.began = at if self._next[2] else self.began
            self._next = None
        frame = self._speech[self._place : self._place + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        self._place += FRAME_BYTES
        if self.began and is_loud(frame):
            self.began = self.began if self.ended else at
            self.ended = at
        if self.ended and at - self.ended > _LISTENS_SECONDS:
            self._side.leave()
        floor = self._noise.normal(0.0, _FLOOR_RMS, FRAME_BYTES // 2)
        return np.clip(np.frombuffer(frame, "<i2") + floor, -32768, 32767).astype("<i2").tobytes()

    def gone(self, at: float) -> None:
        """The call is over."""
        self._record.ended_at = at


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one event came to; see the module.

    Parameters
    ----------
    stop_ms
        How long the bot spoke on; ``None`` where it did not stop before the event was over.
    """

    kind: str
    name: str
    stop_ms: float | None
    paused: bool
    given_up: bool
    lost: bool
    penalty: float


def judge(overlap: Overlap, told: Told, began: float, ended: float, line_seconds: float) -> Outcome:
    """Return what came of an event.

    Parameters
    ----------
    began, ended
        The event's first and last loud frame, seconds.
    line_seconds
        How long the line is where nothing happens.
    """
    last = began
    for at in (at for at in told.record.loud if at >= began):
        if at - last > STOPPED_SECONDS:
            break
        last = at
    stop_ms = round((last + FRAME_SECONDS - began) * 1000, 1) if last < ended else None
    entries = [entry for entry in told.journal if entry["at"] >= 0]
    said_from = next(at for at, entry in enumerate(entries) if entry["event"] == "say" and entry["line"] == _LINE)
    after = entries[said_from:]
    over = next((entry for entry in after if entry["event"] in ("said", "dropped")), after[-1])
    given_up = over["event"] == "dropped"
    held = any(entry["event"] == "held" and entry["at"] <= over["at"] for entry in after)
    again = [entry for entry in after[1:] if entry["event"] == "say" and entry["line"].startswith("steps.payment")]
    if overlap.kind == INTERRUPTION:
        penalty = (stop_ms if stop_ms is not None else (ended - began) * 1000) / 1000
    elif given_up:
        penalty = (1 - float(over["progress"])) * line_seconds
    else:
        penalty = max(0.0, over["at"] - after[0]["at"] - line_seconds)
    return Outcome(
        overlap.kind, overlap.name, stop_ms, held and not given_up, given_up, given_up and not again, round(penalty, 3)
    )


def noises(draw: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Yield coughs, breaths, slams and rustling."""
    seconds = {"cough": 0.28, "breath": 0.6, "slam": 0.12, "rustle": 0.9}
    for name, length in seconds.items():
        for _ in range(3):
            count = round(length * draw.uniform(0.8, 1.3) * SAMPLE_RATE)
            white = draw.normal(0.0, 1.0, count)
            if name in ("cough", "slam"):
                decay = np.exp(-np.arange(count) / SAMPLE_RATE * (9 if name == "cough" else 30))
                sound, loudest = np.convolve(white, np.ones(4) / 4, "same") * decay, (3000, 9000)
            else:
                sound, loudest = np.diff(white, prepend=0) * np.hanning(count), (600, 1500)
            if name == "cough":
                sound = np.concatenate([sound, np.zeros(800), 0.6 * sound])
            yield name, (sound / np.abs(sound).max() * draw.uniform(*loudest)).astype("<i2").tobytes()


def _louder(samples: np.ndarray[Any, Any], decibels: float) -> bytes:
    return np.clip(samples * 10 ** (decibels / 20), -32768, 32767).astype("<i2").tobytes()


def speakers(language: str) -> tuple[Speaker, ...]:
    """Return the callers of a language."""
    return SPEAKERS if language.startswith("en") else MANDARIN_SPEAKERS


def overlaps(language: str, theatre: Theatre) -> Iterator[Overlap]:
    """Yield every event of a language."""
    draw = np.random.default_rng(20)
    people = speakers(language)
    says = _SAYS[language]
    place = 0
    for kind, each in ((INTERRUPTION, 3), ("back_channel", 3)):
        for text in says[kind]:
            for _ in range(each):
                speaker = people[place % len(people)]
                place += 1
                yield Overlap(
                    kind, text, speaker, theatre.speak(text, speaker, language), float(draw.uniform(1.0, 5.0))
                )
    room = repertoire(language)
    for piece in room.asides[:12]:
        speaker = people[place % len(people)]
        place += 1
        pcm = b"".join(theatre.speak(text, speaker, language) for _, text in piece.turns)
        away = turned_away(np.frombuffer(pcm, "<i2").astype(np.float32))
        yield Overlap("aside", piece.name, speaker, _louder(away, _ASIDE_DB), float(draw.uniform(1.0, 4.0)))
    for piece in room.programmes[:12]:
        speaker, other = people[place % len(people)], people[(place + 5) % len(people)]
        place += 1
        pcm = b"".join(theatre.speak(text, other, language) for _, text in piece.turns[:2])
        far = in_room(np.frombuffer(pcm, "<i2").astype(np.float32), 400.0, 3.0, draw)
        yield Overlap("background", piece.name, speaker, _louder(far, float(draw.uniform(-20, -12))), 1.0)
    for name, pcm in noises(draw):
        yield Overlap("noise", name, people[place % len(people)], pcm, float(draw.uniform(1.0, 5.0)))
        place += 1


def person(language: str) -> Persona:
    """Return who is called."""
    lead = {"name": "Maria Lopez", "company": "Acme Bank", "amount": "120.50", "currency": "USD"}
    lead |= {"due_date": "2026-12-01", "timezone": "America/New_York"}
    if not language.startswith("en"):
        lead |= {"name": "王芳", "company": "海港银行", "currency": "CNY", "timezone": "Asia/Shanghai"}
    return Persona.model_validate(
        {
            "persona": "overlap",
            "language": language,
            "script": "reminder",
            "lead": lead,
            "today": "2026-11-23",
            "expect": {"outcome": "hung_up"},
        }
    )


def measure(language: str, theatre: Theatre, every: int) -> list[Outcome]:
    """Carry a call for every event, or for one in ``every``."""
    who, found = person(language), []
    identity: dict[Speaker, bytes] = {}
    silent = Overlap("none", "", speakers(language)[0], SILENT_FRAME, 0.0)
    line_seconds = 0.0
    for number, overlap in enumerate([silent, *overlaps(language, theatre)]):
        if number % every:
            continue
        speaker = overlap.speaker
        if speaker not in identity:
            identity[speaker] = theatre.speak(_SAYS[language]["identity"][0], speaker, language)
        made: list[Interrupter] = []

        def answers(
            side: Side,
            record: Record,
            overlap: Overlap = overlap,
            own: bytes = identity[speaker],
            made: list[Interrupter] = made,
        ) -> Interrupter:
            made.append(Interrupter(overlap, own, side, record))
            return made[0]

        told = theatre.carry_with(who, answers)
        if not number:
            line_seconds = undisturbed(told)
        elif made[0].ended:
            found.append(judge(overlap, told, made[0].began, made[0].ended, line_seconds))
    return found


def undisturbed(told: Told) -> float:
    """Return how long the line lasts."""
    at = {entry["event"]: entry["at"] for entry in told.journal if entry.get("line") == _LINE}
    return float(at["said"] - at["say"])


def figures(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return the figures of a language."""
    by: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by[one.kind].append(one)
    true = by.pop(INTERRUPTION, [])
    stopped = [one.stop_ms for one in true if one.stop_ms is not None]
    others = [one for kind in by.values() for one in kind]
    return {
        "interruptions": len(true),
        "stop_ms": {name: percentile(stopped, point) for name, point in (("p50", 50), ("p95", 95), ("max", 100))},
        "not_stopped_for": [one.name for one in true if one.stop_ms is None],
        "others": len(others),
        "false_stop_rate": round(sum(one.given_up for one in others) / max(1, len(others)), 4),
        "paused_rate": round(sum(one.paused for one in others) / max(1, len(others)), 4),
        "lost_lines": sum(one.lost for one in others),
        "by_kind": {
            kind: {
                "events": len(found),
                "paused": sum(one.paused for one in found),
                "false_stops": [one.name for one in found if one.given_up],
                "penalty_seconds": round(float(np.mean([one.penalty for one in found])), 3),
            }
            for kind, found in by.items()
        },
        "average_penalty_seconds": round(float(np.mean([one.penalty for one in outcomes])), 3),
    }


def main() -> None:
    """Measure and print."""
    words = sys.argv[1:]
    every = int(words.pop(words.index("--of") + 1)) if "--of" in words else 1
    languages = [word for word in words if not word.startswith("--")] or list(_SAYS)
    with tempfile.TemporaryDirectory() as folder:
        theatre = Theatre(Path(folder))
        for language in languages:
            found = figures(measure(language, theatre, every))
            sys.stdout.write(json.dumps({"language": language, **found}, ensure_ascii=False) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
