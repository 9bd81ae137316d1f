"""What every recogniser promises, whichever engine is behind it: words, hints, interim results, many calls at once."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest

from tests.integration.speech.engines import Trial, hinted
from tests.integration.speech.listening import Listener
from voicebot.speech.audio import SAMPLE_RATE
from voicebot.speech.model_check import MOST_WRONG, wrong_words
from voicebot.speech.recognition import pool as pool_module
from voicebot.speech.recognition.candidates import plain
from voicebot.speech.recognition.pool import WorkerPool
from voicebot.speech.recognition.recognizer import Recognition

pytestmark = pytest.mark.asyncio(loop_scope="package")

SILENCE = bytes(2 * SAMPLE_RATE)


def in_range(recognition: Recognition) -> bool:
    return all(0 <= one.confidence <= 1 for one in (recognition.best, *recognition.alternatives))


async def test_words_are_heard_with_their_hints(trial: Trial, pool: WorkerPool) -> None:
    listener = Listener(pool)
    for phrase in trial.phrases:
        heard = await listener.hear(trial.clips[phrase], trial.phrases)
        assert hinted(heard) == phrase
        assert in_range(heard)
        assert not heard.failed
        assert heard.audio_seconds == pytest.approx(len(trial.clips[phrase]) / 2 / SAMPLE_RATE)
        assert heard.cpu_seconds > 0
        if trial.words:
            assert plain(heard.best.text) == phrase
    listener.session.close()


async def test_hints_change_what_is_heard(trial: Trial, pool: WorkerPool) -> None:
    listener = Listener(pool)
    for phrase in trial.phrases:
        others = tuple(other for other in trial.phrases if other != phrase)
        without = await listener.hear(trial.clips[phrase])
        assert hinted(without) == "", "nothing is hinted, so nothing comes from hints"
        assert without.best.text, "and words are heard all the same"
        if trial.words:
            assert wrong_words(phrase, without.best.text) <= MOST_WRONG
        assert hinted(await listener.hear(trial.clips[phrase], others)) != phrase
        assert hinted(await listener.hear(trial.clips[phrase], (phrase,))) == phrase
    listener.session.close()


async def test_all_words_are_heard_beside_hints(trial: Trial, pool: WorkerPool) -> None:
    listener = Listener(pool)
    heard = await listener.hear(trial.clips[""], trial.phrases)
    assert heard.best.source == "free"
    assert hinted(heard) in {"", *trial.phrases} or set(hinted(heard).split()) <= set(" ".join(trial.phrases).split())
    if trial.words:
        assert wrong_words(trial.off_script[1], heard.best.text) <= MOST_WRONG
    listener.session.close()


ODD = [
    (),
    ("",),
    (" ", "\t\r\n", "\0", "\u2028"),
    ("[]", "{}", '"', "'", "\\", "null", '["a"]', "…?!"),
    ("<eps>", "#0", "<s>", "</s>", "!SIL", "[unk]", "<unk>", "<UNK>"),
    ("\ud800", "a\udfffb", "🙂", "下周五", "네 네 네"),
    ("x" * 5000, "no " * 500, "a b c d e f g h i j k l m n o p " * 20),
    tuple(f"answer number {number}" for number in range(3000)),
    ("same",) * 300,
]


async def test_no_list_of_hints_hurts(trial: Trial, pool: WorkerPool) -> None:
    """Some lists end Vosk's process when they are passed on as they come."""
    listener = Listener(pool)
    workers = pool.worker_ids
    phrase = trial.phrases[0]
    for odd in (*ODD, (trial.unknown,), tuple(f"{phrase} {symbol}" for hints in ODD[2:6] for symbol in hints)):
        heard = await listener.hear(trial.clips[phrase], odd)
        assert not heard.failed, odd
        assert heard.best.text, odd
        heard = await listener.hear(trial.clips[phrase], (*odd, phrase))
        assert hinted(heard) == phrase, odd
    assert pool.worker_ids == workers, "the same processes as before"
    listener.session.close()


async def test_a_hint_with_a_word_that_the_model_lacks_is_not_heard_as_something_else(
    trial: Trial, pool: WorkerPool
) -> None:
    listener = Listener(pool)
    for phrase in trial.phrases:
        assert hinted(await listener.hear(trial.clips[phrase], (trial.unknown,))) in {"", plain(trial.unknown)}
    listener.session.close()


