"""What one text means at a step: the rules of the language, exact examples, values, and the matcher's figures.

In this order: words that say nothing; rules for the hard intents; words that match an example exactly; a bare day or
amount; and the matcher, weighted by what the step expects. Two intents said in one breath are both reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from voicebot import languages
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.talk import EngineIntent, Evidence, Question, Understanding
from voicebot.dialogue.understanding.denied import beside, reconsidered
from voicebot.dialogue.understanding.expectation import NOTHING, STRANGE, Compare, Expectation, Verdict
from voicebot.dialogue.understanding.heard_values import hear_values, hear_yes_no
from voicebot.dialogue.understanding.keywords import Fenced, fenced, hard_intent, share_of_words
from voicebot.dialogue.understanding.matcher import Matcher
from voicebot.dialogue.understanding.normal import clauses, cleaned, is_bare, replaced
from voicebot.dialogue.understanding.said import Said
from voicebot.dialogue.understanding.who import OnTheLine
from voicebot.languages.language import BREAKS_OFF

_WEAK: Final = frozenset(
    {
        "affirm",
        "deny",
        "dont_know",
        "thanks",
        "out_of_scope",
        "wait",
        "repeat",
        "goodbye",
        "not_available",
        EngineIntent.NO_MATCH,
    }
)
"""Intents that yield to a value that the step asks for."""
_SMALL: Final = frozenset({"affirm", "deny", "dont_know", "thanks", "goodbye", "out_of_scope", EngineIntent.NO_MATCH})
"""Intents that add nothing when something more important is said in the same breath."""

_OF_PAYING: Final = frozenset(
    {"promise_to_pay", "partial_payment", "cannot_pay", "refuse_to_pay", "already_paid", "dispute"}
)
VALUE: Final = 0.8
"""How sure an answer is that brings the value which the step asks for."""
RULE_SHARE: Final = 0.5
"""Share of an utterance from which the words of a rule say it all."""
RULE_AGREED: Final = 0.5
"""Probability from which the matcher agrees with a rule."""
RULE_ALONE: Final = 0.55
"""How sure a rule is whose words stand among others that say something else: enough to ask, and no more."""
LED: Final = 0.9
"""How sure a yes or a no is that begins an utterance."""
LED_INTO_NOTHING: Final = 0.55
"""The same where what follows means nothing here."""
SURELY_STRANGE: Final = 0.6
"""From which words are out of scope although they hold a value that was asked for. Of answers with a value, by writers
that were not learnt from, 0.3 to 2 % are that strange, and 87 % of what is out of scope."""
STRANGE_AS_ANSWER: Final = 0.9
"""The same where it is the very value that the question asked for."""


class Reader:
    """Reads texts for one script.

    Parameters
    ----------
    script
        Whose intents, steps and slots are used.
    matcher
        Knows the examples.
    """

    def __init__(self, script: Script, matcher: Matcher) -> None:
        self._script = script
        self._language = languages.of(script.language)
        self._matcher = matcher
        self._step = Expectation(script)
        self._who = OnTheLine(self._language, self._step)

    def read(self, question: Question, text: str, compare: Compare) -> Understanding:
        """Say what ``text`` means as an answer to ``question``.

        Parameters
        ----------
        compare
            Says how close texts are to intents.
        """
        script, state = self._script, question.state
        language = script.language
        if self._says_nothing(text, state.step):
            return Understanding(EngineIntent.NO_MATCH, 0.0, policy="keyword", complete=False)
        spelled = replaced(text, language, question.now)
        words = cleaned(spelled, language, question.lead, self._matcher.vocabulary)
        if not words:
            return Understanding(EngineIntent.NO_MATCH, 0.0, complete=False)
        values = hear_values(script, state.step, text, question.now, question.lead)
        confirmed = state.right_party and bool(state.step)  # without a step nobody was asked who is on the line
        hard = hard_intent(words, language, right_party=confirmed)
        parts = clauses(words, language)
        complete = not self._more_to_come(text, spelled, words, state.step)
        if hard:
            also = _also(parts.lead, hard)
            sure = self._says_nothing_else(hard, words, state.step, compare)
            confidence, evidence = (1.0 if sure else RULE_ALONE), Evidence(literal=sure)
            found = values.of(hard, script)
            return Understanding(hard, confidence, (), found, "keyword", complete, "", also, evidence=evidence)
        said = Said(words, parts, values, state)
        introduced = self._who.introduced(said)
        verdict, also = self._verdict(said, compare, fenced(words, language, right_party=confirmed))
        verdict, also = self._who.reconsidered(verdict, also, said, compare)
        if self._untold(verdict, said) or self._questioned(verdict.intent, words, state.step):
            verdict, also = Verdict(EngineIntent.NO_MATCH, 0.6, verdict.ranking), ()
        if self._not_all(verdict.intent, words, state.step):
            verdict, also = Verdict("partial_payment", 0.8, verdict.ranking), ()
            said = replace(said, values=values.below(question.lead, script))
        name = self._step.asked(state.step)
        asked = script.slots.get(name)
        if not said.values.values and self._not_then(verdict.intent, words, state.step):
            which = EngineIntent.NO_MATCH if asked and asked.type == "date" else "deny"
            verdict, also = Verdict(which, 0.8, verdict.ranking), ()
        if not self._matcher.same_as(words, state.step):
            verdict = reconsidered(verdict, said, self._step, self._language)
        verdict = self._who.elsewhere(self._at_last(verdict, said, text), said)
        verdict, also = self._with_values(verdict, also, said)
        also = beside(also, words, state.step, self._step, self._language)
        if introduced:
            verdict, also = self._who.as_introduced(verdict, also, state.step)
        telling = verdict.intent in {"affirm", "deny"} and self._step.identifies(state.step)
        slots = {} if telling else said.values.of(verdict.intent, script)  # who is on the line has no day and no amount
        if asked and (choice := hear_yes_no(asked, verdict.intent)) is not None:
            slots[name] = choice
        complete = complete and verdict.intent != EngineIntent.NO_MATCH
        if asked and verdict.intent == asked.intent:
            if name in slots:  # the value that was asked for: hardly anything else brings it
                verdict = replace(verdict, confidence=max(verdict.confidence, VALUE))
            else:
                complete = False
        evidence = Evidence(
            literal=(introduced and verdict.literal) or self._in_so_many_words(verdict, words, state.step),
            yes="affirm" in also and (introduced or parts.lead == "affirm") and verdict.intent != "complaint_or_abuse",
            introduced=introduced,
        )
        return Understanding(
            verdict.intent, verdict.confidence, verdict.ranking, slots, "local", complete, "", also, evidence=evidence
        )

    def _says_nothing_else(self, hard: str, words: str, step: str, compare: Compare) -> bool:
        """Whether the words of a rule are what the utterance says: most of it, an example, or what it resembles.

        "You people will make me bankrupt" holds the word, and "don't call in the morning, call me at night" the phrase.
        """
        if share_of_words(hard, words, self._script.language) >= RULE_SHARE:
            return True
        if self._matcher.same_as(words, step):
            return self._matcher.same_as(words, step) == hard
        return compare((words,), step)[0].probabilities.get(hard, 0.0) >= RULE_AGREED

    def _in_so_many_words(self, verdict: Verdict, words: str, step: str) -> bool:
        """Whether it was said in so many words.

        To introduce oneself is such a yes; a yes beside words of denial is not, nor is the name of the person called
        among other words, since whoever picks up may speak of that person.
        """
        clues = self._language.clues
        greeted = self._matcher.same_as(self._after_greeting(words), step) == verdict.intent
        literal = verdict.literal or greeted
        if verdict.intent != "affirm" or verdict.confidence == 1.0:
            return literal
        return (literal or self._who.names_themselves(words)) and not clues.denial.search(words)

    def _after_greeting(self, words: str) -> str:
        """What follows a greeting: "hello this is she" is "this is she"."""
        gap = " " if self._language.spaced else ""
        for greeting in sorted(self._language.manners.greetings, key=len, reverse=True):
            if words.startswith(greeting + gap) and len(words) > len(greeting + gap):
                return words[len(greeting + gap) :]
        return words

    def _says_nothing(self, text: str, step: str) -> bool:
        """Whether only hesitations and stray words were heard; not where the script has them as an answer here."""
        clues, heard = self._language.clues, text.lower().strip()
        if not clues.nothing.fullmatch(heard) and not (step and clues.hum.fullmatch(heard)):
            return False
        return not self._matcher.same_here(self._language.plain(text), step)

    def _more_to_come(self, text: str, spelled: str, words: str, step: str) -> bool:
        """Whether the words trail off; not where they are an example as they stand ("yes, I will")."""
        if text.rstrip().endswith(BREAKS_OFF):
            return True
        trailing = self._language.clues.trailing
        if not trailing.search(spelled):
            return False
        return not (trailing.search(words) and self._matcher.same_as(words, step))

    def _verdict(self, said: Said, compare: Compare, never: Fenced) -> tuple[Verdict, tuple[str, ...]]:
        words, parts, step = said.words, said.parts, said.step
        if exact := _exactly(self._matcher.same_as(words, step), never):
            return exact, ()
        if is_bare(words, self._script.language) and said.values.values:
            return Verdict(EngineIntent.NO_MATCH, 0.0), ((parts.lead,) if parts.lead else ())
        pieces = parts.rest if parts.lead or len(parts.rest) > 1 else ()
        after = self._matcher.same_here(parts.rest[0], step) if parts.lead and len(parts.rest) == 1 else ""
        if exact := _exactly(after, never):
            return exact, ()
        matches = compare((words, *pieces), step)
        whole = self._step.weigh(matches[0], step, never)
        verdicts = [
            _exactly(self._matcher.same_as(piece, step), never) or self._step.weigh(match, step, never)
            for piece, match in zip(pieces, matches[1:], strict=True)
        ]
        if parts.lead:
            unclear = whole.intent == EngineIntent.NO_MATCH
            verdicts.insert(0, Verdict(parts.lead, LED_INTO_NOTHING if unclear else LED))
        verdict, also = _joined(whole, verdicts, parts.lead)
        if parts.lead and parts.lead == whole.intent == verdict.intent:  # and all of it says so
            verdict = replace(verdict, literal=True)
        if self._yes_settles(verdict, said):
            ranking = ((verdict.intent, verdict.confidence), *verdict.ranking)
            return Verdict("affirm", verdict.confidence, ranking, literal=True), ()
        return verdict, also

    def _yes_settles(self, verdict: Verdict, said: Said) -> bool:
        """Whether a leading "yes" overrides what the rest only seems to say.

        "Yes, I will pay it", where a yes was asked for, promises no day other than the one asked about; and
        nobody says "yes" and means that we have the wrong person, without a word of denial, or asks something, without
        a word of asking ("yes, I'll pay for the due date", as "by the due date" was heard).
        """
        clues, words, step = self._language.clues, said.words, said.step
        if said.parts.lead != "affirm" or not self._step.takes(step, "affirm"):
            return False
        if verdict.intent == "promise_to_pay":  # "okay, I will pay it" does not agree to being connected to somebody
            return not said.values.values and not clues.later.search(words) and not self._step.connects(step, "affirm")
        if verdict.intent.startswith("ask_") or verdict.intent == "repeat":
            return not clues.asking.search(words)
        return verdict.intent == "wrong_person" and not clues.denial.search(words)

    def _at_last(self, verdict: Verdict, said: Said, text: str) -> Verdict:
        """Return the verdict in the light of the yes or no that the words begin or end with, where they mean little.

        "Yes, thank you" answers the question, as "what for, so he can laugh at me too? No." does.
        """
        clues, words, step = self._language.clues, said.words, said.step
        denied = self._language.denying.covered(words)
        yes = self._step.takes(step, "affirm") and not denied
        if verdict.intent == "thanks" and said.parts.lead == "affirm" and yes:
            return Verdict("affirm", max(verdict.confidence, LED), verdict.ranking, literal=True)
        if verdict.intent == STRANGE and said.parts.lead == "affirm" and yes and self._step.identifies(step):
            return Verdict("affirm", LED_INTO_NOTHING, verdict.ranking)  # "yes, but I've a room full": asked
        if not step or verdict.intent not in NOTHING or is_bare(words, self._script.language):
            return verdict
        if self._step.takes(step, "deny") and clues.final_no.search(text.lower()):
            return Verdict("deny", VALUE, verdict.ranking)
        if yes and clues.final_yes.search(text.lower()):
            return Verdict("affirm", VALUE, verdict.ranking)
        return verdict

    def _untold(self, verdict: Verdict, said: Said) -> bool:
        """Whether words only seem to speak of the payment.

        Somebody who has not been told of it ("depends who's asking") names no word of paying, and who speaks of others
        alone ("the guest says he has cancelled") does not speak of their own.
        """
        clues, words = self._language.clues, said.words
        if verdict.literal or verdict.intent not in _OF_PAYING:
            return False
        if said.state.right_party:
            return clues.others.search(words) is not None
        return self._step.identifies(said.step) and not clues.paying.search(words)

    def _questioned(self, intent: str, words: str, step: str) -> bool:
        """Whether a question would end the call: who asks "isn't it on autopay?" has not answered yet."""
        settles = intent in {"affirm", "already_paid", "dispute"} and self._step.ends(step, intent)
        return settles and self._language.clues.doubting.search(words) is not None

    def _not_then(self, intent: str, words: str, step: str) -> bool:
        """Whether it is only the day that does not suit; another one is then to be asked for."""
        answers = _SMALL | {"promise_to_pay", "cannot_pay", "refuse_to_pay"}
        return bool(step) and intent in answers and self._language.clues.not_then.search(words) is not None

    def _not_all(self, intent: str, words: str, step: str) -> bool:
        """Whether all of it is what they cannot pay; a part is then to be asked for."""
        answers = _SMALL | {"promise_to_pay", "cannot_pay", "partial_payment"}
        not_all = self._language.clues.not_all.search(words) is not None
        return intent in answers and not_all and (not step or self._step.leads(step, "partial_payment"))

    def _with_values(self, verdict: Verdict, also: tuple[str, ...], said: Said) -> tuple[Verdict, tuple[str, ...]]:
        """Treat a value that the step asks for as an answer: "Friday" is a promise where a day is asked for."""
        step, parts, values = said.step, said.parts, said.values.values
        bare = is_bare(said.words, self._script.language)
        if not step:  # no question was asked: a bare value means what it usually means
            names = list(values) if bare and verdict.intent == EngineIntent.NO_MATCH else []
            if verdict.intent == "callback_request" and not self._language.clues.calling.search(said.words):
                names = [name for name in values if self._script.slots[name].type == "date"]  # "can we say Tuesday"
            intent = next((self._script.slots[name].intent for name in names), "")
            return (Verdict(intent, 0.8), also) if intent else (verdict, also)
        asked = self._step.asked(step)
        # Where a day is asked for, a past day on its own is an answer that must be asked again, not news of a payment.
        bare = bare or (said.words == self._language.clues.stand_ins.past and asked in values)
        if self._step.identifies(step) and not bare:
            return verdict, also  # who is asked who they are gives no day and no amount: "he is in court today"
        fits = verdict.intent not in _WEAK and self._step.leads(step, verdict.intent)
        if verdict.intent == "callback_request" and not self._language.clues.calling.search(said.words):
            fits = fits and not self._step.takes(step, "promise_to_pay")  # "the thirtieth would suit me better"
        dictated = asked in values and self._script.slots[asked].type == "phone"  # whatever is said around it
        least = SURELY_STRANGE if asked not in values else STRANGE_AS_ANSWER
        if verdict.intent == STRANGE and verdict.confidence >= least and not (bare or dictated):
            return verdict, also  # "is friday a holiday" names a day, and promises nothing
        if not values or (fits and not bare and not dictated):
            return verdict, also
        names = [asked] if asked in values else [
            name for name in values if self._step.takes(step, self._script.slots[name].intent)
        ]  # fmt: skip
        if not names:
            return verdict, also
        if parts.lead == "deny" and all(said.state.slots.get(name) == values[name] for name in names):
            amounts = [name for name in names if self._script.slots[name].type == "money"]
            if amounts and self._language.clues.only.search(said.words):  # "no, just the twenty": as it was read back
                return Verdict(self._script.slots[amounts[0]].intent, VALUE, verdict.ranking), ()
            return Verdict("deny", 0.8, verdict.ranking), ()
        # an amount is more specific than the day that comes with it
        name = next((one for one in names if self._script.slots[one].type == "money"), names[0])
        intent = self._script.slots[name].intent
        answer = parts.lead or (verdict.intent if verdict.intent in {"affirm", "deny"} else "")
        return Verdict(intent, max(verdict.confidence, VALUE), verdict.ranking), _also(answer, intent)


def _exactly(intent: str, never: Fenced) -> Verdict | None:
    """Return the verdict where words are an example of an intent, and say nothing that cancels it."""
    return Verdict(intent, 1.0, literal=True) if intent and intent not in never.cancelled else None


def _also(first: str, intent: str) -> tuple[str, ...]:
    return (first,) if first and first != intent else ()


def _joined(whole: Verdict, parts: Sequence[Verdict], lead: str) -> tuple[Verdict, tuple[str, ...]]:
    """Return the most important intent, and what else was said with it."""
    weighty = [one for one in parts if one.intent not in _SMALL]
    if not weighty:
        small = next((one for one in parts if one.intent in {"affirm", "deny"}), None)
        if small and whole.intent in _SMALL | {small.intent}:
            return (small if whole.intent == EngineIntent.NO_MATCH else whole), ()
        return whole, ((small.intent,) if small and small.intent != whole.intent else ())
    best = max(weighty, key=lambda one: one.confidence)
    if whole.intent == lead == "deny" and whole.confidence > best.confidence:
        return whole, ()  # "no, I don't want to talk to anyone": all of it is surer to be a no than the rest a wish
    if whole.intent not in _SMALL and whole.confidence > best.confidence:
        best = whole
    others = tuple(
        dict.fromkeys(one.intent for one in parts if one.intent != best.intent and one.intent != EngineIntent.NO_MATCH)  # noqa: PLR1714
    )
    return best, others
