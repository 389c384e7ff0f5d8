"""How fast each page comes up in a real Chromium while the database holds months of customers.

`make bench-studio ARGS=CONVERSATIONS` fills a database of its own (10,000 conversations with
200,000 messages unless told otherwise), serves the studio, opens each page three times in a browser
that keeps nothing, and prints the medians: first and largest contentful paint, when the page's own
content stood there, how far things moved (cumulative layout shift), requests and bytes received.
The goals are Google's: https://web.dev/articles/vitals.
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
from playwright.sync_api import Browser, StorageState, expect

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
COLUMNS = ("first", "largest", "content", "shift", "requests", "kilobytes")
Seen = dict[str, float]
PAGES = (  # (path, what stands there once its content has come)
    ("", "#agent-state h2"),
    ("new", "#guide-next-1"),
    ("playground", "#try-agent input"),
    ("evaluate", "#test-agent input"),
    ("replays", "#replay-agent input"),
    ("knowledge", "#source-list table, #source-list .as-note"),
    ("tools", "#tools-list table, #tools-list .as-note"),
    ("inbox", "#inbox-list .as-card, #inbox-list .as-note"),
    ("undelivered", "#undelivered table, #undelivered .as-note"),
    ("insights", ".as-tile, .as-note:visible"),
    ("channels", ".as-provider"),
    ("notebooks", "#notebooks-list .as-card, #notebooks-list .as-note"),
    ("team", ".as-table:visible, .as-locked:visible"),
    ("simulator", "#phone .as-note"),
)
SETTLED_MS = 1_500  # after its content stands there
WATCH = """
window.seen = { shift: 0, largest: 0 };
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  if (!one.hadRecentInput) window.seen.shift += one.value;
})).observe({ type: 'layout-shift', buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  window.seen.largest = one.startTime;
})).observe({ type: 'largest-contentful-paint', buffered: true });
"""
SEEN = """() => {
  const came = performance.getEntriesByType('resource');
  const [page] = performance.getEntriesByType('navigation');
  const [first] = performance.getEntriesByName('first-contentful-paint');
  return {
    first: first.startTime / 1000,
    largest: window.seen.largest / 1000,
    shift: window.seen.shift,
    requests: came.length + 1,
    kilobytes: [page, ...came].reduce((sum, one) => sum + one.transferSize, 0) / 1024,
  };
}"""


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


def opened(browser: Browser, signed_in: StorageState, address: str, content: str) -> Seen:
    """Open a page as if for the first time; return what was seen of it."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, storage_state=signed_in)
    context.add_init_script(WATCH)
    page = context.new_page()
    began = time.monotonic()
    page.goto(address, wait_until="commit")
    expect(page.locator(content).first).to_be_visible(timeout=60_000)
    ready = time.monotonic() - began
    page.wait_for_timeout(SETTLED_MS)
    seen = {"content": ready, **page.evaluate(SEEN)}
    context.close()
    return seen


def main(conversations: int = 10_000) -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), conversations) as url,
        chromium() as browser,
    ):
        signed_in = _signed_in(browser, url)
        print(f"load {os.getloadavg()[0]:.1f}\n{'page':12}" + "".join(f"{c:>10}" for c in COLUMNS))
        for name, content in PAGES:
            address = f"{url}/studio/es/{name}"
            seen = [opened(browser, signed_in, address, content) for _ in range(ROUNDS)]
            found = (statistics.median(one[column] for one in seen) for column in COLUMNS)
            print(f"{name or 'agents':12}" + "".join(f"{one:10.2f}" for one in found), flush=True)


def _signed_in(browser: Browser, url: str) -> StorageState:
    page = browser.new_page()
    page.goto(f"{url}/login?language=es")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/studio/**")
    return page.context.storage_state()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
