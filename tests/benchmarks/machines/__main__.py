"""Who picked up: generated greetings, menus, announcements, screeners and people, each heard by the product's own ears.

    python -m tests.benchmarks.machines [--seed 1] [--count 440] [--language en-US zh-CN] [--keep FOLDER] [--json FILE]

Every one is carried as a call by what ``voicebot call classify`` uses: session, voice activity, nearest speaker,
recogniser, greeting detector, policy and script, in told time. Odd seeds draw from one half of all sentences and even
seeds from the other (``grammar``): rules are looked at with even seeds, figures are reported with odd ones. A third is
Mandarin. ``--keep`` writes the recordings with ``classes.tsv``, for ``voicebot call classify``.

right
    as ``voicebot call classify`` judges: a person is never taken for a machine and known as a person in the end; a
    machine is first taken for the machine that it is, and nothing that it says counts.
seconds to verdict
    from the end of the deciding sentence (``!`` in en.yaml; for people and menus: the last) to the right verdict; a
    verdict that comes sooner is 0.
words that counted
    a machine's, as a meaning of the callee.
beeps
    heard within half a second of a true one; false ones are all others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from tests.benchmarks.figures import places, share
from tests.benchmarks.machines.grammar import HALVES, LANGUAGES, Text, grammar_of, texts
from tests.benchmarks.machines.sounds import Sound, sound
from voicebot.call.trying.folder import CLASSES_FILE, Ear, Judged, judge
from voicebot.call.trying.recorded_call import RecordedCall
from voicebot.config import SpeechSection
from voicebot.dialogue.script.reading.finding import find_script
from voicebot.dialogue.script.reading.load import load_script
from voicebot.rehearsal.voices import CallerVoices
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.listening.greeting import Verdict

REPORTED_SEED: Final = 1
COUNT: Final = 440
_MANDARIN_SHARE: Final = 1 / 3
_SCRIPT: Final = "collection"
_BEEP_SECONDS: Final = (-0.1, 0.6)
"""When a beep that is over may be noticed."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One that was heard."""

    language: str
    text: Text
    sound: Sound
    judged: Judged

    @property
    def call(self) -> RecordedCall:
        """What became of it."""
        return self.judged.call

    @property
    def right(self) -> bool:
        """Whether it was taken for what it is."""
        return not self.judged.wrong

    @property
    def is_machine(self) -> bool:
        """Whether it is a machine."""
        return self.judged.truth not in (Verdict.PERSON, Verdict.SILENCE)

    @property
    def delay(self) -> float | None:
        """Seconds to the right verdict; ``None`` for a wrong one, and for silence."""
        if not self.right or self.judged.truth == Verdict.SILENCE:
            return None
        at = next((one.at for one in self.call.told if one.verdict == self.judged.truth), None)
        return None if at is None else max(0.0, at - self.sound.decided)

    @property
    def beeps(self) -> tuple[int, int]:
        """True beeps that were heard, and false ones."""
        true, heard = self.sound.beeped, self.call.beeps
        low, high = _BEEP_SECONDS
        good = [at for at in heard if true is not None and low <= at - true <= high]
        return min(1, len(good)), len(heard) - len(good)


def plan(language: str, count: int, seed: int) -> Iterator[tuple[Text, np.random.Generator]]:
    """Yield so many texts of a language, the kinds by turns, each with what draws the rest of it."""
    kinds = list(grammar_of(language).kinds)
    number = list(LANGUAGES).index(language)
    of = {kind: texts(language, kind, seed % HALVES, np.random.default_rng([seed, number, place]))
          for place, kind in enumerate(kinds)}  # fmt: skip
    for place in range(count):
        yield next(of[kinds[place % len(kinds)]]), np.random.default_rng([seed, number, 1000 + place])


async def recordings(language: str, count: int, seed: int) -> list[tuple[Text, Sound]]:
    """Render so many recordings of a language."""
    voices = CallerVoices()
    return [
        (text, await sound(text, language, voices, draw, f"{seed}/{language}/{place}"))
        for place, (text, draw) in enumerate(plan(language, count, seed))
    ]


def hear(language: str, made: Sequence[tuple[Text, Sound]]) -> Iterator[Tried]:
    """Hear recordings, one after the other."""
    ear = Ear(SpeechSection(), load_script(find_script(_SCRIPT, language)))
    for text, heard in made:
        truth = grammar_of(language).kinds[text.kind].truth
        yield Tried(language, text, heard, judge(truth, ear.hear(heard.pcm)))


