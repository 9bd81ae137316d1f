"""From a YAML file to a script, or to a list of everything that is wrong with it."""

from __future__ import annotations

import types
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.reading.document import DOCUMENT
from voicebot.dialogue.script.reading.faults import broken_rules, names_that_lead_nowhere
from voicebot.dialogue.script.reading.marked_yaml import Document, Path_, merge, read_document
from voicebot.dialogue.script.reading.subflow import instance, wrong_parameters
from voicebot.dialogue.script.variants import CHANGEABLE, named, overlaid
from voicebot.errors import ConfigurationError, Problem
from voicebot.suggestions import meant

SHARED_SECTIONS: Final = (
    "intents", "digressions", "always", "endings", "outcomes", "disclosures", "reprompts", "slots", "steps",
    "corpus", "debt_words", "exhausted", "voicemail", "screener", "transfer", "opening", "limits", "thresholds",
    "voice", "speed",
)  # fmt: skip
"""What an included file may hold; what the including script says itself goes before it, key by key."""
ABOUT: Final = ("description", "language", "include", "start", "parameters")
"""What it may say of itself."""
_MAX_FILES: Final = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading a script.

    Parameters
    ----------
    script
        The script, where its form is right and every name in it leads somewhere; else ``None``.
    problems
        All that is wrong with it, in the order of the files' lines; a script may be there and break a rule.
    """

    script: Script | None
    problems: tuple[Problem, ...]


def load_script(path: Path) -> Script:
    """Read a script with all that it includes.

    Parameters
    ----------
    path
        The YAML file; ``include`` names files beside it, without their ending.

    Returns
    -------
    Script
        Checked: every step, ending, slot and variable that it names exists, and the rules that hold for every
        script (identity before debt, disclosures, "stop calling", promises read back) are kept.

    Raises
    ------
    ConfigurationError
        Naming every fault at once, each with file, line and column.
    """
    reading = read_script(path)
    if reading.script is None or reading.problems:
        raise ConfigurationError(reading.problems)
    return reading.script


def read_script(path: Path) -> Reading:
    """Read a script as ``load_script`` does, but return what is wrong with it instead of raising.

    The script remembers where each of its parts stands (``DOCUMENT``).
    """
    document = read_document(path)
    _include(document, path, [path.resolve()], ())
    problems = list(document.problems)
    if not isinstance(document.data, dict):
        if not problems:
            problems = [document.problem((), "is not a script", "write 'script: a_name' first")]
        return Reading(None, tuple(problems))
    try:
        script = Script.model_validate(document.data)
    except ValidationError as error:
        return Reading(None, _sorted([*problems, *_told(error, document)]))
    misnamed = names_that_lead_nowhere(script)
    found = misnamed or broken_rules(script)
    problems += [document.problem(fault.path, fault.what, fault.cure) for fault in found]
    if not problems:
        problems = [problem for name in script.variants for problem in _variant(document, script, name)]
    named(script, "", str(path))
    DOCUMENT.keep(script, document)
    return Reading(None if misnamed else script, _sorted(problems))


def _variant(document: Document, script: Script, name: str) -> list[Problem]:
    """Tell what is wrong with a variant of a script in which nothing else is."""
    at: Path_ = ("variants", name, "changes")
    changes = script.variants[name].changes
    strange = [key for key in changes if key not in CHANGEABLE]
    if strange:
        return [
            document.problem((*at, key), f"a variant cannot change {key!r}", meant(key, CHANGEABLE)) for key in strange
        ]
    places = {path[len(at) :]: place for path, place in document.places.items() if path[: len(at)] == at}
    whole = Document(overlaid({**document.data, "variants": {}}, changes), {**document.places, **places})
    try:
        made = Script.model_validate(whole.data)
    except ValidationError as error:
        found = _told(error, whole)
    else:
        wrong = names_that_lead_nowhere(made) or broken_rules(made)
        found = [whole.problem(fault.path, fault.what, fault.cure) for fault in wrong]
    return [replace(problem, what=f"in the variant {name}: {problem.what}") for problem in found]


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems), key=lambda one: (one.file or "", one.line or 0, one.column or 0, one.what)))


def _include(document: Document, path: Path, seen: list[Path], within: tuple[Path, ...]) -> None:
    """Merge what a document includes into it; what it says itself wins.

    Parameters
    ----------
    seen
        Files taken in so far; a file is taken in once, and once more for each prefix.
    within
        Files that include this one.
    """
    wanted = document.data.get("include") if isinstance(document.data, dict) else None
    if isinstance(wanted, str | dict):
        wanted = [wanted]
    if not isinstance(wanted, list):
        return
    for index, one in enumerate(wanted):
        place: Path_ = ("include", index) if ("include", index) in document.places else ("include",)
        asked = one if isinstance(one, dict) else {"file": one}
        name, prefix, given = asked.get("file"), asked.get("prefix") or "", asked.get("with") or {}
        if not isinstance(name, str) or not name.replace("_", "").replace("-", "").isalnum():
            document.problems.append(
                document.problem(place, f"{name!r} is not the name of a shared part", "name a file next to this one")
            )
            continue
        file = path.parent / f"{name}.yaml"
        if file.resolve() in seen and not prefix:
            continue
        if file.resolve() in (*within, path.resolve()):
            document.problems.append(document.problem(place, f"{file.name} includes itself", "remove this"))
            continue
        if len(seen) > _MAX_FILES:
            document.problems.append(
                document.problem(place, f"more than {_MAX_FILES} files are included", "include fewer")
            )
            return
        if not file.is_file():
            known = [other.stem for other in sorted(path.parent.glob("*.yaml")) if other != path]
            document.problems.append(
                document.problem(place, f"there is no {file.name} next to this file", meant(name, known))
            )
            continue
        if isinstance(given, dict) and isinstance(prefix, str):  # the models report what else is wrong
            seen.append(file.resolve())
            shared = read_document(file)
            _include(shared, file, seen, (*within, path.resolve()))
            _take_in(document, place, shared, file.name, prefix, given)


def _take_in(  # noqa: PLR0917 - one part, its name and what is asked of it
    document: Document, place: Path_, shared: Document, name: str, prefix: str, given: dict[str, Any]
) -> None:
    if not isinstance(shared.data, dict):
        document.problems += shared.problems
        return
    for key in shared.data:
        if key not in SHARED_SECTIONS and key not in ABOUT:
            shared.problems.append(
                shared.problem((key,), f"{key!r} is not allowed in a shared part", meant(key, SHARED_SECTIONS))
            )
    ours, theirs = document.data.get("language"), shared.data.get("language")
    if ours and theirs and ours != theirs:
        shared.problems.append(
            document.problem(place, f"{name} is in {theirs}, this script in {ours}", "include its translation")
        )
    shared.problems += wrong_parameters(shared, given, lambda what, cure: document.problem(place, what, cure))
    if shared.data.get("parameters") or prefix:
        shared = instance(shared, prefix, {key: str(value) for key, value in given.items()})
    document.problems += shared.problems
    merge(document, shared, SHARED_SECTIONS)


def _told(error: ValidationError, document: Document) -> list[Problem]:
    problems = []
    for fault in error.errors():
        path: Path_ = fault["loc"]
        kind = fault["type"]
        if kind == "extra_forbidden":
            known = _keys(path[:-1])
            what, cure = f"{path[-1]!r} is not known here", meant(str(path[-1]), known)
        elif kind == "missing":
            what, cure = f"{path[-1]!r} is missing", f"add '{path[-1]}:'"
        else:
            what, cure = _plain(fault)
        problems.append(document.problem(path, what, cure))
    return problems


_WANTED: Final = {
    "dict_type": "a mapping (key: value) is expected here",
    "model_type": "a mapping (key: value) is expected here",
    "tuple_type": "a list is expected here",
    "list_type": "a list is expected here",
    "string_type": "text is expected here",
    "int_parsing": "a whole number is expected here",
    "int_type": "a whole number is expected here",
    "float_parsing": "a number is expected here",
    "bool_parsing": "yes or no is expected here",
    "bool_type": "yes or no is expected here",
    "decimal_parsing": "an amount is expected here",
}


def _plain(fault: Any) -> tuple[str, str]:
    """Return what is wrong and the cure, in words for people."""
    path, kind = fault["loc"], fault["type"]
    name = next((part for part in reversed(path) if isinstance(part, str)), "script")
    value = fault.get("input")
    shown = f", not {value!r}" if isinstance(value, str | int | float) else ""
    if kind in _WANTED:
        return f"{name}: {_WANTED[kind]}{shown}", ""
    if kind == "literal_error":
        return f"{name}: {value!r} is not one of {fault['ctx']['expected']}", ""
    if kind == "string_pattern_mismatch":
        return f"{name}: {value!r} is malformed", "use lower-case letters, digits and _"
    if kind == "value_error":
        return f"{name}: {str(fault['msg']).removeprefix('Value error, ')}", ""
    return f"{name}: {fault['msg']}{shown}", ""


def _keys(path: Path_) -> list[str]:
    """Return the keys that a mapping at ``path`` may have."""
    here: Any = Script
    for part in path:
        here = _inside(here, part)
        if here is None:
            return []
    model = _model(here)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _inside(annotation: Any, part: str | int) -> Any:
    model = _model(annotation)
    if model is not None and isinstance(part, str):
        for name, field in model.model_fields.items():
            if part in {name, field.alias}:
                return field.annotation
        return None
    for option in _options(annotation):
        origin, arguments = get_origin(option), get_args(option)
        if origin is dict:
            return arguments[1]
        if origin in {tuple, list}:
            return arguments[0]
    return None


def _model(annotation: Any) -> type[BaseModel] | None:
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _options(annotation: Any) -> list[Any]:
    """Return the annotation's possible types, ``Annotated`` and unions opened."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _options(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return [inner for one in get_args(annotation) for inner in _options(one)]
    return [annotation]
