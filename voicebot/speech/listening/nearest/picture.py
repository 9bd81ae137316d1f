"""A picture of one line: how loud the person on it is, how loud the room behind them; and whose a level is. Pure.

What is known grows in this order:

1.  **Nothing.** Any voice may be the person's. They are *alone*: nobody else has been heard.
2.  **The room**: voices that are heard while we speak, when people listen, or whose words turned out to be no answer.
    A clearly louder voice is the person's; any other is *unsure*, and only an answer to the question decides.
3.  **The person**, from the first sure answer on. Between the person's level and the room's lies the border. It is
    nearer to the person's, the closer the two are; around it everything is unsure.

Whatever is louder than the person is the person. Both levels follow what is heard, the person's by a part of the way
with each answer, up and down, so that somebody who moves away from the phone is followed.
"""

from __future__ import annotations

import copy
import enum
from collections import deque
from dataclasses import dataclass
from typing import Final

from voicebot.speech.listening.nearest.levels import LOWEST_DBFS, Levels, upper

FLOOR_MARGIN_DB: Final = 7.0
"""Speech is this much above the steady floor."""
NOISE_MARGIN_DB: Final = 3.0
"""Speech is this much above the upper level of what is heard while nobody speaks."""
CLEARLY_DB: Final = 8.0
"""A voice this much louder than the room is the person's, even if no level of theirs is known yet."""
_FIRST_FLOOR_DBFS: Final = -62.0
_FLOOR_UP_DB: Final = 0.05
_FLOOR_DOWN_DB: Final = 0.45
"""Per frame; together they settle at the 10th percentile."""
_UPPER: Final = 0.9
_ROOM_UPPER: Final = 0.95
"""Of the room everything is heard, its weak sounds as well; of the person only what is speech."""
_ROOM_FADES_FRAMES: Final = 1500.0
_NOISE_FADES_FRAMES: Final = 500.0
_ROOM_KNOWN_FRAMES: Final = 25.0
"""Half a second of voices tells how loud the room is."""
_PROGRAMME_FRAMES: Final = 75.0
_PROGRAMME_PART: Final = 0.4
_NO_LOUDER_DB: Final = 1.0
_BORDER_PART: Final = 0.5
_BORDER_LEAST_DB: Final = 2.0
_BORDER_MOST_DB: Final = 9.0
_ROOM_PART: Final = 0.75
_ROOM_LEAST_DB: Final = 4.0
_ROOM_MOST_DB: Final = 14.0
_GOES_ON_DB: Final = 3.0
"""Single words of the room are this much above its upper level."""
_ALONE_BORDER_DB: Final = 6.0
"""Below the person by this much, where no room was heard, it is unsure who speaks."""
_ENDS_ABOVE_ROOM_DB: Final = -3.0
"""The person has stopped where no more is heard than the room's louder sounds, but for the loudest."""
_INTERRUPTS_BELOW_DB: Final = 11.0
_SPEAKER_DYNAMICS_DB: Final = 20.0
"""Weak ends of words lie this much below the speaker's level."""
_BELOW_SPEECH_DB: Final = 32.0
"""What lies this much below the speaker is none of it, however silent the line."""
_LEARNT_FIRST: Final = 0.6
_LEARNT: Final = 0.3
_FIRST_ANSWERS: Final = 2
_SAME_DB: Final = 6.0
"""Nobody says every phrase equally loudly: what is less than this below the person's level may be the person's, and
never shows how loud the room is."""
_QUIET_FRAMES: Final = 200
"""Four seconds without a voice behind the person."""
_DOUBTED_FRAMES: Final = 20
_DOUBTED_SILENCES: Final = 2
_CERTAIN_DB: Final = 10.0
"""So much is it where the room is known to be that far below, or is not known."""
_SUSPECT_FRAMES: Final = 500
_PHRASE_GAP_FRAMES: Final = 15
_PHRASE_FRAMES: Final = 100
"""A stretch of voices that is judged as one: up to a pause of 300 ms, or 2 s."""
_WAITED_FRAMES: Final = 60
"""Who says something and then waits speaks to us; a programme goes on within 1.2 s."""
_GOES_ON_FRAMES: Final = 15
"""So many of these frames are a voice where it goes on."""
_AT_LENGTH_FRAMES: Final = 200
"""Four seconds of speech that is no answer are no answer that was not understood."""
_AS_BEFORE_DB: Final = 8.0
"""A voice that goes on is not lower than this below what it said before."""


