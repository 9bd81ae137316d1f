"""Structured logs, with attempt and campaign ids on every line and people's data masked.

Writing a log line never raises and never waits for long, whatever happens to standard error: a full disk, a closed
pipe, a reader that has stopped reading. Lines that could not be written are counted, and the count is logged before the
next line that can be written.

structlog is imported when the first line is logged: most commands log none, and importing it takes longer than what
they do.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import select
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, TextIO
from uuid import UUID

from voicebot.masking import mask_name, mask_number, mask_numbers, mask_secrets, printable

_NAMES: Final = frozenset({"name", "lead_name"})
_NUMBERS: Final = frozenset({"company_contact", "phone", "number", "dialled"})
_NEVER_MASKED: Final = frozenset({"attempt", "campaign", "timestamp"})
_PATIENCE_MS: Final = 5
"""How long one line waits for a reader that has stopped reading; the lines after it don't wait."""
_BLOCK: Final = select.PIPE_BUF
"""This much fits into a pipe that is ready to be written to."""

_wanted: Final[list[Callable[[], None]]] = []
"""What ``set_up`` was asked for before structlog was imported: done with the first line."""
_first_line: Final = threading.Lock()


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key not in _NEVER_MASKED:
            event[key] = _masked(value, key)
    return event


def _masked(value: Any, key: str = "") -> Any:
    """Mask a value of any type; anything that is not plain data becomes the text that the log would show."""
    if key in _NAMES and value is not None:
        return mask_name(str(value))
    if key in _NUMBERS and value is not None:
        return mask_number(str(value))
    if value is None or isinstance(value, (bool, int, float, UUID)):
        return value
    if isinstance(value, str):
        return printable(mask_numbers(mask_secrets(value)))
    if isinstance(value, Mapping):
        return {str(name): _masked(item, str(name)) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(item) for item in value]
    return printable(mask_numbers(mask_secrets(str(value))))


class LogOutput:
    """Where log lines go: written whole or counted as lost, never raising.

    Parameters
    ----------
    stream
        Usually standard error; ``None`` where the process has none.
    notice
        Makes the line that tells how many lines were lost and why.
    """

    def __init__(self, stream: TextIO | None, notice: Callable[[int, str], str]) -> None:
        self._stream = stream
        self._notice = notice
        self._lock = threading.Lock()
        self._torn = False
        """The last line was cut off in the middle."""
        self.lost = 0
        """Lines that could not be written since the last that could."""
        self._reason = ""

    def write(self, line: str) -> None:
        """Write one line, without its end, or count it as lost."""
        with self._lock:
            try:
                if self.lost or self._torn:
                    self._put(("\n" if self._torn else "") + self._notice(self.lost, self._reason) + "\n")
                    self.lost = 0
                self._put(line + "\n")
            except Exception as error:
                self.count(error)

    def count(self, error: Exception) -> None:
        """Count a line that could not be written, or not even be made."""
        self.lost += 1
        self._reason = str(getattr(error, "strerror", None) or error or type(error).__name__)

    def _put(self, text: str) -> None:
        if self._stream is None:
            raise OSError("there is no standard error")
        data = text.encode("utf-8", "backslashreplace")
        try:
            handle = self._stream.fileno()
        except (OSError, AttributeError):  # a stream in memory
            self._stream.write(text)
            self._stream.flush()
            return
        # Not through the stream's buffer: what it could not write would be written again later, in pieces.
        left = memoryview(data)
        while left:
            _wait_writable(handle, 0 if self.lost else _PATIENCE_MS)
            written = os.write(handle, left[:_BLOCK])
            self._torn = written < len(left)
            left = left[written:]


def _wait_writable(handle: int, milliseconds: int) -> None:
    waiting = select.poll()
    waiting.register(handle, select.POLLOUT)
    if not waiting.poll(milliseconds):
        raise BlockingIOError("its reader has stopped reading")


class _Writer:
    """What structlog calls with a rendered line."""

    def __init__(self, output: LogOutput) -> None:
        self._write = output.write

    def __getattr__(self, _level: str) -> Callable[[str], None]:
        return self._write


class _Forwarded(logging.Handler):
    """Passes on what libraries log with the standard library, through the same masks to the same output."""

    def __init__(self, output: LogOutput) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        try:
            log = get_logger(module=record.name)
            log.log(record.levelno // 10 * 10, record.getMessage(), exc_info=record.exc_info or None)
        except Exception as error:
            self._output.count(error)


def set_up(*, form: Literal["json", "text"] = "json", level: str = "INFO", stream: TextIO | None = None) -> LogOutput:
    """Send all logs to standard error, those of libraries as well.

    Parameters
    ----------
    form
        ``json``, one object a line, or ``text`` for people.
    level
        Name of the lowest level that is shown.
    stream
        Where to; standard error by default.

    Returns
    -------
    LogOutput
        What the lines are written by.
    """
    keep_standard_handles()
    stream = stream or sys.stderr

    @functools.cache
    def renderer() -> Any:
        import structlog  # noqa: PLC0415 - with the first line

        if form == "json":
            return structlog.processors.JSONRenderer(ensure_ascii=False)
        return structlog.dev.ConsoleRenderer(colors=_is_terminal(stream))

    def notice(lost: int, reason: str) -> str:
        event = {
            "event": "log lines were lost",
            "count": lost,
            "reason": reason,
            "level": "warning",
            "timestamp": datetime.now(UTC).isoformat(),
        }
        return str(renderer()(None, "warning", event))

    output = LogOutput(stream, notice)
    lowest = logging.getLevelNamesMapping()[level]

    def configure() -> None:
        import structlog  # noqa: PLC0415 - with the first line

        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.processors.format_exc_info,
                _mask,
                renderer(),
            ],
            wrapper_class=_never_raising(lowest, output),
            logger_factory=lambda *_: _Writer(output),
            cache_logger_on_first_use=False,
        )

    if "structlog" in sys.modules:
        configure()
    else:
        _wanted[:] = [configure]
    logging.raiseExceptions = False
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Forwarded)]:
        root.removeHandler(handler)
    forwarded = _Forwarded(output)
    forwarded.setLevel(max(lowest, logging.WARNING))
    root.addHandler(forwarded)
    return output


def _never_raising(lowest: int, output: LogOutput) -> Any:
    """Return a logger class whose calls never raise, whatever a value does when it is rendered."""
    import structlog  # noqa: PLC0415 - with the first line

    base: Any = structlog.make_filtering_bound_logger(lowest)

    def proxy(self: Any, method: str, event: str | None = None, **values: Any) -> Any:
        try:
            return base._proxy_to_logger(self, method, event, **values)
        except Exception as error:
            output.count(error)
            return None

    return type("NeverRaising", (base,), {"_proxy_to_logger": proxy})


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def keep_standard_handles() -> None:
    """Open those of the handles 0, 1 and 2 that are closed, and this program's own streams, on ``/dev/null``.

    A database or a socket that is opened later would get such a number, and whatever a library or a child process
    prints would be written into it.
    """
    for handle in range(3):
        try:
            os.fstat(handle)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # the lowest free number
    # Python leaves a stream out whose handle was closed when it started, and print and others fail then.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the program ends


class _Logger:
    """A logger that is made when the first line is logged."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, method: str) -> Any:
        import structlog  # noqa: PLC0415 - with the first line

        if _wanted:
            with _first_line:
                while _wanted:
                    _wanted[0]()
                    _wanted.clear()
        return getattr(structlog.get_logger(**self._values), method)


def get_logger(**values: Any) -> Any:
    """Return a logger with ``values`` on each of its lines."""
    return _Logger(values)
