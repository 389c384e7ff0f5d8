"""Chatwoot under the weather: it sends each webhook once, and a fifth of them never.

The same message comes twice where both an account webhook and an agent bot's point at us; that is
what the copies of a plan are here. A conversation that is quiet for three minutes after our last
word is resolved, as Chatwoot does by itself when it is told to.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import urllib3
from flask import request

from tests.chaos.plan import said_by
from tests.chaos.sides import Send, Side, Taken
from tests.chaos.weather import Weather
from tests.standins.chatwoot import BASE, chatwoot_standin
from tests.standins.chatwoot_account import INCOMING, OUTGOING, Account, Conversation

SECRET, INBOX = "secret-of-the-bot", 7
PATIENCE_SECONDS = 5.0  # Chatwoot's own, for a webhook
DROPPED = 0.2
READS_REFUSED = 0.02
QUIET_SECONDS = 180.0  # longer than a reply waits that was refused four times
LOOK_SECONDS = 5.0


class Postman:
    """Posts webhooks to the bot and notes which messages of customers it acknowledged."""

    def __init__(self, bot: str) -> None:
        self._url = f"{bot}/webhooks/chatwoot"
        self._pool = urllib3.PoolManager(timeout=PATIENCE_SECONDS, retries=False, maxsize=16)
        self._lock = threading.Lock()
        self.copies: dict[tuple[str, str], tuple[int, float | None]] = {}
        self.received: dict[tuple[str, int], float] = {}
        self.latencies: list[float] = []
        self.posted = self.refused = 0

    def post(self, raw: bytes, headers: dict[str, str]) -> int:
        """Post one webhook, as often as was planned for it; return the first status."""
        body = json.loads(raw)
        if body["event"] != "message_created" or body["message_type"] != "incoming":
            return self._post(raw, headers)
        key = str(body["conversation"]["id"]), str(body["content"])
        copies, again_after = self.copies.get(key, (1, None))
        for delay in [0.0] * (copies - 1) + ([again_after] if again_after is not None else []):
            threading.Timer(delay, self._post, [raw, headers]).start()
        status = self._post(raw, headers)
        if status == 200:
            self.received.setdefault((key[0], said_by(key[1])), time.time())
        return status

    def _post(self, raw: bytes, headers: dict[str, str]) -> int:
        started = time.time()
        try:
            status = self._pool.request("POST", self._url, body=raw, headers=headers).status
        except urllib3.exceptions.HTTPError:
            status = 0
        with self._lock:
            self.posted += 1
            if status == 200:
                self.latencies.append(time.time() - started)
            else:
                self.refused += 1
        return status


def chatwoot(bot: str, weather: Weather) -> Side:
    """Chatwoot is the suite's stand-in."""
    postman = Postman(bot)
    account = Account(postman.post, SECRET, is_agent_bot=False)
    account.is_dropped = lambda: weather.happens(DROPPED)
    account.deliver_in_background(threading.Event())
    app = chatwoot_standin(account)
    app.extensions["chatwoot"].next = _only_writes(weather)
    threading.Thread(target=_resolve_quiet_ones, args=(account,), daemon=True).start()

    @app.before_request
    def refuse() -> tuple[dict[str, str], int] | None:
        reads = request.method == "GET" and request.path.startswith(BASE)
        return ({"error": "busy"}, 503) if reads and weather.happens(READS_REFUSED) else None

    @app.post("/customer")
    def customer() -> dict[str, bool]:
        said = request.get_json()
        postman.copies[said["customer"], said["text"]] = (said["copies"], said["again_after"])
        with account.lock:
            account.customer_writes(_conversation(account, int(said["customer"])), said["text"])
        return {"written": True}

    def more() -> dict[str, Any]:
        received = [
            (customer, number, at) for (customer, number), at in list(postman.received.items())
        ]
        return {
            "received": received,
            "latencies": list(postman.latencies),
            "posted": postman.posted,
            "refused": postman.refused,
            "dropped": account.dropped,
        }

    return Side(app, lambda: _taken(account), _send, more)


def _send() -> Send | None:
    if request.method != "POST" or not request.path.startswith(BASE):
        return None
    number, _, action = request.path.removeprefix(f"{BASE}/").partition("/")
    body = request.get_json(silent=True)
    is_send = action == "messages" and isinstance(body, dict) and not body.get("private")
    return (number, str(body["content"])) if is_send else None


def _only_writes(weather: Weather) -> Callable[[str], Any]:
    return lambda kind: weather.next() if kind == "write" else None


def _conversation(account: Account, number: int) -> Conversation:
    here = account.conversations.get(number)
    if here is None:
        here = Conversation(number, INBOX, "Channel::Whatsapp", "Ana", f"+52155{number:08d}")
        account.conversations[number] = here
    return here


def _taken(account: Account) -> Taken:
    with account.lock:
        return [
            (message.created_at, str(here.id), str(message.content))
            for here in account.conversations.values()
            for message in here.messages
            if message.kind == OUTGOING and not message.private
        ]


def _resolve_quiet_ones(account: Account) -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        with account.lock:
            for here in list(account.conversations.values()):
                last = next((m for m in reversed(here.messages) if m.kind < 2), None)
                if last is None or last.kind == INCOMING or here.status != "pending":
                    continue
                if last.created_at < time.time() - QUIET_SECONDS:
                    account.change(here, "resolved")
