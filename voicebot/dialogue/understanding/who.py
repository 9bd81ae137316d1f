"""Who is on the line, by what they say: the person called, somebody close to that person, or a stranger.

A name alone settles nothing, because whoever picks up may speak of the person called ("Maria? She's at work"). It
counts as their own where they introduce themselves and speak of nobody else.
"""

from __future__ import annotations

from typing import Final

from voicebot.dialogue.talk import EngineIntent
from voicebot.dialogue.understanding.expectation import NOTHING, Compare, Expectation, Verdict
from voicebot.dialogue.understanding.keywords import NO_FENCE
from voicebot.dialogue.understanding.said import Said
from voicebot.languages import Language

_CALLS: Final = frozenset({"who_is_this", "why_calling"})
"""What anybody may ask who picks up a phone."""
_WHO: Final = frozenset({"affirm", "deny", "wrong_person", "not_available", *NOTHING})
"""What is settled by an introduction, whichever of these was understood."""


class OnTheLine:
    """What the words of a language tell about who is on the line.

    Parameters
    ----------
    language
        Of the script.
    expects
        What its steps expect.
    """

    def __init__(self, language: Language, expects: Expectation) -> None:
        self._clues, self._expects = language.clues, expects

    def names_themselves(self, words: str) -> bool:
        """Whether somebody gives the name of the person called as their own, or says "it's me"."""
        return self._clues.introduces.search(words) is not None and not self._clues.absent.search(words)

    def introduced(self, said: Said) -> bool:
        """Whether somebody introduces themselves as the person called where that is still open."""
        clues, words = self._clues, said.words
        if said.state.right_party or not said.step or clues.relative.search(words):
            return False
        return self.names_themselves(words) and (clues.stand_ins.name in words or not clues.denial.search(words))

    def _only_introduces(self, words: str) -> bool:
        """Whether somebody says who they are, and nothing else but yes."""
        found = self._clues.introduces.search(words)
        rest = [] if found is None else [words[: found.start()].strip(), words[found.end() :].strip()]
        return found is not None and not any(one and not self._clues.yes.fullmatch(one) for one in rest)

    def reconsidered(
        self, verdict: Verdict, also: tuple[str, ...], said: Said, compare: Compare
    ) -> tuple[Verdict, tuple[str, ...]]:
        """Correct what was understood about who is on the line: its intent, and what else was said with it."""
        known = said.state.right_party
        if verdict.intent == "affirm" and known and self._only_introduces(said.words):
            return Verdict(EngineIntent.NO_MATCH, 0.6, verdict.ranking), ()  # "this is she", long after that was asked
        if verdict.intent == "wrong_person" and self._denied_by_nothing(said):
            verdict = Verdict(EngineIntent.NO_MATCH if known else "affirm", 0.6, verdict.ranking)
        relative = None if known else self._clues.relative.search(said.words)
        if relative is None:
            return verdict, also
        rest = said.words[relative.end() :].strip()
        return self._of_relative(verdict, rest, said.step, compare), tuple(one for one in also if one != "affirm")

    def as_introduced(self, verdict: Verdict, also: tuple[str, ...], step: str) -> tuple[Verdict, tuple[str, ...]]:
        """Take who introduces themselves for the person, whatever else was denied or asked in the same breath."""
        if not self._expects.identifies(step):
            return verdict, also
        if verdict.intent in _WHO:
            return Verdict("affirm", max(verdict.confidence, 0.95), verdict.ranking, literal=True), ()
        return verdict, also if "affirm" in also else (*also, "affirm")

    def _of_relative(self, verdict: Verdict, rest: str, step: str, compare: Compare) -> Verdict:
        """Return what somebody means who says whose wife or son they are: no yes, and a question is answered first.

        Parameters
        ----------
        rest
            What they say after that.
        """
        knows = verdict.intent == "wrong_person" and not self._clues.denial.search(rest)
        if knows or verdict.intent in {"affirm", "ask_another_person", *NOTHING}:
            verdict = Verdict("not_available", 0.8, verdict.ranking)
        if verdict.intent == "not_available" and self._clues.asking.search(rest):
            asked = self._expects.weigh(compare((rest,), step)[0], step, NO_FENCE)
            if asked.intent in _CALLS:
                return Verdict(asked.intent, asked.confidence, verdict.ranking)
        return verdict

    def elsewhere(self, verdict: Verdict, said: Said) -> Verdict:
        """Return the verdict where the person called is said to be somewhere: "Maria no, Maria work"."""
        clues, words = self._clues, said.words
        open_still = bool(said.step) and not said.state.right_party and verdict.intent in {"wrong_person", "deny"}
        if open_still and clues.stand_ins.name in words and clues.away.search(words):
            return Verdict("not_available", max(verdict.confidence, 0.8), verdict.ranking)
        return verdict

    def _denied_by_nothing(self, said: Said) -> bool:
        """Whether somebody who names the person called, or has confirmed to be that person, denies nothing.

        To take it for a wrong number ends the call and bars the number, so it needs a word of denial.
        """
        clues, words = self._clues, said.words
        named = clues.stand_ins.name in words and not clues.absent.search(words)
        return (named or said.state.right_party) and not clues.denial.search(words)
