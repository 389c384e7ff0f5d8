"""Posts signed webhooks to the bot, as Twilio does, from threads of its own."""

import queue
import threading
import urllib.parse

import urllib3
from twilio.request_validator import RequestValidator

SECONDS = 15.0  # Twilio's own patience


class Postman:
    """Signs for the address that was configured, and delivers on this machine.

    With a PUBLIC_BASE_URL the bot checks signatures against it; the simulator signs for that
    address too, and posts to the bot's own one.
    """

    def __init__(self, token: str, local_base: str, public_base: str = "") -> None:
        self._validator = RequestValidator(token)
        self._local, self._public = local_base, public_base or local_base
        self._pool = urllib3.PoolManager(timeout=SECONDS, retries=False, maxsize=16)
        self._later: queue.Queue[tuple[str, dict[str, str]]] = queue.Queue()
        self._started = threading.Lock()

    def post(self, url: str, form: dict[str, str]) -> int:
        """Deliver now; return the status, 0 when nobody is there."""
        signed = url.replace(self._local, self._public, 1)
        if not signed.startswith(f"{self._public}/"):
            return 0  # never to anybody but the bot
        posted = signed.replace(self._public, self._local, 1)
        try:
            answer = self._pool.request(
                "POST",
                posted,
                body=urllib.parse.urlencode(form),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "X-Twilio-Signature": self._validator.compute_signature(signed, form),
                },
                redirect=False,
            )
        except urllib3.exceptions.HTTPError:
            return 0
        return answer.status

    def post_later(self, url: str, form: dict[str, str]) -> None:
        """Deliver soon, from another thread, one after the other."""
        self._later.put((url, form))
        if self._started.acquire(blocking=False):
            threading.Thread(target=self._work, daemon=True, name="postman").start()

    def settle(self) -> None:
        """Wait until everything that was to be delivered later is delivered."""
        self._later.join()

    def _work(self) -> None:
        while True:
            url, form = self._later.get()
            self.post(url, form)
            self._later.task_done()
