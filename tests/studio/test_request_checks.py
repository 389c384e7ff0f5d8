"""The door of the studio, over HTTP: who gets in, from where, and to what."""

import re

import pytest

from knowledge.base import MAX_BYTES
from studio.request_checks import PAGE_NAMES
from studio.shell import PAGES
from tests.studio.conftest import PASSWORD, Site

CLOSED = [
    "/openapi.json",
    "/docs",
    "/redoc",
    "/studio/es/openapi.json",
    "/studio/es/docs",
    "/studio/es/gradio_api/openapi.json",
    "/studio/es/gradio_api/info",
    "/studio/es/monitoring",
    "/studio/es/monitoring/summary",
    "/studio/es/gradio_api/token",
    "/studio/es/gradio_api/user",
    "/studio/es/gradio_api/runs",
    "/studio/es/gradio_api/run-history/records",
    "/studio/es/gradio_api/vibe-code",
    "/studio/es/gradio_api/deep_link",
    "/studio/es/gradio_api/proxy=http://127.0.0.1:1/",
    "/studio/es/gradio_api/dev/reload",
    "/studio/es/login",
    "/studio/es/logout",
]


def test_the_guard_knows_every_page() -> None:
    assert {path for path, _, _ in PAGES} == {"", *PAGE_NAMES}


@pytest.mark.parametrize("path", ["/", "/studio", *(f"/studio/es/{p}" for p in ("", *PAGE_NAMES))])
def test_nobody_is_sent_to_the_login_page(site: Site, path: str) -> None:
    answer = site.client().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize(
    "path",
    [
        "config",
        "gradio_api/queue/data",
        "gradio_api/startup-events",
        "gradio_api/heartbeat/x",
        "gradio_api/file=/etc/passwd",
        "theme.css",
        "gradio_api/app_id",
    ],
)
def test_nobody_reads_the_api(site: Site, path: str) -> None:
    assert site.client().get(f"/studio/es/{path}").status_code == 401


@pytest.mark.parametrize("path", CLOSED)
def test_what_we_do_not_need_is_closed_even_to_admins(site: Site, path: str) -> None:
    assert site.client("admin").get(path).status_code == 404
    assert site.client().get(path).status_code == 401


def test_a_file_of_the_machine_is_not_served(site: Site) -> None:
    files = ("/etc/passwd", str(site.house.services.settings.data_dir / "studio.db"))
    for path in files:
        answer = site.client("admin").get(f"/studio/es/gradio_api/file={path}")
        assert answer.status_code in (403, 404)


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "http://127.0.0.1:1"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1.evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]
TARGETS = [
    ("POST", "/studio/es/gradio_api/run/agents_blank"),
    ("POST", "/studio/es/gradio_api/queue/join"),
    ("GET", "/studio/es/gradio_api/queue/data?session_hash=x"),
    ("GET", "/studio/es/gradio_api/token"),
    ("POST", "/studio/es/gradio_api/upload"),
    ("POST", "/logout"),
    ("POST", "/language"),
    ("POST", "/password"),
    ("POST", "/login"),
]


@pytest.mark.parametrize(("method", "path"), TARGETS)
def test_another_site_is_refused(site: Site, method: str, path: str) -> None:
    client = site.client("admin")
    for headers in FOREIGN:
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert client.get("/studio/es/config").status_code == 200  # still signed in


def test_our_own_page_is_not_refused(site: Site) -> None:
    headers = {"origin": site.url, "sec-fetch-site": "same-origin"}
    body = {"data": [], "session_hash": "own"}
    answer = site.client("viewer").post(
        "/studio/es/gradio_api/run/agents_blank", json=body, headers=headers
    )
    assert answer.status_code == 200


def test_every_answer_forbids_frames_sniffing_and_foreign_requests(site: Site) -> None:
    for answer in (site.client().get("/login"), site.client("viewer").get("/studio/es/")):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_the_page_names_no_other_host(site: Site) -> None:
    page = site.client("viewer").get("/studio/es/").text
    hosts = set(re.findall(r"(?:src|href|content)=\"https?://([^/\"]+)", page))
    assert hosts == set()
    assert '<html\n\tlang="es"' in page


def test_uploads_are_for_editors_and_have_a_limit(site: Site) -> None:
    path, small = "/studio/es/gradio_api/upload", {"files": ("a.txt", b"hola")}
    assert site.client("agent").post(path, files=small).status_code == 403
    assert site.client("editor").post(path, files=small).status_code == 200
    large = {"files": ("a.txt", b"x" * (3 * MAX_BYTES + 500_000))}
    assert site.client("editor").post(path, files=large).status_code == 413


def test_a_demoted_person_loses_rights_at_the_next_click(site: Site) -> None:
    people = site.house.services.store.people
    first = people.add("temporal@example.com", "editor")
    people.change_password("temporal@example.com", first, PASSWORD)
    client = site.client("temporal")
    people.set_role("temporal@example.com", "viewer")
    answer = client.post(
        "/studio/es/gradio_api/run/knowledge_create", json={"data": ["x"], "session_hash": "d"}
    )
    assert "permiso" in answer.json()["error"]
    people.disable("temporal@example.com")
    assert client.get("/studio/es/config").status_code == 401


def test_the_session_outlives_the_process_because_it_is_in_the_database(site: Site) -> None:
    token = site.client("viewer").cookies["studio"]
    assert site.house.services.store.people.of_token(token) is not None
    again = site.client()
    again.cookies["studio"] = token
    assert again.get("/studio/es/config").status_code == 200
