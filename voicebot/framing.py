"""Cutting a stream of bytes into messages: a header that tells how long the body is, then the body. Pure.

AudioSocket, the recognition workers and the services differ in their headers only.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

Header = TypeVar("Header")

ReadHeader = Callable[[bytearray], tuple[int, Header, int] | None]
"""Takes what has arrived and returns the header's size, what it says and the body's size, all in bytes; ``None`` while
it is not complete. Raises ValueError for what is no header."""


class Cutter(Generic[Header]):
    """Bytes in, messages out, however the bytes are split.

    Parameters
    ----------
    read_header
        Reads one header.
    """

    def __init__(self, read_header: ReadHeader[Header]) -> None:
        self._read_header = read_header
        self._data = bytearray()
        self._header: tuple[Header, int] | None = None

    def feed(self, data: bytes) -> Iterator[tuple[Header, bytes]]:
        """Yield the messages that ``data`` completes. Raises ValueError for what is no message."""
        self._data += data
        while True:
            if self._header is None:
                found = self._read_header(self._data)
                if found is None:
                    return
                size, header, body = found
                del self._data[:size]
                self._header = header, body
            header, length = self._header
            if len(self._data) < length:
                return
            body_bytes = bytes(self._data[:length])
            del self._data[:length]
            self._header = None
            yield header, body_bytes


def fixed(form: struct.Struct, body_size: Callable[[tuple[Any, ...]], int]) -> ReadHeader[tuple[Any, ...]]:
    """Return a reader of headers of a fixed form.

    Parameters
    ----------
    form
        The header.
    body_size
        Tells from the header's fields how many bytes follow. Raises ValueError for what is no header.
    """

    def read(data: bytearray) -> tuple[int, tuple[Any, ...], int] | None:
        if len(data) < form.size:
            return None
        fields = form.unpack_from(data)
        return form.size, fields, body_size(fields)

    return read
