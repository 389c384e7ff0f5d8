"""The one HTTP server, for `make run` and containers alike: uvicorn, `Connection` and `Front`.

    Connection   headers within size and time; idle callers and slow readers closed
    Front        the body within size and time, in memory
    Flask        in one of a few threads, and never waiting for a caller

On SIGTERM or SIGINT it takes no more connections, finishes what is whole, gives what is still
arriving a second, and ends of that signal.
"""

import asyncio
import signal
import socket
from functools import partial
from typing import Any, cast

import uvicorn
from flask import Flask

from serving.connection import Connection
from serving.front import Front
from serving.limits import Limits

CANCELLED_SECONDS = 0.5  # for the last answers to requests that took too long to finish


class Server(uvicorn.Server):
    """Serves *app* on *host* and *port* within *limits*."""

    def __init__(self, app: Flask, host: str, port: int, limits: Limits) -> None:
        self._front = Front(app, limits)
        super().__init__(
            uvicorn.Config(
                self._front,
                host=host,
                port=port,
                interface="asgi3",
                http=cast(Any, partial(Connection, limits)),
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",  # strangers' broken requests are no news
                access_log=False,
                proxy_headers=False,  # the caller is the socket's peer, whatever headers say
                server_header=False,
                timeout_keep_alive=limits.idle_seconds,
                timeout_graceful_shutdown=limits.stop_seconds,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is being done, within `stop_seconds`."""
        self._front.stop()
        await super().shutdown(sockets)
        if tasks := self.server_state.tasks:
            await asyncio.wait(tasks, timeout=CANCELLED_SECONDS)


def serve(app: Flask, host: str, port: int, limits: Limits) -> None:
    """Serve until a signal says stop."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # raised again at the end: die of it, no traceback
    Server(app, host, port, limits).run()
