"""Sections of a configuration with their settings: templates inherited, additions added, includes followed. Pure."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from asterisk.config import Item

from voicebot.agi.configuration.lines import BLANKS, Line, logical_lines
from voicebot.errors import Problem

if TYPE_CHECKING:
    from voicebot.agi.configuration.files import ConfigurationFiles

_MOST_INCLUDES: Final = 10
"""How deep files may include each other (``MAX_INCLUDE_LEVEL``)."""
_INCLUDES: Final = frozenset({"include", "tryinclude"})
_SEMICOLON: Final = "\ue000"
"""Stands for a semicolon that begins no comment, while pyst2, which knows no escapes, reads a line."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line ``name = value``."""

    name: str
    value: str
    file: str
    line: int


@dataclass(slots=True)
class Section:
    """One ``[name]`` with what it inherits.

    Parameters
    ----------
    template
        It is only there to be inherited.
    """

    name: str
    file: str
    line: int
    template: bool = False
    settings: list[Setting] = field(default_factory=list)

    def last(self, name: str) -> Setting | None:
        """Return the setting that counts, or ``None``."""
        found = self.all(name)
        return found[-1] if found else None

    def value(self, name: str, default: str = "") -> str:
        """Return the value that counts, or ``default``."""
        setting = self.last(name)
        return setting.value if setting is not None else default

    def all(self, *names: str) -> list[Setting]:
        """Return every setting of one or more names, in their order."""
        wanted = {name.lower() for name in names}
        return [setting for setting in self.settings if setting.name.lower() in wanted]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that belongs to a configuration and cannot be seen in its files.

    Parameters
    ----------
    what
        For example "what `/usr/bin/trunks` prints".
    file, line
        Where it is asked for; ``line`` is ``None`` where it stands in no line.
    told
        A problem already says so; nothing more needs to be said of what is missing because of it.
    """

    what: str
    file: str
    line: int | None = None
    told: bool = False


@dataclass(slots=True)
class Reading:
    """What a file and everything that it includes define.

    Parameters
    ----------
    sections
        In their order, several of one name where Asterisk has several.
    problems
        What Asterisk will not read, or will read otherwise than it was meant.
    unseen
        Empty: everything was read, and what is not here is missing.
    """

    sections: list[Section] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)

    def named(self, name: str) -> Section | None:
        """Return the first section of a name that is no template."""
        return next((one for one in self.sections if one.name == name and not one.template), None)


def read_sections(files: ConfigurationFiles, name: str) -> Reading:
    """Read a file with everything that it includes, as Asterisk does, and go on where Asterisk gives up.

    Parameters
    ----------
    name
        Of the file, relative to the folder.
    """
    reader = _Reader(files, name)
    reader.file(name, 0)
    return reader.reading


class _Reader:
    """One reading under way."""

    def __init__(self, files: ConfigurationFiles, top: str) -> None:
        self._files = files
        self._top = top
        self._open: list[str] = []
        """Files that are being read, the innermost last."""
        self._last: Section | None = None
        """The section that was begun or added to most recently, in whichever file."""
        self.reading = Reading()

    def file(self, name: str, depth: int, *, marked: bool = True) -> None:
        """Read one file; a byte order mark (``marked``) is only skipped in the first that a pattern finds."""
        where = self._files.where(name)
        text = self._files.text(name)
        reason = self._files.unreadable(name)
        if reason is not None:
            self.reading.unseen.append(Unseen(f"{where}, which cannot be read: {reason}", where))
        if text is None:
            return
        lines, faults = logical_lines(text, marked=marked)
        self.reading.problems += [Problem(fault.what, fault.cure, where, fault.number) for fault in faults]
        if faults:
            self.reading.unseen.append(Unseen("what was meant there", where, faults[0].number, told=True))
        self._open.append(name)
        # What follows an include belongs to the section before it, whatever the included file began.
        current = self._last
        for line in lines:
            try:
                if line.text.startswith("["):
                    current = self._last = self._section(line, where)
                elif line.text.startswith("#"):
                    self._directive(line, where, depth)
                else:
                    self._setting(line, where, current)
            except _RefusedError as refused:
                self._refuse(refused, where, line.number, depth)
                if line.text.startswith("["):
                    current = Section("", where, line.number)  # what follows belongs to nothing that Asterisk has
        self._open.pop()

    def _refuse(self, refused: _RefusedError, where: str, number: int, depth: int) -> None:
        scope = f"the whole of {self._top}" if depth == 0 else "the rest of this file"
        self.reading.problems.append(Problem(f"Asterisk refuses {scope}: {refused.what}", refused.cure, where, number))
        self.reading.unseen.append(Unseen("what was meant there", where, number, told=True))

    def _directive(self, line: Line, where: str, depth: int) -> None:
        kind, target = _directive(line.text)
        if kind == "exec" and target:
            self.reading.unseen.append(Unseen(f"what the program {target} prints (#exec)", where, line.number))
        elif kind in _INCLUDES and target:
            names = self._files.matching(target)
            beyond = self._files.unseen_under(target)
            self.reading.unseen += [Unseen(reason, where, line.number) for reason in beyond]
            if depth + 1 > _MOST_INCLUDES or any(name in self._open for name in names):
                raise _RefusedError("files include each other in a circle, or too deeply", "take one #include out")
            if not names and kind == "include" and not beyond:
                raise _RefusedError(f"includes {target}, which is not there", "copy that file, or take the line out")
            for place, name in enumerate(names):
                self.file(name, depth + 1, marked=place == 0)
        else:
            lacks = "names no file" if kind in {*_INCLUDES, "exec"} else f"#{kind} is no directive"
            self._skipped(lacks, where, line.number)

    def _section(self, line: Line, where: str) -> Section:
        name, closed, rest = line.text[1:].partition("]")
        if not closed:
            raise _RefusedError("a section's closing bracket ] is missing", "add it")
        section = Section(name, where, line.number)
        if rest.startswith("("):
            options, closed, _ = rest[1:].partition(")")
            if not closed:
                raise _RefusedError("the closing bracket ) is missing", "add it")
            return self._with_options(section, options.split(","))
        if rest.strip(BLANKS).startswith("("):
            self.reading.problems.append(
                Problem(
                    f"Asterisk does not look at what stands in brackets after [{name}]: there is a space before them",
                    "take the space out",
                    where,
                    line.number,
                )
            )
        self.reading.sections.append(section)
        return section

    def _with_options(self, section: Section, options: Sequence[str]) -> Section:
        """Apply ``!``, ``+``, ``+filter`` and templates, in the order in which they are written."""
        target = section
        for option in options:
            if option == "!":
                target.template = True
            elif option.startswith("+"):
                wanted = option[1:].strip(BLANKS)
                found = _matching(self.reading.sections, section.name, wanted)
                if found is None:
                    of = f" with {wanted}" if wanted else ""
                    raise _RefusedError(
                        f"(+) adds to [{section.name}]{of}, which is not there",
                        "define it before this line, or take (+) away",
                    )
                found.template |= target.template
                found.settings += target.settings
                target = found
            else:
                base = _matching(self.reading.sections, option, "TEMPLATES=include")
                if base is None:
                    raise _RefusedError(
                        f"[{section.name}] inherits from {option!r}, which is not there", "define it before this line"
                    )
                target.settings += base.settings
        if target is section:
            self.reading.sections.append(section)
        return target

    def _setting(self, line: Line, where: str, current: Section | None) -> None:
        if current is None:
            raise _RefusedError("this line stands in no section", "put a [section] before it")
        text = line.text
        if text.startswith("\\"):
            text = text[1:]  # lets a name begin with [ or #
            if not text or text[0] in BLANKS:
                raise _RefusedError("nothing follows the backslash", "take it out")
        before, equals, after = text.partition("=")
        if not equals or not before.strip(BLANKS + "+"):
            lacks = "names no setting" if equals else "has no = sign"
            self._skipped(f"it {lacks}", where, line.number)
            return
        if not before.isascii():
            shown = before.encode("ascii", "backslashreplace").decode()
            what = f"Asterisk knows no such name: {shown} has characters that may be invisible"
            self.reading.problems.append(Problem(what, "write the line again", where, line.number))
        item = Item(text.replace(";", _SEMICOLON), line.number)
        name, value = before.strip(BLANKS), item.value.strip(BLANKS).replace(_SEMICOLON, ";")
        if before.endswith("+"):
            name = before[:-1].strip(BLANKS)
            earlier = [place for place, one in enumerate(current.settings) if one.name == name]
            if earlier:
                value = (current.settings[earlier[-1]].value + after.rstrip(BLANKS)).lstrip(BLANKS)
                current.settings[earlier[-1]] = Setting(name, value, where, line.number)
                return
        current.settings.append(Setting(name, value, where, line.number))

    def _skipped(self, why: str, where: str, number: int) -> None:
        self.reading.problems.append(Problem(f"Asterisk cannot read this line: {why}", "write it again", where, number))


class _RefusedError(Exception):
    """Asterisk reads no further."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure


