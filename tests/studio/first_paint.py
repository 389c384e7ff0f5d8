"""How fast each page comes up in a real Chromium while the database holds months of customers.

`python -m tests.studio.first_paint [CONVERSATIONS]` fills a database of its own (10,000
conversations with 200,000 messages unless told otherwise), serves the studio, opens each page three
times, and prints the median: first contentful paint, and when the page's own content stood there.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from actions.installation import install
from actions.queues import SilentWakeUp
from actions.services import open_services
from agent.settings import Settings
from store.people.passwords import hashed
from tests.browser import chromium
from tests.many import fill
from tests.studio.furnished import EMAIL, PASSWORD
from tests.waiting import free_port, until

ROUNDS = 3
PAGES = (  # (path, what stands there once its content has come)
    ("", "#agent-state h2"),
    ("new", "#guide-next-1"),
    ("playground", "#try-agent input"),
    ("evaluate", "#test-agent input"),
    ("knowledge", "#source-list table, #source-list .as-note"),
    ("inbox", "#inbox-list .as-card, #inbox-list .as-note"),
    ("undelivered", "#undelivered table, #undelivered .as-note"),
    ("insights", ".as-tile, .as-note:visible"),
    ("channels", ".as-provider"),
    ("notebooks", "#notebooks-list .as-card, #notebooks-list .as-note"),
    ("team", ".as-table:visible, .as-locked:visible"),
    ("simulator", "#phone .as-note"),
)
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@contextmanager
def served(folder: Path, conversations: int) -> Iterator[str]:
    """Fill a database and serve the studio on it; return its address."""
    settings = Settings(_env_file=None, data_dir=folder, admin_password_hash=hashed(PASSWORD))
    services = open_services(settings, SilentWakeUp())
    install(services)
    began = time.monotonic()
    messages = fill(services.database, conversations)
    services.database.close()
    print(f"{conversations} conversations, {messages} messages in {time.monotonic() - began:.0f} s")
    port = free_port()
    more = {"DATA_DIR": str(folder), "STUDIO_PORT": str(port)}
    studio = subprocess.Popen([sys.executable, "-m", "studio"], env={**os.environ, **more})
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(f"{url}/login"), 300, "the studio's start")
        yield url
    finally:
        studio.terminate()
        studio.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def opened(page: Page, address: str, content: str) -> tuple[float, float]:
    """Open a page; return the seconds to its first paint and to its content."""
    began = time.monotonic()
    page.goto(address, wait_until="commit")
    expect(page.locator(content).first).to_be_visible(timeout=60_000)
    return float(page.evaluate(PAINT)) / 1000, time.monotonic() - began


def main(conversations: int = 10_000) -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), conversations) as url,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(f"{url}/login?language=es")
        page.fill("[name=email]", EMAIL)
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url("**/studio/**")
        print(f"{'page':12} {'first paint':>12} {'content':>8}   load {os.getloadavg()[0]:.1f}")
        for name, content in PAGES:
            seen = [opened(page, f"{url}/studio/es/{name}", content) for _ in range(ROUNDS)]
            paint, ready = (statistics.median(one) for one in zip(*seen, strict=True))
            print(f"{name or 'agents':12} {paint:10.2f} s {ready:6.2f} s", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
