"""The studio in a real Chromium: the main story, both languages, hostile customers, screenshots."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import FLAGS, HOW, executable
from tests.studio.conftest import PASSWORD, Site
from tests.studio.hostile import HOSTILE

pytestmark = pytest.mark.browser
PAGES = ("", "playground", "knowledge", "inbox", "simulator")
# Words of Gradio's own that would give away an untranslated page.
ENGLISH = re.compile(
    r"\b(Drop|Upload|Click|Search|Send|Submit|Clear|Loading|Success|Error|Release|Save|Agents?"
    r"|Inbox|Knowledge|Playground|Version|processing|queue)\b"
)


class Watched:
    """A page, and everything about it that must not happen."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self._url = url
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def sign_in(self, who: str, language: str) -> None:
        self.page.goto(f"{self._url}/login?language={language}")
        self.page.fill("[name=email]", f"{who}@example.com")
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/studio/**")

    def go(self, language: str, name: str, query: str = "") -> None:
        self.page.goto(f"{self._url}/studio/{language}/{name}{query}")
        expect(self.page.locator(".as-header")).to_be_visible()

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") == "error":
            self.complaints.append(f"console: {getattr(message, 'text', '')}")

    def _request(self, url: str) -> None:
        if not url.startswith((self._url, "data:", "blob:")):
            self.complaints.append(f"request: {url}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = executable()
    if path is None:
        pytest.fail(f"{HOW} On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watched(chromium: Browser, site: Site) -> Iterator[Watched]:
    """A laptop whose browser speaks English, so that the studio's language is really the choice."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    watched = Watched(context, site.url)
    yield watched
    context.close()
    assert watched.complaints == []


def write(page: Page, place: str, text: str) -> None:
    page.locator(f"#{place} textarea, #{place} input").first.fill(text)


def test_the_main_story_in_spanish(watched: Watched, site: Site, tmp_path: Path) -> None:
    page = watched.page
    watched.sign_in("editor", "es")

    watched.go("es", "knowledge")
    write(page, "base-name", "Café Luna")
    page.click("#base-create")
    expect(page.locator("#base-list")).to_contain_text("Café Luna")
    (tmp_path / "envíos.md").write_text("Los envíos a Oaxaca tardan cuatro días.", encoding="utf-8")
    page.set_input_files("#source-files input[type=file]", tmp_path / "envíos.md")
    expect(page.locator("#source-list")).to_contain_text("envíos.md")
    site.house.read_sources()
    expect(page.locator("#source-list")).to_contain_text("Lista")  # by itself: the page watches
    write(page, "search-box", "cuánto tarda el envío a Oaxaca")
    page.click("#search-go")
    expect(page.locator("#search-found")).to_contain_text("cuatro días")

    watched.go("es", "")
    page.click("#agent-new")
    expect(page.locator("#agent-state")).to_contain_text("Agente nuevo")
    write(page, "agent-name", "Lucía")
    write(page, "agent-brand", "Café Luna")
    page.click("#agent-tones input")
    page.get_by_role("option", name="Experto").click()
    expect(page.locator("#agent-tone textarea")).to_have_value(re.compile("Seguro y preciso"))
    page.get_by_label("Café Luna (1)").check()
    expect(page.locator("#agent-prompt textarea")).to_have_value(re.compile("Seguro y preciso"))
    page.click("#agent-save")
    expect(page.locator("#agent-state h2")).to_have_text("Lucía")
    expect(page.locator("#agent-list .chosen")).to_contain_text("Café Luna")

    page.get_by_text("Probarlo").click()
    expect(page.locator("#try-agent input")).to_have_value("Lucía")
    write(page, "try-box", "¿Cuánto tardan los envíos a Oaxaca?")
    page.click("#try-send")
    expect(page.locator("#try-chat .agent")).to_contain_text("cuatro días")
    expect(page.locator("#try-why")).to_contain_text("envíos.md")
    expect(page.locator("#try-why")).to_contain_text("Lucía · Borrador")

    agent_id = page.url.rpartition("agent=")[2]
    watched.go("es", "", f"?agent={agent_id}")
    page.get_by_role("tab", name="Publicar y versiones").click()
    write(page, "agent-note", "primera")
    page.click("#agent-release")
    expect(page.locator("#agent-versions")).to_contain_text("v1")
    expect(page.locator("#agent-state")).to_contain_text("WhatsApp (Twilio) · v1")
    assert site.house.services.agents.answering(
        "twilio", site.house.services.settings.twilio_address
    )


def test_the_inbox_lives_by_itself_and_staff_answer(watched: Watched, site: Site) -> None:
    page = watched.page
    watched.sign_in("agent", "es")
    watched.go("es", "inbox")
    conversation = site.house.customer_writes("¿Hay alguien?", "Renata", "77")
    page.locator("#inbox-list").get_by_text("Renata").click()
    expect(page.locator("#inbox-thread")).to_contain_text("¿Hay alguien?")
    site.house.customer_writes("¿Hola?", "Renata", "77")
    expect(page.locator("#inbox-thread")).to_contain_text("¿Hola?")
    write(page, "inbox-box", "Hola Renata, soy Inés.")
    page.click("#inbox-send")
    expect(page.locator("#inbox-thread .human")).to_contain_text("soy Inés")
    page.get_by_text("Devolver al agente").click()
    expect(page.locator("#inbox-head")).to_contain_text("Atender yo")
    assert site.house.services.conversations.get(conversation).owner == "bot"


def test_hostile_customers_harm_no_page(watched: Watched, site: Site) -> None:
    number = 0
    for text in HOSTILE:
        number = site.house.customer_writes(text, text[:200], "666")
    watched.sign_in("viewer", "es")
    watched.go("es", "inbox", f"?conversation={number}")
    thread = watched.page.locator("#inbox-thread")
    expect(thread.locator(".as-bubble").first).to_be_visible()
    expect(thread.locator("img, script, iframe, svg, form, a, input, button")).to_have_count(0)
    assert watched.page.evaluate("window.harmed") is None
    assert len(HOSTILE) >= 50


def test_a_viewer_is_told_in_words_what_is_missing(watched: Watched) -> None:
    watched.sign_in("viewer", "en")
    watched.go("en", "knowledge")
    write(watched.page, "base-name", "Mine")
    watched.page.click("#base-create")
    expect(watched.page.get_by_test_id("toast-body")).to_contain_text("it needs the role of editor")
    watched.complaints.clear()  # Gradio writes refused events to the console


def test_a_session_that_ended_leads_to_the_login_page(watched: Watched, site: Site) -> None:
    watched.sign_in("viewer", "es")
    watched.go("es", "inbox")
    site.house.services.people.sign_out_everywhere("viewer@example.com")
    watched.page.wait_for_url("**/login**")
    watched.complaints.clear()  # the browser reports the 401 that led here


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_fits_a_laptop_and_speaks_one_language(
    chromium: Browser, site: Site, tmp_path: Path, language: str, scheme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="fr-FR", color_scheme=scheme
    )
    watched = Watched(context, site.url)
    watched.sign_in("editor", language)
    for name in PAGES:
        watched.go(language, name)
        watched.page.wait_for_timeout(300)
        watched.page.screenshot(path=tmp_path / f"{language}-{scheme}-{name or 'agents'}.png")
        assert watched.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        words = watched.page.locator("body").inner_text()
        assert language == "en" or not ENGLISH.search(words.replace("Agent Studio", "")), name
    context.close()
    assert watched.complaints == []
