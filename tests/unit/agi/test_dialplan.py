"""The dialplan is text alone: every address stands in it, nothing in it asks a variable what to run."""

from __future__ import annotations

import re

import pytest

from voicebot.agi.dialplan import asked_at, render
from voicebot.config import AsteriskSection, Config, NodeSection
from voicebot.errors import ConfigurationError
from voicebot.paths import shipped

SECOND = NodeSection(fastagi_port=4574, audiosocket_port=9093)
CONTEXTS = ("voicebot-dial", "voicebot-callee", "voicebot-transfer")


def context(text: str, name: str) -> list[tuple[str, str]]:
    """The lines of one context."""
    body = text.partition(f"\n[{name}]\n")[2].partition("\n[")[0]
    lines = [line.strip() for line in body.splitlines() if "=>" in line and not line.startswith(";")]
    return [(name.strip(), value.strip()) for name, _, value in (line.partition("=>") for line in lines)]


def test_the_shipped_dialplan_is_the_one_of_a_configuration_with_defaults() -> None:
    assert (shipped("asterisk-config") / "extensions_voicebot.conf").read_text() == render(Config())


def test_no_variable_decides_anything() -> None:
    """Only the call's id is read, as an argument after the address; it is looked up and proves nothing."""
    text = render(Config(nodes={"second": SECOND}))
    assert set(re.findall(r"\$\{[^}]*\}", text)) == {"${CHANNEL(linkedid)}"}
    assert "$[" not in text
    for line in text.splitlines():
        if "${" in line:
            assert re.fullmatch(r" same => n,AGI\(agi://127\.0\.0\.1:457[34]/[a-z]+,\$\{CHANNEL\(linkedid\)\}\)", line)


def test_each_process_has_an_extension_of_its_own() -> None:
    text = render(Config(nodes={"second": SECOND}))
    for name in CONTEXTS:
        assert asked_at(context(text, name), "start") == "127.0.0.1:4573"
        assert asked_at(context(text, name), "start_second") == "127.0.0.1:4574"
        assert asked_at(context(text, name), "start_third") is None


@pytest.mark.parametrize(
    ("section", "address"),
    [
        (AsteriskSection(fastagi_host="::1"), "[::1]:4573"),
        (AsteriskSection(fastagi_host="[::1]"), "[::1]:4573"),
        (AsteriskSection(fastagi_host="bot.example", fastagi_port=1), "bot.example:1"),
        (AsteriskSection(fastagi_host="0.0.0.0", fastagi_address="10.0.0.5:4600"), "10.0.0.5:4600"),  # noqa: S104
        (AsteriskSection(fastagi_host="::", fastagi_address="[fd00::2]:4600"), "[fd00::2]:4600"),
    ],
)
def test_what_asterisk_is_told(section: AsteriskSection, address: str) -> None:
    assert asked_at(context(render(Config(asterisk=section)), "voicebot-dial"), "start") == address


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (AsteriskSection(fastagi_host="0.0.0.0"), "fastagi_address"),  # noqa: S104
        (AsteriskSection(audiosocket_host="::"), "audiosocket_address"),
        (AsteriskSection(fastagi_host="0.0.0.0", fastagi_address="0.0.0.0:4573"), "fastagi_address"),  # noqa: S104
        (AsteriskSection(fastagi_address="10.0.0.5"), "host:port"),
        (AsteriskSection(fastagi_address="10.0.0.5:0"), "host:port"),
        (AsteriskSection(fastagi_address="10.0.0.5:65536"), "host:port"),
        (AsteriskSection(fastagi_address="[10.0.0.5]:1"), "host:port"),
        (AsteriskSection(fastagi_address="::1:4573"), "host:port"),
        (AsteriskSection(fastagi_address="a/b:1"), "host:port"),
        (AsteriskSection(fastagi_address="a,b:1"), "host:port"),
        (AsteriskSection(fastagi_address="${X}:1"), "host:port"),
        (AsteriskSection(fastagi_host="a)\nsame => n,System(id"), "host:port"),
        (AsteriskSection(audiosocket_host="a/b"), "host:port"),
    ],
)
def test_an_address_that_leads_nowhere_or_somewhere_else_is_no_dialplan(section: AsteriskSection, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        render(Config(asterisk=section))


def test_two_processes_at_one_address() -> None:
    with pytest.raises(ConfigurationError, match=r"'node-1' and 'second'[^$]*nodes.second.fastagi_port"):
        render(Config(nodes={"second": NodeSection(fastagi_port=4573, audiosocket_port=9093)}))


@pytest.mark.parametrize("name", ["Second", "second-1", "2nd", "_x", "a.b", ""])
def test_names_that_make_no_extension(name: str) -> None:
    with pytest.raises(ValueError, match="nodes"):
        Config.model_validate({"nodes": {name: SECOND.model_dump()}})


def test_the_configuration_of_one_process() -> None:
    config = Config(nodes={"second": SECOND})
    assert config.as_node("node-1") is config
    second = config.as_node("second")
    assert (second.node, second.asterisk.extension) == ("second", "start_second")
    assert (second.asterisk.fastagi_port, second.asterisk.audiosocket_port) == (4574, 9093)
    assert second.asterisk.ami_port == config.asterisk.ami_port
    with pytest.raises(ConfigurationError, match="no node 'third'"):
        config.as_node("third")
