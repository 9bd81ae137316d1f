"""An included part as one script uses it: exits filled in, its steps and slots under names of their own. Pure.

A part lists what it needs from outside as ``parameters``; wherever it writes ``$exit`` as a whole value, the including
script's name for it is put in. With ``prefix``, the part's own steps and slots are renamed, so that it can be
included more than once; what their questions are called for personas (``cue``) stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from voicebot.dialogue.script.reading.marked_yaml import Document, Path_
from voicebot.errors import Problem

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_PLACEHOLDER: Final = re.compile(r"\{\s*([a-z][a-z0-9_]*)\s*\}")
_PARAMETER: Final = re.compile(r"^\$(\w*)$")
_STEPS_AT: Final = frozenset({"go", "ask", "exhausted", "failed"})
_SLOTS_AT: Final = frozenset({"asks", "confirms", "forget", "record"})


def instance(shared: Document, prefix: str, given: Mapping[str, str]) -> Document:
    """Return an included document as it is used in one place.

    Parameters
    ----------
    prefix
        Put before the names of its steps and slots, with an underscore; empty: they stay.
    given
        Value of each parameter.

    Returns
    -------
    Document
        With the places of the original, and a problem for each parameter that is used and was not given.
    """
    if not isinstance(shared.data, Mapping):
        return shared
    made = Document(problems=list(shared.problems))
    made.data = _Walk(shared, made, prefix, given).value(shared.data, (), ())
    made.data.pop("parameters", None)
    return made


class _Walk:
    def __init__(self, shared: Document, made: Document, prefix: str, given: Mapping[str, str]) -> None:
        self._shared, self._made, self._given = shared, made, given
        self._steps = self._renaming("steps", prefix)
        self._slots = self._renaming("slots", prefix)

    def _renaming(self, section: str, prefix: str) -> Mapping[str, str]:
        own = self._shared.data.get(section)
        return {name: f"{prefix}_{name}" for name in own} if prefix and isinstance(own, Mapping) else {}

    def _renamed(self, at: Path_) -> Mapping[str, str]:
        """Return new names of the keys of the mapping that stands at ``at``."""
        return self._steps if at == ("steps",) else self._slots if at == ("slots",) else {}

    def value(self, value: Any, old: Path_, new: Path_) -> Any:
        """Rewrite a value that stood at ``old`` and will stand at ``new``."""
        if old in self._shared.places:
            self._made.places[new] = self._shared.places[old]
        if isinstance(value, Mapping):
            found = {}
            for key, one in value.items():
                name = self._renamed(old).get(key, key)
                found[name] = self.value(one, (*old, key), (*new, name))
            if len(old) == 2 and old[0] == "steps" and new != old:
                found.setdefault("cue", old[1])
            return found
        if isinstance(value, list):
            return [self.value(one, (*old, index), (*new, index)) for index, one in enumerate(value)]
        return self._scalar(value, old) if isinstance(value, str) else value

    def _scalar(self, value: str, at: Path_) -> str:
        parameter = _PARAMETER.match(value)
        if parameter:
            if parameter[1] not in self._given:
                self._made.problems.append(_unknown(self._shared, at, value))
            return self._given.get(parameter[1], value)
        keys = [part for part in at if isinstance(part, str)]
        last = keys[-1] if keys else ""
        if last in _STEPS_AT or keys[-2:-1] == ["answers"] or keys[:-1] == ["always"]:
            return self._steps.get(value, value)
        if last in _SLOTS_AT:
            return self._slots.get(value, value)
        if last == "if":
            return _NAME.sub(lambda found: self._slots.get(found[0], found[0]), value)
        return _PLACEHOLDER.sub(lambda found: "{" + self._slots.get(found[1], found[1]) + "}", value)


def _unknown(shared: Document, at: Path_, value: str) -> Problem:
    return shared.problem(at, f"{value} is not a parameter of this part", "list it under 'parameters:'")


def wrong_parameters(
    shared: Document, given: Mapping[str, Any], problem: Callable[[str, str], Problem]
) -> list[Problem]:
    """Return a problem for each parameter of a part that is missing, and for each one given that it does not have."""
    wanted = shared.data.get("parameters") if isinstance(shared.data, Mapping) else None
    listed = wanted if isinstance(wanted, list) else [] if wanted is None else [wanted]
    names = [name for name in listed if isinstance(name, str)]
    known = ", ".join(names) or "none"
    found = [
        shared.problem(
            ("parameters",), f"parameters: {name!r} is not a valid name", "write 'parameters: [a_name, another]'"
        )
        for name in listed
        if not isinstance(name, str)
    ]
    found += [
        problem(f"the parameter {name!r} is missing", f"add '{name}: …' under 'with'")
        for name in names
        if name not in given
    ]
    found += [
        problem(f"{name!r} is not a parameter of this part", f"known: {known}") for name in given if name not in names
    ]
    return found
