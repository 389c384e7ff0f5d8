"""A real browser that signed in before is let through while strangers guess."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete

from store.tables import login_attempts
from tests.studio.conftest import PASSWORD, Site

# Whole stories on a machine that others use too: slow is not wrong.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
PATIENCE = 60_000  # milliseconds


@pytest.fixture
def ana(site: Site) -> Iterator[str]:
    """Somebody with a password of her own; what was guessed about her is forgotten afterwards."""
    people, email = site.house.services.store.people, "ana.browser@example.com"
    people.change_password(email, people.add(email, "editor"), PASSWORD)
    yield email
    people.disable(email)
    with site.house.services.database.write() as tx:
        tx.execute(delete(login_attempts))


def sign_in(site: Site, context: BrowserContext, email: str, password: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.url}/login?language=en")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    return page


def test_a_browser_that_was_here_before_is_let_through_while_strangers_wait(
    chromium: Browser, site: Site, ana: str
) -> None:
    known, stranger = chromium.new_context(), chromium.new_context()
    page = sign_in(site, known, ana, PASSWORD)
    page.wait_for_url("**/studio/**")
    page.request.post(f"{site.url}/logout")
    for _ in range(6):
        complaint = sign_in(site, stranger, ana, "wrong").get_by_role("alert")
        expect(complaint).to_be_visible(timeout=PATIENCE)
    expect(complaint).to_contain_text("Too many attempts")
    barred = sign_in(site, stranger, ana, PASSWORD).get_by_role("alert")
    expect(barred).to_contain_text("a device that you signed in on before", timeout=PATIENCE)
    sign_in(site, known, ana, PASSWORD).wait_for_url("**/studio/**")
    assert "device" not in page.evaluate("document.cookie")
    known.close()
    stranger.close()
