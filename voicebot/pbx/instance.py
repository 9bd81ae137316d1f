"""A private Asterisk: found, written down in a folder of its own, started, watched and stopped.

The PBX and the carrier of demo, rehearsal and tests are such instances. Nothing of them is left running: when the
process that started one dies, however it dies, the kernel kills the Asterisk too.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicebot import logs, paths
from voicebot.agi.running import OLDEST_MAJOR
from voicebot.errors import Problem, UnavailableError
from voicebot.private_files import make_missing, open_private, private_folder, write_private
from voicebot.services.launching import dies_with_us

_CURE: Final = "run scripts/setup-asterisk, or install Asterisk 18 or later"
_BOOT_SECONDS: Final = 30.0
_SOCKET_PATH_LIMIT: Final = 100
"""A Unix socket's path ends at 108 bytes; a remote console adds its own suffix."""

_log = logs.get_logger()


@dataclass(frozen=True, slots=True)
class AsteriskBinary:
    """An Asterisk that can be started.

    Parameters
    ----------
    command
        Program and leading arguments; a fetched tree is run through its own loader.
    modules
        Folder of its modules.
    data
        Folder of its sounds and documentation.
    version
        For example ``22.10.1``.
    """

    command: tuple[str, ...]
    modules: Path
    data: Path
    version: str

    @property
    def major(self) -> int:
        """First number of the version, 0 when unknown."""
        head = self.version.split(".")[0]
        return int(head) if head.isdigit() else 0


def find_asterisk() -> AsteriskBinary:
    """Find an Asterisk: the installed one if it is recent enough, else the tree that set-up fetched.

    Raises
    ------
    UnavailableError
        There is none.
    """
    reasons: list[str] = []
    installed = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin")
    if installed:
        binary = _installed(Path(installed).resolve())
        if binary is not None and binary.major >= OLDEST_MAJOR:
            return binary
        reasons.append(f"{installed} is version {binary.version}" if binary else f"{installed} has no modules folder")
    root = paths.asterisk_folder() / "root"
    if (root / "usr/sbin/asterisk").exists():
        binary = _tree(root)
        if binary is not None and binary.major >= OLDEST_MAJOR:
            return binary
        reasons.append(f"the tree in {root} does not run")
    what = f"no Asterisk {OLDEST_MAJOR} or later" + (f": {'; '.join(reasons)}" if reasons else "")
    raise UnavailableError(Problem(what, _CURE))


def _installed(program: Path) -> AsteriskBinary | None:
    folders = [*Path("/usr/lib").glob("*/asterisk/modules"), Path("/usr/lib/asterisk/modules")]
    folders += [Path("/usr/lib64/asterisk/modules"), Path("/usr/local/lib/asterisk/modules")]
    modules = next((folder for folder in folders if (folder / "chan_pjsip.so").exists()), None)
    if modules is None:
        return None
    data = next((f for f in (Path("/usr/share/asterisk"), Path("/var/lib/asterisk")) if (f / "sounds").is_dir()), None)
    return AsteriskBinary((str(program),), modules, data or Path("/var/lib/asterisk"), _version((str(program),)))


def _tree(root: Path) -> AsteriskBinary | None:
    loader = next(
        (path for pattern in ("usr/lib*/ld-linux-*.so.*", "lib*/ld-linux-*.so.*", "usr/lib/*/ld-linux-*.so.*")
         for path in sorted(root.glob(pattern))),
        None,
    )  # fmt: skip
    modules = next(iter(sorted((root / "usr/lib").glob("*/asterisk/modules"))), root / "usr/lib/asterisk/modules")
    if loader is None or not modules.is_dir():
        return None
    libraries = ":".join(map(str, (modules.parent.parent, root / "usr/lib", root / "lib" / modules.parent.parent.name)))
    command = (str(loader), "--library-path", libraries, str(root / "usr/sbin/asterisk"))
    return AsteriskBinary(command, modules, root / "usr/share/asterisk", _version(command))


def _version(command: tuple[str, ...]) -> str:
    try:
        run = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    words = run.stdout.split()
    return words[1].split("+")[0].split("~")[0] if len(words) > 1 and words[0] == "Asterisk" else "unknown"