async def test_interim_results_while_speech_goes_on(trial: Trial, pool: WorkerPool) -> None:
    """Each interim result is answered in order, and the last knows all that was said."""
    listener = Listener(pool)
    for phrase in trial.phrases:
        listener.got.clear()
        pcm = trial.clips[phrase]
        utterance = listener.begin(trial.phrases)
        for number in (1, 2, 3, 4):
            listener.feed(pcm[len(pcm) // 8 * 2 * (number - 1) :][: len(pcm) // 8 * 2])
            if number == 4:
                listener.feed(pcm[len(pcm) // 8 * 8 :])
            listener.session.interim(number)
            await listener.words(number)
        assert [(one.utterance, one.interim) for one in listener.got] == [
            (utterance, number) for number in (1, 2, 3, 4)
        ]
        seconds = [one.audio_seconds for one in listener.got]
        assert seconds == sorted(seconds)
        assert hinted(listener.got[-1]) == phrase
        assert all(in_range(one) and not one.failed for one in listener.got)
        listener.session.end()
    listener.session.close()


async def test_an_interim_result_that_is_overtaken_gives_way(trial: Trial, pool: WorkerPool) -> None:
    listener = Listener(pool)
    phrase = trial.phrases[-1]
    pcm = trial.clips[phrase]
    listener.begin(trial.phrases)
    last, block = 20, len(pcm) // 40 * 2
    for number in range(1, last + 1):
        listener.session.feed(pcm[(number - 1) * block : number * block if number < last else len(pcm)])
        listener.session.interim(number)
    while not listener.got or listener.got[-1].interim != last:
        await listener.words(len(listener.got) + 1)
    numbers = [one.interim for one in listener.got]
    assert numbers == sorted(set(numbers)), "in order, and each once"
    assert hinted(listener.got[-1]) == phrase
    listener.session.end()
    listener.session.close()


async def test_many_calls_at_once_stay_apart_and_in_order(trial: Trial, pool: WorkerPool) -> None:
    """Each call says its phrases in an order of its own; one goes on from within the callback of the one before."""
    count = 6
    listeners = [Listener(pool, f"call-{number}") for number in range(count)]
    scripts = [random.Random(number).choices(trial.phrases, k=3) for number in range(count)]

    def say(listener: Listener, phrase: str) -> None:
        listener.begin(trial.phrases)
        listener.feed(trial.clips[phrase])
        listener.session.interim(1)

    def converse(listener: Listener, script: list[str]) -> None:
        rest = iter(script[1:])

        def then(_: Recognition) -> None:
            phrase = next(rest, None)
            if phrase is not None:
                say(listener, phrase)

        listener.then = then
        say(listener, script[0])

    for listener, script in zip(listeners, scripts, strict=True):
        converse(listener, script)
    await asyncio.gather(*(listener.words(3) for listener in listeners))
    for listener, script in zip(listeners, scripts, strict=True):
        assert [hinted(one) for one in listener.got] == script
        assert [one.utterance for one in listener.got] == [1, 2, 3]
        listener.session.close()


async def test_nothing_comes_of_what_is_over(trial: Trial, pool: WorkerPool) -> None:
    listener, left = Listener(pool), Listener(pool)
    phrase, other = trial.phrases[:2]
    for _ in range(5):
        listener.begin(trial.phrases)
        listener.feed(trial.clips[phrase])
        listener.session.interim(1)
        listener.session.end()
        left.begin(trial.phrases)
        left.feed(trial.clips[phrase])
        left.session.interim(1)
    left.session.close()
    last = listener.begin(trial.phrases)
    listener.feed(trial.clips[other])
    listener.session.interim(2)
    heard = await listener.words()
    assert (heard.utterance, heard.interim, hinted(heard)) == (last, 2, other)
    assert (len(listener.got), left.got) == (1, [])
    # What a call does out of turn is taken no notice of.
    listener.session.end()
    listener.session.end()
    listener.feed(trial.clips[phrase])
    listener.session.interim(3)
    left.begin(trial.phrases)
    left.feed(trial.clips[phrase])
    left.session.interim(9)
    left.session.close()
    assert hinted(await listener.hear(trial.clips[phrase], trial.phrases)) == phrase
    assert left.got == []
    listener.session.close()


async def test_where_nothing_is_said_nothing_is_made_up(trial: Trial, pool: WorkerPool) -> None:
    listener = Listener(pool)
    for pcm in (b"", b"\0", bytes(2), bytes(320), SILENCE):
        heard = await listener.hear(pcm, trial.phrases)
        assert (heard.best.text, heard.best.confidence, heard.failed) == ("", 0.0, False), len(pcm)
    listener.session.close()


def noise(seconds: float, level: float) -> bytes:
    samples = np.random.default_rng(1).standard_normal(int(seconds * SAMPLE_RATE)) * level * 32767
    return samples.clip(-32768, 32767).astype("<i2").tobytes()


@pytest.mark.parametrize(
    "pcm",
    [
        noise(1.0, 0.02),
        noise(1.0, 0.3),
        noise(0.02, 0.3),
        b"\xff\x7f\x00\x80" * SAMPLE_RATE,
        b"\x34\x12" * SAMPLE_RATE,
        bytes(4000) + b"\xff\x7f" * 4 + bytes(4000),
    ],
    ids=["quiet noise", "loud noise", "20 ms of noise", "square wave", "constant", "click"],
)
async def test_noise_is_no_phrase(trial: Trial, pool: WorkerPool, pcm: bytes) -> None:
    listener = Listener(pool)
    heard = await listener.hear(pcm, trial.phrases)
    assert not heard.failed
    assert in_range(heard)
    assert heard.best.source == "free" or heard.best.confidence <= 0.5
    listener.session.close()


async def test_a_long_utterance_is_heard_to_its_end(trial: Trial, pool: WorkerPool) -> None:
    """Longer than an engine hears at a time; what was said first and last is in it."""
    listener = Listener(pool)
    pcm = (trial.clips[""] + bytes(3200)) * 7
    assert len(pcm) > 16 * SAMPLE_RATE * 2
    alone = await listener.hear(trial.clips[""])
    listener.begin()
    before = len(listener.got)
    listener.feed(pcm[: len(pcm) // 4 * 2])
    listener.session.interim(1)
    await listener.words(before + 1)
    listener.feed(pcm[len(pcm) // 4 * 2 :])
    listener.session.interim(2)
    heard = await listener.words(before + 2)
    assert not heard.failed
    assert len(heard.best.text) > 4 * len(alone.best.text)
    if trial.words:
        assert wrong_words(" ".join([trial.off_script[1]] * 7), heard.best.text) <= MOST_WRONG
    listener.session.end()
    listener.session.close()


async def test_what_is_fed_beyond_the_limit_is_not_kept(
    trial: Trial, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_LONGEST_BYTES", 2 * SAMPLE_RATE * 2)
    listener = Listener(pool)
    phrase = trial.phrases[0]
    two_seconds = (trial.clips[phrase] + SILENCE * 2)[: 2 * len(SILENCE)]
    heard = await listener.hear(two_seconds + noise(3.0, 0.3), trial.phrases)
    assert heard.audio_seconds == 2.0
    assert hinted(heard) == phrase
    listener.session.close()


async def test_audio_cut_anywhere_is_heard_alike(trial: Trial, pool: WorkerPool) -> None:
    listener = Listener(pool)
    phrase = trial.phrases[0]
    pcm, dice = trial.clips[phrase], random.Random(3)
    listener.begin(trial.phrases)
    at = 0
    while at < len(pcm):
        length = dice.choice([1, 1, 3, 7, 321, 1601, 5001])
        listener.session.feed(pcm[at : at + length])
        at += length
    listener.session.feed(b"\x01")  # half a sample at the end
    listener.session.interim(1)
    assert hinted(await listener.words()) == phrase
    listener.session.end()
    listener.session.close()


async def test_words_are_told_with_their_times_where_the_engine_knows_them(trial: Trial, pool: WorkerPool) -> None:
    """Times count from the first sample of the utterance, whatever was heard before it, and after a second look."""
    listener = Listener(pool)
    for clip in list(trial.clips.values())[:3]:
        listener.got.clear()
        listener.begin(())
        listener.feed(SILENCE + clip[: len(clip) // 4 * 2])
        listener.session.interim(1)
        await listener.words(1)
        listener.feed(clip[len(clip) // 4 * 2 :])
        listener.session.interim(2)
        heard = await listener.words(2)
        listener.session.end()
        if trial.engine != "vosk":
            assert heard.words == ()
            continue
        assert heard.words, "something was said"
        edges = [edge for word in heard.words for edge in (word.begins, word.ends)]
        assert edges == sorted(edges)
        assert edges[0] >= 0.7
        assert edges[-1] <= heard.audio_seconds + 0.1
    listener.session.close()
