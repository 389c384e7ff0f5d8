"""A file belongs to the sign-in that uploaded it."""

from typing import Any
from urllib.parse import quote

import httpx

from studio.checks.uploads import MOST, SECONDS, Uploads
from tests.studio.conftest import Site
from tests.studio.test_roles import body, dependencies

META = {"_type": "gradio.FileData"}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_file_is_known_to_its_sign_in_alone_and_for_an_hour() -> None:
    uploads = Uploads(clock := Clock())
    uploads.remember("lucia", ["/a", "/b"])
    assert uploads.has("lucia", "/a")
    assert not uploads.has("omar", "/a")
    assert not uploads.has("lucia", "/c")
    clock.now = SECONDS
    assert not uploads.has("lucia", "/a")


def test_what_is_over_is_forgotten_and_the_oldest_of_too_many() -> None:
    uploads = Uploads(clock := Clock())
    uploads.remember("lucia", ["/first"])
    uploads.remember("lucia", [f"/{number}" for number in range(MOST - 1)])
    uploads.remember("lucia", ["/first", "/last"])
    assert [uploads.has("lucia", path) for path in ("/first", "/0", "/1")] == [True, False, True]
    clock.now = SECONDS
    uploads.remember("omar", ["/x"])
    assert uploads._until.keys() == {"omar"}


def uploaded(client: httpx.Client, words: bytes) -> str:
    answer = client.post("/studio/es/gradio_api/upload", files={"files": ("notas.txt", words)})
    path: str = answer.json()[0]
    return path


def taken(client: httpx.Client, path: str) -> httpx.Response:
    """Hand the file at *path* to the form of the knowledge page."""
    event = next(one for one in dependencies(client) if one["api_name"] == "knowledge_arrive")
    sent: dict[str, Any] = body(event, "uploads")
    sent["data"] = [None, [{"path": path, "meta": META}], True]  # only looked at
    return client.post("/studio/es/gradio_api/run/knowledge_arrive", json=sent)


def test_a_file_is_read_by_the_one_who_uploaded_it_and_nobody_else(site: Site) -> None:
    editor, admin = site.client("editor"), site.client("admin")
    path = uploaded(editor, b"los precios de mayo")
    address = f"/studio/es/gradio_api/file={quote(path)}"
    assert editor.get(address).content == b"los precios de mayo"
    assert admin.get(address).status_code == 404
    assert site.client("editor").get(address).status_code == 404  # another sign-in


def test_a_file_is_handed_in_by_the_one_who_uploaded_it_and_nobody_else(site: Site) -> None:
    editor, admin = site.client("editor"), site.client("admin")
    path = uploaded(editor, b"los precios de junio")
    answer = taken(editor, path)
    assert answer.status_code == 200, answer.text
    refused = taken(admin, path)
    assert refused.status_code == 422
    assert "Vuelva a elegirlo" in refused.json()["error"]
