"""A model for Coqui loads weights and nothing else, whatever its configuration names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import ConfigurationError
from voicebot.speech import model_install
from voicebot.speech.models import catalogue as models
from voicebot.speech.models.coqui_config import KINDS, check_coqui, faults_of
from voicebot.speech.speaking.coqui.model import find_model

HARMLESS: dict[str, Any] = {
    "model": "vits",
    "output_path": "/home/trainer/out",
    "datasets": [{"path": "/data/ljspeech", "meta_file_train": "metadata.csv"}],
    "phoneme_cache_path": "/home/trainer/cache",
    "text_cleaner": "english_cleaners",
    "characters": {"characters_class": "TTS.tts.utils.text.characters.IPAPhonemes"},
    "model_args": {"speakers_file": "speakers.json", "speaker_encoder_model_path": ""},
    "audio": {"stats_path": None, "sample_rate": 22050},
}


def changed(**changes: Any) -> dict[str, Any]:
    """The harmless one with ``a__b`` set to something."""
    config = json.loads(json.dumps(HARMLESS))
    for name, value in changes.items():
        *path, last = name.split("__")
        inner = config
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return dict(config)


def model(folder: Path, config: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.pth").write_bytes(b"weights")
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return folder


def test_a_usual_model_is_let_through(tmp_path: Path) -> None:
    check_coqui(model(tmp_path / "m", HARMLESS))
    check_coqui(model(tmp_path / "m", changed(model_args__speakers_file=str(tmp_path / "m" / "speakers.pth"))))
    (tmp_path / "m" / "vocab.json").write_text('["a", "b"]')
    (tmp_path / "m" / "names.json").write_text('{"anna": 1}')
    check_coqui(tmp_path / "m")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"model": "bark"}, "bark"),
        ({"model": "os"}, "os"),
        ({"model": "../vits"}, "vits"),
        ({"model": ["vits"]}, "vits"),
        ({"model": ""}, "which model"),
        ({"base_model": "tortoise"}, "tortoise"),
        ({"generator_model": "evil.generator"}, "evil"),
        ({"characters__characters_class": "antigravity.Graphemes"}, "characters.characters_class"),
        ({"characters__characters_class": "TTS.tts.utils.text.characters.__loader__"}, "characters_class"),
        ({"audio__stats_path": "/cache/models/other/stats.npy"}, "audio.stats_path"),
        ({"audio__stats_path": "../other/stats.npy"}, "audio.stats_path"),
        ({"model_args__speakers_file": "https://attacker.example/speakers.pth"}, "model_args.speakers_file"),
        ({"model_args__d_vector_file": ["ok.pth", "/etc/passwd"]}, "model_args.d_vector_file[1]"),
        ({"model_args__tokenizer_file": "s3://bucket/x"}, "tokenizer_file"),
        ({"vocoder__checkpoint": "/x.pth"}, "vocoder.checkpoint"),
        ({"model_args__speaker_encoder_model_path": "link.pth"}, "speaker_encoder_model_path"),
        ({"text_cleaner": "re"}, "text_cleaner"),
    ],
)
def test_what_loads_more_than_weights_is_refused(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    folder = model(tmp_path / "m", changed(**changes))
    (folder / "link.pth").symlink_to("/etc/passwd")
    with pytest.raises(ConfigurationError) as refused:
        check_coqui(folder)
    (problem,) = refused.value.problems
    assert named in problem.what
    assert problem.file == str(folder / "config.json")
    assert "whose maker you trust" in problem.cure


@pytest.mark.parametrize("text", ["", "// comment\n{}", "[]", "[" * 100_000, '"vits"'])
def test_what_is_no_configuration_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError):
        check_coqui(model(tmp_path / "m", text))


def test_a_model_that_would_run_a_program_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its statistics lie where they will lie once it is installed, so that Coqui would find and run them."""
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "cache"))
    installed_as = tmp_path / "cache" / "models" / "evil" / "stats.npy"
    folder = model(tmp_path / "m", changed(model="glow_tts", audio__stats_path=str(installed_as)))
    (folder / "stats.npy").write_bytes(b"a pickle")
    with pytest.raises(ConfigurationError, match=r"audio\.stats_path") as refused:
        model_install.install("evil", str(folder), language="en-US", engine="coqui")
    assert refused.value.problems[0].file == f"{folder}: config.json"
    assert models.installed("evil") is None
    with pytest.raises(ConfigurationError, match=r"audio\.stats_path"):
        find_model(str(folder))


def test_a_model_that_was_changed_after_it_was_installed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "cache"))
    found = model_install.install("mine", str(model(tmp_path / "m", HARMLESS)), language="en-US", engine="coqui")
    assert find_model("mine").arguments[1] == str(found.folder / "model.pth")
    (found.folder / "config.json").write_text(json.dumps(changed(characters__characters_class="os.system")))
    with pytest.raises(ConfigurationError, match="characters_class"):
        find_model("mine")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["vits", "../x", "/x", "a://b", *KINDS]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["model", "stats_path", "x_file", "characters_class"]) | st.text(), inner)
    ),
    max_leaves=12,
)


@given(config=ANY)
def test_any_configuration_is_judged(tmp_path_factory: pytest.TempPathFactory, config: Any) -> None:
    folder = tmp_path_factory.mktemp("m")
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    assert all(isinstance(fault, str) for fault in faults_of(file, folder))
