"""Pictures of every page, both languages, both schemes, laptop and phone, to be looked at.

`python -m tests.studio.screenshots FOLDER [PART ...]` starts one stack, lets customers write to it,
and writes a PNG a page; with PARTs only names that hold one (`es-dark`, `inbox`, `phone`). The PART
`readme` writes the README's six.
"""

import itertools
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Error, Page, expect

from tests.browser import chromium
from tests.studio.furnished import EMAIL, PASSWORD, Furnished, furnished

SIZES = {"laptop": (1366, 768), "phone": (390, 844)}
PATIENCE = 30_000  # milliseconds; a busy machine is slow, not wrong
README = {
    "agents": "agents",
    "new-3": "new",
    "knowledge": "knowledge",
    "inbox-open": "inbox",
    "insights": "insights",
    "channels": "channels",
}
Act = Callable[[Page], object]
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def tab(number: int) -> Act:
    """Open the tab with that place."""
    return lambda page: page.get_by_role("tab").nth(number).click()


def inbox_open(page: Page) -> None:
    page.locator("#inbox-list").get_by_text("Luis Ortega").click()
    expect(page.locator("#inbox-thread .as-bubble").first).to_be_visible()
    page.locator("#inbox-thread [data-on=select]").last.click()
    page.wait_for_load_state("networkidle")


def playground(page: Page) -> None:
    page.locator("#try-box textarea, #try-box input").first.fill("¿Qué garantía tienen los autos?")
    page.click("#try-send")
    expect(page.locator("#try-chat .agent [data-on=select]")).to_be_visible()


def evaluate(page: Page) -> None:
    sofia(page)
    page.click("#test-run")
    expect(page.locator("#test-results .as-verdict")).to_be_visible()


def sofia(page: Page) -> None:
    page.click("#test-agent input")
    page.get_by_role("option", name="Sofía").click()
    expect(page.locator("#test-cases tbody tr")).to_have_count(4)


def advanced(page: Page) -> None:
    page.get_by_text(re.compile("^(Avanzado|Advanced)$")).first.click()
    page.locator("#agent-has_hours input").check()
    page.locator("#agent-handoff_words").scroll_into_view_if_needed()
    page.mouse.wheel(0, 400)


def search(page: Page) -> None:
    page.locator("#base-list").get_by_text("Rueda Clara").click()
    page.locator("#search-box textarea, #search-box input").first.fill("garantía del motor")
    page.click("#search-go")
    expect(page.locator("#search-found .as-passage").first).to_be_visible()


def measure(page: Page) -> None:
    tab(2)(page)
    page.get_by_role("button", name=re.compile("^(Medir|Measure)$")).last.click()
    expect(page.locator("#measure-results table").first).to_be_visible()


def end(page: Page) -> None:
    page.locator(".as-lists").scroll_into_view_if_needed()
    page.mouse.wheel(0, 3000)


def check(page: Page) -> None:
    page.locator("[data-pick=check]").first.click()
    expect(page.locator(".as-findings").first).to_be_visible()


def phone(page: Page) -> None:
    box = page.get_by_label(re.compile("cliente|ustomer")).first
    box.fill("+521551002002")
    box.blur()
    expect(page.locator("#phone .as-bubble").first).to_be_visible()


def guide(step: int) -> Act:
    """Walk to a step of the guided path."""

    def walk(page: Page) -> None:
        page.locator("#guide-brand input, #guide-brand textarea").first.fill("Café Luna")
        page.locator("#guide-name input, #guide-name textarea").first.fill("Lucía")
        for number in range(1, step):
            page.click(f"#guide-next-{number}")
            expect(page.locator(f"#guide-next-{number + 1}")).to_be_visible()
            if number == 1:
                page.click("#guide-tones [data-id=warm]")
            if number == 2:
                page.click("#guide-rules [data-id=next_step]")

    return walk


SCENES: tuple[tuple[str, str, Act | None], ...] = (  # (name, path, what to do there)
    ("agents", "?agent=SOFIA", None),
    ("agents-people", "?agent=SOFIA", advanced),
    ("agents-release", "?agent=SOFIA", tab(1)),
    ("new", "new", None),
    ("new-2", "new", guide(2)),
    ("new-3", "new", guide(3)),
    ("playground", "playground?agent=SOFIA", None),
    ("playground-asked", "playground?agent=SOFIA", playground),
    ("evaluate", "evaluate", sofia),
    ("evaluate-run", "evaluate", evaluate),
    ("knowledge", "knowledge", None),
    ("knowledge-found", "knowledge", search),
    ("knowledge-answers", "knowledge", tab(1)),
    ("knowledge-measured", "knowledge", measure),
    ("inbox", "inbox", None),
    ("inbox-open", "inbox", inbox_open),
    ("undelivered", "undelivered", None),
    ("insights", "insights", None),
    ("insights-below", "insights", end),
    ("channels", "channels", check),
    ("team", "team", None),
    ("team-account", "team", tab(1)),
    ("team-tokens", "team", tab(2)),
    ("team-log", "team", tab(3)),
    ("team-keeping", "team", tab(4)),
    ("simulator", "simulator", phone),
)


def take(browser: Browser, house: Furnished, folder: Path, part: str) -> None:
    """Write every picture whose name holds *part*."""
    for language, scheme, size in itertools.product(("es", "en"), SCHEMES, SIZES):
        kind = f"{language}-{scheme}-{size}"
        wanted = [scene for scene in SCENES if part in f"{kind}-{scene[0]}"]
        if not wanted:
            continue
        page = signed_in(browser, house, language, scheme, size)
        for name, path, act in wanted:
            address = f"{house.studio}/studio/{language}/{path.replace('SOFIA', house.sofia)}"
            shot(page, address, folder / f"{kind}-{name}.png", act)
        page.context.close()


def signed_in(browser: Browser, house: Furnished, language: str, scheme: Scheme, size: str) -> Page:
    """Return a page of a signed-in administrator."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="fr-FR",
        is_mobile=size == "phone",
        has_touch=size == "phone",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(f"{house.studio}/login?language={language}")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/studio/**")
    return page


def drawn(page: Page) -> None:
    """Wait until nothing is fetched and nothing moves."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")


def shot(page: Page, address: str, path: Path, act: Act | None = None) -> None:
    """Write one picture, and say what does not fit on it."""
    page.goto(address)
    expect(page.locator(".as-header")).to_be_visible()
    drawn(page)
    if act is not None:
        try:
            act(page)
        except (Error, AssertionError) as error:  # a picture of what went wrong says more
            print(f"{path.name}: {str(error).splitlines()[0]}")
        drawn(page)
    page.screenshot(path=path)
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    print(path.name, f"{over} px too wide" if over > 0 else "", flush=True)


def readme(browser: Browser, house: Furnished, folder: Path) -> None:
    """Write the README's six."""
    page = signed_in(browser, house, "es", "light", "laptop")
    for name, path, act in SCENES:
        if name in README:
            address = f"{house.studio}/studio/es/{path.replace('SOFIA', house.sofia)}"
            shot(page, address, folder / f"{README[name]}.png", act)


def main(folder: Path, parts: Sequence[str]) -> None:
    """Start, furnish, look."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        furnished(Path(scratch)) as house,
        chromium() as browser,
    ):
        for part in parts:
            if part == "readme":
                readme(browser, house, folder)
            else:
                take(browser, house, folder, part)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or [""])
