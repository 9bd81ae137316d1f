"""A configuration's mistakes are told with line, column and what was meant; secrets come from where they are kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from voicebot.config import Config, load_config
from voicebot.errors import ConfigurationError, Problem


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("VOICEBOT_AMI_SECRET", "VOICEBOT_DATABASE_URL", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def write(text: str | bytes, mode: int = 0o600) -> Path:
    file = Path("voicebot.toml")
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(mode)
    return file


def problems(text: str | bytes) -> list[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load_config(write(text))
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "where", "what", "cure"),
    [
        ("[asterisk]\nami_prot = 1\n", "2:1", "asterisk.ami_prot: there is no such setting", "did you mean ami_port?"),
        ("[asterisk]\nami-host = 'x'\n", "2:1", "asterisk.ami-host: there is", "did you mean ami_host?"),
        ("[asterix]\n", "1:1", "asterix: there is no such setting", "did you mean asterisk?"),
        ("ami_secret = 'x'\n", "1:1", "ami_secret: there is", "it belongs in [asterisk]"),
        ("[call]\nmax_calls = 3\n", "2:1", "call.max_calls: there is", "it belongs in [trunks.NAME]"),
        ("[dialogue]\nzzzzz = 3\n", "2:1", "dialogue.zzzzz: there is", "the settings here are policy"),
        ("[speech]\nvoice = 'espeek'\n", "2:9", "one of auto, hibari, kokoro, espeak, coqui", "did you mean espeak?"),
        ("[speech]\n\n  voice = 'quietly'\n", "3:11", "one of auto, hibari, kokoro, espeak, coqui", ""),
        ("[asterisk]\nami_port = 99999\n", "2:12", "asterisk.ami_port: it should be less than", ""),
        ("[asterisk]\nami_port = 'many'\n", "2:12", "asterisk.ami_port: it should be a valid integer", ""),
        ("[trunks.main]\nmax_calls = 3\n", "1:1", "trunks.main.endpoint: this setting is missing", "add endpoint"),
        ("[trunks.main]\nendpoint = 'a'\nnumbers = ['a',\n  7]\n", "4:3", "trunks.main.numbers.1: it should be", ""),
        ("[trunks]\nendpoint = 'a'\n", "2:12", "trunks.endpoint: this is a section", "write [trunks.endpoint]"),
        ("[call]\njournals = '~no_such_user/x'\n", "2:12", "there is no user 'no_such_user'", ""),
        ("asterisk = 5\n", "1:12", "asterisk: this is a section", "write [asterisk]"),
        ("[nodes.A-b]\nfastagi_port=1\naudiosocket_port=2\n", "1:1", "nodes.A-b: it should match", ""),
        ("node = five\n", "1:8", "is not valid TOML: Invalid value", 'in quotes: "five"'),
        ("[asterisk\n", "1:10", "is not valid TOML", ""),
        ("node = 'a'\nnode = 'b'\n", "2:11", "is not valid TOML: Cannot overwrite a value", ""),
        ("a = \"\\d\"\n", "1:", "is not valid TOML: Unescaped", "single quotes"),
        ("[speech]\nvosk_models = [\n", "2:16", "is not valid TOML", "close the open bracket"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place_and_what_was_meant(text: str, where: str, what: str, cure: str) -> None:
    (problem,) = problems(text)
    assert problem.where.startswith(f"voicebot.toml:{where}"), problem
    assert what in problem.what
    assert cure in problem.cure


def test_every_path_may_begin_with_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ops")
    text = """
    [asterisk]
    ami_ca = "~/ca.pem"
    recordings = "~/recordings"
    configuration = "~/asterisk"
    [call]
    journals = "~/journals"
    [speech.vosk_models]
    en-US = "~/vosk"
    [coqui]
    environment = "~/coqui"
    [rasa]
    environment = "~/rasa"
    """
    config = load_config(write(text))
    paths = [
        config.asterisk.ami_ca,
        config.asterisk.recordings,
        config.asterisk.configuration,
        config.call.journals,
        config.speech.vosk_models["en-US"],
        config.coqui.environment,
        config.rasa.environment,
    ]
    assert [str(path) for path in paths] == [
        f"/home/ops/{name}" for name in ("ca.pem", "recordings", "asterisk", "journals", "vosk", "coqui", "rasa")
    ]


def test_a_secret_may_be_kept_in_a_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "secret").write_text("from home\n")
    assert load_config(write("[asterisk]\nami_secret_file = '~/secret'\n")).asterisk.ami_secret == "from home"


def test_every_mistake_is_told_at_once() -> None:
    found = problems("nod = 'x'\n[asterisk]\nami_port = 0\n[trunks.a]\n")
    assert sorted(problem.line or 0 for problem in found) == [1, 3, 4]


def test_what_is_no_text_is_told_with_its_line() -> None:
    (problem,) = problems(b"node = 'a'\n# \xff\n")
    assert (problem.what, problem.line) == ("is not UTF-8", 2)


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert load_config(write("\ufeffnode = 'a'\n")).node == "a"


def test_a_file_that_is_named_must_be_there() -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_config(Path("nowhere.toml"))
    assert load_config() == Config()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.text(alphabet="[]=.'\" \nasterik_5", max_size=60)
)
def test_any_text_is_a_configuration_or_a_problem_with_a_place(text: str) -> None:
    try:
        load_config(write(text))
    except ConfigurationError as error:
        assert all(problem.line for problem in error.problems), error.problems


# ---------------------------------------------------------------------------------------------------------- secrets


def secret(name: str, content: str, mode: int = 0o600) -> Path:
    file = Path(name).absolute()
    file.write_text(content)
    file.chmod(mode)
    return file


def test_a_secret_from_a_file_of_its_own() -> None:
    file = secret("ami", "from-a-file\n")
    url = secret("url", "postgresql+asyncpg://bot:word@db/voicebot\n")
    config = load_config(write(f'[asterisk]\nami_secret_file = "{file}"\n[database]\nurl_file = "{url}"\n'))
    assert config.asterisk.ami_secret == "from-a-file"
    assert config.database.url == "postgresql+asyncpg://bot:word@db/voicebot"
    assert "from-a-file" not in repr(config)
    assert "word" not in repr(config)


def test_the_environment_fills_in_what_the_file_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("credentials").mkdir()
    (Path("credentials") / "ami_secret").write_text("from-systemd")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", os.fspath(Path("credentials").absolute()))
    assert load_config().asterisk.ami_secret == "from-systemd"
    monkeypatch.setenv("VOICEBOT_AMI_SECRET", "from-the-environment")
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", "sqlite+aiosqlite:///elsewhere.db")
    config = load_config(write("[asterisk]\nami_port = 1\n"))
    assert config.asterisk.ami_secret == "from-the-environment"
    assert config.database.url == "sqlite+aiosqlite:///elsewhere.db"


def test_what_the_file_says_is_not_overruled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal's own file is not led to the database of real leads."""
    monkeypatch.setenv("VOICEBOT_AMI_SECRET", "from-the-environment")
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", "postgresql+asyncpg://real/leads")
    file = '[asterisk]\nami_secret = "own"\n[database]\nurl = "sqlite+aiosqlite:///own.db"\n'
    config = load_config(write(file))
    assert (config.asterisk.ami_secret, config.database.url) == ("own", "sqlite+aiosqlite:///own.db")
    named = write(f'[asterisk]\nami_secret_file = "{secret("ami", "from-a-file")}"\n')
    assert load_config(named).asterisk.ami_secret == "from-a-file"


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ('ami_secret_file = "nowhere"', "asterisk.ami_secret_file cannot be read: No such file"),
        ('ami_secret_file = "empty"', "asterisk.ami_secret_file is empty"),
        ('ami_secret_file = "."', "cannot be read"),
        ('ami_secret = "a"\nami_secret_file = "empty"', "are both set"),
    ],
)
def test_a_source_without_a_secret_is_told(settings: str, what: str) -> None:
    secret("empty", " \n")
    (problem,) = problems(f"[asterisk]\n{settings}\n")
    assert what in problem.what
    assert problem.cure


@pytest.mark.parametrize(
    ("text", "mode", "warned"),
    [
        ('[asterisk]\nami_secret = "a-secret"\n', 0o644, ["voicebot.toml"]),
        ('[asterisk]\nami_secret = "a-secret"\n', 0o660, ["voicebot.toml"]),
        ('[asterisk]\nami_secret = "a-secret"\n', 0o640, []),
        ('[database]\nurl = "postgresql+asyncpg://bot:word@db/x"\n', 0o644, ["voicebot.toml"]),
        ('[database]\nurl = "postgresql+asyncpg://bot@db/x"\n', 0o644, []),
        ('[asterisk]\nami_secret_file = "open"\n', 0o644, ["open"]),
        ("", 0o644, []),
    ],
)
def test_a_secret_that_everybody_can_read_is_warned_of(text: str, mode: int, warned: list[str]) -> None:
    secret("open", "a-secret", 0o604)
    with capture_logs() as logged:
        load_config(write(text, mode))
    assert [entry["file"] for entry in logged] == warned
    assert all(entry["log_level"] == "warning" and entry["cure"].startswith("chmod") for entry in logged)
    assert "a-secret" not in str(logged)
