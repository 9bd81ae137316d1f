"""A real Asterisk is asked how it reads its files, and what it has: ours is the same, and its answer wins."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from voicebot.agi.configuration.folder import read_folder
from voicebot.agi.configuration.sections import Reading
from voicebot.agi.inspection import inspect_pbx
from voicebot.config import Config
from voicebot.pbx.files import pbx_files
from voicebot.pbx.instance import AsteriskInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")

PORT: Final = 22850
READER: Final = "\n[reader]\nsecret = only-on-loopback\nread = all\nwrite = config\n"
OTHERS: Final = {
    "sub/one.conf": "one=1\n",
    "sub/two.conf": "\ufefftwo=2\n[u]\nu=1\n",
    "sub/section.conf": "[new]\nn=1\n[a](+)\nadded=1\n",
    "sub/wrong.conf": "w=1\n[w](nothere)\nw=2\n",
}
WRITTEN: Final = (
    "[a](!)\nx=1\n[b] (a)\ny=2\n",
    "[a](!)\nx=1\n[c](!)\n[b](a, c)\ny=2\n",
    "[t]\ntype=endpoint\n[t](+ type = end)\ny=1\n[t](+TYPE=endpoint)\n",
    "[t]\ntype=endpoint\n[T](+type=)\ny=1\n[t](+)\nz=1\n",
    "[t](!)\nk=e\n[t](+k=e&TEMPLATES=restrict)\ny=1\n[u](T)\nz=1\n",
    "[t](!)\nk=e\n[t](+)\n",
    "[t]\nz=1\n[t](!,+)\ny=1\n",
    "[t]\n#include sub/{one,two}.conf\nb=1\n",
    "[t]\n#include sub/w*.conf\nb=1\n",
    "[t]\n#include nothere/*.conf\n",
    "[t]\n#INCLUDE\t<sub/one.conf>\n",
    '[t]\n#include "sub/one.conf" trailing\n',
    "[t]\na=1;--x--;2\nb=2 ;-- start\nc=3\n--; d=4\ne=5;--- no\n;-- a ;-- n --; g=7\n--; h=8\n",
    "[t]\na=1 --; x\nb=2\n;-- y\nc=3\n",
    "[t]\nb=1\nb += 2\nb+=  3 \nb+ =4\nB+=5\n\\[x]=1\nz\\=3=4\n",
    "[t]\na=1\0b=2\nc=" + "x" * 9000 + "\nd=\xa0e\n\x0bf=1\r\n",
    "[t]\rx=1\ny=2\n",
    "[a]()\n",
    "[t](+)\n",
    "",
)
LINES: Final = (
    "[a]", "[a]", "[b](!)", "[c](a)", "[a](+)", "[b](+)", "[a](+,b)", "[a](b,+)", "[d](b,a)", "[a](+x=1)",
    "[B](+TEMPLATES=include)", "[a](+x=1&y=2)", "x=1", "x = 1", "y => 2", "x+=3", "y += 4", "z = \\; q ; c", ";-- open",
    "--;", "; c", "v = 1 ;-- in --; 2", "#include sub/one.conf", "#include sub/section.conf", "#tryinclude no.conf",
    "#include no.conf", "#include sub/wrong.conf", "junk", "[e", "[f](a", "= 5", "",
)  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asterisk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[AsteriskInstance, Config]]:
    folder = tmp_path_factory.mktemp("pbx")
    config = Config.model_validate(
        {
            "asterisk": {
                "ami_port": PORT,
                "ami_secret": "only-on-loopback",
                "configuration": folder / "etc",
                "recordings": folder,
            },
            "trunks": {"main": {"endpoint": "carrier"}},
        }
    )
    files = pbx_files(
        config, sip_port=PORT + 1, rtp_ports=(PORT + 10, PORT + 99), carrier_host="127.0.0.1", carrier_port=PORT + 2
    )
    files["manager.conf"] += READER
    instance = AsteriskInstance(folder, files | OTHERS)
    await instance.start()
    yield instance, config
    await instance.stop()


class Reader:
    """Asks for a file as Asterisk understood it (action ``GetConfig``)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, **fields: str) -> list[str]:
        self._writer.write(("".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n").encode())
        while True:
            block = []
            while (line := (await self._reader.readline()).rstrip(b"\r\n")) != b"":
                block.append(line.decode("utf-8", "replace"))
            if any(line.startswith("Response:") for line in block):
                return block

    async def file(self, name: str) -> list[str] | None:
        """Sections as ``name`` and settings as ``  name=value``; ``None`` when Asterisk refuses the file."""
        block = await self.ask(Action="GetConfig", Filename=name)
        if "Response: Error" in block:
            assert "Message: Config file has invalid format" in block
            return None
        found = []
        for line in block:
            key, _, value = line.partition(": ")
            if key.startswith("Category-"):
                found.append(value)
            elif key.startswith("Line-"):
                found.append(f"  {value}")
        return found


def ours(reading: Reading, name: str) -> list[str] | None:
    if any(problem.what.startswith(f"Asterisk refuses the whole of {name}") for problem in reading.problems):
        return None
    found = []
    for section in reading.sections:
        if not section.template:
            found += [section.name, *(f"  {setting.name}={setting.value}" for setting in section.settings)]
    return found


async def test_files_are_read_as_asterisk_reads_them(asterisk: tuple[AsteriskInstance, Config]) -> None:
    etc = asterisk[0].folder / "etc"
    chosen = random.Random(8)
    made = ["\n".join(chosen.choices(LINES, k=chosen.randint(1, 14))) + "\n" for _ in range(400)]
    texts = {f"try{number}.conf": text for number, text in enumerate([*WRITTEN, *made])}
    for name, text in texts.items():
        (etc / name).write_text(text, encoding="utf-8", newline="")
    files = read_folder(etc)
    stream, writer = await asyncio.open_connection("127.0.0.1", PORT)
    with contextlib.closing(writer):
        reader = Reader(stream, writer)
        await stream.readline()
        await reader.ask(Action="Login", Username="reader", Secret="only-on-loopback", Events="off")
        for name, text in texts.items():
            assert ours(files.read(name), name) == await reader.file(name), text


async def test_a_running_pbx_of_the_shipped_files_is_as_it_should_be(
    asterisk: tuple[AsteriskInstance, Config],
) -> None:
    inspection = await inspect_pbx(asterisk[1])
    assert [finding for finding in inspection.findings if finding.state != "note"] == []
    assert inspection.asked


@pytest.mark.parametrize(
    ("pjsip", "state"),
    [
        ("#exec /usr/local/bin/trunks\n", None),
        ("; nothing\n", "note"),
    ],
)
async def test_an_endpoint_that_the_files_do_not_show_is_asked_for(
    asterisk: tuple[AsteriskInstance, Config], tmp_path: Path, pjsip: str, state: str | None
) -> None:
    instance, config = asterisk
    for file in (instance.folder / "etc").glob("*.conf"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pjsip.conf").write_text(pjsip)
    elsewhere = config.model_copy(update={"asterisk": config.asterisk.model_copy(update={"configuration": tmp_path})})
    offline = await inspect_pbx(elsewhere, offline=True)
    assert any("endpoint [carrier]" in finding.what for finding in offline.findings)
    asked = await inspect_pbx(elsewhere)
    about = [finding for finding in asked.findings if "carrier" in finding.what]
    assert [finding.state for finding in about] == ([state] if state else [])


async def test_what_is_wrong_with_the_running_pbx_is_told(asterisk: tuple[AsteriskInstance, Config]) -> None:
    _, config = asterisk
    wrong = config.model_copy(
        update={
            "trunks": {"other": config.trunks["main"].model_copy(update={"endpoint": "nobody"})},
            "asterisk": config.asterisk.model_copy(update={"dial_context": "not-there"}),
        }
    )
    told = [finding.what for finding in (await inspect_pbx(wrong)).findings if finding.state == "broken"]
    assert "trunk 'other': Asterisk knows no endpoint 'nobody'" in told
    assert "the running dialplan has no [not-there]" in told


async def test_a_trunk_that_is_not_registered_is_told(asterisk: tuple[AsteriskInstance, Config]) -> None:
    instance, config = asterisk
    with (instance.folder / "etc/pjsip.conf").open("a") as file:
        address = f"sip:nobody@127.0.0.1:{PORT + 3}"
        file.write(f"[carrier]\ntype = registration\nserver_uri = {address}\nclient_uri = {address}\n")
    await instance.console("module load res_pjsip_outbound_registration.so")
    await instance.console("module reload res_pjsip.so")
    told = [finding.what for finding in (await inspect_pbx(config)).findings if finding.state == "broken"]
    assert told == ["registration 'carrier' (trunk main) is unregistered"]
