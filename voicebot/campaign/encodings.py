"""The encoding of a file, determined once for the whole file and never line by line.

A byte order mark tells it. Without one a file is UTF-8 or not: which of the older encodings it has cannot be seen in
it (a name in GBK may well be valid UTF-8, and one in Latin-1 valid GB18030), so the user has to name it.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import IO, Final

from voicebot.errors import ConfigurationError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", ("utf-8", "utf-8-sig")),
    (codecs.BOM_UTF32_LE, "utf-32", ("utf-32", "utf-32-le")),
    (codecs.BOM_UTF32_BE, "utf-32", ("utf-32", "utf-32-be")),
    (codecs.BOM_UTF16_LE, "utf-16", ("utf-16", "utf-16-le")),
    (codecs.BOM_UTF16_BE, "utf-16", ("utf-16", "utf-16-be")),
)
"""Mark, encoding that strips it, and names that a person may use for it."""
_NOT_TEXT: Final = (
    (b"PK\x03\x04", "is a spreadsheet or another ZIP archive, not text", "save it as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "is a document of an old Office program, not text", "save it as CSV UTF-8"),
    (b"\x1f\x8b", "is compressed with gzip", "unpack it with gunzip"),
    (b"%PDF-", "is a PDF, not text", "export the table from where it comes as CSV UTF-8"),
)
"""First bytes of files that are taken for text by mistake, what they are, and what to do."""
_SUPERSETS: Final = {"gbk": "gb18030", "gb2312": "gb18030", "big5": "big5hkscs", "iso8859-1": "cp1252"}
"""What such files really contain: the encoding with all of its characters and more."""
_NO_TEXT: Final = frozenset({"utf-7", "idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
_AT_ONCE: Final = 1 << 20
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is to be decoded, or why it cannot be.

    Parameters
    ----------
    name
        Of a Python codec.
    fault, cure
        What is wrong and what to do; ``line`` where the first byte of it stands, from 1.
    """

    name: str = ""
    fault: str = ""
    cure: str = ""
    line: int | None = None


def check_encoding(name: str) -> str:
    """Return a codec's canonical name; ConfigurationError if there is no text encoding of that name."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        found = None
    if found is None or not found._is_text_encoding or found.name in _NO_TEXT:
        raise ConfigurationError(
            f"{name[:40]!r} is not an encoding of text files",
            cure="name one like utf-8, utf-16, gb18030, big5, windows-1252",
        )
    return _SUPERSETS.get(found.name, found.name)


def encoding_of(file: IO[bytes], wanted: str = "") -> Encoding:
    """Determine a file's encoding by reading all of it once.

    Parameters
    ----------
    file
        At its beginning, before and after.
    wanted
        What a person named (``check_encoding``), empty: nothing.
    """
    start = file.read(8)
    file.seek(0)
    for first, what, cure in _NOT_TEXT:
        if start.startswith(first):
            return Encoding(fault=what, cure=cure)
    for mark, name, fitting in _MARKS:
        if start.startswith(mark):
            if wanted and wanted not in fitting:
                what = f"begins with the byte order mark of {name.removesuffix('-sig').upper()}, and is not {wanted}"
                return Encoding(fault=what, cure="leave --encoding out", line=1)
            return _checked(file, name)
    if wanted:
        return _checked(file, wanted)
    zeros: tuple[int, ...] = tuple(place for place, byte in enumerate(start[:4]) if not byte)
    orders: dict[tuple[int, ...], str] = {(1, 3): "le", (0, 2): "be"}
    order = orders.get(zeros)  # as four ASCII letters have them
    if order:
        return Encoding(fault="is UTF-16 without a byte order mark", cure=f"name it with --encoding utf-16-{order}")
    return _checked(file, "utf-8")


def _checked(file: IO[bytes], name: str) -> Encoding:
    decoder = codecs.getincrementaldecoder(name)("strict")
    line, before = 1, 0
    try:
        while chunk := file.read(_AT_ONCE):
            text = decoder.decode(chunk)
            line += text.count("\n")
            before += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        shown = name.removesuffix("-sig").upper()
        return Encoding(
            fault=f"is not {shown}: byte 0x{error.object[error.start]:02X}",
            cure="save the file as CSV UTF-8, or name its encoding with --encoding, like gb18030 or windows-1252",
            line=line,
        )
    finally:
        file.seek(0)
    return Encoding(name)