def figures(tried: Sequence[Tried]) -> dict[str, Any]:
    """Return the figures of a run."""
    by: dict[tuple[str, str], list[Tried]] = defaultdict(list)
    for one in tried:
        by[one.language, one.text.kind].append(one)
    machines, people = [one for one in tried if one.is_machine], [one for one in tried if not one.is_machine]
    beeped = [one for one in tried if one.sound.beeped is not None]
    return {
        "all": _group(tried),
        "machines": _group(machines),
        "people": _group(people),
        "languages": {name: _group([one for one in tried if one.language == name]) for name in LANGUAGES
                      if any(one.language == name for one in tried)},
        "kinds": [{"language": language, "kind": kind} | _group(group) for (language, kind), group in by.items()],
        "people_taken_for_machines": share(
            sum(any(told.verdict.is_machine for told in one.call.told) for one in people), len(people)
        ),
        "words_of_machines_that_counted": sum(len(one.call.counted) for one in machines),
        "beeps": share(sum(one.beeps[0] for one in beeped), len(beeped)),
        "false_beeps": sum(one.beeps[1] for one in tried),
        "minutes": round(sum(one.call.seconds for one in tried) / 60, 1),
        "wrong": [_told(one) for one in tried if not one.right],
    }  # fmt: skip


def _group(tried: Sequence[Tried]) -> dict[str, Any]:
    delays = [one.delay for one in tried if one.delay is not None]
    return share(sum(one.right for one in tried), len(tried)) | {"seconds_to_verdict": places(delays)}


def _told(one: Tried) -> dict[str, Any]:
    return {
        "language": one.language,
        "kind": one.text.kind,
        "text": str(one.text),
        "line": one.sound.line,
        "wrong": one.judged.wrong,
        "told": [f"{told.at:.1f} s {told.verdict}: {told.why}" for told in one.call.told],
        "decided": round(one.sound.decided, 1),
        "heard": [f"{at:.1f} s {text}" for at, text in one.call.words],
        "counted": list(one.call.counted),
    }


def rows(found: dict[str, Any]) -> Iterator[str]:
    """Yield the table for people."""
    yield f"{'':34}{'right':>12}{'95 %':>16}{'p50 s':>8}{'p95 s':>8}"
    named = [(f"{one['language']} {one['kind'].replace('_', ' ')}", one) for one in found["kinds"]]
    named += list(found["languages"].items())
    named += [(name, found[name]) for name in ("machines", "people", "all")]
    for name, one in named:
        took = one["seconds_to_verdict"]
        p50, p95 = ("" if took[point] is None else f"{took[point]:.1f}" for point in ("p50", "p95"))
        interval = f"{one['low']:.1%} – {one['high']:.1%}"
        yield f"{name:34}{one['right']:>5} of {one['n']:<4}{interval:>16}{p50:>8}{p95:>8}"
    taken, beeps = found["people_taken_for_machines"], found["beeps"]
    yield f"people taken for machines: {taken['right']} of {taken['n']}"
    yield f"words of machines that counted: {found['words_of_machines_that_counted']}"
    yield f"beeps heard: {beeps['right']} of {beeps['n']}, false ones: {found['false_beeps']} in {found['minutes']} min"


def keep(folder: Path, language: str, made: Sequence[tuple[Text, Sound]]) -> None:
    """Write recordings with their classes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / CLASSES_FILE).open("a", encoding="utf-8") as classes:
        for place, (text, heard) in enumerate(made):
            name = f"{LANGUAGES[language]}-{place:03}-{text.kind}.wav"
            soundfile.write(folder / name, np.frombuffer(heard.pcm, "<i2"), SAMPLE_RATE)
            classes.write(f"{name}\t{grammar_of(language).kinds[text.kind].truth}\n")


def measure(languages: Sequence[str], count: int, seed: int, folder: Path | None) -> dict[str, Any]:
    """Render and hear everything."""
    mandarin = round(count * _MANDARIN_SHARE)
    shares = {"en-US": count - mandarin, "zh-CN": mandarin} if len(languages) > 1 else {languages[0]: count}
    tried: list[Tried] = []
    for language in languages:
        begun = time.monotonic()
        made = asyncio.run(recordings(language, shares[language], seed))
        print(f"{language}: {len(made)} rendered in {time.monotonic() - begun:.0f} s", file=sys.stderr)
        if folder is not None:
            keep(folder, language, made)
        for place, one in enumerate(hear(language, made), start=1):
            tried.append(one)
            mark = "" if one.right else f"  {one.text.kind}: {one.judged.wrong}"
            print(f"{time.monotonic() - begun:6.0f} s  {language} {place} of {len(made)}{mark}", file=sys.stderr)
    return {"seed": seed, "half": seed % HALVES} | figures(tried)


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seed", type=int, default=REPORTED_SEED)
    ask.add_argument("--count", type=int, default=COUNT, help="of all; of each language where one is named")
    ask.add_argument("--language", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    ask.add_argument("--keep", type=Path, help="folder for the recordings")
    ask.add_argument("--json", action="store_true", help="print data instead of a table")
    asked = ask.parse_args()
    found = measure(asked.language, asked.count, asked.seed, asked.keep)
    print(json.dumps(found, ensure_ascii=False) if asked.json else "\n".join(rows(found)))


if __name__ == "__main__":
    main()
