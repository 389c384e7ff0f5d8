"""Genuine webhooks beside 200 callers that send a byte a second, for a minute."""

import time

from actions.services import Services
from tests.bench.house import House, ready
from tests.bench.webhook import Body, Served, send, served, signed
from tests.serving.callers import SlowCallers
from tests.waiting import free_port

SLOW = 200
SECONDS = 60
EVERY_SECONDS = 0.1
BAR_MS = 250


def measure(house: House, services: Services) -> bool:
    """Measure, print the table; True when the slowest percent was acknowledged in time."""
    port = free_port()
    house.start(["-m", "bot"], BOT_PORT=str(port))
    ready(f"http://127.0.0.1:{port}/healthz")
    body = signed(services, f"http://127.0.0.1:{port}/webhooks/twilio")
    alone = _for_a_while(port, body, SECONDS / 4, first=1_000_000)
    with SlowCallers(port, SLOW) as slow:
        beside = _for_a_while(port, body, SECONDS, first=2_000_000)
    print(f"\nWebhooks, one each {EVERY_SECONDS} s, beside {SLOW} callers of a byte a second")
    print(f"({slow.refused} times one of them was refused in {SECONDS} s, and came again)")
    print("| | requests | p50 ms | p99 ms | slowest ms |\n|---|---|---|---|---|")
    for name, row in (("alone", alone), ("beside them", beside)):
        print(
            f"| {name} | {row.count} | {row.median:.1f} | {row.slowest_percent:.1f} "
            f"| {row.slowest:.1f} |"
        )
    return beside.slowest_percent <= BAR_MS


def _for_a_while(port: int, body: Body, seconds: float, first: int) -> Served:
    times, started = [], time.monotonic()
    for number in range(int(seconds / EVERY_SECONDS)):
        times.append(send(port, "/webhooks/twilio", *body(first + number)))
        time.sleep(max(0.0, started + (number + 1) * EVERY_SECONDS - time.monotonic()))
    return served(times, time.monotonic() - started)
