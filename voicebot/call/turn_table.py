"""The turn machine's rules, and its tables: which states may occur together, what each event may change, and what is
waited for.

A call is two machines that run side by side: the *mouth* (the bot's voice) and the *ear* (the callee's utterance).
``turns.py`` carries out the rules; everything that can be said about them without reading code is here. The machine
itself uses the tables, and the tests try every pair of states with every event against them.

The rules:

1.  **An utterance opens** once speech has lasted ``onset`` (longer while the bot is speaking). The audio from just
    before is included.
2.  **Its words are requested as soon as silence begins** (``interim_after``), so recognition and decision run during
    the silence. If speech continues, that interim result is stale and the next silence asks again. Queries are
    numbered, and only the newest counts.
3.  **It ends** when the silence has lasted as long as its words call for: short when they already answer the question,
    longer for dates, amounts and digits, and where they are not surely an answer and all of it, long when they don't
    answer, longest when they leave the sentence open; longer still for somebody who has paused that long before
    (``pace.py``).
4.  **Speech over a line holds the line** after ``barge_in`` of sustained speech: early, since nobody can tell an
    interruption from a back-channel by its first syllable. If the utterance turns out to be a back-channel or noise,
    the line resumes from a quiet place a little before where it stopped; otherwise the rest of it is dropped and the
    utterance is answered. Words that mean nothing in this call let the line resume as well, twice in a turn: they were
    said to somebody else, or belong to what was answered already. For a callee who has said "uh-huh" twice, only longer
    speech holds it (``pace.py``).
5.  **An uninterruptible line is never held or dropped, nor is a line with one after it in the same turn.** What is
    said meanwhile is kept, and answered after the last line; after the last that must be said, where it takes back
    what the turn replies to ("Crystal?" "... no, there is no Crystal here").
6.  **A turn that ends the call** is played to its end. Only an urgent meaning (stop calling) still changes it, and if
    the callee is speaking, the machine lets them finish before it hangs up.
7.  **Nobody is talked over at the start.** After the answer the machine waits for a greeting: it speaks when the
    greeting has ended (``wary`` of a recording, later), or when none has come within ``greeting_wait``. The same holds
    for a turn that begins while the callee is speaking. On an answering machine it waits for the beep that nothing
    follows; where none comes nothing is said.
8.  **Silence** is an answer too: ``no_input`` seconds after the last line, if nobody is speaking.
9.  **Keys** interrupt a line that may be interrupted, and are an answer of their own. What is said beside them is heard
    out: it is the answer where the keys mean nothing to the question.
10. **Someone who keeps talking as the reply begins had not finished.** Speech within ``goes_on`` of the start of a
    reply is joined to the words that were replied to. Together they are answered again (the
    reply is taken back, even one that would end the call), or they add nothing and the reply resumes: it begins
    there once more, so that the next piece of the same answer is joined as well. A key that early belongs to the
    question before, too, since nobody has heard the next one.
11. **Time passes without audio, too.** Some lines send nothing in silence (DTX, comfort noise). The machine never waits
    for a frame: ``wake_at`` says when it wants to be woken, and ``Tick`` has the same effect as the frame that did
    not come.
12. **Nothing a machine says is the callee's answer.** Until it is known what picked up, what was understood is
    ``held``. Once a voicemail or a screener is recognised, its words don't count until it has been decided what to do
    about it. A line that must be said in full is finished first; the rest of the turn is not said. A screener is left
    to finish (``screener_close`` of silence) before that decision is asked for.

The mouth::

    IDLE      no turn is known: before the first Begin, and between Commit and Begin
    OFF       a turn is known, and the callee (or a machine's greeting) has the floor
    SPEAKING  a line is being played
    HELD      a line has paused because the callee speaks over it
    QUIET     all lines have been played; an answer, a key or silence is awaited
    OVER      the last line of the call has been played; only a failed transfer leads to another turn

The ear::

    WAITING   no utterance
    HEARING   an utterance is open and the callee speaks
    CLOSING   silence has begun; the words have been requested, and they decide how long a silence ends it

The odd cases. When a kept answer is committed while the callee is speaking again, the ear is left as it is: so IDLE
occurs with every ear, and the next turn begins OFF. A line is held for an utterance, so HELD never occurs with WAITING.
Nothing is heard after the end, so OVER occurs with WAITING only.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from voicebot.call.turn_events import Beep, Begin, Decided, Digit, Event, Frame, Machine, Played, Tick

STRAYS: Final = 2
"""So often in a turn, words that mean nothing let the line go on (rule 4)."""


class Mouth(enum.Enum):
    """What the bot's voice is doing."""

    IDLE = "idle"
    OFF = "off"
    SPEAKING = "speaking"
    HELD = "held"
    QUIET = "quiet"
    OVER = "over"


class Ear(enum.Enum):
    """Where the callee's utterance stands."""

    WAITING = "waiting"
    HEARING = "hearing"
    CLOSING = "closing"


