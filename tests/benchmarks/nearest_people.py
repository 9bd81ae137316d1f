"""Who is taken for the person in whole calls: people on drawn lines, carried in told time (``told_calls``).

Each person is given a drawn line: what is behind them, how loud all of it arrives, coding, room and echo. What the
person said is known sample by sample from what the callee's side played, and so is what was behind.

===============  ====================================================================================
``heard``        part of the person's speech that is in an utterance which was not dismissed, while we are silent
``over_us``      the same while we speak
``let_through``  part of the room's speech, while the person is silent, that is in an utterance of its own
``room_turns``   turns that were taken on such utterances, for each call
``no_input``     turns without input during which the person had spoken for more than half a second, for each call
``right``        part of the calls with the expected outcome
===============  ====================================================================================
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.benchmarks.told_calls import ONE_WAY_SECONDS, Side, Theatre, Told
from voicebot.rehearsal.callee import Callee, Record
from voicebot.rehearsal.lines.pcm import from_pcm
from voicebot.rehearsal.lines.spoken import repertoire
from voicebot.rehearsal.people import Prepared, prepare
from voicebot.rehearsal.persona import Behaviour, Persona, load_personas
from voicebot.rehearsal.voices import CallerVoices
from voicebot.speech.audio import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS

NOISES: Final = ("tv", "chatter", "none", "child", "aside", "tv", "office", "street")
LEVELS: Final = ("normal", "quiet", "loud", "quiet")
CODECS: Final = ("none", "none", "none", "gsm", "g729")
_SPEECH_RANGE_DB: Final = 20.0
"""Below its upper level, a frame is none of somebody's speech."""
_APART_FRAMES: Final = 15
"""So near to the person's speech nothing is counted as the room's: rooms ring, and edges are soft."""
_OWN_PART: Final = 0.1
"""An utterance with less of the person's speech in it is the room's."""
_NO_INPUT_SECONDS: Final = 0.5

Marks = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(slots=True)
class Heard:
    """Sums over calls; speech in frames."""

    calls: int = 0
    right: int = 0
    person: int = 0
    heard: int = 0
    person_over: int = 0
    heard_over: int = 0
    room: int = 0
    let_through: int = 0
    room_turns: int = 0
    no_input: int = 0

    def add(self, other: Heard) -> None:
        """Take another's sums as well."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def figures(self) -> dict[str, float]:
        """Return parts and rates."""
        return {
            "calls": self.calls,
            "heard": round(self.heard / max(1, self.person), 4),
            "over_us": round(self.heard_over / max(1, self.person_over), 4),
            "let_through": round(self.let_through / max(1, self.room), 4),
            "room_turns": round(self.room_turns / max(1, self.calls), 3),
            "no_input": round(self.no_input / max(1, self.calls), 3),
            "right": round(self.right / max(1, self.calls), 3),
        }


def on_drawn_line(persona: Persona, number: int, seed: int) -> Persona:
    """Return a person of another name, and so of another voice and room, on a drawn line.

    Odd seeds draw from one half of the programmes, even ones from the other, so that what is tuned on programmes
    can be reported on others.
    """
    draw = np.random.default_rng([seed, number])
    noise, level = NOISES[number % len(NOISES)], LEVELS[(number // len(NOISES) + seed) % len(LEVELS)]
    line: dict[str, Any] = {"noise": noise, "level": level, "codec": CODECS[draw.integers(len(CODECS))]}
    if draw.random() < 0.25:
        line["room"] = {"rt60_ms": int(draw.integers(250, 700)), "distance_m": round(float(draw.uniform(0.3, 1.0)), 1)}
    if draw.random() < 0.2:
        loss = round(float(draw.uniform(14, 28)), 1)
        line["echo"] = {"delay_ms": int(draw.integers(50, 300)), "return_loss_db": loss}
    if noise == "tv":
        shown = [piece.name for piece in repertoire(persona.language).programmes][seed % 2 :: 2]
        line["programme"] = shown[draw.integers(len(shown))]
    told = persona.model_dump(mode="json", exclude_unset=True)
    return Persona.model_validate({**told, "persona": f"{persona.persona}_{seed}", "line": line})


def people_of(folder: Path, names: Sequence[str]) -> list[Persona]:
    """Return the folder's people who speak: no machines, recordings or silence."""
    odd = {
        Behaviour.ANSWERING_MACHINE,
        Behaviour.SILENT_ALWAYS,
        Behaviour.DTMF_ONLY,
        Behaviour.HANGS_UP_AFTER_GREETING,
        Behaviour.SCREENER_WANTS_KEY,
    }
    found = [one for one in load_personas(folder) if not odd & set(one.behaviour) and "wav" not in one.says]
    return [one for one in found if one.persona in names] if names else found


def measure(told: Told, own: Prepared) -> Heard:
    """Compare what was heard in a call with what was said in it."""
    frames = len(told.record.sent) // FRAME_BYTES
    person, room = _truth(own, told.record, frames)
    ours, utterances, turns = _course(told.journal, frames)
    found = Heard(calls=1, right=int(told.call.ok))
    heeded = np.zeros(frames, bool)
    of_the_room: set[int] = set()
    for number, (begins, ends, dismissed) in utterances.items():
        if np.mean(person[begins:ends] if ends > begins else [0.0]) < _OWN_PART:
            found.let_through += int(room[begins:ends].sum())
            of_the_room.add(number)
        elif not dismissed:
            heeded[begins:ends] = True
    found.person, found.heard = int((person & ~ours).sum()), int((person & ~ours & heeded).sum())
    found.person_over, found.heard_over = int((person & ours).sum()), int((person & ours & heeded).sum())
    found.room = int(room.sum())
    since = 0
    for at, utterance, intent in turns:
        if intent == "no_input":
            found.no_input += bool(person[since:at].sum() * FRAME_SECONDS > _NO_INPUT_SECONDS)
        else:
            found.room_turns += utterance in of_the_room
        since = at
    return found


