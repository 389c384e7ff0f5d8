"""What every answer tells the browser to keep to."""

import httpx
import pytest
from starlette.responses import Response

from store.people.people import People
from studio.request_checks import RequestChecks
from tests.studio.checks.loop import run
from tests.studio.checks.test_uploads import uploaded
from tests.studio.conftest import Site

HSTS = "strict-transport-security"


def answer_of(people: People, production: bool, scheme: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        guard = RequestChecks(Response("hello"), people, production)
        transport = httpx.ASGITransport(app=guard)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://studio") as client:
            return await client.get("/login")

    return run(ask())


@pytest.mark.parametrize(
    ("production", "scheme", "told"),
    [(False, "http", False), (False, "https", True), (True, "http", True), (True, "https", True)],
)
def test_browsers_keep_to_tls_where_there_is_tls(
    site: Site, production: bool, scheme: str, told: bool
) -> None:
    answer = answer_of(site.house.services.store.people, production, scheme)
    assert (HSTS in answer.headers) == told
    if told:
        assert int(answer.headers[HSTS].split("=")[1]) >= 31_536_000


def test_an_uploaded_file_runs_nothing_in_the_studio_s_name(site: Site) -> None:
    client = site.client("editor")
    path = uploaded(client, b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    answer = client.get(f"/studio/es/gradio_api/file={path}")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_refusals_have_the_same_headers(site: Site) -> None:
    client = site.client("viewer")
    for answer in (client.get("/nothing"), client.post("/studio/es/gradio_api/queue/join")):
        assert answer.status_code in (404, 422)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
