"""The whole story, as its people live it: from a PDF to a customer's answered question."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from reportlab.pdfgen.canvas import Canvas

from tests.browser import FLAGS, HOW, executable
from tests.stack.running import ROOT, Running
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(300)]

QUESTION = "¿Cuánto tarda el envío a Oaxaca?"
WITHOUT_TWILIO = dict.fromkeys(
    ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_BASE_URL", "PUBLIC_BASE_URL"), ""
)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Running]:
    """What `make run` starts on a machine without any account."""
    stack = Running(tmp_path / "data", "", more=WITHOUT_TWILIO)
    stack.start()
    try:
        until(lambda: "is ready" in stack.log, what="the welcome")
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def page() -> Iterator[Page]:
    path = executable()
    if path is None:
        pytest.fail(HOW)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(20_000)
        expect.set_options(timeout=30_000)
        yield page
        browser.close()


def _pdf(path: Path) -> Path:
    canvas = Canvas(str(path))
    canvas.drawString(72, 760, "Café Luna vende café de altura desde 1998.")
    canvas.showPage()
    canvas.drawString(72, 760, "El envío a Oaxaca tarda cuatro días hábiles y cuesta 90 pesos.")
    canvas.save()
    return path


def _sign_in(page: Page, stack: Running) -> None:
    password = re.search(r"Password\s+(\S+)", stack.log)
    assert password
    page.goto(f"http://127.0.0.1:{stack.ports[1]}/login?language=es")
    page.fill("[name=email]", "admin@localhost")
    page.fill("[name=password]", password[1])
    page.click("button[type=submit]")
    page.wait_for_url("**/password**")
    page.fill("[name=current]", password[1])
    page.fill("[name=new]", "una frase bastante larga")
    page.click("button[type=submit]")
    page.wait_for_url("**/studio/es/**")


def _write(page: Page, place: str, text: str) -> None:
    page.locator(f"#{place} textarea, #{place} input").first.fill(text)


def _customer_asks(stack: Running, text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot.chat"], input=f"{text}\n".encode(), capture_output=True,
        cwd=ROOT, env=stack.environment(), timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.decode()


def test_from_a_pdf_to_a_customers_answer(stack: Running, page: Page, tmp_path: Path) -> None:
    studio = f"http://127.0.0.1:{stack.ports[1]}/studio/es"
    _sign_in(page, stack)

    page.goto(f"{studio}/knowledge")
    _write(page, "base-name", "Café Luna")
    page.click("#base-create")
    expect(page.locator("#base-list")).to_contain_text("Café Luna")
    page.set_input_files("#source-files input[type=file]", _pdf(tmp_path / "envios.pdf"))
    expect(page.locator("#source-list")).to_contain_text("Lista", timeout=60_000)

    page.goto(f"{studio}/")
    page.click("#agent-new")
    expect(page.locator("#agent-state")).to_contain_text("Agente nuevo")
    _write(page, "agent-name", "Lucía")
    _write(page, "agent-brand", "Café Luna")
    page.get_by_label(re.compile(r"Café Luna \(")).check()
    page.click("#agent-save")
    expect(page.locator("#agent-state h2")).to_have_text("Lucía")

    page.get_by_text("Probarlo").click()
    expect(page.locator("#try-agent input")).to_have_value("Lucía")
    _write(page, "try-box", QUESTION)
    page.click("#try-send")
    expect(page.locator("#try-chat .agent")).to_contain_text("cuatro días hábiles")
    expect(page.locator("#try-why")).to_contain_text("envios.pdf, p. 2")
    agent_id = page.url.rpartition("agent=")[2]

    page.goto(f"{studio}/?agent={agent_id}")
    page.get_by_role("tab", name="Publicar y versiones").click()
    page.click("#agent-release")
    page.click("#agent-release-anyway")  # it has neither tone nor instructions: a warning asks
    expect(page.locator("#agent-versions")).to_contain_text("v1")

    reply = _customer_asks(stack, QUESTION)
    assert "cuatro días hábiles" in reply
    assert "envios.pdf, p. 2" in reply

    page.goto(f"{studio}/inbox")
    page.locator("#inbox-list [data-pick]").first.click()
    expect(page.locator("#inbox-thread")).to_contain_text(QUESTION)
    expect(page.locator("#inbox-thread .agent")).to_contain_text("cuatro días hábiles")
    expect(page.locator("#inbox-thread")).to_contain_text("Lucía v1")
    expect(page.locator("#inbox-thread")).to_contain_text("envios.pdf")
