"""A folder of labelled recordings, and whether each was classified correctly.

The label is in ``classes.tsv`` beside the recordings (file, tab, class), or in the recording's own name or that of its
folder: ``voicemail-3.wav``, ``person/shop.wav``.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from voicebot.call.trying.in_process import InProcessPolicy
from voicebot.call.trying.recorded_call import RecordedCall, carry
from voicebot.call.trying.told_time import told
from voicebot.config import SpeechSection
from voicebot.dialogue.checks.samples import sample_lead
from voicebot.dialogue.conversation.script_talk import ScriptTalk
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.understanding.local import LocalPolicy
from voicebot.errors import ConfigurationError, Problem
from voicebot.speech.listening.greeting import Verdict
from voicebot.speech.recognition.choosing import choose_recognizer
from voicebot.speech.recognition.engine import EngineName
from voicebot.speech.recognition.engine_loading import load_engine

CLASSES_FILE: Final = "classes.tsv"
MACHINE: Final = "machine"
"""Any of the machines."""
CLASSES: Final = (*(str(verdict) for verdict in Verdict if verdict is not Verdict.UNDECIDED), MACHINE)
ENDINGS: Final = frozenset({".wav", ".mp3", ".flac", ".ogg", ".oga", ".gsm", ".aiff", ".au", ""})
_WORDS: Final = re.compile(r"[a-z]+")
_DAY: Final = datetime(2026, 11, 23, 10, 0)
_FOLLOWED: Final = frozenset({Verdict.SCREENER, Verdict.SWITCHBOARD})


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording; ``truth``: one of ``CLASSES``, empty where it is not known."""

    path: Path
    truth: str


@dataclass(frozen=True, slots=True)
class Judged:
    """How a recording was classified.

    Parameters
    ----------
    wrong
        Why it was classified wrongly; empty if it was right, or if the truth is not known.
    """

    truth: str
    call: RecordedCall
    wrong: str


class Ear:
    """The product's own way from audio to meaning, for one script.

    Parameters
    ----------
    speech
        Which recogniser hears.
    script
        What is said, and what words mean to it.

    Raises
    ------
    UnavailableError
        No recogniser for the language is installed.
    """

    def __init__(self, speech: SpeechSection, script: Script) -> None:
        self.info = choose_recognizer(speech, script.language).info
        self._script, self._policy = script, InProcessPolicy(LocalPolicy(script))
        self._engine = load_engine(
            cast("EngineName", self.info.engine), Path(self.info.details["folder"]), script.language
        )

    def hear(self, pcm: bytes) -> RecordedCall:
        """Carry a recording as a call; takes a second or two of CPU for half a minute."""

        async def story(folder: Path) -> RecordedCall:
            talk = ScriptTalk(self._script, sample_lead(self._script), self._policy, lambda: _DAY)
            return await carry(pcm, talk, self._engine, self.info, folder)

        with tempfile.TemporaryDirectory() as folder:
            return told(story(Path(folder)))


def find_recordings(folder: Path) -> tuple[Recorded, ...]:
    """Return the recordings of a folder (or the one file) and of the folders in it, in the order of their names.

    Raises
    ------
    ConfigurationError
        There are none, or the list of classes names what is not there.
    """
    if folder.is_file():
        return (Recorded(folder, _named(folder.parent, folder)),)
    listed = _listed(folder / CLASSES_FILE)
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix.lower() in ENDINGS]
    found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    if not found:
        raise ConfigurationError(Problem("holds no recordings", "put *.wav or *.mp3 files there", file=str(folder)))
    missing = sorted(set(listed) - {str(path.relative_to(folder)) for path in found})
    if missing:
        cure = f"correct its name in {CLASSES_FILE}"
        raise ConfigurationError(Problem(f"there is no recording {missing[0]}", cure, file=str(folder / CLASSES_FILE)))
    return tuple(Recorded(path, listed.get(str(path.relative_to(folder))) or _named(folder, path)) for path in found)


def judge(truth: str, call: RecordedCall) -> Judged:
    """Compare the verdicts with the truth.

    A person is right if never taken for a machine. A machine is right if the first verdict is a machine, of the true
    kind if the truth names one (a mailbox may be behind a switchboard), and if nothing that it said counted.
    """
    verdicts = [one.verdict for one in call.told] or [Verdict.UNDECIDED]
    machines = [verdict for verdict in verdicts if verdict.is_machine]
    wrong = ""
    if truth == Verdict.PERSON and (machines or verdicts[-1] is not Verdict.PERSON):
        wrong = f"a person was taken for {verdicts[-1] if not machines else machines[0]}"
    elif truth == Verdict.SILENCE and verdicts[0] is not Verdict.SILENCE:
        wrong = f"silence was taken for {verdicts[0]}"
    elif truth and truth not in (Verdict.PERSON, Verdict.SILENCE):
        kinds = {Verdict(truth)} | (_FOLLOWED if truth == Verdict.VOICEMAIL else set()) if truth != MACHINE else set()
        if not verdicts[0].is_machine:
            wrong = f"a machine was taken for {verdicts[0]}"
        elif kinds and not (verdicts[0] in kinds and Verdict(truth) in verdicts):
            wrong = f"{truth} was taken for {verdicts[0]}"
        elif call.counted and Verdict.PERSON not in verdicts:
            wrong = f"its words counted: {', '.join(call.counted)}"
    return Judged(truth, call, wrong)


def _listed(path: Path) -> Mapping[str, str]:
    if not path.is_file():
        return {}
    return dict(_rows(path))


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, truth = (part.strip() for part in line.partition("\t"))
        if truth not in CLASSES:
            cure = f"write: file, tab, one of {', '.join(CLASSES)}"
            raise ConfigurationError(Problem(f"{truth or 'nothing'!r} is no class", cure, file=str(path), line=number))
        yield name, truth


def _named(folder: Path, path: Path) -> str:
    """Class that the first word of the file's name says, or of the nearest folder's that has one."""
    inside = path.relative_to(folder)
    for part in (path.stem, *(parent.name for parent in inside.parents if parent.name)):
        first = _WORDS.match(part.lower())
        if first and first[0] in CLASSES:
            return first[0]
    return ""
