"""A refusal in a real Chromium: the page says it as a sentence."""

import json

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from studio.texts import say
from tests.studio.conftest import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
PATIENCE = 60_000  # milliseconds
FORGED = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}


def signed_in(chromium: Browser, site: Site, who: str) -> Page:
    page = chromium.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.url}/login")
    page.fill("[name=email]", f"{who}@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/studio/**")
    return page


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_says_what_was_refused(chromium: Browser, site: Site, language: str) -> None:
    page = signed_in(chromium, site, "viewer")
    page.goto(f"{site.url}/studio/{language}/knowledge")
    expect(page.locator(".as-header")).to_be_visible(timeout=PATIENCE)

    def forge(route: Route) -> None:
        sent = json.loads(route.request.post_data or "{}")
        route.continue_(post_data=json.dumps({**sent, "data": [FORGED] * len(sent["data"])}))

    page.route("**/queue/join*", forge)
    page.locator("#search-box textarea, #search-box input").first.fill("garantía")
    page.click("#search-go")
    sentence = page.get_by_text(say(language, "refused.unfit"))
    expect(sentence.first).to_be_visible(timeout=PATIENCE)
    page.context.close()