class Who(enum.StrEnum):
    """Whose speech it is."""

    NOBODY = "nobody"
    ROOM = "room"
    """Voices behind the person: neither answered nor an interruption."""
    ECHO = "echo"
    """Our own voice."""
    UNSURE = "unsure"
    """The person or the room; only an answer to the question counts."""
    ALONE = "alone"
    """Taken for the person: no level is known yet, and nobody else has been heard so far."""
    PERSON = "person"

    @property
    def may_be_the_person(self) -> bool:
        """Whether it is listened to."""
        return self in {Who.UNSURE, Who.ALONE, Who.PERSON}


@dataclass(frozen=True, slots=True)
class Figures:
    """The picture in figures, all dBFS; ``None``: not known yet.

    Parameters
    ----------
    person, room
        Upper level (90th percentile) of their speech.
    floor
        What is always there.
    """

    person: float | None
    room: float | None
    floor: float


class Picture:
    """The levels of one line, followed frame by frame.

    Parameters
    ----------
    floor
        Where it is known already what is always there, dBFS.
    """

    def __init__(self, floor: float = _FIRST_FLOOR_DBFS) -> None:
        self.floor = floor
        self.person: float | None = None
        self._behind = Levels(_ROOM_FADES_FRAMES)
        """Voices that did not speak to us."""
        self._dismissed = Levels(_ROOM_FADES_FRAMES)
        """Speech that was heard out and was no answer."""
        self._noise = Levels(_NOISE_FADES_FRAMES)
        self._answers = 0
        self._learnt_of = 0
        self._certain = False
        """An answer has stood out from whatever else is heard, or nothing else was: it was no programme's."""
        self._before: float | None = None
        self._pauses = 0.0
        """Frames without a voice, faded as the room's."""
        self._unanswered = False
        self._suspects: deque[float] = deque(maxlen=_SUSPECT_FRAMES)
        self._phrase: list[float] = []
        """Voices behind the person, until it is known how loud the whole phrase is."""
        self._gap = 0
        self._passed_over = 0
        """Frames with a voice that was not listened to, since somebody answered or nobody did."""
        self._perhaps_theirs = 0
        """Those of them that were about as loud as the person."""
        self._silences = 0
        """Questions without an answer since the last one that had one."""
        self._withdrawn: Levels | None = None
        """``_dismissed`` without what was dismissed last, while it is not known whether its speaker waits for us."""
        self._waited = 0
        self._went_on = 0
        self._went_on_from = LOWEST_DBFS

    @property
    def room(self) -> float | None:
        """Upper level of the voices behind the person; ``None`` while none were heard."""
        known = [
            one.percentile(_ROOM_UPPER) for one in (self._behind, self._dismissed) if one.frames >= _ROOM_KNOWN_FRAMES
        ]
        return max(known, default=None)

    @property
    def figures(self) -> Figures:
        """What is known, for the record."""
        room = self.room
        return Figures(
            None if self.person is None else round(self.person, 1),
            None if room is None else round(room, 1),
            round(self.floor, 1),
        )

    @property
    def noise(self) -> float:
        """Level that speech must be above at least."""
        above_noise = self._noise.percentile(_UPPER) + NOISE_MARGIN_DB if self._noise.frames else LOWEST_DBFS
        return max(self.floor + FLOOR_MARGIN_DB, min(above_noise, self.floor + 3 * FLOOR_MARGIN_DB))

    @property
    def _nobody_else(self) -> bool:
        """Whether no voice was heard for so long that the next one is the person's."""
        return self._behind.frames < _ROOM_KNOWN_FRAMES and self._pauses >= _QUIET_FRAMES

    @property
    def _goes_on_behind(self) -> bool:
        """Whether voices are heard behind the person so often that they are a programme or a crowd, and no asides."""
        heard = self._behind.frames + self._dismissed.frames
        return heard >= _PROGRAMME_FRAMES and heard >= _PROGRAMME_PART * (heard + self._pauses)

    # ------------------------------------------------------------------------------------- what is heard

    def frame(self, level: float, *, voice: bool = False) -> None:
        """Let 20 ms pass; ``level``: of what was heard; ``voice``: it was a voice, anybody's."""
        self.floor += _FLOOR_UP_DB if level > self.floor else -_FLOOR_DOWN_DB
        self._behind.tick()
        self._dismissed.tick()
        self._noise.tick()
        self._pauses *= 1.0 - 1.0 / _ROOM_FADES_FRAMES
        self._gap += 1
        if self._phrase and self._gap > _PHRASE_GAP_FRAMES:
            self._phrase_over()
        if self._withdrawn is not None:
            self._withdrawn.tick()
            self._waited += 1
            self._went_on += voice and level >= self._went_on_from
            if self._went_on >= _GOES_ON_FRAMES:
                self._withdrawn = None
            elif self._waited >= _WAITED_FRAMES:
                self._dismissed, self._withdrawn = self._withdrawn, None

    def behind(self, level: float, *, voice: bool) -> None:
        """Take a frame in which the person does not speak, nor our own voice comes back."""
        if voice:
            self._gap = 0
            self._phrase.append(level)
            if len(self._phrase) >= _PHRASE_FRAMES:
                self._phrase_over()
        else:
            self._noise.add(level)
            self._pauses += 1.0

    def suspect(self, level: float) -> None:
        """Take a frame of speech that is heard out: the call may show later whose it was."""
        self._suspects.append(level)

    def _phrase_over(self) -> None:
        """Learn from a phrase how loud the room is, unless it is so loud that the person may have said it."""
        loud = upper(self._phrase, _UPPER)
        self._pass_over(loud, len(self._phrase))
        if not self._may_be_theirs(loud):
            for level in self._phrase:
                if not self._may_be_theirs(level):
                    self._behind.add(level)
        self._phrase.clear()

    def _pass_over(self, level: float, frames: int) -> None:
        """Count speech that nobody listened to."""
        self._passed_over += frames
        if self.person is not None and level > self.person - _SAME_DB:
            self._perhaps_theirs += frames

    def _may_be_theirs(self, level: float) -> bool:
        """Whether a phrase of this upper level may be the person's, whatever it was taken for."""
        if self.person is None or not self._certain:
            return False
        room = self.room
        far = room is None or room <= self.person - _CERTAIN_DB + 1.0
        return level > self.person - (_CERTAIN_DB if far else _SAME_DB)

    @property
    def suspected(self) -> float:
        """Upper level of the speech that is heard out now."""
        return upper(list(self._suspects), _UPPER)

    def counted(self, utterance: int) -> None:
        """The call took these words for the person's: what was heard out was an answer.

        Parameters
        ----------
        utterance
            Its number: longer words of the same one replace what was learnt from the shorter.
        """
        if not self._suspects:
            return
        level = upper(list(self._suspects), _UPPER)
        if self.person is None and self._goes_on_behind and level < (self.room or LOWEST_DBFS) + _NO_LOUDER_DB:
            return  # whatever it says: it is as loud as the programme
        room = self.room
        stands_out = room is not None and level >= room + _SAME_DB
        self._certain = self._certain or stands_out or self._nobody_else
        self._unanswered = False
        self._silences = self._passed_over = self._perhaps_theirs = 0
        if utterance != self._learnt_of:
            self._learnt_of, self._before = utterance, self.person
            self._answers += 1
        part = _LEARNT_FIRST if self._answers <= _FIRST_ANSWERS else _LEARNT
        if self._before is None or level > self._before + CLEARLY_DB:
            self.person = level
        else:
            self.person = self._before + part * (level - self._before)
        self._dismissed.forget_above(self.person - _SAME_DB)
        if self._certain:
            self._behind.forget_above(self.person - _SAME_DB)

    def dismissed(self) -> None:
        """What was heard out was no answer: it belongs to the room, unless the speaker now waits for us."""
        level = self.suspected
        self._pass_over(level, len(self._suspects))
        if self._suspects and not self._may_be_theirs(level):
            short = len(self._suspects) < _AT_LENGTH_FRAMES
            self._withdrawn = copy.deepcopy(self._dismissed) if short and self._withdrawn is None else None
            self._waited, self._went_on, self._went_on_from = 0, 0, level - _AS_BEFORE_DB
            for one in self._suspects:
                self._dismissed.add(one)
        self._suspects.clear()

    def unanswered(self) -> None:
        """A question got no answer.

        While the person is not known, the next voice may be theirs, however quiet. If they are, and there were voices,
        the picture may be wrong: at once where they were about as loud as the person, and where none was, the second
        time. Then the room is forgotten, and the voice that answers the next question is the person's.
        """
        self._silences += 1
        wrong = self._perhaps_theirs >= _DOUBTED_FRAMES or (
            self._silences >= _DOUBTED_SILENCES and self._passed_over >= _DOUBTED_FRAMES
        )
        if self.person is None or wrong:
            self._unanswered = True
        if wrong:
            self._behind.forget()
            self._dismissed.forget()
        self._passed_over = self._perhaps_theirs = 0

    def over(self) -> None:
        """What was heard out is over, and nothing is to be learnt from it."""
        self._suspects.clear()

    # ---------------------------------------------------------------------------------------- what it means

    def sure_from(self) -> float | None:
        """Level from which it is the person; ``None`` while no level tells."""
        room = self.room
        if self.person is None:
            return None if room is None else room + CLEARLY_DB
        if room is None:
            return self.person - _ALONE_BORDER_DB
        border = self.person - min(max(_BORDER_PART * (self.person - room), _BORDER_LEAST_DB), _BORDER_MOST_DB)
        return max(border, room + _BORDER_LEAST_DB)

    def near_enough(self, level: float) -> bool:
        """Whether this level interrupts although it may not be the person's: much lower, it is not meant for us."""
        return self.person is not None and level >= self.person - _INTERRUPTS_BELOW_DB

    def goes_on_from(self) -> float | None:
        """Level from which somebody who was surely the person a moment ago speaks again; ``None`` as above."""
        sure, room = self.sure_from(), self.room
        return sure if sure is None or room is None else min(sure, room + _GOES_ON_DB)

    def unsure_from(self) -> float:
        """Level from which it may be the person."""
        room = self.room
        if room is None or self._unanswered:
            return self.noise
        if self.person is None:
            return max(self.noise, room + _NO_LOUDER_DB) if self._goes_on_behind else self.noise
        below = min(max(_ROOM_PART * (self.person - room), _ROOM_LEAST_DB), _ROOM_MOST_DB)
        return max(self.noise, self.person - below)

    def judge(self, level: float) -> Who:
        """Return whose speech of this upper level is."""
        sure = self.sure_from()
        if sure is not None and level >= sure:
            return Who.PERSON
        if self.person is None and self.room is None:
            return Who.PERSON if self._nobody_else else Who.ALONE
        return Who.UNSURE if level >= self.unsure_from() else Who.ROOM

    def ends_below(self, speaker: float) -> float:
        """Return the level under which somebody who speaks at the level ``speaker`` is silent."""
        least = max(min(self.noise, speaker - _SPEAKER_DYNAMICS_DB), speaker - _BELOW_SPEECH_DB)
        room = self.room
        if room is None or room > speaker - _ROOM_LEAST_DB - 1.0:
            return least
        return max(least, min(room + _ENDS_ABOVE_ROOM_DB, speaker - _ROOM_LEAST_DB))
