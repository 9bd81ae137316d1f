"""Configuration of one node: ``voicebot.toml``, every value with a default that is safe on one machine."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from voicebot.errors import ConfigurationError, Problem

Port = Annotated[int, Field(ge=1, le=65535)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AsteriskSection(_Section):
    """How to reach Asterisk, and where Asterisk reaches us. Loopback unless written otherwise.

    ``fastagi_host`` and ``audiosocket_host`` with their ports are where we listen; ``fastagi_address`` and
    ``audiosocket_address`` (``host:port``) are what Asterisk is told, where that differs. ``ami_ca``: file of the
    certificate authority that signed AMI's certificate; with it AMI is spoken over TLS. ``extension``: of this node in
    the rendered dialplan.
    """

    ami_host: str = "127.0.0.1"
    ami_port: Port = 5038
    ami_username: str = "voicebot"
    ami_secret: str = ""
    ami_ca: Path | None = None
    ami_action_seconds: float = Field(5.0, gt=0)
    fastagi_host: str = "127.0.0.1"
    fastagi_port: Port = 4573
    fastagi_address: str = ""
    audiosocket_host: str = "127.0.0.1"
    audiosocket_port: Port = 9092
    audiosocket_address: str = ""
    extension: str = Field("start", pattern=r"^[a-z][a-z0-9_]{1,50}$")
    dial_context: str = "voicebot-dial"
    transfer_context: str = "voicebot-transfer"
    recordings: Path = Path("var/recordings")
    configuration: Path = Path("/etc/asterisk")


class TrunkSection(_Section):
    """One SIP trunk.

    ``numbers`` is the allow-list: regular expressions, one of which the whole E.164 number (with its plus) must match.
    ``dial_prefix``: what the trunk wants in the place of that plus: nothing, ``00``, ``011`` or a tech prefix.
    ``premium_numbers``: also dial what the list matches of premium-rate, shared-cost, satellite and personal ranges.
    ``region``: the country whose national numbers and emergency numbers count here, as two letters (US, GB, CN).
    """

    endpoint: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    numbers: tuple[str, ...] = (r"\+[1-9][0-9]{6,14}",)
    dial_prefix: str = Field("+", pattern=r"^(\+|[0-9]{0,10})$")
    premium_numbers: bool = False
    region: str = Field("", pattern=r"^([A-Z]{2})?$")
    max_calls: int = Field(10, ge=1)
    calls_per_second: float = Field(2.0, gt=0)
    ring_seconds: float = Field(25.0, gt=0, le=120)
    caller_id: str = Field("", pattern=r"^\+?[0-9]{0,15}$")
    transfer_extensions: tuple[str, ...] = (r"[2-8][0-9]{2,5}",)


class SpeechSection(_Section):
    """Which engines hear and speak."""

    recognizer: Literal["auto", "vosk", "moonshine"] = "auto"
    workers: int = Field(2, ge=1, le=64)
    vosk_models: dict[str, Path] = {}
    voice: Literal["auto", "hibari", "espeak", "coqui"] = "auto"


class CoquiSection(_Section):
    """Coqui TTS, where ``speech.voice`` is ``coqui``.

    ``models``: by language, the name of an installed model, a name that Coqui itself knows and that has been installed
    (``tts_models/…``), or the path of a checkpoint; other languages are spoken by the light voice. ``environment``:
    folder of its Python environment; where set-up puts it by default. ``workers``: processes for each language, 0.6 GB
    each. ``live_seconds``: a line that a call waits for is spoken by the light voice after that. ``prepare_seconds``:
    the same for lines rendered before dialling.
    """

    environment: Path | None = None
    models: dict[str, str] = {"en-US": "coqui-joe-us"}
    speaker: str = ""
    language: str = ""
    seed: int = Field(0, ge=0, lt=2**31)
    device: Literal["auto", "cpu", "cuda"] = "auto"
    workers: int = Field(1, ge=1, le=16)
    live_seconds: float = Field(0.5, ge=0.05, le=5)
    prepare_seconds: float = Field(20.0, ge=1, le=300)
    start_seconds: float = Field(90.0, ge=1, le=600)


class DatabaseSection(_Section):
    """Where the tables are."""

    url: str = "sqlite+aiosqlite:///var/voicebot.db"


class CallSection(_Section):
    """Limits of one call."""

    max_seconds: float = Field(300.0, gt=10)
    journals: Path = Path("var/journals")


class DialogueSection(_Section):
    """Who decides what an utterance means."""

    policy: Literal["local", "rasa"] = "local"


class RasaSection(_Section):
    """Rasa, where it decides.

    ``environment``: folder of its Python environment; where set-up puts it by default. ``limit_ms``: after that long
    the local policy decides.
    """

    environment: Path | None = None
    pipeline: Literal["light", "diet"] = "light"
    limit_ms: int = Field(400, ge=20, le=2000)


class NodeSection(_Section):
    """A further dialling process of this machine: what it has of its own, all else is as in ``asterisk``."""

    fastagi_port: Port
    fastagi_address: str = ""
    audiosocket_port: Port
    audiosocket_address: str = ""


NodeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of a further process; part of an extension's name, so no hyphen: Asterisk takes no notice of those."""


class Config(_Section):
    """Everything a node needs to know."""

    node: str = Field("node-1", pattern=r"^[A-Za-z0-9_.-]{1,40}$")
    asterisk: AsteriskSection = AsteriskSection()
    nodes: dict[NodeName, NodeSection] = {}
    trunks: dict[str, TrunkSection] = {}
    speech: SpeechSection = SpeechSection()
    coqui: CoquiSection = CoquiSection()
    database: DatabaseSection = DatabaseSection()
    call: CallSection = CallSection()
    dialogue: DialogueSection = DialogueSection()
    rasa: RasaSection = RasaSection()

    def as_node(self, name: str) -> Config:
        """Return the configuration of one of the processes that dial on this machine.

        Parameters
        ----------
        name
            ``node``, or one of ``nodes``.

        Raises
        ------
        ConfigurationError
            There is no such node.
        """
        if name == self.node:
            return self
        if name not in self.nodes:
            known = ", ".join((self.node, *self.nodes))
            raise ConfigurationError(
                Problem(f"there is no node {name!r}", f"add [nodes.{name}], or use one of {known}")
            )
        own = {**self.nodes[name].model_dump(), "extension": f"start_{name}"}
        asterisk = self.asterisk.model_copy(update=own)
        return self.model_copy(update={"node": name, "asterisk": asterisk})


def load_config(path: Path | None = None) -> Config:
    """Read a configuration file.

    Parameters
    ----------
    path
        A TOML file; ``None`` means ``voicebot.toml`` in the working directory if it is there, else all defaults.

    Raises
    ------
    ConfigurationError
        Naming every wrong value at once.
    """
    if path is None:
        path = Path("voicebot.toml")
        if not path.exists():
            return Config()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(Problem(f"is not valid TOML: {error}", file=str(path))) from error
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError(
            Problem(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}", file=str(path)) for fault in error.errors()
        ) from error
