"""The server stops within seconds, and whoever was whole is answered."""

import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.serving.callers import Caller, Clock, limits, port_of, post, running, status
from tests.waiting import free_port, until


class Slow:
    """An app that answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()
        self.app = Flask("slow")
        self.app.add_url_rule("/", view_func=self._view, methods=["GET", "POST"])

    def _view(self) -> str:
        self.asked.set()
        self.let.wait(30)
        return "done"


def test_what_is_being_answered_is_finished() -> None:
    slow = Slow()
    with running(slow.app, limits(stop_seconds=20)) as server, Caller(port_of(server)) as caller:
        caller.say(post("/", 0))
        assert slow.asked.wait(20)
        server.should_exit = True
        until(lambda: not server.servers[0].is_serving(), what="the end of listening")
        slow.let.set()
        heard = caller.hear()
    assert status(heard) == 200
    assert heard.endswith(b"done")


def test_what_takes_too_long_is_told_to_come_again() -> None:
    slow, clock = Slow(), Clock()
    with running(slow.app) as server, Caller(port_of(server)) as caller:
        caller.say(post("/", 0))
        assert slow.asked.wait(20)
        server.should_exit = True
        assert status(caller.hear()) == 503
        slow.let.set()
    assert clock.seconds < 10


def test_what_is_still_arriving_gets_a_moment() -> None:
    slow = Slow()
    slow.let.set()
    within = limits(body_seconds=60, stop_seconds=20)
    with running(slow.app, within) as server, Caller(port_of(server)) as soon:
        soon.say(post("/", 4) + b"ho")
        with Caller(port_of(server)) as never:
            never.say(post("/", 4) + b"ho")
            until(lambda: len(server.server_state.tasks) == 2, what="both requests")
            server.should_exit = True
            until(lambda: not server.servers[0].is_serving(), what="the end of listening")
            assert status(soon.say(b"la").hear()) == 200
            assert status(never.hear()) == 503


@contextmanager
def bot(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The bot, as a process of its own."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "BOT_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "bot"], env=environment)
    try:
        until(lambda: answers(port), what="the bot's start")
        yield process, port
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.stack
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_the_bot_ends_of_the_signal_that_stops_it(tmp_path: Path, sent: signal.Signals) -> None:
    with bot(tmp_path) as (process, port):
        half = [Caller(port).say(post("/webhooks/twilio", 100) + b"half") for _ in range(50)]
        process.send_signal(sent)
        assert process.wait(20) == -sent
        for caller in half:
            caller.socket.close()
