"""The bot's side: questions, lines, transfers, and what kept a line from being said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class QuestionBegun:
    """A turn that ends with listening begins: at which step, under which cue, for what kind of answer."""

    name: ClassVar[str] = "listen"
    step: str = ""
    cue: str = ""
    expects: str = ""


@dataclass(frozen=True, slots=True)
class EndingBegun:
    """A turn that ends the talk begins."""

    name: ClassVar[str] = "ending"
    outcome: str = ""
    action: str = "hang_up"
    extension: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineBegun:
    """The bot begins a line.

    Parameters
    ----------
    line
        Where it stands in the script.
    disclosure
        Name of the disclosure that it makes, or empty.
    voice
        Who says it; empty while it is still being rendered.
    """

    name: ClassVar[str] = "say"
    line: str = ""
    text: str = ""
    disclosure: str = ""
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Sounding:
    """A reply starts to play; ``since_speech_ms``: how long after the callee was last heard speaking."""

    name: ClassVar[str] = "sounding"
    since_speech_ms: int = 0


@dataclass(frozen=True, slots=True)
class LineSaid:
    """A line was said to its end."""

    name: ClassVar[str] = "said"
    line: str = ""


@dataclass(frozen=True, slots=True)
class LineHeld:
    """The line was stopped; it may go on."""

    name: ClassVar[str] = "held"


@dataclass(frozen=True, slots=True)
class LineResumed:
    """The held line goes on."""

    name: ClassVar[str] = "resumed"


@dataclass(frozen=True, slots=True)
class LineDropped:
    """The line was stopped for good, after ``progress`` (0 to 1) of it."""

    name: ClassVar[str] = "dropped"
    progress: float = 0.0


@dataclass(frozen=True, slots=True)
class RenderedLate:
    """A line that could not be rendered before the call was rendered when it was due."""

    name: ClassVar[str] = "rendered_late"
    seconds: float = 0.0
    voice: str = ""


@dataclass(frozen=True, slots=True)
class RenderFailed:
    """A line could not be rendered ahead."""

    name: ClassVar[str] = "render_failed"
    error: str = ""


@dataclass(frozen=True, slots=True)
class VoiceFailed:
    """A line could not be spoken at all."""

    name: ClassVar[str] = "voice_failed"
    error: str = ""


@dataclass(frozen=True, slots=True)
class TransferBegun:
    """The callee is to be handed to a human."""

    name: ClassVar[str] = "transfer"
    extension: str = ""


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """The transfer could not be started."""

    name: ClassVar[str] = "transfer_failed"
    error: str = ""


@dataclass(frozen=True, slots=True)
class Transferred:
    """A human took the call, or did not; from here to ``hung_up`` people talk, on the same recording."""

    name: ClassVar[str] = "transferred"
    extension: str = ""
    answered: bool = False
