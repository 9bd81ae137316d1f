"""A PostgreSQL of the tests' own, from whatever server binaries this machine has."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from voicebot.paths import cache_folder


def find_binaries() -> Path:
    """Return the folder with ``postgres`` and ``initdb``: the system's, or what scripts/setup-tools fetched."""
    tools = cache_folder() / "tools" / "root"
    on_path = shutil.which("postgres")
    candidates: list[Path] = [Path(on_path).resolve().parent] if on_path else []
    for root in (Path("/"), tools):
        candidates += sorted(root.glob("usr/lib/postgresql/*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise FileNotFoundError("no PostgreSQL server on this machine; run scripts/setup-tools")


def free_port(ports: Iterable[int]) -> int:
    """Return a port on the loopback that nobody listens on."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")


class Cluster:
    """One server on the loopback. Its files are under a temporary folder, and gone with it.

    PostgreSQL refuses to run as root; then it runs as ``postgres`` or ``nobody``.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._folder = Path(tempfile.mkdtemp(prefix="voicebot-postgres-"))
        self._data = self._folder / "data"
        self._user: str | int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            account = next(entry for name in ("postgres", "nobody") if (entry := _account(name)))
            self._user = account.pw_uid
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        self._binaries, self._environment = self._reachable(find_binaries())
        self._run(
            "initdb", "-D", str(self._data), "-U", "voicebot", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )

    def start(self) -> None:
        """Start, and return when it answers."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *self._command("postgres"),
                    "-D",
                    str(self._data),
                    *("-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}", "-c", "fsync=off"),
                    *("-c", f"unix_socket_directories={self._folder}", "-c", "max_connections=60"),
                ],
                stdout=log,
                stderr=log,
                user=self._user,
                env=self._environment,
                cwd=self._folder,
                start_new_session=True,
            )
        until = time.monotonic() + 30
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self._folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT breaks connections off, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def close(self) -> None:
        """End it and remove its files."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """URL of a database of this server."""
        return f"postgresql+asyncpg://voicebot@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database, and return its URL."""
        self._sql(f"CREATE DATABASE {database}")
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected."""
        self._sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _sql(self, statement: str) -> None:
        import asyncio  # noqa: PLC0415

        import asyncpg  # noqa: PLC0415

        async def run() -> None:
            connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user="voicebot", database="postgres")
            await connection.execute(statement)
            await connection.close()

        asyncio.run(run())

    def _answers(self) -> bool:
        try:
            self._sql("SELECT 1")
        except Exception:
            return False
        return True

    def _reachable(self, binaries: Path) -> tuple[Path, dict[str, str]]:
        """Return binaries that the server's user may run, and the environment in which they find their libraries.

        A fetched tree may be in root's home, where nobody else may look; then what is needed of it is linked here.
        """
        tree = cache_folder() / "tools" / "root"
        if tree not in binaries.parents:
            return binaries, dict(os.environ)
        if self._user is not None:
            here = self._folder / "tree"
            libraries = [folder.relative_to(tree) for folder in tree.glob("usr/lib/*-linux-gnu*")]
            for part in (Path("usr/lib/postgresql"), Path("usr/share/postgresql"), *libraries):
                shutil.copytree(tree / part, here / part, symlinks=True, copy_function=_link)
            tree, binaries = here, here / binaries.relative_to(tree)
        path = ":".join(map(str, tree.glob("usr/lib/*-linux-gnu*")))
        return binaries, {**os.environ, "LD_LIBRARY_PATH": path}

    def _command(self, name: str) -> list[str]:
        return [str(self._binaries / name)]

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._command(name), *arguments],
            capture_output=True,
            user=self._user,
            env=self._environment,
            cwd=self._folder,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
