"""The local policy: what an utterance means, decided in this process.

In this order: the engine's own events (silence, machines, keys); rules for the hard intents; words that match an
example exactly; a bare day or amount; and the matcher, weighted by what the step expects. Two intents said in one
breath are both reported.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from voicebot import languages, paths
from voicebot.dialogue.script.model import Script
from voicebot.dialogue.script.table import table_of
from voicebot.dialogue.talk import EngineIntent, Question, State, Understanding
from voicebot.dialogue.understanding import e5
from voicebot.dialogue.understanding.corpora import utterances
from voicebot.dialogue.understanding.embedding import Embedder
from voicebot.dialogue.understanding.heard_values import HeardValues, hear_values, hear_yes_no
from voicebot.dialogue.understanding.keywords import Fenced, fenced, hard_intent
from voicebot.dialogue.understanding.matcher import Match, Matcher
from voicebot.dialogue.understanding.normal import Clauses, clauses, cleaned, is_bare, replaced
from voicebot.dialogue.understanding.policy import engine_answer
from voicebot.languages.language import BREAKS_OFF

OWN_BONUS: Final = 1.0
"""Natural logarithm of how much more likely an answer is when the step expects it."""
STRANGE_MALUS: Final = -1.6
"""The same for an answer that leads nowhere in this step."""
HERE_FROM: Final = 0.5
HERE_BONUS: Final = 9.0
"""From which similarity to one of the step's own examples counts, and how much it counts at full similarity."""
SURE: Final = 0.34
SURE_ENDING: Final = 0.5
"""Confidence from which an intent is believed; more where it ends the call at once."""
STRANGE_LIKENESS: Final = 0.30
STRANGE_WORDS: Final = 0.5
"""Below both, the words are out of scope: similar to no example, and most of them occur in none."""
UNSURE_RECOGNITION: Final = 0.55
ALTERNATIVES: Final = 2
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
_STRANGE: Final = "out_of_scope"
_NOTHING: Final = frozenset({EngineIntent.NO_MATCH, _STRANGE})
"""What means nothing in this call: another hypothesis may mean something."""
THREAD: Final = ThreadPoolExecutor(1, "understand")
"""Where all understanding is done: one text at a time."""
_KEPT: Final = 2048


Compare = Callable[[tuple[str, ...], str], tuple[Match, ...]]
"""Says how close masked texts are to intents, in a step."""


@dataclass(frozen=True, slots=True)
class Compared:
    """An answer, and what had to be compared for it.

    Parameters
    ----------
    answer
        The local policy's.
    texts
        Masked texts that were compared with examples.
    rows
        Their embeddings, little-endian 32-bit floats, row by row; empty without an embedding model.
    """

    answer: Understanding
    texts: tuple[str, ...]
    rows: bytes


class Local(Protocol):
    """The local policy as other policies use it: in this process or in another."""

    async def compared(self, question: Question) -> Compared:
        """Answer, and tell what was compared."""

    async def informed(self, question: Question, probabilities: Mapping[str, Mapping[str, float]]) -> Understanding:
        """Answer using other probabilities (text → intent → 0 to 1) instead of the matcher's own."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """An intent with its confidence and the runners-up."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()


