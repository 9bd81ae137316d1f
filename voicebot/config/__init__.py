"""Configuration of one node: ``voicebot.toml``, every value with a default that is safe on one machine.

A new setting is a field here with its meaning in the string below it; ``python -m voicebot.config.reference`` then
writes ``docs/reference/voicebot-toml.md`` again. How a file is read, and its mistakes are told, is in ``reading``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from voicebot.config.reading import read_config
from voicebot.config.secrets import SecretSource
from voicebot.errors import ConfigurationError, Problem

DEFAULT_FILE: Final = Path("voicebot.toml")

Port = Annotated[int, Field(ge=1, le=65535)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AsteriskSection(_Section):
    """How to reach Asterisk, and where Asterisk reaches us. Loopback unless written otherwise."""

    ami_host: str = "127.0.0.1"
    """Where Asterisk's AMI listens."""
    ami_port: Port = 5038
    """AMI's TCP port."""
    ami_username: str = "voicebot"
    """The AMI user; its rights are in `manager_voicebot.conf`."""
    ami_secret: str = Field("", repr=False)
    """The AMI user's secret. Better in a file of its own (`ami_secret_file`) or in `VOICEBOT_AMI_SECRET`."""
    ami_secret_file: Path | None = None
    """File that holds nothing but the AMI user's secret."""
    ami_ca: Path | None = None
    """File of the certificate authority that signed AMI's certificate; with it AMI is spoken over TLS."""
    ami_action_seconds: float = Field(5.0, gt=0)
    """How long an answer of AMI is waited for."""
    fastagi_host: str = "127.0.0.1"
    """Address on which voicebot listens for the dialplan's questions."""
    fastagi_port: Port = 4573
    """TCP port of the same."""
    fastagi_address: str = ""
    """`host:port` that the dialplan is told, where it differs from where voicebot listens (Docker, NAT, VPN)."""
    audiosocket_host: str = "127.0.0.1"
    """Address on which voicebot listens for audio."""
    audiosocket_port: Port = 9092
    """TCP port of the same."""
    audiosocket_address: str = ""
    """`host:port` that Asterisk is told for audio, where it differs from where voicebot listens."""
    extension: str = Field("start", pattern=r"^[a-z][a-z0-9_]{1,50}$")
    """Extension of this node in the rendered dialplan."""
    dial_context: str = "voicebot-dial"
    """Dialplan context of the bot's own leg."""
    transfer_context: str = "voicebot-transfer"
    """Dialplan context of transfers to a human."""
    recordings: Path = Path("var/recordings")
    """Folder of recordings; Asterisk writes into it, voicebot reads it."""
    configuration: Path = Path("/etc/asterisk")
    """Folder of Asterisk's own configuration, which `trunk check` reads."""


class TrunkSection(_Section):
    """One SIP trunk."""

    endpoint: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    """Name of the PJSIP endpoint."""
    numbers: tuple[str, ...] = (r"\+[1-9][0-9]{6,14}",)
    """The allow-list: regular expressions, one of which the whole E.164 number (with its plus) must match."""
    dial_prefix: str = Field("+", pattern=r"^(\+|[0-9]{0,10})$")
    """What the trunk wants in the place of that plus: nothing, `00`, `011` or a tech prefix."""
    premium_numbers: bool = False
    """Also dial what the list matches of premium-rate, shared-cost, satellite and personal ranges."""
    region: str = Field("", pattern=r"^([A-Z]{2})?$")
    """The country whose national and emergency numbers count here, as two letters (US, GB, CN)."""
    max_calls: int = Field(10, ge=1)
    """Most calls at a time over this trunk, of all nodes together."""
    calls_per_second: float = Field(2.0, gt=0)
    """Most calls that begin in a second."""
    ring_seconds: float = Field(25.0, gt=0, le=120)
    """How long a callee's phone may ring."""
    caller_id: str = Field("", pattern=r"^\+?[0-9]{0,15}$")
    """The caller's number that callees see; the trunk's own when empty."""
    transfer_extensions: tuple[str, ...] = (r"[2-8][0-9]{2,5}",)
    """Where a call may be transferred to: regular expressions for the whole extension."""


class SpeechSection(_Section):
    """Which engines hear and speak."""

    recognizer: Literal["auto", "vosk", "moonshine", "whisper"] = "auto"
    """Engine that hears; `auto` takes the best one that is installed for a language."""
    workers: int = Field(2, ge=1, le=64)
    """Processes that recognise speech; no more than there are cores."""
    vosk_models: dict[str, Path] = {}
    """Language (`en-US`) -> folder of a Vosk model."""
    voice: Literal["auto", "hibari", "kokoro", "espeak", "coqui"] = "auto"
    """Engine that speaks."""


