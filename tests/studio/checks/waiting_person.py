"""Somebody who uses the studio while others try to keep it busy."""

import threading
import time

import httpx


class Waiting:
    """Asks for a page again and again, and remembers the longest wait in seconds."""

    def __init__(self, url: str) -> None:
        self.longest = 0.0
        self._url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Waiting":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._over.wait(0.05):
                began = time.monotonic()
                client.get("/login").raise_for_status()
                self.longest = max(self.longest, time.monotonic() - began)
