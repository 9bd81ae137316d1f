"""Reads a TOML file into a model; each mistake is reported with its line, its column and a suggestion."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from voicebot import logs
from voicebot.config.positions import Places, find_places
from voicebot.config.secrets import SecretSource, exposed, holds_secret, secret_files, with_secrets
from voicebot.errors import ConfigurationError, Problem
from voicebot.suggestions import meant

M = TypeVar("M", bound=BaseModel)

_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_QUOTED: Final = re.compile(r"'([^']*)'")
_ABOUT_KEYS: Final = frozenset({"extra_forbidden", "missing"})

_log = logs.get_logger()


def read_config(model: type[M], file: Path | None, sources: Sequence[SecretSource]) -> M:
    """Read a configuration file.

    Parameters
    ----------
    model
        What it must be.
    file
        TOML, UTF-8; ``None`` for defaults, with secrets from the environment.
    sources
        Settings that are secrets, and where else to look for them.

    Raises
    ------
    ConfigurationError
        Naming every wrong value at once.
    """
    text = _text(file) if file is not None else ""
    data = _parsed(text, str(file))
    whole, problems = with_secrets(data, sources, os.environ)
    if problems:
        raise ConfigurationError(problems)
    try:
        config = model.model_validate(whole)
    except ValidationError as error:
        raise ConfigurationError(explain(error, model, text, str(file) if file is not None else None)) from error
    _warn_of_readers(data, file, sources)
    return config


def read_data(file: Path) -> dict[str, Any]:
    """Return what a file says, whether or not it is a valid configuration.

    Raises
    ------
    ConfigurationError
        It cannot be read, or is not TOML.
    """
    return _parsed(_text(file), str(file))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(Problem(f"cannot be read: {error.strerror}", file=str(file))) from error
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigurationError(Problem("is not UTF-8", "save it as UTF-8", str(file), line)) from error


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(_no_toml(str(error), text, file)) from error
    except RecursionError as error:
        raise ConfigurationError(Problem("is not valid TOML: brackets are nested too deeply", file=file)) from error


def _no_toml(message: str, text: str, file: str) -> Problem:
    found = _AT.search(message)
    what = f"is not valid TOML: {message[: found.start()] if found else message}"
    if found is None:
        return Problem(what, file=file)
    if found[1] is None:
        lines = text.splitlines() or [""]
        return Problem(what, "close the open bracket or quote", file, len(lines), len(lines[-1]) + 1)
    line, column = int(found[1]), int(found[2])
    written = (text.splitlines() or [""])[min(line, len(text.splitlines()) or 1) - 1]
    value = written.partition("=")[2].strip()
    cure = ""
    if message.startswith("Invalid value") and value and value[0] not in "\"'[{":
        cure = f'put text in quotes: "{value.split("#")[0].strip()}"'
    elif "escape" in message.lower() or "hex value" in message:
        cure = "write patterns and Windows paths in single quotes: '\\d+'"
    elif message.startswith(("Expected '=' after a key", "Invalid statement")):
        cure = "write name = value, or [section]"
    return Problem(what, cure, file, line, column)


def explain(error: ValidationError, model: type[BaseModel], text: str, file: str | None) -> list[Problem]:
    """Return a validation's errors as problems with their places. Pure.

    Parameters
    ----------
    model
        What the data should have been.
    text
        The TOML that was read.
    file
        Its name, shown before the place.
    """
    places = find_places(text)
    return [_problem(fault, model, places, file) for fault in error.errors(include_url=False)]


def _problem(fault: Any, model: type[BaseModel], places: Places, file: str | None) -> Problem:
    path = tuple(part for part in fault["loc"] if part != "[key]")
    about_key = fault["type"] in _ABOUT_KEYS or "[key]" in fault["loc"]
    what, cure = _told(fault, path, model)
    place = places.of(path, value=not about_key)
    return Problem(what, cure, file, place.line if place else None, place.column if place else None)


def _told(fault: Any, path: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str, str]:
    name = ".".join(map(str, path))
    key = str(path[-1]) if path else ""
    if fault["type"] == "extra_forbidden":
        return f"{name}: there is no such setting", _meant_key(key, path, model)
    if fault["type"] == "missing":
        return f"{name}: this setting is missing", f"add {key} = …"
    if fault["type"] == "literal_error":
        allowed = _QUOTED.findall(fault["ctx"]["expected"])
        given = fault["input"] if isinstance(fault["input"], str) else ""
        return f"{name}: it should be one of {', '.join(allowed)}", meant(given, allowed, otherwise="")
    if fault["type"] in {"model_type", "dict_type"} or fault["type"].endswith("model_attributes_type"):
        return f"{name}: this is a section, not a value", f"write [{name}] and its settings below"
    return f"{name}: {_lowered(fault['msg'])}", ""


def _lowered(message: str) -> str:
    """Return a message of pydantic in the form that follows a colon."""
    told = message.removeprefix("Value error, ")
    for subject in ("Input should", "String should", "Tuple should", "Dictionary should"):
        told = told.replace(subject, "it should")
    return told[:1].lower() + told[1:]


def _meant_key(key: str, path: tuple[str | int, ...], model: type[BaseModel]) -> str:
    """Suggest what an unknown key was probably meant to be, or where it belongs."""
    here = _model_at(model, path[:-1])
    known = list(here.model_fields) if here is not None else []
    elsewhere = [where for where, names in _sections(model) if key in names]
    if elsewhere:
        return f"it belongs in {' or '.join(elsewhere)}"
    return meant(key, known, otherwise=f"the settings here are {', '.join(known)}" if known else "")


def _model_at(model: type[BaseModel], path: Iterable[str | int]) -> type[BaseModel] | None:
    """Return the model that describes a section."""
    here: type[BaseModel] | None = model
    named = False
    for part in path:
        if named:
            named = False  # a name of the user's choosing
            continue
        if here is None or str(part) not in here.model_fields:
            return None
        annotation = here.model_fields[str(part)].annotation
        models = [one for one in (annotation, *get_args(annotation)) if _is_model(one)]
        named = bool(models) and models[0] is not annotation
        here = models[0] if models else None
    return here


def _sections(model: type[BaseModel]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each section's header as it is written, with its settings."""
    for name, field in model.model_fields.items():
        for one in (field.annotation, *get_args(field.annotation)):
            if _is_model(one):
                yield f"[{name}]" if one is field.annotation else f"[{name}.NAME]", one.model_fields


def _is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def _warn_of_readers(data: Mapping[str, Any], file: Path | None, sources: Sequence[SecretSource]) -> None:
    holders = secret_files(data, sources)
    if file is not None and holds_secret(data, sources):
        holders.append(file)
    for holder in holders:
        if exposed(holder):
            _log.warning("others can read a file with a secret", file=str(holder), cure=f"chmod 640 {holder}")
