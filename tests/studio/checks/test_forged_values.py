"""A signed-in viewer sends forged values to every function and input of the real studio."""

import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest

from store.people.people import LANGUAGES
from studio.checks.kinds import KINDS, WITH_FILES
from studio.texts import say
from tests.studio.checks import forged
from tests.studio.checks.waiting_person import Waiting
from tests.studio.conftest import Site
from tests.studio.test_roles import body, dependencies

SECRET = "LA-CLAVE-DE-LA-CASA"


class Server:
    """A server on loopback that counts who asks."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/secret.txt"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def outside() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def data_dir(site: Site) -> Iterator[Path]:
    """The installation's folder, with a secret that must not get out; nothing may come into it."""
    folder = site.house.services.settings.data_dir
    for name in ("secret.txt", ".env"):
        (folder / name).write_text(SECRET)
    before = set((folder / "uploads").rglob("*"))
    yield folder
    assert set((folder / "uploads").rglob("*")) == before


def with_every_input_forged(events: list[dict[str, Any]], forgeries: list[Any]) -> Iterator[Any]:
    """Each function with each forgery in all its inputs, then each input with one of them alone."""
    turn = 0
    for event in (one for one in events if one["data"]):
        for forgery in forgeries:
            yield event, [forgery] * len(event["data"])
        for place in range(len(event["data"])):
            turn += 1
            data = list(event["data"])
            data[place] = forgeries[turn % len(forgeries)]
            yield event, data


def call(client: httpx.Client, language: str, event: dict[str, Any], **more: Any) -> httpx.Response:
    path = f"/studio/{language}/gradio_api/run/{event['api_name']}"
    return client.post(path, json={**body(event, "forged"), **more})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_function_takes_a_file_that_its_caller_did_not_upload(
    site: Site, data_dir: Path, outside: Server, language: str
) -> None:
    client = site.client("viewer")
    forgeries = list(forged.values(data_dir, outside.url))
    with Waiting(site.url) as somebody:
        for event, data in with_every_input_forged(dependencies(client, language), forgeries):
            answer = call(client, language, event, data=data)
            assert answer.status_code == 422, (event["api_name"], data)
            assert answer.json()["error"] in SENTENCES[language]
    assert outside.asked == []
    assert somebody.longest < 1


SENTENCES = {
    language: {say(language, f"refused.{key}") for key in ("unfit", "file")}
    for language in LANGUAGES
}


def test_a_file_record_written_as_text_stays_text(
    site: Site, data_dir: Path, outside: Server
) -> None:
    client = site.client("viewer")
    events = [one for one in dependencies(client) if one["data"]]
    for turn, text in enumerate(forged.texts(data_dir, outside.url)):
        for event in events[turn::5]:
            data = [text if isinstance(value, str) else value for value in event["data"]]
            answer = call(client, "es", event, data=data)
            assert SECRET not in answer.text
            assert "file=" not in answer.text, event["api_name"]
    assert outside.asked == []


def test_no_event_carries_a_file(site: Site, data_dir: Path, outside: Server) -> None:
    client = site.client("viewer")
    for event in dependencies(client):
        for forgery in ({"path": "/etc/passwd"}, {"file": forged.records(data_dir, outside.url)}):
            assert call(client, "es", event, event_data=forgery).status_code == 422
    assert outside.asked == []


def test_the_queue_refuses_what_a_call_refuses(site: Site, data_dir: Path, outside: Server) -> None:
    client = site.client("viewer")
    secret = forged.records(data_dir, outside.url)[2]
    for event in (one for one in dependencies(client, "en") if one["data"]):
        sent = {
            **body(event, "queue"),
            "fn_index": event["id"],
            "data": [secret] * len(event["data"]),
        }
        answer = client.post("/studio/en/gradio_api/queue/join", json=sent)
        assert answer.status_code == 422
        assert answer.json()["detail"] in SENTENCES["en"]


def test_no_file_of_the_machine_and_no_address_is_served(
    site: Site, data_dir: Path, outside: Server
) -> None:
    client = site.client("admin")
    uploads = data_dir / "uploads"
    paths = [record.get("path", outside.url) for record in forged.records(data_dir, outside.url)]
    for path in [*paths, str(uploads), f"{uploads}/../secret.txt", "/etc/passwd%0A", outside.url]:
        for spelled in (path, path.replace("/", "%2F"), path.replace("/", "%252F")):
            answer = client.get(f"/studio/es/gradio_api/file={spelled}")
            assert answer.status_code == 404, spelled
            assert SECRET not in answer.text
    assert outside.asked == []


def test_every_input_of_the_studio_is_of_a_kind_we_know(site: Site) -> None:
    """A new kind of component gets a line in `studio.checks.kinds.KINDS` (or WITH_FILES)."""
    config = site.client("viewer").get("/studio/es/config").json()
    kinds = {part["id"]: part["type"] for part in config["components"]}
    used = {kinds[part] for one in config["dependencies"] for part in one["inputs"]}
    known = {name.lower() for name in (*KINDS, *WITH_FILES)}
    assert used
    assert {name for name in used if name.replace("_", "") not in known} == set()
