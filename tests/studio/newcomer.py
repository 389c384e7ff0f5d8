"""The five-step tour as somebody new would take it: each step's seconds, in a real Chromium.

`python -m tests.studio.newcomer` starts a stack, signs in, types 25 milliseconds a key, reads two
seconds before each step, and ends when the agent it made has answered a customer.
"""

import os
import re
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import chromium
from tests.studio.furnished import EMAIL, PASSWORD, Furnished, started

READS, KEY = 2_000, 25  # milliseconds
KNOWN = "Los envíos a Oaxaca tardan cuatro días hábiles y cuestan 90 pesos."
QUESTION = "¿Cuánto tardan los envíos a Oaxaca?"


def typed(page: Page, place: str, text: str) -> None:
    """Write as a person does."""
    field = page.locator(f"#{place} textarea, #{place} input").first
    field.click()
    field.press_sequentially(text, delay=KEY)


def describe(page: Page) -> None:
    """Step 1: brand, name, a tone, a rule."""
    typed(page, "guide-brand", "Café Luna")
    typed(page, "guide-name", "Lucía")
    page.click("#guide-next-1")
    page.wait_for_timeout(READS)
    page.click("#guide-tones [data-id=warm]")
    expect(page.locator("#guide-sound")).to_contain_text("Claro que sí")
    page.click("#guide-next-2")
    page.wait_for_timeout(READS)
    page.click("#guide-rules [data-id=next_step]")
    expect(page.locator("#guide-instructions textarea")).to_have_value(re.compile("siguiente paso"))
    page.click("#guide-next-3")
    expect(page.locator("#guide-next-4")).to_be_visible()


def teach(page: Page) -> None:
    """Step 2: a text typed in, read while one watches."""
    typed(page, "guide-text", KNOWN)
    page.click("#guide-keep")
    expect(page.locator("#guide-sources .good")).to_have_count(1)
    page.click("#guide-next-4")
    expect(page.locator("#guide-send")).to_be_visible()


def ask(page: Page) -> None:
    """Step 3: a question to the draft."""
    typed(page, "guide-box", QUESTION)
    page.click("#guide-send")
    expect(page.locator("#guide-chat .agent")).to_contain_text("cuatro días")
    page.click("#guide-next-5")
    expect(page.locator("#guide-release")).to_be_visible()


def release(page: Page) -> None:
    """Step 4: one click."""
    page.click("#guide-release")
    expect(page.locator("#guide-check")).to_contain_text("ya responde")


def write(page: Page) -> None:
    """Step 5: a message from the simulator, answered by the worker."""
    page.locator("#tour-next", has_text="Escríbale como cliente").click()
    expect(page.locator("#phone-box")).to_be_visible()
    page.wait_for_timeout(READS)
    typed(page, "phone-box", QUESTION)
    page.click("#phone-send")
    expect(page.locator("#phone .agent").last).to_contain_text("cuatro días")


STEPS = (describe, teach, ask, release, write)


def follow(page: Page, house: Furnished) -> None:
    """Take the tour, and print how long each step took."""
    page.set_default_timeout(120_000)
    expect.set_options(timeout=120_000)
    page.goto(f"{house.studio}/login?language=es")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.locator("#tour-next", has_text="Descríbalo").click()
    expect(page.locator("#guide-next-1")).to_be_visible()
    began = time.monotonic()
    for step in STEPS:
        at = time.monotonic()
        page.wait_for_timeout(READS)
        step(page)
        print(f"{step.__name__:10} {time.monotonic() - at:5.1f} s", flush=True)
    print(f"together   {time.monotonic() - began:5.1f} s   load {os.getloadavg()[0]:.1f}")


def main() -> None:
    """Start a stack and take the tour in it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder)) as house,
        chromium() as browser,
    ):
        follow(browser.new_page(viewport={"width": 1366, "height": 768}), house)


if __name__ == "__main__":
    main()