class LocalPolicy:
    """Understands utterances for one script. Creating one takes seconds the first time, later a fraction of one.

    Parameters
    ----------
    script
        Whose intents, examples, steps and slots are used.
    embeddings
        Folder of the embedding model; ``None``: the installed one of the language, if any.
    """

    def __init__(self, script: Script, embeddings: Path | None = None) -> None:
        self._script = script
        self._table = table_of(script)
        self._language = languages.of(script.language)
        name = self._language.embedding
        self._embedder = _embedder(embeddings or paths.models_folder() / name) if name else None
        self._matcher = Matcher(
            _examples(script),
            {name: step.examples for name, step in script.steps.items()},
            script.language,
            self._embedder,
        )
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], tuple[Match, ...]] = OrderedDict()

    @property
    def name(self) -> str:
        """``local``."""
        return "local"

    @property
    def features(self) -> str:
        """What texts are compared by, for reports."""
        return f"n-grams and {self._language.embedding}" if self._embedder else "n-grams"

    async def understand(self, question: Question) -> Understanding:
        """Understand what was heard; see ``Policy``."""
        return await asyncio.get_running_loop().run_in_executor(THREAD, self.decide, question)

    async def compared(self, question: Question) -> Compared:
        """Answer, and tell what was compared; see ``Local``."""
        return await asyncio.get_running_loop().run_in_executor(THREAD, self.decide_noting, question)

    async def informed(self, question: Question, probabilities: Mapping[str, Mapping[str, float]]) -> Understanding:
        """Answer by other probabilities; see ``Local``."""
        return await asyncio.get_running_loop().run_in_executor(THREAD, self.decide_informed, question, probabilities)

    def decide_noting(self, question: Question) -> Compared:
        """Answer in this thread, and tell what was compared."""
        compared: dict[str, None] = {}

        def noting(texts: tuple[str, ...], step: str) -> tuple[Match, ...]:
            compared.update(dict.fromkeys(texts))
            return self.compare(texts, step)

        answer = self.decide(question, noting)
        texts = tuple(compared)
        return Compared(answer, texts, self.embedded(texts))

    def decide_informed(self, question: Question, probabilities: Mapping[str, Mapping[str, float]]) -> Understanding:
        """Answer in this thread, by other probabilities."""

        def informed(texts: tuple[str, ...], step: str) -> tuple[Match, ...]:
            return tuple(
                match.informed(probabilities[text]) if probabilities.get(text) else match
                for text, match in zip(texts, self.compare(texts, step), strict=True)
            )

        return self.decide(question, informed)

    def decide(self, question: Question, compare: Compare | None = None) -> Understanding:
        """Understand what was heard, in this thread; takes up to 20 ms.

        Parameters
        ----------
        compare
            Used instead of this policy's own ``compare``, by policies that know better how likely an intent is.
        """
        compare = compare or self.compare
        settled = engine_answer(self._script, question)
        if settled is not None:
            return settled
        heard = question.utterance
        best = self._words(question, heard.text, compare)
        if best.policy == "keyword" or not heard.alternatives:
            return best
        if best.intent not in _NOTHING and (best.confidence >= SURE_ENDING or heard.confidence >= UNSURE_RECOGNITION):
            return best
        for text, confidence in heard.alternatives[:ALTERNATIVES]:
            other = self._words(question, text, compare)
            weighed = other.confidence * (confidence / heard.confidence if heard.confidence else 1.0)
            if other.intent not in _NOTHING and weighed > max(
                0.0 if best.intent in _NOTHING else best.confidence, SURE
            ):
                return other
        return best

    def embedded(self, texts: tuple[str, ...]) -> bytes:
        """Return the embeddings of masked texts, float32, row after row; nothing where there is no model."""
        return self._embedder.embed(texts).tobytes() if self._embedder else b""

    # -- one text

    def _words(self, question: Question, text: str, compare: Compare) -> Understanding:
        script, state = self._script, question.state
        language = script.language
        if self._says_nothing(text, state.step):
            return Understanding(EngineIntent.NO_MATCH, 0.0, policy="keyword", complete=False)
        spelled = replaced(text, language, question.now)
        words = cleaned(spelled, language, question.lead)
        if not words:
            return Understanding(EngineIntent.NO_MATCH, 0.0, complete=False)
        values = hear_values(script, state.step, text, question.now, question.lead)
        confirmed = state.right_party and bool(state.step)  # without a step nobody was asked who is on the line
        hard = hard_intent(words, language, right_party=confirmed)
        parts = clauses(words, language)
        complete = not self._more_to_come(text, spelled, words, state.step)
        if hard:
            also = _also(parts.lead, hard)
            return Understanding(hard, 1.0, (), values.of(hard, script), "keyword", complete, "", also)
        never = fenced(words, language, right_party=confirmed)
        verdict, also = self._verdict(words, parts, state.step, values, compare, never)
        if verdict.intent == "wrong_person" and self._unfounded(words, state):
            verdict = _Verdict(EngineIntent.NO_MATCH if state.right_party else "affirm", 0.6, verdict.ranking)
        relative = not state.right_party and self._language.clues.relative.search(words)
        if relative and verdict.intent in {"affirm", *_NOTHING}:
            verdict, also = _Verdict("not_available", 0.8, verdict.ranking), ()
        if self._questioned(verdict.intent, words, state.step):
            verdict, also = _Verdict(EngineIntent.NO_MATCH, 0.6, verdict.ranking), ()
        if self._not_all(verdict.intent, words, state.step):
            verdict, also = _Verdict("partial_payment", 0.8, verdict.ranking), ()
            values = values.below(question.lead, script)
        if not values.values and self._not_then(verdict.intent, words, state.step):
            dated = script.slots.get(self._asked(state.step))
            which = EngineIntent.NO_MATCH if dated and dated.type == "date" else "deny"
            verdict, also = _Verdict(which, 0.8, verdict.ranking), ()
        verdict, also = self._with_values(verdict, also, parts, words, values, question)
        slots = values.of(verdict.intent, script)
        name = self._asked(state.step)
        asked = script.slots.get(name)
        if asked and (choice := hear_yes_no(asked, verdict.intent)) is not None:
            slots[name] = choice
        complete = complete and verdict.intent != EngineIntent.NO_MATCH
        if asked and verdict.intent == asked.intent and name not in slots:
            complete = False
        return Understanding(verdict.intent, verdict.confidence, verdict.ranking, slots, "local", complete, "", also)

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

    def _verdict(  # noqa: PLR0917
        self,
        words: str,
        parts: Clauses,
        step: str,
        values: HeardValues,
        compare: Compare,
        never: Fenced,
    ) -> tuple[_Verdict, tuple[str, ...]]:
        exact = self._matcher.same_as(words, step)
        if exact and exact not in never.cancelled:
            return _Verdict(exact, 1.0), ()
        if is_bare(words, self._script.language) and values.values:
            return _Verdict(EngineIntent.NO_MATCH, 0.0), ((parts.lead,) if parts.lead else ())
        pieces = parts.rest if parts.lead or len(parts.rest) > 1 else ()
        exact = self._matcher.same_here(parts.rest[0], step) if parts.lead and len(parts.rest) == 1 else ""
        if exact and exact not in never.cancelled:
            return _Verdict(exact, 1.0), ()
        matches = compare((words, *pieces), step)
        whole = self._weigh(matches[0], step, never)
        verdicts = []
        for piece, match in zip(pieces, matches[1:], strict=True):
            exact = self._matcher.same_as(piece, step)
            verdicts.append(
                _Verdict(exact, 1.0) if exact and exact not in never.cancelled else self._weigh(match, step, never)
            )
        if parts.lead:
            verdicts.insert(0, _Verdict(parts.lead, 0.9))
        verdict, also = _joined(whole, verdicts)
        if self._yes_settles(verdict, parts, words, values, step):
            return _Verdict("affirm", verdict.confidence, ((verdict.intent, verdict.confidence), *verdict.ranking)), ()
        return verdict, also

    def _yes_settles(self, verdict: _Verdict, parts: Clauses, words: str, values: HeardValues, step: str) -> bool:
        """Whether a leading "yes" overrides what the rest only seems to say.

        "Yes, I will pay it", where a yes was asked for, promises no day other than the one asked about; and
        nobody says "yes" and means that we have the wrong person, without a word of denial, or asks something, without
        a word of asking ("yes, I'll pay for the due date", as "by the due date" was heard).
        """
        if parts.lead != "affirm" or not self._takes(step, "affirm"):
            return False
        clues = self._language.clues
        if verdict.intent == "promise_to_pay":  # "okay, I will pay it" does not agree to being connected to somebody
            return not values.values and not clues.later.search(words) and not self._connects(step, "affirm")
        if verdict.intent.startswith("ask_"):
            return not clues.asking.search(words)
        return verdict.intent == "wrong_person" and not clues.denial.search(words)

    def _unfounded(self, words: str, state: State) -> bool:
        """Whether nothing denies that this is the person called, who gives their own name or has already confirmed it.

        Otherwise the call would end, and a good number would be marked as wrong.
        """
        clues = self._language.clues
        named = clues.stand_ins.name in words and not clues.absent.search(words)
        return (named or state.right_party) and not clues.denial.search(words)

    def _questioned(self, intent: str, words: str, step: str) -> bool:
        """Whether a question would end the call: who asks "isn't it on autopay?" has not answered yet."""
        settles = intent in {"affirm", "already_paid", "dispute"} and self._ends(step, intent)
        return settles and self._language.clues.doubting.search(words) is not None

    def _not_then(self, intent: str, words: str, step: str) -> bool:
        """Whether it is only the day that does not suit; another one is then to be asked for."""
        answers = _SMALL | {"promise_to_pay", "cannot_pay", "refuse_to_pay"}
        return bool(step) and intent in answers and self._language.clues.not_then.search(words) is not None

    def _not_all(self, intent: str, words: str, step: str) -> bool:
        """Whether all of it is what they cannot pay; a part is then to be asked for."""
        answers = _SMALL | {"promise_to_pay", "cannot_pay", "partial_payment"}
        not_all = self._language.clues.not_all.search(words) is not None
        return intent in answers and not_all and (not step or bool(self._table.of(step, "partial_payment")))

    def _asked(self, step: str) -> str:
        return self._script.steps[step].asks if step in self._script.steps else ""

    def compare(self, texts: tuple[str, ...], step: str) -> tuple[Match, ...]:
        """Compare masked texts with the script's examples; what was compared before is remembered."""
        key = (step, texts)
        if key not in self._kept:
            self._kept[key] = self._matcher.compare(texts, step)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _weigh(self, match: Match, step: str, never: Fenced) -> _Verdict:
        """Weight by what the step expects, and reject what is out of scope and what the words cannot mean."""
        own = set(self._table.intents(step))
        scores: dict[str, float] = {}
        for intent in {*match.probabilities, *match.here}:
            score = math.log(match.probabilities.get(intent, 0.0) + 1e-4)
            if intent in own:
                score += OWN_BONUS
            elif step and not self._table.of(step, intent):
                score += STRANGE_MALUS
            likeness = match.here.get(intent, 0.0)
            scores[intent] = score + HERE_BONUS * max(0.0, likeness - HERE_FROM) / (1 - HERE_FROM)
        total = sum(map(math.exp, scores.values()))  # with what cannot be meant: the others get no surer by its absence
        ranking = sorted(
            ((intent, math.exp(score) / total) for intent, score in scores.items() if intent not in never.unlikely),
            key=lambda one: (-one[1], one[0]),
        )
        intent, confidence = ranking[0]
        best_here = max(match.here.values(), default=0.0)
        strange = max(match.nearest, best_here) < STRANGE_LIKENESS and match.known < STRANGE_WORDS
        if not step:  # without a step: the most likely intent, with how sure that is
            intent = _STRANGE if strange and _STRANGE in self._script.intents else intent
            others = tuple(one for one in ranking if one[0] != intent)
            return _Verdict(intent, dict(ranking)[intent] if not strange else 1 - confidence, others[:3])
        needed = SURE_ENDING if self._ends(step, intent) else SURE
        if strange or confidence < needed:
            return _Verdict(EngineIntent.NO_MATCH, 1 - confidence, tuple(ranking[:4]))
        return _Verdict(intent, confidence, tuple(ranking[1:4]))

    def _ends(self, step: str, intent: str) -> bool:
        return any(cell.move is not None and cell.move.end for cell in self._table.of(step, intent))

    def _connects(self, step: str, intent: str) -> bool:
        endings = self._script.endings
        return any(
            cell.move is not None and cell.move.end in endings and endings[cell.move.end].action == "transfer"
            for cell in self._table.of(step, intent)
        )

    def _with_values(  # noqa: PLR0917
        self,
        verdict: _Verdict,
        also: tuple[str, ...],
        parts: Clauses,
        words: str,
        values: HeardValues,
        question: Question,
    ) -> tuple[_Verdict, tuple[str, ...]]:
        """Treat a value that the step asks for as an answer: "Friday" is a promise where a day is asked for."""
        step = question.state.step
        bare = is_bare(words, self._script.language)
        if not step:  # no question was asked: a bare value means what it usually means
            names = list(values.values) if bare and verdict.intent == EngineIntent.NO_MATCH else []
            intent = next((self._script.slots[name].intent for name in names), "")
            return (_Verdict(intent, 0.8), also) if intent else (verdict, also)
        asked = self._asked(step)
        # Where a day is asked for, a past day on its own is an answer that must be asked again, not news of a payment.
        bare = bare or (words == self._language.clues.stand_ins.past and asked in values.values)
        fits = verdict.intent not in _WEAK and bool(self._table.of(step, verdict.intent))
        dictated = asked in values.values and self._script.slots[asked].type == "phone"  # whatever is said around it
        if not values.values or (fits and not bare and not dictated):
            return verdict, also
        names = [asked] if asked in values.values else [
            name for name in values.values if self._takes(step, self._script.slots[name].intent)
        ]  # fmt: skip
        if not names:
            return verdict, also
        if parts.lead == "deny" and all(question.state.slots.get(name) == values.values[name] for name in names):
            return _Verdict("deny", 0.8, verdict.ranking), ()
        # an amount is more specific than the day that comes with it
        name = next((one for one in names if self._script.slots[one].type == "money"), names[0])
        intent = self._script.slots[name].intent
        said = parts.lead or (verdict.intent if verdict.intent in {"affirm", "deny"} else "")
        return _Verdict(intent, max(verdict.confidence, 0.8), verdict.ranking), _also(said, intent)

    def _takes(self, step: str, intent: str) -> bool:
        return any(cell.kind == "own" for cell in self._table.of(step, intent))


