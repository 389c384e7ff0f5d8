"""`make chat`: write to the bot from a terminal, as a customer would from a phone.

Replies are shown as they arrive. With the words on standard input (`echo hola | make chat`) it
prints the reply and ends.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import urllib3

from agent.errors import Invalid
from agent.own_token import own_token
from agent.settings import Settings

CUSTOMER = "+5215512345678"
WAIT_SECONDS = 20
PATIENCE_SECONDS = 90.0
QUIET_SECONDS = 2.0  # after a reply: a second part may follow
TEXTS = {
    "es": {
        "hello": "Escriba como cliente ({customer}). Ctrl-D termina.",
        "stopped": "El simulador de WhatsApp no responde. Arranque todo con `make run` primero.",
        "refused": "El bot no aceptó el mensaje. ¿Está en marcha? Mire lo que dice `make run`.",
        "silence": "No llegó ninguna respuesta.",
    },
    "en": {
        "hello": "Write as the customer {customer}. Ctrl-D ends.",
        "stopped": "The WhatsApp simulator does not answer. Run `make run` first.",
        "refused": "The bot did not take the message. Is it running? Look at what `make run` says.",
        "silence": "No reply came.",
    },
}


class NotRunning(Exception):
    """Nobody answers; the sentence's key says who."""


class Phone:
    """One customer's phone, over the simulator's HTTP."""

    def __init__(self, base_url: str, customer: str, token: str) -> None:
        self._url = f"{base_url}/customers/{quote(customer, safe='')}/messages"
        self._pool = urllib3.PoolManager(
            retries=False,
            timeout=WAIT_SECONDS + 10,
            headers={"Authorization": f"Bearer {token}"},
        )

    def write(self, text: str) -> int:
        """Send *text*; return its number in the thread."""
        return int(self._ask("POST", self._url, json={"text": text})["number"])

    def news(self, after: int, wait: float = WAIT_SECONDS) -> tuple[list[str], int]:
        """Return the replies above number *after*, and the number to ask from next time.

        Waits a while when there is nothing yet, not even a message of one's own.
        """
        found = self._ask("GET", f"{self._url}?after={after}&wait={wait:.0f}")["messages"]
        replies = [message["text"] for message in found if message["direction"] == "outbound"]
        return replies, max((message["number"] for message in found), default=after)

    def last(self) -> int:
        """Return the number of the newest message."""
        return self.news(0, wait=0)[1]

    def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            answer = self._pool.request(method, url, **more)
            found: dict[str, Any] = answer.json()
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise NotRunning("stopped") from error
        if answer.status >= 400:
            raise NotRunning("refused")
        return found


def ask(phone: Phone, lines: list[str], show: Callable[[str], None]) -> bool:
    """Send *lines* and show what comes back. Returns False when nothing did."""
    sent = [phone.write(line) for line in lines]
    after, answered = min(sent, default=0), False
    until = time.monotonic() + (PATIENCE_SECONDS if sent else 0)
    while time.monotonic() < until:
        replies, after = phone.news(after, QUIET_SECONDS if answered else WAIT_SECONDS)
        for text in replies:
            show(text)
        if replies:
            answered, until = True, time.monotonic() + QUIET_SECONDS
    return answered


def talk(phone: Phone, lines: Iterator[str], show: Callable[[str], None]) -> None:
    """Send each of *lines* as it is written, and show replies meanwhile."""
    after = phone.last()
    threading.Thread(target=_follow, args=(phone, after, show), daemon=True).start()
    for line in lines:
        phone.write(line)


def _follow(phone: Phone, after: int, show: Callable[[str], None]) -> None:
    while True:
        try:
            replies, after = phone.news(after)
            for text in replies:
                show(text)
        except NotRunning:
            time.sleep(1)  # the next line that is written says so


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line.strip()


def _show(text: str) -> None:
    print(f"\n{text}\n", flush=True)


def language() -> str:
    """Return the terminal's language, Spanish when it speaks neither."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "en" if spoken.startswith("en") else "es"


def main() -> int:
    """Talk until the end of the input."""
    texts, settings = TEXTS[language()], Settings()
    parser = argparse.ArgumentParser(prog="make chat", description=__doc__)
    parser.add_argument("--as", dest="customer", default=CUSTOMER, metavar="+5215...")
    customer = parser.parse_args().customer
    address = f"http://127.0.0.1:{settings.simulator_port}"
    try:
        phone = Phone(address, customer, own_token(settings))
        if sys.stdin.isatty():
            phone.last()
            print(texts["hello"].format(customer=customer))
            talk(phone, _lines(), _show)
            return 0
        if ask(phone, list(_lines()), print):
            return 0
        problem = texts["silence"]
    except NotRunning as error:
        problem = texts[str(error)]
    except Invalid as error:
        problem = str(error)
    except KeyboardInterrupt:
        return 130
    print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