class AsteriskInstance:
    """An Asterisk with all its files in one folder.

    Parameters
    ----------
    folder
        Where everything goes: configuration in ``etc``, logs in ``log``; made when missing.
    files
        Name -> text of each configuration file; ``asterisk.conf`` is added when it is not among them.
    binary
        Which Asterisk; found when ``None``.
    name
        Its system name, shown in logs.
    """

    def __init__(
        self, folder: Path, files: Mapping[str, str], binary: AsteriskBinary | None = None, *, name: str = "voicebot"
    ) -> None:
        self.folder = folder.resolve()
        self.name = name
        self._files = dict(files)
        self._binary = binary
        self._process: subprocess.Popen[bytes] | None = None
        self._short_folder: str | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def log_file(self) -> Path:
        """Where it logs notices, warnings and errors."""
        return self.folder / "log" / "messages.log"

    async def start(self) -> None:
        """Write the files, start, and wait until it is fully booted.

        The calling thread must live as long as the Asterisk should: the kernel ties them together.

        Raises
        ------
        UnavailableError
            It did not come up; the problem carries what its log says.
        """
        if self.pid is not None:
            return
        self._binary = self._binary or find_asterisk()
        self._write(self._binary)
        self._process = self._spawn(self._binary)
        deadline = time.monotonic() + _BOOT_SECONDS
        try:
            while not self._control_socket.exists():
                await self._still_starting(deadline)
            while "fully booted" not in (await self.console("core waitfullybooted", seconds=_BOOT_SECONDS)).lower():
                await self._still_starting(deadline)
        except BaseException:
            self.kill()
            raise
        _log.info("asterisk started", instance=self.name, pid=self.pid, version=self._binary.version)

    async def _still_starting(self, deadline: float) -> None:
        if self.pid is None:
            raise UnavailableError(Problem(f"Asterisk {self.name!r} ended at once: {self._complaints()}", _CURE))
        if time.monotonic() > deadline:
            raise UnavailableError(Problem(f"Asterisk {self.name!r} did not start in {_BOOT_SECONDS:.0f} s:"
                                           f" {self._complaints()}", "see its log"))  # fmt: skip
        await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Stop it: ``core stop now``, then SIGTERM, then SIGKILL; harmless when it is not running."""
        process = self._process
        if process is not None and self.pid is not None:
            with contextlib.suppress(UnavailableError):
                await self.console("core stop now", seconds=3)
            if not await _ended(process, 4):
                process.terminate()
                if not await _ended(process, 2):
                    process.kill()
                    await _ended(process, 2)
        self._forget()

    def kill(self) -> None:
        """End it at once with SIGKILL, as a crash would; harmless when it is not running."""
        if self._process is not None:
            if self._process.poll() is None:
                # SIGKILL ends a stopped process (SIGSTOP) as well.
                self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._forget()

    def _forget(self) -> None:
        self._process = None
        if self._short_folder is not None:
            shutil.rmtree(self._short_folder, ignore_errors=True)
            self._short_folder = None

    async def console(self, command: str, *, seconds: float = 10.0) -> str:
        """Run one command on its console and return what it printed.

        Raises
        ------
        UnavailableError
            It does not answer.
        """
        binary = self._binary or find_asterisk()
        arguments = (*binary.command, "-C", str(self.folder / "etc/asterisk.conf"), "-rx", command)
        process = await asyncio.create_subprocess_exec(
            *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            async with asyncio.timeout(seconds):
                output, _ = await process.communicate()
        except TimeoutError as error:
            raise UnavailableError(f"Asterisk {self.name!r} did not answer {command!r} in {seconds:.0f} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return output.decode("utf-8", "replace")

    @property
    def _run_folder(self) -> Path:
        return Path(self._short_folder) if self._short_folder else self.folder / "run"

    @property
    def _control_socket(self) -> Path:
        return self._run_folder / "asterisk.ctl"

    def _write(self, binary: AsteriskBinary) -> None:
        folders = "etc run log cache db keys agi spool/monitor spool/outgoing spool/tmp spool/recording log/cdr-csv"
        for name in ("", *folders.split()):
            private_folder(self.folder / name)
        if len(str(self.folder / "run/asterisk.ctl")) > _SOCKET_PATH_LIMIT:
            self._short_folder = self._short_folder or tempfile.mkdtemp(prefix="asterisk-")
        self._control_socket.unlink(missing_ok=True)
        (self._run_folder / "asterisk.pid").unlink(missing_ok=True)
        self.log_file.unlink(missing_ok=True)
        files = {"asterisk.conf": self._asterisk_conf(binary), **self._files}
        for name, text in files.items():
            path = self.folder / "etc" / name
            make_missing(path.parent)
            write_private(path, text)

    def _asterisk_conf(self, binary: AsteriskBinary) -> str:
        home = self.folder
        return f"""\
[directories]
astetcdir => {home}/etc
astmoddir => {binary.modules}
astdatadir => {binary.data}
astvarlibdir => {home}/db
astdbdir => {home}/db
astkeydir => {home}/keys
astcachedir => {home}/cache
astagidir => {home}/agi
astspooldir => {home}/spool
astrundir => {self._run_folder}
astlogdir => {home}/log
astsbindir => /usr/sbin

[options]
systemname = {self.name}
documentation_language = en_US
nocolor = yes
transmit_silence = yes
live_dangerously = no
maxfiles = 8192
"""

    def _spawn(self, binary: AsteriskBinary) -> subprocess.Popen[bytes]:
        arguments = [*binary.command, "-C", str(self.folder / "etc/asterisk.conf"), "-f"]
        with open_private(self.folder / "log/output.log", "wb") as output:
            return subprocess.Popen(  # noqa: S603
                dies_with_us(arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                umask=0o077,  # recordings and logs are private, too
                start_new_session=True,  # a Ctrl-C in the terminal is for the bot, which then stops Asterisk
            )

    def _complaints(self) -> str:
        """Return the last few lines that tell why it is unwell."""
        lines: list[str] = []
        for path in (self.log_file, self.folder / "log/output.log"):
            if path.exists():
                text = path.read_text(encoding="utf-8", errors="replace").splitlines()
                lines += [line for line in text if "ERROR" in line or path.name == "output.log"][-4:]
        return " | ".join(line.strip() for line in lines if line.strip()) or f"nothing in {self.log_file}"


async def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