def _truth(own: Prepared, record: Record, frames: int) -> tuple[Marks, Marks]:
    """Return in which frames the person speaks, and in which only somebody behind them does."""
    speech = np.zeros((frames, FRAME_SAMPLES), np.float32)
    speaks = np.zeros(frames, bool)
    delay = round(ONE_WAY_SECONDS / FRAME_SECONDS)
    for one in record.spoken:
        samples = from_pcm(own.sounds.get(one.text, b""))
        samples = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES)).reshape(-1, FRAME_SAMPLES)
        at = round((one.start - record.answered_at) / FRAME_SECONDS) + delay
        count = max(0, min(len(samples), frames - at))
        speech[at : at + count], speaks[at : at + count] = samples[:count], True
    person = _active(speech)
    near = np.convolve(person | speaks, np.ones(2 * _APART_FRAMES + 1), "same") > 0
    behind = np.zeros_like(speech)
    for track in own.line.tracks[1:]:
        parts = track.samples.reshape(-1, FRAME_SAMPLES)
        plays = ~speaks if track.own_mouth else np.ones(frames, bool)
        place = (np.cumsum(plays) - 1 - delay) % len(parts)
        behind[plays] += parts[place[plays]]
    traffic = own.persona.line.noise == ("street",)
    return person, np.zeros(frames, bool) if traffic else _active(behind) & ~near


def _active(frames: np.ndarray[Any, Any]) -> Marks:
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    sounding = levels[levels > -80.0]
    least = float(np.percentile(sounding, 90)) - _SPEECH_RANGE_DB if len(sounding) else 0.0
    return np.asarray(levels > least, np.bool_)


def _course(
    journal: Sequence[dict[str, Any]], frames: int
) -> tuple[Marks, dict[int, tuple[int, int, bool]], list[tuple[int, int, str]]]:
    """Return where we spoke, the utterances (begin, end, whether it was dismissed), and the turns on them."""
    ours = np.zeros(frames, bool)
    utterances: dict[int, tuple[int, int, bool]] = {}
    turns: list[tuple[int, int, str]] = []
    begun: int | None = None
    number = 0
    for entry in journal:
        at = round(entry["at"] / FRAME_SECONDS)
        match entry["event"]:
            case "say":
                begun = at
            case "said" | "dropped":
                if begun is not None:
                    ours[begun:at] = True
                begun = None
            case "speech_started":
                number = entry["utterance"]
                utterances[number] = (max(0, round(entry["began"] / FRAME_SECONDS)), frames, False)
            case "speech_ended":
                begins, _, lost = utterances[number]
                utterances[number] = (begins, round(entry["ended"] / FRAME_SECONDS) + 1, lost)
            case "speech_ignored" if entry["why"] == "no_answer":
                begins, ends, _ = utterances[entry["utterance"]]
                utterances[entry["utterance"]] = (begins, ends, True)
            case "turn":
                turns.append((at, number, entry["intent"]))
    if begun is not None:
        ours[begun:] = True
    return ours, utterances, turns


def carried(people: Sequence[Persona], folder: Path) -> Iterator[tuple[Persona, Told, Heard]]:
    """Carry each person's call."""
    theatre, voices = Theatre(folder), CallerVoices()
    for persona in people:
        own = theatre.wait(prepare(persona, voices))

        def callee(side: Side, record: Record, own: Prepared = own) -> Callee:
            return Callee(own.persona, own.sounds, own.line.fresh(), record, press=side.keys, leave=side.leave)

        told = theatre.carry_with(persona, callee)
        yield persona, told, measure(told, own)


def main(folder: Path, names: Sequence[str], seed: int | None, journals: Path | None = None) -> None:
    """Print a line for each call, one for each kind of line, and one for all.

    Parameters
    ----------
    folder
        Of people's files.
    names
        Of those who are called; empty: all who speak.
    seed
        Of the lines; ``None``: their own.
    journals
        Where journals are kept, by the people's names.
    """
    people = people_of(folder, names)
    if seed is not None:
        people = [on_drawn_line(one, number, seed) for number, one in enumerate(people)]
    by: dict[str, Heard] = defaultdict(Heard)
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as kept:
        for persona, told, heard in carried(people, Path(kept)):
            line = persona.line
            kinds = ["all", f"level {line.level}", f"codec {line.codec}"]
            kinds += [f"noise {one}" for one in line.noise or ("none",)]
            kinds += ["echo"] * (line.echo is not None) + ["room"] * (line.room is not None)
            for kind in kinds:
                by[kind].add(heard)
            one = {"persona": persona.persona, "line": " ".join(kinds[1:]), "got": told.call.got.get("outcome")}
            one |= {"wanted": persona.expect["outcome"], **heard.figures()}
            print(json.dumps(one), flush=True)
            if journals is not None:
                journals.mkdir(parents=True, exist_ok=True)
                text = "".join(json.dumps(entry, default=str) + "\n" for entry in told.journal)
                (journals / f"{persona.persona}.jsonl").write_text(text)
    for kind in sorted(by, key=lambda one: (one == "all", one)):
        print(json.dumps({"by": kind, **by[kind].figures()}))
    print(json.dumps({"cpu_seconds": round(time.process_time() - begun, 1)}))
