"""The provider, a process that nobody kills: `python -m tests.chaos.provider PORT BOT SEED LAG`.

Twilio's side of the wire is the product's own simulator under the weather; what it took, in the
order in which it took it, is all that the judge reads.
"""

import sys

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.simulator.app import create_simulator
from tests.chaos.weather import Weather
from tests.stack.running import OURS, SID, TOKEN


def app(bot: str, weather: Weather) -> Flask:
    """Return the simulator with the judge's window."""
    simulator = create_simulator(
        SID, TOKEN, f"{bot}/webhooks/twilio", OURS, faults=weather  # type: ignore[arg-type]
    )  # fmt: skip
    ledger = simulator.extensions["ledger"]

    @simulator.get("/taken")
    def taken() -> dict[str, object]:
        rows = sorted(ledger.newest_first(), key=lambda one: one.number)
        return {
            "counts": dict(weather.counts),
            "taken": [[one.created_at, one.receiver, one.body] for one in rows],
        }

    @simulator.post("/calm")
    def calm() -> dict[str, bool]:
        weather.calm = True
        return {"calm": True}

    return simulator


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: connections that break here break on purpose."""


if __name__ == "__main__":
    port, bot, seed, lag = sys.argv[1:]
    make_server(
        "127.0.0.1", int(port), app(bot, Weather(int(seed), float(lag))), threaded=True,
        request_handler=_Quiet,
    ).serve_forever()  # fmt: skip
