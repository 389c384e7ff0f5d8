"""The customers, and the provider that delivers what they write: signed, repeated, never lost."""

import threading
import time
import urllib.parse
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import urllib3
from twilio.request_validator import RequestValidator

from tests.chaos.plan import Burst, Written
from tests.stack.running import OURS, SID, TOKEN

PATIENCE_SECONDS = 15.0  # Twilio's own
AGAIN_SECONDS = 0.3
THREADS = 48


@dataclass
class Driver:
    """Posts a plan and remembers when each message was first acknowledged."""

    bot: str
    acknowledged: dict[tuple[str, int], float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    refused: int = 0  # answers that were no acknowledgement, and connections that broke
    posted: int = 0

    def __post_init__(self) -> None:
        self._url = f"{self.bot}/webhooks/twilio"
        self._validator = RequestValidator(TOKEN)
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
            for _ in range(message.copies - 1):
                self._later(self._deliver, message)
            self._deliver(message)
            if message.again_after is not None:
                threading.Timer(message.again_after, self._once, [message]).start()
            time.sleep(pause)

    def _deliver(self, message: Written) -> None:
        """Post until it is taken, as a provider does that is told to come again."""
        while not self._once(message) and not self.stop.is_set():
            time.sleep(AGAIN_SECONDS)

    def _once(self, message: Written) -> bool:
        form = _form(message)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": self._validator.compute_signature(self._url, form),
        }
        started = time.time()
        try:
            answer = self._pool.request(
                "POST", self._url, body=urllib.parse.urlencode(form), headers=headers
            )
            taken = answer.status == 200
        except urllib3.exceptions.HTTPError:
            taken = False
        ended = time.time()
        with self._lock:
            self.posted += 1
            if taken:
                self.latencies.append(ended - started)
                self.acknowledged.setdefault((message.customer, message.number), ended)
            else:
                self.refused += 1
        return taken


def _form(message: Written) -> dict[str, str]:
    return {
        "MessageSid": message.sid, "SmsMessageSid": message.sid, "AccountSid": SID,
        "NumMedia": "0", "From": message.customer, "To": OURS, "Body": message.text,
        "ProfileName": "Ana", "MessageType": "text", "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }  # fmt: skip
