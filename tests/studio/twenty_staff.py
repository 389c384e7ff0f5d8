"""Twenty people with the Inbox open while customers write ten messages a second.

`python -m tests.studio.twenty_staff [SECONDS]` starts a stack. One of the staff is a real Chromium;
the others ask over HTTP what its page asks every two seconds. First customers write while nobody
watches, then while twenty do. Printed for both: how long the bot took to take a message, how long
customers waited for their answer; for the second, how soon the open page showed a new message.
"""

import itertools
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser import chromium
from tests.studio.furnished import EMAIL, PASSWORD, Furnished, started

STAFF, A_SECOND, CUSTOMERS = 20, 10, 100
QUESTION = "¿Qué garantía tienen los autos?"


@dataclass
class Seen:
    """What was measured, in seconds."""

    taken: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    watched: list[float] = field(default_factory=list)
    unanswered: int = 0
    refused: int = 0

    def report(self, title: str) -> None:
        """Print it."""
        print(
            f"{title}: {len(self.taken)} messages, {self.refused} refused, "
            f"{self.unanswered} customers without an answer"
        )
        for what, values in (
            ("taken by the bot", self.taken),
            ("answered", self.answered),
            ("a look at the Inbox", self.watched),
        ):
            if values:
                print(
                    f"  {what}: median {statistics.median(values):.2f} s, "
                    f"95 % within {nearly_all(values):.2f} s"
                )


def nearly_all(values: Sequence[float]) -> float:
    """Return what 95 % stay below."""
    return sorted(values)[int(len(values) * 0.95)]


def customers(house: Furnished, seconds: int, seen: Seen, first: int) -> None:
    """Write A_SECOND messages a second, each customer every CUSTOMERS / A_SECOND seconds."""
    numbers = [f"+52155{first + n:08}" for n in range(CUSTOMERS)]
    began, wrote = time.time(), time.monotonic()
    with house.customer() as client, ThreadPoolExecutor(24) as pool:

        def write(number: str) -> None:
            at = time.monotonic()
            answer = client.post(house.phone(number), json={"text": QUESTION})
            seen.taken.append(time.monotonic() - at)
            seen.refused += answer.status_code != 201

        for n, number in enumerate(itertools.islice(itertools.cycle(numbers), seconds * A_SECOND)):
            time.sleep(max(0.0, wrote + n / A_SECOND - time.monotonic()))
            pool.submit(write, number)
    _waited(house, numbers, seen, began)


def _waited(house: Furnished, numbers: Sequence[str], seen: Seen, began: float) -> None:
    """Read from each phone how long its customer waited for the last answer."""
    ends = time.monotonic() + 120
    with house.customer() as client:
        for number in numbers:
            while True:
                thread = client.get(house.phone(number)).json()["messages"]
                if not thread or thread[-1]["direction"] == "outbound":
                    break
                if time.monotonic() > ends:
                    seen.unanswered += 1
                    break
                time.sleep(0.2)
            seen.answered += list(_waits(thread))


def _waits(thread: Sequence[dict[str, Any]]) -> list[float]:
    """Seconds between a customer's message and the next answer in the thread."""
    waits, asked = [], 0.0
    for one in thread:
        if one["direction"] == "inbound":
            asked = asked or one["at"]
        elif asked:
            waits.append(one["at"] - asked)
            asked = 0.0
    return waits


def watch(house: Furnished, number: int, seen: Seen, over: threading.Event) -> None:
    """Be one of the staff: ask every two seconds what the page's timer asks."""
    session = f"staff{number}"
    with httpx.Client(base_url=house.studio, timeout=60, trust_env=False) as client:
        client.post("/login", data={"email": EMAIL, "password": PASSWORD})
        base = "/studio/es/gradio_api/queue"
        config = client.get("/studio/es/config").json()
        values = {part["id"]: part["props"].get("value") for part in config["components"]}
        one = next(it for it in config["dependencies"] if it["api_name"] == "inbox_watch")
        body = {
            "data": [values.get(part) for part in one["inputs"]],
            "fn_index": one["id"],
            "session_hash": session,
            "event_data": None,
        }
        while not over.wait(2):
            at = time.monotonic()
            client.post(f"{base}/join", json=body).raise_for_status()
            with client.stream("GET", f"{base}/data", params={"session_hash": session}) as told:
                for line in told.iter_lines():
                    if "process_completed" in line:
                        break
            seen.watched.append(time.monotonic() - at)


def open_inbox(page: Page, house: Furnished) -> None:
    """Sign in and open the Inbox."""
    page.goto(f"{house.studio}/login?language=es")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/studio/**")
    page.goto(f"{house.studio}/studio/es/inbox")
    expect(page.locator("#inbox-list .as-card").first).to_be_visible(timeout=60_000)


def live(page: Page, house: Furnished) -> float:
    """Return how long a new customer's message takes to show on the open page."""
    name, at = f"Nueva {time.monotonic():.0f}", time.monotonic()
    message = {"text": "Hola", "name": name}
    number = f"+52188{int(time.time() * 10) % 10**8:08}"
    with house.customer() as client:
        client.post(house.phone(number), json=message)
    expect(page.locator("#inbox-list").get_by_text(name)).to_be_visible(timeout=60_000)
    return time.monotonic() - at


def main(seconds: int = 60) -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder)) as house,
        chromium() as browser,
    ):
        alone, together = Seen(), Seen()
        customers(house, seconds, alone, 10_000)
        alone.report(f"nobody watches (load {os.getloadavg()[0]:.1f})")
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        open_inbox(page, house)
        over = threading.Event()
        people = [
            threading.Thread(target=watch, args=(house, n, together, over))
            for n in range(STAFF - 1)
        ]
        writing = threading.Thread(target=customers, args=(house, seconds, together, 20_000))
        for one in (*people, writing):
            one.start()
        shown = []
        while writing.is_alive():
            shown.append(live(page, house))
            writing.join(3)
        over.set()
        for one in people:
            one.join()
        together.report(f"twenty watch (load {os.getloadavg()[0]:.1f})")
        print(
            f"  a new message on the open page: median {statistics.median(shown):.2f} s, "
            f"slowest {max(shown):.2f} s of {len(shown)}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