class Wait(enum.Enum):
    """What happens when nothing else does."""

    INTERIM = "silence has begun: request the words"
    END = "the silence has lasted as long as the words call for: the utterance is over"
    GIVE_UP = "no words have come in a long silence: it was nothing"
    TOO_LONG = "nobody speaks this long: it is noise"
    FLOOR = "nobody would be talked over: begin to speak"
    HANG_UP = "the last line has been played and nobody is speaking: end the call"
    KEYS = "no further key has been pressed: the keys so far are the answer"
    SILENCE = "nobody has answered: ask what to do about silence"


IDLE, OFF, SPEAKING, HELD, QUIET, OVER = Mouth
WAITING, HEARING, CLOSING = Ear

MAY_MEET: Final[Mapping[Mouth, frozenset[Ear]]] = {
    IDLE: frozenset({WAITING, HEARING, CLOSING}),
    OFF: frozenset({WAITING, HEARING, CLOSING}),
    SPEAKING: frozenset({WAITING, HEARING, CLOSING}),
    HELD: frozenset({HEARING, CLOSING}),
    QUIET: frozenset({WAITING, HEARING, CLOSING}),
    OVER: frozenset({WAITING}),
}

# An event missing from the row of the mouth's state is ignored, whatever the ear is doing.
MOUTH: Final[Mapping[Mouth, Mapping[type[Event], frozenset[Mouth]]]] = {
    IDLE: {
        Begin: frozenset({OFF, SPEAKING, QUIET, OVER}),
        Frame: frozenset({IDLE}),
        Decided: frozenset({IDLE}),
        Beep: frozenset({IDLE}),
    },
    OFF: {
        Frame: frozenset({OFF, SPEAKING, QUIET, IDLE, OVER}),
        Tick: frozenset({OFF, SPEAKING, QUIET, IDLE, OVER}),
        Decided: frozenset({OFF, IDLE}),
        Machine: frozenset({OFF}),
        Beep: frozenset({OFF}),
    },
    SPEAKING: {
        Frame: frozenset({SPEAKING, HELD, IDLE}),
        Tick: frozenset({SPEAKING, IDLE}),
        Decided: frozenset({SPEAKING, IDLE}),
        Played: frozenset({SPEAKING, QUIET, OFF, IDLE, OVER}),
        Digit: frozenset({SPEAKING, QUIET}),
        Machine: frozenset({SPEAKING, OFF}),
        Beep: frozenset({SPEAKING}),
    },
    HELD: {
        Frame: frozenset({HELD, SPEAKING, IDLE}),
        Tick: frozenset({HELD, SPEAKING, IDLE}),
        Decided: frozenset({HELD, SPEAKING, IDLE}),
        Digit: frozenset({HELD, QUIET}),
        Machine: frozenset({HELD, OFF}),
        Beep: frozenset({HELD}),
    },
    QUIET: {
        Frame: frozenset({QUIET, IDLE, OVER}),
        Tick: frozenset({QUIET, IDLE, OVER}),
        Decided: frozenset({QUIET, IDLE}),
        Digit: frozenset({QUIET}),
        Machine: frozenset({QUIET, OFF}),
        Beep: frozenset({QUIET}),
    },
    OVER: {
        Begin: frozenset({OFF, SPEAKING, QUIET, OVER}),
        Frame: frozenset({OVER}),
    },
}

EAR: Final[Mapping[Ear, Mapping[type[Event], frozenset[Ear]]]] = {
    WAITING: {
        Frame: frozenset({WAITING, HEARING}),
    },
    HEARING: {
        Begin: frozenset({HEARING, WAITING}),
        Frame: frozenset({HEARING, CLOSING, WAITING}),
        Tick: frozenset({HEARING, CLOSING, WAITING}),
        Decided: frozenset({HEARING, WAITING}),
    },
    CLOSING: {
        Begin: frozenset({CLOSING, WAITING}),
        Frame: frozenset({CLOSING, HEARING, WAITING}),
        Tick: frozenset({CLOSING, WAITING}),
        Decided: frozenset({CLOSING, WAITING}),
    },
}
"""A missing event leaves the ear as it is."""

_WITH_TURN: Final = frozenset({OFF, SPEAKING, HELD, QUIET})
_ANY_EAR: Final = frozenset(Ear)

WAITS: Final[Mapping[Wait, tuple[frozenset[Mouth], frozenset[Ear]]]] = {
    Wait.TOO_LONG: (_WITH_TURN, frozenset({HEARING, CLOSING})),
    Wait.INTERIM: (_WITH_TURN, frozenset({HEARING})),
    Wait.END: (_WITH_TURN, frozenset({CLOSING})),
    Wait.GIVE_UP: (_WITH_TURN, frozenset({CLOSING})),
    Wait.FLOOR: (frozenset({OFF}), _ANY_EAR),
    Wait.HANG_UP: (frozenset({QUIET}), _ANY_EAR),
    Wait.KEYS: (frozenset({QUIET}), _ANY_EAR),
    Wait.SILENCE: (frozenset({QUIET}), frozenset({WAITING})),
}
"""In which states each wait may run; they are served in this order."""

MAY_RUN: Final[Mapping[tuple[Mouth, Ear], tuple[Wait, ...]]] = {
    (mouth, ear): tuple(wait for wait, (mouths, ears) in WAITS.items() if mouth in mouths and ear in ears)
    for mouth in Mouth
    for ear in Ear
}
"""The same by state: it is looked up several times in each frame."""
