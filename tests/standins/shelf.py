"""As much of Redis as a question to a worker needs."""

import queue
from collections import defaultdict


class Shelf:
    """Holds questions until they are taken, and answers until they are read."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.told: dict[str, queue.SimpleQueue[str]] = defaultdict(queue.SimpleQueue)

    def set(self, key: str, value: str, ex: int) -> None:
        self.held[key] = value

    def getdel(self, key: str) -> str | None:
        return self.held.pop(key, None)

    def pipeline(self, transaction: bool) -> "Shelf":
        return self

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def rpush(self, key: str, value: str) -> None:
        self.told[key].put(value)

    def expire(self, key: str, seconds: int) -> None:
        return

    def execute(self) -> None:
        return

    def blpop(self, keys: list[str], timeout: float) -> tuple[str, str] | None:
        try:
            return keys[0], self.told[keys[0]].get(timeout=timeout)
        except queue.Empty:
            return None
