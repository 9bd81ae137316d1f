"""Configuration of one node: ``voicebot.toml``, every value has a default that is safe on one machine.

A new setting is a field here, with its meaning in the string below it; then run ``python -m voicebot.config.reference``
to update ``docs/reference/voicebot-toml.md``. ``reading`` reads the file and reports its mistakes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from voicebot import paths
from voicebot.config.reading import read_config
from voicebot.config.secrets import SecretSource
from voicebot.errors import ConfigurationError, Problem

DEFAULT_FILE: Final = Path("voicebot.toml")

Port = Annotated[int, Field(ge=1, le=65535)]
FilePath = Annotated[Path, AfterValidator(paths.at_home)]
"""A file or folder; ``~`` and ``~user`` are expanded here and nowhere else."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AsteriskSection(_Section):
    """How to reach Asterisk, and where Asterisk reaches us. Loopback by default."""

    ami_host: str = "127.0.0.1"
    """Where Asterisk's AMI listens."""
    ami_port: Port = 5038
    """AMI's TCP port."""
    ami_username: str = "voicebot"
    """The AMI user; its rights are in `manager_voicebot.conf`."""
    ami_secret: str = Field("", repr=False)
    """The AMI user's secret. It is better kept in a file of its own (`ami_secret_file`) or in `VOICEBOT_AMI_SECRET`."""
    ami_secret_file: FilePath | None = None
    """File that contains only the AMI user's secret."""
    ami_ca: FilePath | None = None
    """Certificate of the authority that signed AMI's certificate; if set, AMI is used over TLS."""
    ami_action_seconds: float = Field(5.0, gt=0)
    """How long to wait for an answer from AMI."""
    fastagi_host: str = "127.0.0.1"
    """Address on which voicebot listens for FastAGI requests from the dialplan."""
    fastagi_port: Port = 4573
    """TCP port of the same."""
    fastagi_address: str = ""
    """`host:port` that the dialplan uses, if it differs from where voicebot listens (Docker, NAT, VPN)."""
    audiosocket_host: str = "127.0.0.1"
    """Address on which voicebot listens for audio."""
    audiosocket_port: Port = 9092
    """TCP port of the same."""
    audiosocket_address: str = ""
    """`host:port` that Asterisk uses for audio, if it differs from where voicebot listens."""
    extension: str = Field("start", pattern=r"^[a-z][a-z0-9_]{1,50}$")
    """Extension of this node in the rendered dialplan."""
    dial_context: str = "voicebot-dial"
    """Dialplan context of the bot's own leg."""
    transfer_context: str = "voicebot-transfer"
    """Dialplan context of transfers to a human."""
    recordings: FilePath = Path("var/recordings")
    """Folder of recordings; Asterisk writes into it, voicebot reads it."""
    configuration: FilePath = Path("/etc/asterisk")
    """Folder of Asterisk's own configuration, which `trunk check` reads."""


class TrunkSection(_Section):
    """One SIP trunk."""

    endpoint: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    """Name of the PJSIP endpoint."""
    numbers: tuple[str, ...] = (r"\+[1-9][0-9]{6,14}",)
    """The allow-list: regular expressions, one of which the whole E.164 number (with its plus) must match."""
    dial_prefix: str = Field("+", pattern=r"^(\+|[0-9]{0,10})$")
    """What the trunk expects instead of that plus: nothing, `00`, `011` or a tech prefix."""
    premium_numbers: bool = False
    """Also dial premium-rate, shared-cost, satellite and personal numbers that the list matches."""
    region: str = Field("", pattern=r"^([A-Z]{2})?$")
    """The country whose national and emergency numbers count here, as two letters (US, GB, CN)."""
    max_calls: int = Field(10, ge=1)
    """Most calls at a time over this trunk, for all nodes together."""
    calls_per_second: float = Field(2.0, gt=0)
    """Most calls that may start per second."""
    ring_seconds: float = Field(25.0, gt=0, le=120)
    """How long a callee's phone may ring."""
    caller_id: str = Field("", pattern=r"^\+?[0-9]{0,15}$")
    """The caller's number that callees see; the trunk's own when empty."""
    transfer_extensions: tuple[str, ...] = (r"[2-8][0-9]{2,5}",)
    """Extensions to which a call may be transferred: regular expressions for the whole extension."""


class SpeechSection(_Section):
    """Which engines recognise and synthesise speech."""

    recognizer: Literal["auto", "vosk", "moonshine", "whisper"] = "auto"
    """Engine that recognises speech; `auto` takes the best one installed for a language."""
    workers: int = Field(2, ge=1, le=64)
    """Processes that recognise speech; no more than there are cores."""
    vosk_models: dict[str, FilePath] = {}
    """Language (`en-US`) -> folder of a Vosk model."""
    second_ear: Literal["auto", "off"] = "auto"
    """Whether another recogniser listens once more where the first is unsure; `auto`: if it is installed."""
    voice: Literal["auto", "hibari", "kokoro", "espeak", "coqui"] = "auto"
    """Engine that speaks."""


