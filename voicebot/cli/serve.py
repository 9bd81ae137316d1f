"""``voicebot serve``: run a dialling node."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer

from voicebot.config import load_config
from voicebot.node import Node


def command(
    context: typer.Context,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="Exit when no running campaign has anything left to do.")
    ] = False,
    node_name: Annotated[
        str, typer.Option("--node", help="Which of this machine's nodes to run: one of [nodes] in voicebot.toml.")
    ] = "",
) -> None:
    """Run a dialling node until SIGTERM or Ctrl-C; calls in progress are finished first, a second one ends them."""
    config = load_config(context.obj)
    node = Node(config.as_node(node_name) if node_name else config)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        running = asyncio.create_task(node.run(until_done=until_done))
        told = 0

        def stop() -> None:
            nonlocal told
            told += 1
            if told == 1:
                node.stop()
            elif told == 2:  # a third would keep what the calls came to from being written
                running.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        try:
            await running
        except asyncio.CancelledError:
            if told < 2:
                raise

    try:
        import uvloop  # noqa: PLC0415 - not there on every system

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(main())
