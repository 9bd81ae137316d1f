"""A folder of people called in told time: outcomes by line and habit, with every engine but the telephone real.

``python -m tests.benchmarks.people [FOLDER] [--only NAME,NAME] [--keep FOLDER]`` prints one line a call as it ends, on
the error stream, and the figures as JSON. What comes out does not depend on how busy the machine is; real calls, with
Asterisk between, are ``voicebot rehearse all --personas FOLDER``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.told_calls import Theatre, Told
from voicebot.rehearsal.measure import percentile
from voicebot.rehearsal.persona import Persona, load_personas

PEOPLE: Final = Path(__file__).parents[1] / "data" / "people" / "en"


@dataclass(frozen=True)
class Person:
    """Somebody who was called."""

    persona: Persona
    told: Told

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of the line and of the person."""
        line = self.persona.line
        noises = [f"noise {noise}" for noise in line.noise] or ["noise none"]
        habits = [f"habit {one.value}" for one in self.persona.behaviour] or ["habit none"]
        return (*noises, f"level {line.level}", f"codec {line.codec}", *habits)


def called(people: Iterable[Persona], theatre: Theatre) -> list[Person]:
    """Call everybody, one after the other."""
    found = []
    for persona in people:
        person = Person(persona, theatre.carry(persona))
        found.append(person)
        call = person.told.call
        mark = "right" if call.ok else "WRONG"
        sys.stderr.write(f"{mark}  {call.persona}  {dict(call.expected)}  {dict(call.got)}  {' '.join(call.broken)}\n")
        sys.stderr.flush()
    return found


def figures(people: Sequence[Person]) -> Mapping[str, Any]:
    """Return outcomes by kind, what must not have happened, and gaps."""
    by: dict[str, list[bool]] = defaultdict(list)
    for person in people:
        for kind in person.kinds:
            by[kind].append(person.told.call.ok)
    calls = [person.told.call for person in people]
    gaps = [gap for call in calls for gap in call.gaps]
    looks = sum(entry["event"] == "second_look" for person in people for entry in person.told.journal)
    words = sum(entry["event"] == "interim" for person in people for entry in person.told.journal)
    return {
        "calls": len(calls),
        "right": sum(call.ok for call in calls),
        "by": {kind: {"calls": len(found), "right": sum(found)} for kind, found in sorted(by.items())},
        "wrong": [call.persona for call in calls if not call.ok],
        "broken": {call.persona: list(call.broken) for call in calls if call.broken},
        "gap_ms": {name: percentile(gaps, point) for name, point in (("p50", 50), ("p95", 95))},
        "second_looks": {"looks": looks, "of": words},
    }


def main() -> None:
    """Measure and print."""
    words = sys.argv[1:]
    options = {name: words.pop(words.index(name) + 1) for name in ("--only", "--keep") if name in words}
    folders = [Path(word) for word in words if not word.startswith("--")] or [PEOPLE]
    people = [persona for folder in folders for persona in load_personas(folder)]
    if "--only" in options:
        wanted = set(options["--only"].split(","))
        people = [persona for persona in people if persona.persona in wanted]
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(options.get("--keep", scratch))
        kept.mkdir(parents=True, exist_ok=True)
        found = figures(called(people, Theatre(kept)))
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
