"""Journal entries for what recogniser, talk and telephone report. Pure."""

from __future__ import annotations

from voicebot.agi.phone import HangUp
from voicebot.dialogue.conversation.script_talk import Plan
from voicebot.dialogue.talk import Ending, Utterance
from voicebot.journal import events
from voicebot.speech.listening.activity import Rejected
from voicebot.speech.listening.nearest.picture import Picture
from voicebot.speech.recognition.recognizer import Recognition


def words(recognition: Recognition, begun_at: float) -> events.Words:
    """Note what was recognised; ``begun_at``: the utterance's first sample on the journal's clock."""
    best = recognition.best
    return events.Words(
        recognition.utterance,
        recognition.interim,
        best.text,
        round(best.confidence, 3),
        best.source,
        tuple(events.Alternative(one.text, round(one.confidence, 3)) for one in recognition.alternatives),
        tuple(
            events.Word(
                one.text, round(begun_at + one.begins, 3), round(begun_at + one.ends, 3), round(one.confidence, 3)
            )
            for one in recognition.words
        ),
        audio_seconds=round(recognition.audio_seconds, 2),
        cpu_seconds=round(recognition.cpu_seconds, 3),
        failed=recognition.failed,
    )


def second_look(query: int, found: Recognition, *, waited: float, counts: bool) -> events.SecondLook:
    """Note what another recogniser heard; ``waited``: seconds."""
    best = found.best
    confidence, cpu = round(best.confidence, 3), round(found.cpu_seconds, 3)
    return events.SecondLook(query, best.text, confidence, round(waited * 1000, 1), cpu, counts)


def second_words(query: int, utterance: int, both: Utterance) -> events.Words:
    """Note the words that count now, another recogniser's."""
    others = tuple(events.Alternative(text, round(confidence, 3)) for text, confidence in both.alternatives)
    confidence, seconds = round(both.confidence, 3), round(both.seconds, 2)
    return events.Words(utterance, query, both.text, confidence, "second_ear", others, audio_seconds=seconds)


def understood(query: int, plan: Plan, *, goes_on: bool, seconds: float) -> events.Understood:
    """Note what an utterance means; ``seconds``: how long that took."""
    understanding, evidence = plan.understanding, plan.understanding.evidence
    return events.Understood(
        query,
        understanding.intent,
        round(understanding.confidence, 3),
        understanding.slots,
        understanding.policy,
        understanding.ranking[:3],
        understanding.also,
        round(understanding.recognition, 3),
        round(seconds * 1000, 1),
        plan.utterance.text if goes_on else "",
        plan.nothing_new,
        evidence.literal,
        None if evidence.agreement is None else round(evidence.agreement, 3),
        evidence.second_ear,
        None if evidence.pace is None else round(evidence.pace, 2),
        evidence.yes,
        evidence.introduced,
    )


def turn(query: int, plan: Plan, so_far: Ending) -> events.Turn:
    """Note the end of a turn, and the call's outcome if it ended now."""
    return events.Turn(
        query,
        plan.understanding.intent,
        plan.state.step,
        plan.act.taken,
        plan.state.ending,
        so_far.outcome,
        so_far.slots,
        plan.takes_back,
        so_far.counts_as,
        plan.act.weighed,
    )


def rejected(found: Rejected, now: float) -> events.SpeechIgnored:
    """Note voices that were none of the callee's; ``now`` on the journal's clock."""
    ended = now - found.ended_ms / 1000
    began = ended - found.lasted_ms / 1000
    why, line = found.who.value, found.line
    return events.SpeechIgnored(
        why, 0, round(began, 3), round(ended, 3), round(found.level_dbfs, 1), line.person, line.room, line.floor
    )


def no_answer(utterance: int, began: float, ended: float, line: Picture) -> events.SpeechIgnored:
    """Note an utterance that may have been the callee's by its level, and answered nothing."""
    figures = line.figures
    return events.SpeechIgnored(
        "no_answer", utterance, began, ended, round(line.suspected, 1), figures.person, figures.room, figures.floor
    )


def ending(found: Ending) -> events.EndingBegun:
    """Note how the talk will end."""
    return events.EndingBegun(found.outcome, found.action, found.extension, found.slots)


def hung_up(told: HangUp) -> events.HungUp:
    """Note the end of the callee's leg."""
    return events.HungUp(
        told.disposition.value,
        told.cause,
        told.technical,
        told.by_callee,
        told.explanation,
        told.origin.value,
        told.rang,
        told.sip_call_id,
        told.late_ticks,
    )