def _also(first: str, intent: str) -> tuple[str, ...]:
    return (first,) if first and first != intent else ()


def _joined(whole: _Verdict, parts: Sequence[_Verdict]) -> tuple[_Verdict, tuple[str, ...]]:
    """Return the most important intent, and what else was said with it."""
    weighty = [one for one in parts if one.intent not in _SMALL]
    if not weighty:
        small = next((one for one in parts if one.intent in {"affirm", "deny"}), None)
        if small and whole.intent in _SMALL | {small.intent}:
            return (small if whole.intent == EngineIntent.NO_MATCH else whole), ()
        return whole, ((small.intent,) if small and small.intent != whole.intent else ())
    best = max(weighty, key=lambda one: one.confidence)
    if whole.intent not in _SMALL and whole.confidence > best.confidence:
        best = whole
    others = tuple(
        dict.fromkeys(one.intent for one in parts if one.intent != best.intent and one.intent != EngineIntent.NO_MATCH)  # noqa: PLR1714
    )
    return best, others


def _examples(script: Script) -> dict[str, tuple[str, ...]]:
    """Return a script's examples, and the utterances of its corpus beside them."""
    more = utterances(script.corpus) if script.corpus else {}
    return {intent: (*part.examples, *more.get(intent, ())) for intent, part in script.intents.items()}


@lru_cache(maxsize=4)
def _embedder(folder: Path) -> Embedder | None:
    """Load the embedding model once; its matrix products use one thread, so that calls are not disturbed."""
    kind: type[Embedder]
    if (folder / e5.FILE).is_file():
        kind = e5.E5Embedder
    elif (folder / "model.safetensors").is_file() and (folder / "vocab.txt").is_file():
        kind = Embedder
    else:
        return None
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    threadpool_limits(1)
    return kind(folder)
