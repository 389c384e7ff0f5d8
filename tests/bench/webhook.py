"""Our webhook beside a bare Flask 204, on the same server, with the same 16 clients."""

import http.client
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from twilio.request_validator import RequestValidator

from actions.services import Services
from serving.limits import BOT
from serving.server import serve
from tests.bench.house import House, ready
from tests.waiting import free_port

CLIENTS = 16
REQUESTS = 150  # a client
Body = Callable[[int], tuple[bytes, dict[str, str]]]


@dataclass(frozen=True)
class Served:
    """Requests a second, and milliseconds to an answer."""

    per_second: float
    median: float
    slowest_percent: float
    slowest: float
    count: int


def measure(house: House, services: Services) -> None:
    """Measure both and print the table."""
    bare, ours = free_port(), free_port()
    house.start(["-m", "tests.bench.webhook", str(bare)])
    house.start(["-m", "bot"], BOT_PORT=str(ours))
    ready(f"http://127.0.0.1:{bare}/")
    ready(f"http://127.0.0.1:{ours}/healthz")
    genuine = signed(services, f"http://127.0.0.1:{ours}/webhooks/twilio")
    rows = {
        "bare Flask 204": _load(bare, "/", lambda _: (b"", {})),
        "our webhook: signature, commit, wake-up": _load(ours, "/webhooks/twilio", genuine),
    }
    print(f"\nWebhook: {CLIENTS} clients, one process")
    print("| | requests/s | p50 ms | p99 ms |\n|---|---|---|---|")
    for name, row in rows.items():
        print(f"| {name} | {row.per_second:.0f} | {row.median:.1f} | {row.slowest_percent:.1f} |")


def signed(services: Services, url: str) -> Body:
    """Return what makes the n-th genuine webhook."""
    token = services.settings.twilio_auth_token
    validator = RequestValidator(token.get_secret_value() if token else "")

    def body(number: int) -> tuple[bytes, dict[str, str]]:
        form = {
            "MessageSid": f"SMb{number:031x}",
            "Body": "¿Abren el sábado?",
            "NumMedia": "0",
            "From": f"whatsapp:+52166{number % 400:08d}",
            "To": "whatsapp:+19990000000",
            "ProfileName": "Ana",
        }
        signature = validator.compute_signature(url, form)
        headers = {
            "X-Twilio-Signature": signature,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return urllib.parse.urlencode(form).encode(), headers

    return body


def _load(port: int, path: str, body: Body) -> Served:
    prepared = [[body(client * REQUESTS + n) for n in range(REQUESTS)] for client in range(CLIENTS)]
    times: list[float] = []

    def client(requests: list[tuple[bytes, dict[str, str]]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        times.extend(_ask(connection, path, *request) for request in requests)

    threads = [threading.Thread(target=client, args=(requests,)) for requests in prepared]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return served(times, time.perf_counter() - started)


def send(port: int, path: str, data: bytes, headers: dict[str, str]) -> float:
    """Milliseconds to the answer, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return _ask(connection, path, data, headers)
    finally:
        connection.close()


def _ask(
    connection: http.client.HTTPConnection, path: str, data: bytes, headers: dict[str, str]
) -> float:
    started = time.perf_counter()
    connection.request("POST", path, data, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{path}: {answer.status}")
    return (time.perf_counter() - started) * 1000


def served(times: list[float], seconds: float) -> Served:
    """Sum up *times*, which took *seconds*."""
    ordered = sorted(times)
    count = len(ordered)
    slowest_percent = ordered[int(count * 0.99)]
    return Served(count / seconds, ordered[count // 2], slowest_percent, ordered[-1], count)


def main(port: int) -> None:
    """Serve nothing, as fast as Flask and the bot's server can."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: ("", 204), methods=["GET", "POST"])
    serve(app, "127.0.0.1", port, BOT)


if __name__ == "__main__":
    main(int(sys.argv[1]))
