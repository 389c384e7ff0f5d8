"""The providers' side of the wire under the weather: Twilio's and Meta's."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from bot.simulator.app import create_simulator
from tests.chaos.weather import Weather
from tests.stack.running import OURS, SID, TOKEN
from tests.standins import meta as standin

Taken = list[tuple[float, str, str]]  # when, customer, text, in the order of taking
LATEST_CALLBACK = 2.0  # seconds


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Side:
    """One provider."""

    app: Flask
    taken: Callable[[], Taken]
    more: Callable[[], dict[str, Any]] = _nothing


def twilio(bot: str, weather: Weather) -> Side:
    """Twilio is the product's own simulator."""
    simulator = create_simulator(
        SID, TOKEN, f"{bot}/webhooks/twilio", OURS, faults=weather  # type: ignore[arg-type]
    )  # fmt: skip
    ledger = simulator.extensions["ledger"]

    def taken() -> Taken:
        rows = sorted(ledger.newest_first(), key=lambda one: one.number)
        return [(one.created_at, one.receiver, one.body) for one in rows]

    return Side(simulator, taken)


class LateMeta(standin.MetaStandin):
    """Its callbacks come late and in any order, and some that say the same are left out.

    One of the two always comes: Meta repeats a webhook for days, and has no list to look into, so
    the promise about it rests on that (docs/guarantees.md).
    """

    def report(self, taken: standin.Taken, status: str, code: int = 0) -> None:
        """Tell, later, what became of a message."""
        weather: Any = self.faults
        if status == "sent" and not weather.reports:
            return
        delay = weather.delay(LATEST_CALLBACK)
        threading.Timer(delay, super().report, [taken, status, code]).start()


def meta(bot: str, weather: Weather) -> Side:
    """Meta is the suite's stand-in."""
    made = LateMeta(faults=weather, webhook=f"{bot}/webhooks/meta")  # type: ignore[arg-type]

    def taken() -> Taken:
        return [(one.at, one.body["to"], one.words) for one in list(made.taken)]

    return Side(made.app, taken)
