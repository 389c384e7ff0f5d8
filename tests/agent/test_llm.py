"""Models by name, and the transport they share."""

import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from flask import Flask, Response

from agent.errors import ModelUnavailable
from agent.llm import ChatModels, PooledTransport
from agent.settings import Settings
from agent.spec import ModelChoice
from tests.standins.openai import KEY, Refused, check, openai_standin
from tests.standins.server import serve

HELLO = {"model": "m", "messages": [{"role": "user", "content": "hola"}]}


def test_a_model_is_built_once_for_the_same_parameters() -> None:
    models = ChatModels(Settings(_env_file=None, openai_api_key=KEY))
    first = models.get(ModelChoice(name="openai:gpt-4o"))
    assert models.get(ModelChoice(name="openai:gpt-4o")) is first
    assert models.get(ModelChoice(name="openai:gpt-4o", temperature=1)) is not first
    models.close()


@pytest.mark.parametrize("name", ["gpt-4o", "openai:", "nobody:model", "openrouter:x", "openai:x"])
def test_a_model_that_cannot_be_used_says_why(name: str) -> None:
    models = ChatModels(Settings(_env_file=None))
    with pytest.raises(ModelUnavailable, match=r"openai:NAME|API_KEY"):
        models.get(ModelChoice(name=name))
    models.close()


def test_a_compatible_server_needs_no_key() -> None:
    models = ChatModels(Settings(_env_file=None, openai_base_url="http://127.0.0.1:9/v1"))
    assert models.get(ModelChoice(name="openai:llama"))
    models.close()


def test_requests_one_after_another_share_a_connection() -> None:
    transport = PooledTransport()
    with serve(openai_standin()) as url, httpx2.Client(transport=transport) as client:
        for _ in range(3):
            client.post(f"{url}/v1/chat/completions", json=HELLO, headers=_key())
        assert transport.pool.connection_from_url(url).num_connections == 1


def test_requests_at_once_have_a_connection_each() -> None:
    transport = PooledTransport()
    with serve(openai_standin()) as url, httpx2.Client(transport=transport) as client:

        def ask(_: int) -> int:
            body = {"url": f"{url}/v1/chat/completions", "json": HELLO, "headers": _key()}
            return int(client.post(**body).status_code)

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(40))) == {200}
        assert 1 <= transport.pool.connection_from_url(url).num_connections <= 8


def test_a_server_that_is_not_there_is_a_connection_error() -> None:
    with (
        httpx2.Client(transport=PooledTransport()) as client,
        pytest.raises(httpx2.ConnectError),
    ):
        client.get("http://127.0.0.1:9/")


def test_a_server_that_says_nothing_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with (
            httpx2.Client(transport=PooledTransport(), timeout=0.2) as client,
            pytest.raises(httpx2.ReadTimeout),
        ):
            client.get(address)


def test_questions_and_answers_are_walked_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("openai.resources.chat.completions.Completions.create")
    with serve(openai_standin()) as url:
        models = ChatModels(
            Settings(_env_file=None, openai_api_key=KEY, openai_base_url=f"{url}/v1")
        )
        model = models.get(ModelChoice(name="openai:m"))
        assert "".join(piece.text for piece in model.stream("hola")) == model.invoke("hola").text
        models.close()


def test_an_answer_that_is_no_json_is_an_error() -> None:
    app = Flask("page")
    app.post("/v1/chat/completions")(lambda: "<html>hello</html>")
    with serve(app) as url:
        models = ChatModels(
            Settings(_env_file=None, openai_api_key=KEY, openai_base_url=f"{url}/v1")
        )
        with pytest.raises(ValueError, match="Unexpected response type"):
            models.get(ModelChoice(name="openai:m")).invoke("hola")
        models.close()


@pytest.mark.parametrize(
    "change",
    [
        {"model": ""},
        {"messages": []},
        {"messages": [{"role": "robot", "content": "x"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [{"role": "tool", "tool_call_id": "a", "content": "x"}]},
        {"messages": [{"role": "assistant", "content": "", "tool_calls": [{"id": "a"}]}]},
        {"stream_options": {"include_usage": True}},
        {"temperature": 3},
        {"tools": [{"type": "function", "function": {"name": "not a name"}}]},
        {"color": "red"},
    ],
)
def test_the_stand_in_refuses_what_the_real_service_refuses(change: dict[str, object]) -> None:
    check(HELLO)
    with pytest.raises(Refused):
        check(HELLO | change)


def test_an_answer_that_trickles_without_end_is_given_up() -> None:
    app, over = Flask("trickle"), threading.Event()

    @app.get("/")
    def trickle() -> Response:
        return Response(iter(lambda: b"" if over.wait(0.05) else b" ", b""))

    client = httpx2.Client(transport=PooledTransport(), timeout=0.2, trust_env=False)
    with serve(app) as url, client:
        with pytest.raises(httpx2.ReadTimeout, match="did not end"):
            client.get(url)
        over.set()


def test_answers_are_values_that_need_no_langchain() -> None:
    names = ["answer", "pricing", "language", "prompt", "guardrails.checks"]
    code = f"import sys, {', '.join(f'agent.{name}' for name in names)}; "
    code += "assert not [m for m in sys.modules if m.startswith(('langchain', 'openai'))]"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def _key() -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}"}


def test_only_the_first_model_reads_the_certificates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = ChatModels(Settings(_env_file=None, openai_api_key="sk-x"))
    models.get(ModelChoice(name="openai:one"))
    monkeypatch.delattr("ssl.SSLContext")
    assert models.get(ModelChoice(name="openai:two", timeout_seconds=7))
