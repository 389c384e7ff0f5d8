"""Our webhook beside a bare Flask 204, on the same server, with the same 16 clients."""

import http.client
import logging
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from twilio.request_validator import RequestValidator
from waitress import serve

from agent.services import Services
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


def measure(house: House, services: Services) -> None:
    """Measure both and print the table."""
    bare, ours = free_port(), free_port()
    house.start(["-m", "tests.bench.webhook", str(bare)])
    house.start(["-m", "bot"], BOT_PORT=str(ours))
    ready(f"http://127.0.0.1:{bare}/")
    ready(f"http://127.0.0.1:{ours}/healthz")
    signed = _signed(services, f"http://127.0.0.1:{ours}/webhooks/twilio")
    rows = {
        "bare Flask 204": _load(bare, "/", lambda _: (b"", {})),
        "our webhook: signature, commit, doorbell": _load(ours, "/webhooks/twilio", signed),
    }
    print(f"\nWebhook: {CLIENTS} clients, waitress, one process")
    print("| | requests/s | p50 ms | p99 ms |\n|---|---|---|---|")
    for name, row in rows.items():
        print(f"| {name} | {row.per_second:.0f} | {row.median:.1f} | {row.slowest_percent:.1f} |")


def _signed(services: Services, url: str) -> Body:
    token = services.settings.twilio_auth_token
    validator = RequestValidator(token.get_secret_value() if token else "")

    def body(number: int) -> tuple[bytes, dict[str, str]]:
        form = {
            "MessageSid": f"SMb{number:031x}", "Body": "¿Abren el sábado?", "NumMedia": "0",
            "From": f"whatsapp:+52166{number % 400:08d}", "To": "whatsapp:+19990000000",
            "ProfileName": "Ana",
        }  # fmt: skip
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
        for data, headers in requests:
            started = time.perf_counter()
            connection.request("POST", path, data, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 300:
                raise RuntimeError(f"{path}: {answer.status}")
            times.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=client, args=(requests,)) for requests in prepared]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    ordered = sorted(times)
    return Served(
        len(ordered) / seconds, ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    )


def main(port: int) -> None:
    """Serve nothing, as fast as Flask and waitress can."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: ("", 204), methods=["GET", "POST"])
    serve(app, host="127.0.0.1", port=port, threads=16)


if __name__ == "__main__":
    main(int(sys.argv[1]))
