"""What customers sent, handed to signed-in staff and to nobody else."""

import uuid

import pytest

from store.conversations.attachments import Attachment
from store.conversations.inbox import Inbound
from studio.bubbles import Bubble, thread
from tests.studio.conftest import Site

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def _sent(site: Site, media_type: str, ending: str) -> Attachment:
    services = site.house.services
    file = {"url": "https://example.com/x", "media_type": media_type}
    message = Inbound("twilio", f"SM{uuid.uuid4().hex}", "us", "her", "", media=(file,))
    [accepted] = services.store.inbox.accept([message])
    [one] = services.store.attachments.of([int(accepted.inbox_id or 0)])
    folder = services.settings.media_dir
    folder.mkdir(exist_ok=True)
    (folder / f"abc{ending}").write_bytes(PNG)
    services.store.attachments.kept(one, stored_name=f"abc{ending}", media_type=media_type)
    return services.store.attachments.get(one.id)


def test_staff_see_a_photo_in_place_and_the_audit_log_knows(site: Site) -> None:
    one = _sent(site, "image/png", ".png")
    answer = site.client("viewer").get(f"/files/{one.id}")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert site.house.services.store.audit.page()[0].action == "file seen"


@pytest.mark.parametrize("media_type", ["text/plain", "application/pdf", "image/svg+xml"])
def test_what_a_browser_would_open_is_a_download(site: Site, media_type: str) -> None:
    one = _sent(site, media_type, ".bin")
    answer = site.client("viewer").get(f"/files/{one.id}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_nobody_else_gets_a_file(site: Site) -> None:
    one = _sent(site, "image/png", ".png")
    assert site.client().get(f"/files/{one.id}").status_code in (303, 401)
    for name in ("0" * 32, "../studio.db", "x"):
        assert site.client("admin").get(f"/files/{name}").status_code == 404


def test_a_file_that_was_refused_or_removed_is_gone(site: Site) -> None:
    one = _sent(site, "image/png", ".png")
    (site.house.services.settings.media_dir / one.stored_name).unlink()
    assert site.client("viewer").get(f"/files/{one.id}").status_code == 404


def test_the_thread_shows_our_copy_and_never_the_provider_s_address() -> None:
    item = {
        "url": "https://evil.example/x.png",
        "media_type": "image/png",
        "state": "kept",
        "id": "a" * 32,
        "words": "<b>placa</b>",
    }
    shown = str(thread([Bubble("customer", "", media=[item])]))
    assert f'src="/files/{"a" * 32}"' in shown
    assert "evil.example" not in shown
    assert "&lt;b&gt;placa" in shown
    waiting = str(thread([Bubble("customer", "", media=[{**item, "state": "waiting"}])]))
    assert "<img" not in waiting
