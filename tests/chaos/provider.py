"""A provider, a process that nobody kills.

`python -m tests.chaos.provider CHANNEL PORT BOT SEED LAG [calm]`. What it took,
in the order in which it took it, is all that the judge reads.
"""

import sys
import time

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.chaos import chatwoot_side
from tests.chaos.plan import without_filler
from tests.chaos.sides import Side, meta, twilio
from tests.chaos.weather import Weather
from tests.standins.chatwoot import KeepsUnderscores

SIDES = {"twilio": twilio, "meta": meta, "chatwoot": chatwoot_side.chatwoot}


def with_window(side: Side, weather: Weather) -> None:
    """Add what the run asks a provider."""
    tried: list[tuple[float, str, str]] = []

    @side.app.before_request
    def note() -> None:
        send = side.send()
        if send is not None:
            tried.append((time.time(), send[0], without_filler(send[1])))

    @side.app.get("/taken")
    def taken() -> dict[str, object]:
        seen = [(at, who, without_filler(body)) for at, who, body in side.taken()]
        return {"counts": weather.counts, "taken": seen, "tried": list(tried), **side.more()}

    @side.app.post("/calm")
    def calm() -> dict[str, bool]:
        weather.calm = True
        return {"calm": True}


class _Quiet(KeepsUnderscores):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: connections that break here break on purpose."""


def main(channel: str, port: int, bot: str, weather: Weather) -> None:
    """Serve until killed."""
    side = SIDES[channel](bot, weather)
    with_window(side, weather)
    handler: type[WSGIRequestHandler] = _Quiet
    server = make_server("127.0.0.1", port, side.app, threaded=True, request_handler=handler)
    server.serve_forever()


if __name__ == "__main__":
    name, at, address, seed, lag, *calm = sys.argv[1:]
    main(name, int(at), address, Weather(int(seed), name, float(lag), calm=bool(calm)))
