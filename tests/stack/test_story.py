"""The whole story, as its people live it: from a PDF to a customer's answer, and back again."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from reportlab.pdfgen.canvas import Canvas

from tests.stack.running import ROOT, Running
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(600)]

PATIENCE = 60_000  # milliseconds; a busy machine is slow, not wrong
QUESTION = "¿Cuánto tarda el envío a Oaxaca?"
CORRECTED = "Entre tres y cuatro días hábiles, con rastreo."
WITHOUT_TWILIO = dict.fromkeys(
    ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_BASE_URL", "PUBLIC_BASE_URL"), ""
)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Running]:
    """What `make run` starts on a machine without any account."""
    stack = Running(tmp_path / "data", "", more=WITHOUT_TWILIO)
    stack.start()
    try:
        until(lambda: "is ready" in stack.log, 180, "the welcome")
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("dialog", lambda dialog: dialog.accept())  # "are you sure?"
    expect.set_options(timeout=PATIENCE)
    yield page
    context.close()


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
        [sys.executable, "-m", "bot.chat"],
        input=f"{text}\n".encode(),
        capture_output=True,
        cwd=ROOT,
        env=stack.environment(),
        timeout=120,
        check=True,
    )
    return done.stdout.decode()


def test_from_a_pdf_to_a_customers_answer_and_the_way_back(
    stack: Running, page: Page, tmp_path: Path
) -> None:
    studio = f"http://127.0.0.1:{stack.ports[1]}/studio/es"
    _sign_in(page, stack)

    page.goto(f"{studio}/knowledge")
    _write(page, "base-name", "Café Luna")
    page.click("#base-create")
    expect(page.locator("#base-list")).to_contain_text("Café Luna")
    page.set_input_files("#source-files input[type=file]", _pdf(tmp_path / "envios.pdf"))
    row = page.locator("#source-list tr", has_text="envios.pdf")  # not one of the base before
    expect(row).to_contain_text("Lista")

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
    _fix_the_answer(page)

    page.goto(f"{studio}/?agent={agent_id}")
    expect(page.locator("#agent-state h2")).to_have_text("Lucía")
    _release(page, "ahora responde Lucía v1")
    assert CORRECTED in _customer_asks(stack, QUESTION)

    page.goto(f"{studio}/inbox")
    page.locator("#inbox-list [data-pick]").first.click()
    expect(page.locator("#inbox-thread")).to_contain_text(QUESTION)
    expect(page.locator("#inbox-thread .agent")).to_contain_text(CORRECTED)
    expect(page.locator("#inbox-thread")).to_contain_text("Lucía v1")
    _take_over_and_hand_back(page, stack)

    page.goto(f"{studio}/?agent={agent_id}")
    expect(page.locator("#agent-name input, #agent-name textarea")).to_have_value("Lucía")
    _write(page, "agent-tone", "Formal y breve")
    page.click("#agent-save")
    expect(page.get_by_test_id("toast-body")).to_contain_text("Borrador guardado")
    _release(page, "ahora responde Lucía v2")
    page.locator("#agent-versions [data-pick=release]").last.click()  # back to the first
    expect(page.locator("#agent-check")).to_contain_text("ahora responde Lucía v1")
    assert CORRECTED in _customer_asks(stack, QUESTION)
    page.goto(f"{studio}/inbox")
    page.locator("#inbox-list [data-pick]").first.click()
    expect(page.locator("#inbox-thread .agent").last).to_contain_text("Lucía v1")


def _fix_the_answer(page: Page) -> None:
    """Correct what was answered; the next answer says it as the team does."""
    page.click("#try-chat [data-pick=correct]")
    _write(page, "try-answer", CORRECTED)
    page.click("#try-save-answer")
    expect(page.locator("#try-chat")).to_contain_text("Guardada")
    page.click("#try-again")
    expect(page.locator("#try-chat .agent")).to_have_count(0)
    _write(page, "try-box", QUESTION)
    page.click("#try-send")
    expect(page.locator("#try-chat .agent")).to_contain_text(CORRECTED)


def _release(page: Page, done: str) -> None:
    """Release the draft in spite of warnings: this agent has been told little."""
    page.get_by_role("tab", name="Publicar y versiones").click()
    page.click("#agent-release")
    page.click("#agent-release-anyway")
    expect(page.locator("#agent-check")).to_contain_text(done)


def _take_over_and_hand_back(page: Page, stack: Running) -> None:
    """A person answers while the agent is silent, then the agent answers again."""
    page.locator("#inbox-head [data-pick=human]").click()
    expect(page.locator("#inbox-head [data-pick=bot]")).to_be_visible()
    answers = page.locator("#inbox-thread .agent").count()
    _simulate(stack, "¿Me atiende alguien?")
    expect(page.locator("#inbox-thread")).to_contain_text("¿Me atiende alguien?")
    _write(page, "inbox-box", "Hola, soy Inés, de Café Luna.")
    page.click("#inbox-send")
    expect(page.locator("#inbox-thread .human")).to_contain_text("soy Inés")
    until(lambda: "soy Inés" in _phone(stack), what="the person's reply")
    assert page.locator("#inbox-thread .agent").count() == answers
    page.locator("#inbox-head [data-pick=bot]").click()
    expect(page.locator("#inbox-head [data-pick=human]")).to_be_visible()


def _simulate(stack: Running, text: str) -> None:
    with _customer(stack) as phone:
        phone.post(_address(stack), json={"text": text}).raise_for_status()


def _phone(stack: Running) -> str:
    with _customer(stack) as phone:
        thread = phone.get(_address(stack)).json()
    return "\n".join(message["text"] for message in thread["messages"])


def _customer(stack: Running) -> httpx.Client:
    return httpx.Client(timeout=60, trust_env=False, headers=stack.key)


def _address(stack: Running) -> str:
    return f"http://127.0.0.1:{stack.ports[2]}/customers/%2B5215512345678/messages"
