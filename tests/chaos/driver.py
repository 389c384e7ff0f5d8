"""The customers, and the providers that deliver what they write: signed and repeated."""

import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import urllib3

from tests.chaos.letters import Letterbox
from tests.chaos.plan import Burst, Written

PATIENCE_SECONDS = 15.0  # Twilio's own
AGAIN_SECONDS = 0.3
THREADS = 48


@dataclass
class Driver:
    """Posts a plan and remembers when each message was first acknowledged."""

    letterbox: Letterbox
    acknowledged: dict[tuple[str, int], float] = field(default_factory=dict)
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[str] = field(default_factory=Counter)  # no acknowledgement, or a broken line
    posted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(
            maxsize=THREADS, timeout=PATIENCE_SECONDS, retries=False, block=False
        )
        self._threads = ThreadPoolExecutor(THREADS)
        self._before: dict[str, Future[None]] = {}  # each customer's burst before the next
        self._lock = threading.Lock()
        self._open: set[Future[None]] = set()
        self.stop = threading.Event()

    def write(self, burst: Burst) -> None:
        """Have a burst written, from another thread; each customer's bursts one after the other."""
        customer = burst.messages[0].customer
        self._before[customer] = self._later(self._burst, burst, self._before.get(customer))

    def deliver(self, message: Written) -> None:
        """Have one message delivered, whatever else of that customer is under way."""
        self._later(self._deliver, message)

    def finish(self) -> None:
        """Wait until everything has been acknowledged."""
        while True:
            with self._lock:
                waiting = list(self._open)
            if not waiting:
                break
            waiting[0].result()
        self._threads.shutdown()

    def _later(self, work: object, *arguments: object) -> "Future[None]":
        future = self._threads.submit(work, *arguments)  # type: ignore[arg-type]
        with self._lock:
            self._open.add(future)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: "Future[None]") -> None:
        with self._lock:
            self._open.discard(future)

    def _burst(self, burst: Burst, before: "Future[None] | None") -> None:
        if before is not None:
            before.result()  # a lock would let the bursts that wait for it overtake each other
        for message, pause in zip(burst.messages, burst.pauses, strict=True):
            ours = message.channel != "chatwoot"  # whose stand-in repeats its webhooks itself
            for _ in range(message.copies - 1 if ours else 0):
                self._later(self._deliver, message)
            self._deliver(message)
            if ours and message.again_after is not None:
                threading.Timer(message.again_after, self._once, [message]).start()
            time.sleep(pause)

    def _deliver(self, message: Written) -> None:
        """Post until it is taken, as a provider does that is told to come again."""
        while not self._once(message) and not self.stop.is_set():
            time.sleep(AGAIN_SECONDS)

    def _once(self, message: Written) -> bool:
        letter, channel, started = self.letterbox.letter(message), message.channel, time.time()
        try:
            answer = self._pool.request(
                "POST", letter.url, body=letter.body, headers=letter.headers
            )
            taken = answer.status == 200
        except urllib3.exceptions.HTTPError:
            taken = False
        ended = time.time()
        with self._lock:
            self.posted[channel] += 1
            if taken:
                self.latencies[channel].append(ended - started)
                self.acknowledged.setdefault((message.customer, message.number), ended)
            else:
                self.refused[channel] += 1
        return taken
