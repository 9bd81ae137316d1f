"""A little service for tests, run as a program of its own: python little.py MODE FOLDER --socket PATH."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parents[3] / "voicebot" / "services" / "line_server.py"
spec = importlib.util.spec_from_file_location("line_server", SERVER)
assert spec is not None
assert spec.loader is not None
line_server = importlib.util.module_from_spec(spec)
spec.loader.exec_module(line_server)

never = asyncio.Event()


async def answer(request: dict[str, Any]) -> Any:
    """Do what is asked."""
    match request["do"]:
        case "echo":
            return {"said": request["said"]}, request["said"].encode()
        case "never":
            await never.wait()
        case "after":
            await asyncio.sleep(request["seconds"])
            return {"said": request["said"]}
        case "refuse":
            raise line_server.RefusedError("I would rather not")
        case "fail":
            raise RuntimeError("a secret")
        case "large":
            return {}, bytes(request["size"])
        case "block":
            time.sleep(request["seconds"])  # noqa: ASYNC251 - the whole loop stands still, as it is meant to
        case "descend":
            child = subprocess.Popen(["sleep", "1000"])  # noqa: ASYNC220
            return {"pid": child.pid}
        case "end":
            sys.exit(3)
    return {}


def main() -> None:
    """Serve, or fail as the mode says."""
    mode, folder, _, socket = sys.argv[1:]
    starts = Path(folder) / "starts"
    with starts.open("a") as file:
        file.write("x")
    count = len(starts.read_text())
    if mode == "crash" or (mode == "crash_once" and count == 1):
        print("the model is broken", file=sys.stderr)
        sys.exit(1)
    if mode == "hopeless":
        print("there is no such model", file=sys.stderr)
        sys.exit(os.EX_CONFIG)
    if mode == "hang":
        time.sleep(1000)
    asyncio.run(line_server.LineServer(socket, answer, lambda: {"model": "little", "start": count}).serve_forever())


if __name__ == "__main__":
    main()