class CoquiSection(_Section):
    """Coqui TTS, where `speech.voice` is `coqui`."""

    environment: Path | None = None
    """Folder of its Python environment; where set-up puts it by default."""
    models: dict[str, str] = {"en-US": "coqui-joe-us"}
    """Language -> name of an installed model, a name that Coqui itself knows and that has been installed
    (`tts_models/…`), or the path of a checkpoint; other languages are spoken by the light voice."""
    speaker: str = ""
    """Speaker of a model that has several."""
    language: str = ""
    """Language of a model that has several."""
    seed: int = Field(0, ge=0, lt=2**31)
    """Makes the same text sound the same."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where it computes."""
    workers: int = Field(1, ge=1, le=16)
    """Processes for each language, 0.6 GB each."""
    live_seconds: float = Field(0.5, ge=0.05, le=5)
    """A line that a call waits for is spoken by the light voice after that."""
    prepare_seconds: float = Field(20.0, ge=1, le=300)
    """The same for lines rendered before dialling."""
    start_seconds: float = Field(90.0, ge=1, le=600)
    """How long a process may take to start."""


class DatabaseSection(_Section):
    """Where the tables are."""

    url: str = Field("sqlite+aiosqlite:///var/voicebot.db", repr=False)
    """SQLAlchemy's URL of the database, SQLite or PostgreSQL. One with a password is better kept in a file of its own
    (`url_file`) or in `VOICEBOT_DATABASE_URL`."""
    url_file: Path | None = None
    """File that holds nothing but that URL."""


class CallSection(_Section):
    """Limits of one call."""

    max_seconds: float = Field(300.0, gt=10)
    """A call is ended after that."""
    journals: Path = Path("var/journals")
    """Folder of the calls' journals."""


class RetentionSection(_Section):
    """How long what calls leave on the disk is kept. `voicebot serve` sees to it every hour, `voicebot tidy` at once.

    Files of calls under way, and of calls that a person has yet to look at, stay however old they are.
    """

    recordings_days: int | None = Field(None, ge=1)
    """Days after the call; without a number recordings are kept for ever. Laws ask for two years and more."""
    journals_days: int | None = Field(30, ge=1)
    """Days after the call; a finished call's journal stands in the database as well, and stays there."""
    prompts_megabytes: int = Field(2000, ge=50)
    """Room for rendered speech; beyond it goes what was said to one lead alone, then what was used longest ago."""


class DialogueSection(_Section):
    """The policy that decides what an utterance means."""

    policy: Literal["local", "rasa"] = "local"
    """`local` decides in voicebot's own process, `rasa` in Rasa's."""


class RasaSection(_Section):
    """Rasa, where it decides."""

    environment: Path | None = None
    """Folder of its Python environment; where set-up puts it by default."""
    pipeline: Literal["light", "diet"] = "light"
    """Which of the two pipelines is trained and used."""
    limit_ms: int = Field(400, ge=20, le=2000)
    """After that long the local policy decides."""


class NodeSection(_Section):
    """A further dialling process of this machine: what it has of its own, all else is as in `asterisk`."""

    fastagi_port: Port
    """TCP port on which it listens for the dialplan's questions."""
    fastagi_address: str = ""
    """`host:port` that the dialplan is told, where it differs."""
    audiosocket_port: Port
    """TCP port on which it listens for audio."""
    audiosocket_address: str = ""
    """`host:port` that Asterisk is told for audio, where it differs."""


NodeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of a further process; part of an extension's name, so no hyphen: Asterisk takes no notice of those."""


class Config(_Section):
    """Everything a node needs to know."""

    node: str = Field("node-1", pattern=r"^[A-Za-z0-9_.-]{1,40}$")
    """Name of this node; no two nodes of one database have the same."""
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
"""Settings that need not stand in the file, and where else they are looked for."""


def load_config(path: Path | None = None) -> Config:
    """Read a configuration file; secrets may come from files of their own or from the environment.

    Parameters
    ----------
    path
        A TOML file; ``None`` means ``voicebot.toml`` in the working directory if it is there, else all defaults.

    Raises
    ------
    ConfigurationError
        Naming every wrong value at once, each with its line and what was probably meant.
    """
    if path is None and not DEFAULT_FILE.exists():
        return read_config(Config, None, SECRETS)
    return read_config(Config, path or DEFAULT_FILE, SECRETS)
