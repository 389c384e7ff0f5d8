"""The providers' side of the wire under the weather: Twilio's and Meta's."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import urllib3
from flask import Flask, request

from simulator.app import create_simulator
from tests.chaos.weather import Weather
from tests.stack.running import OURS, SID, TOKEN
from tests.standins import meta as standin

Taken = list[tuple[float, str, str]]  # when, customer, text, in the order of taking
Send = tuple[str, str]  # customer, text
LATEST_CALLBACK = 2.0  # seconds
AGAIN_SECONDS, PATIENCE_SECONDS = 0.25, 600.0  # Meta repeats a webhook for days


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Side:
    """One provider."""

    app: Flask
    taken: Callable[[], Taken]
    send: Callable[[], Send | None]  # what the request that is here now wants to be sent
    more: Callable[[], dict[str, Any]] = _nothing


def twilio(bot: str, weather: Weather) -> Side:
    """Twilio is the product's own simulator."""
    simulator = create_simulator(
        SID,
        TOKEN,
        f"{bot}/webhooks/twilio",
        OURS,
        faults=weather,  # type: ignore[arg-type]
    )
    ledger = simulator.extensions["ledger"]

    def taken() -> Taken:
        rows = sorted(ledger.newest_first(), key=lambda one: one.number)
        return [(one.created_at, one.receiver, one.body) for one in rows]

    def send() -> Send | None:
        is_send = request.method == "POST" and request.path.endswith("/Messages.json")
        return (request.form.get("To", ""), request.form.get("Body", "")) if is_send else None

    return Side(simulator, taken, send)


@dataclass
class LateMeta(standin.MetaStandin):
    """Its callbacks come late and in any order, some of those that say the same are left out.

    One of the two is repeated until it is acknowledged. Meta has no list to look into, so a send
    of which no callback came through before the grace time was over may be repeated: that is
    what the product promises, and such a double is counted by itself (`excused`).
    """

    bot: str = ""
    heard: dict[str, float] = field(default_factory=dict)  # id: when a callback was acknowledged

    def tells(self) -> bool:
        """Always: Meta repeats a callback for days. `report` leaves some of the spare ones out."""
        return True

    def report(self, taken: standin.Taken, status: str, code: int = 0) -> None:
        """Tell, later, what became of a message."""
        weather: Any = self.faults
        if status == "sent" and not weather.reports:
            return
        delay = weather.delay(LATEST_CALLBACK)
        threading.Timer(delay, super().report, [taken, status, code]).start()

    def excused(self) -> list[standin.Taken]:
        """What was taken again before we could know that it had been taken."""
        before: dict[Send, list[standin.Taken]] = {}
        found = []
        for one in list(self.taken):
            earlier = before.setdefault((one.body.get("to", ""), one.words), [])
            if earlier and all(self.heard.get(e.id, one.at) >= one.at for e in earlier):
                found.append(one)
            earlier.append(one)
        return found

    def _hook(self, value: standin.Json) -> None:
        raw, headers = standin.signed(standin.about_us(value))
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                if _POOL.request("POST", self.bot, body=raw, headers=headers).status == 200:
                    self.heard.setdefault(value["statuses"][0]["id"], time.time())
                    return
            time.sleep(AGAIN_SECONDS)


_POOL = urllib3.PoolManager(timeout=20.0, retries=False, maxsize=16)


def meta(bot: str, weather: Weather) -> Side:
    """Meta is the suite's stand-in."""
    made = LateMeta(faults=weather, bot=f"{bot}/webhooks/meta")  # type: ignore[arg-type]

    def taken() -> Taken:
        left_out = {one.id for one in made.excused()}
        kept = [one for one in list(made.taken) if one.id not in left_out]
        return [(one.at, one.body["to"], one.words) for one in kept]

    def send() -> Send | None:
        body = request.get_json(silent=True) if request.method == "POST" else None
        if not isinstance(body, dict) or body.get("type") != "text":
            return None
        return body.get("to", ""), body["text"]["body"]

    return Side(made.app, taken, send, lambda: {"excused": len(made.excused())})