def include_target(text: str) -> str:
    """Return the file or pattern that a line includes; empty when it includes none."""
    kind, target = _directive(text)
    return target if kind in _INCLUDES else ""


def _directive(text: str) -> tuple[str, str]:
    """Return the word after ``#`` and what it names, quotes taken off where both are there."""
    if not text.startswith("#"):
        return "", ""
    body = text[1:]
    blank = next((place for place, character in enumerate(body) if character in BLANKS), len(body))
    target = body[blank:].strip(BLANKS)
    closing = {'"': '"', "<": ">"}.get(target[:1])
    if closing is not None and len(target) > 1 and target.endswith(closing):
        target = target[1:-1]
    return body[:blank].lower(), target


def _matching(sections: Sequence[Section], name: str, wanted: str) -> Section | None:
    """Return the first section of a name (any, if empty) that a filter takes (``does_category_match``)."""
    return next(
        (one for one in sections if (not name or one.name.lower() == name.lower()) and _takes(one, wanted)), None
    )


def _takes(section: Section, wanted: str) -> bool:
    """Whether ``name=value&name=value``, regular expressions that may match a part, holds for a section."""
    if not wanted:
        return not section.template
    template_allowed = False
    for condition in wanted.split("&"):
        name, given, value = (part.strip(BLANKS) for part in condition.partition("="))
        if not given:
            return False
        if name == "TEMPLATES":
            if value.lower() not in {"include", "restrict"} or (value.lower() == "restrict" and not section.template):
                return False
            template_allowed = True
        elif not any(_found(name, one.name) and _found(value, one.value) for one in section.settings):
            return False
    return template_allowed or not section.template


def _found(expression: str, text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's warnings about an expression are of no use here
        try:
            return re.search(expression, text) is not None
        except (re.error, OverflowError, RecursionError):
            return False


def settings_of(sections: Sequence[Section], name: str) -> Iterator[Setting]:
    """Yield the settings of every section of a name, templates left out."""
    for section in sections:
        if section.name == name and not section.template:
            yield from section.settings