class CoquiSection(_Section):
    """Coqui TTS, if `speech.voice` is `coqui`."""

    environment: FilePath | None = None
    """Folder of its Python environment; by default where set-up puts it."""
    models: dict[str, str] = {"en-US": "coqui-joe-us"}
    """Language -> name of an installed model, an installed model by Coqui's own name (`tts_models/…`), or the path of a
    checkpoint; other languages are spoken by the light voice."""
    speaker: str = ""
    """Speaker, for a model that has several."""
    language: str = ""
    """Language, for a model that has several."""
    seed: int = Field(0, ge=0, lt=2**31)
    """The same seed makes the same text sound the same."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Device that it runs on."""
    workers: int = Field(1, ge=1, le=16)
    """Processes per language, 0.6 GB each."""
    live_seconds: float = Field(0.5, ge=0.05, le=5)
    """After this time, a line that a call is waiting for is spoken by the light voice."""
    prepare_seconds: float = Field(20.0, ge=1, le=300)
    """The same for lines rendered before dialling."""
    start_seconds: float = Field(90.0, ge=1, le=600)
    """How long a process may take to start."""


class DatabaseSection(_Section):
    """Where the tables are."""

    url: str = Field("sqlite+aiosqlite:///var/voicebot.db", repr=False)
    """SQLAlchemy's URL of the database, SQLite or PostgreSQL. One with a password is better kept in a file of its own
    (`url_file`) or in `VOICEBOT_DATABASE_URL`."""
    url_file: FilePath | None = None
    """File that contains only that URL."""


class CallSection(_Section):
    """Limits of one call."""

    max_seconds: float = Field(300.0, gt=10)
    """A call is ended after this time."""
    journals: FilePath = Path("var/journals")
    """Folder of the calls' journals."""


class RetentionSection(_Section):
    """How long files of calls are kept. `voicebot serve` deletes older ones every hour, `voicebot tidy` at once.

    Files of calls in progress, and of calls that a person still has to review, are kept however old they are.
    """

    recordings_days: int | None = Field(None, ge=1)
    """Days after the call; by default recordings are kept for ever. Laws may require two years or more."""
    journals_days: int | None = Field(30, ge=1)
    """Days after the call; a finished call's journal is in the database too, and is kept there."""
    prompts_megabytes: int = Field(2000, ge=50)
    """Space for rendered speech; beyond it, lines said to only one lead go first, then the least recently used."""


class DialogueSection(_Section):
    """The policy that decides what an utterance means."""

    policy: Literal["local", "rasa"] = "local"
    """`local` decides in voicebot's own process, `rasa` in Rasa's."""


class RasaSection(_Section):
    """Rasa, if it decides."""

    environment: FilePath | None = None
    """Folder of its Python environment; by default where set-up puts it."""
    pipeline: Literal["light", "diet"] = "light"
    """Pipeline that is trained and used."""
    limit_ms: int = Field(400, ge=20, le=1500)
    """After this time the local policy decides."""


class NodeSection(_Section):
    """Another dialling process on this machine: its own settings; everything else is as in `asterisk`."""

    fastagi_port: Port
    """TCP port on which it listens for FastAGI requests from the dialplan."""
    fastagi_address: str = ""
    """`host:port` that the dialplan uses, if it differs."""
    audiosocket_port: Port
    """TCP port on which it listens for audio."""
    audiosocket_address: str = ""
    """`host:port` that Asterisk uses for audio, if it differs."""


NodeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of another process; part of an extension's name, so no hyphen: Asterisk ignores those."""


class Config(_Section):
    """Everything a node needs to know."""

    node: str = Field("node-1", pattern=r"^[A-Za-z0-9_.-]{1,40}$")
    """Name of this node; unique among the nodes of one database."""
    asterisk: AsteriskSection = AsteriskSection()
    nodes: dict[NodeName, NodeSection] = {}
    trunks: dict[str, TrunkSection] = {}
    speech: SpeechSection = SpeechSection()
    coqui: CoquiSection = CoquiSection()
    database: DatabaseSection = DatabaseSection()
    call: CallSection = CallSection()
    retention: RetentionSection = RetentionSection()
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


SECRETS: Final = (
    SecretSource(("asterisk", "ami_secret"), "ami_secret_file", "VOICEBOT_AMI_SECRET", "ami_secret"),
    SecretSource(("database", "url"), "url_file", "VOICEBOT_DATABASE_URL", "database_url"),
)
"""Settings that may be kept outside the file, and where else to look for them."""


def load_config(path: Path | None = None) -> Config:
    """Read a configuration file; secrets may come from files of their own or from the environment.

    Parameters
    ----------
    path
        A TOML file; ``None`` means ``voicebot.toml`` in the working directory if it exists, else all defaults.

    Raises
    ------
    ConfigurationError
        Naming every wrong value at once, each with its line and a suggestion.
    """
    if path is None and not DEFAULT_FILE.exists():
        return read_config(Config, None, SECRETS)
    return read_config(Config, path or DEFAULT_FILE, SECRETS)
