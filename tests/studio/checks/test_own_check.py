"""Behind our checks Gradio's own stands as well: it has to be told that a mounted app is up."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from store.people.people import Person
from studio.app import _mount
from studio.state import Studio
from tests.studio.checks.loop import run
from tests.studio.conftest import Site


def answer_without_our_checks(studio: Studio, person: Person, path: Path) -> httpx.Response:
    """Hand a file record of *path* to a function that takes text."""

    async def ask() -> httpx.Response:
        host = FastAPI()
        _mount(host, studio)

        async def signed_in(scope: Scope, receive: Receive, send: Send) -> None:
            await host({**scope, "person": person}, receive, send)

        transport = httpx.ASGITransport(app=signed_in)  # type: ignore[arg-type]
        record = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
        async with httpx.AsyncClient(transport=transport, base_url="http://studio") as client:
            return await client.post(
                "/studio/es/gradio_api/run/knowledge_search", json={"data": [record, record]}
            )

    return run(ask())


@pytest.mark.filterwarnings("ignore:SSR mode is not supported:UserWarning")
def test_gradio_itself_copies_no_file_of_the_machine(site: Site) -> None:
    services, studio = site.house.services, site.house.studio()
    secret = services.settings.data_dir / "its-own-check.txt"
    secret.write_text("LA-CLAVE")
    person = services.store.people.find("viewer@example.com")
    assert person
    answer = answer_without_our_checks(studio, person, secret)
    assert answer.status_code == 500
    assert list((services.settings.data_dir / "uploads").rglob(secret.name)) == []
