"""Genuine webhooks beside many callers who take their time."""

import dataclasses
import http.client
import time
import urllib.parse

from actions.services import Services
from bot.app import create_app
from serving.limits import BOT
from store.tables import inbox
from tests.bot.conftest import PUBLIC, count, on_one_database, payload, signature
from tests.serving.callers import SlowCallers, serving

SLOW, WEBHOOKS = 200, 100
MOST_SECONDS = 0.25
PATH = "/webhooks/twilio"


def acknowledged(port: int, first: int) -> list[float]:
    """Seconds to the acknowledgement of each genuine webhook, one after another."""
    return sorted(_acknowledged(port, number) for number in range(first, first + WEBHOOKS))


def _acknowledged(port: int, number: int) -> float:
    form = payload("text", MessageSid=f"SM{number:032x}")
    headers = {
        "X-Twilio-Signature": signature(PUBLIC + PATH, form),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    started = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", PATH, urllib.parse.urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    return time.monotonic() - started


@on_one_database
def test_webhooks_do_not_wait_for_two_hundred_slow_callers(services: Services) -> None:
    patient = dataclasses.replace(BOT, head_seconds=60, body_seconds=60)
    with serving(create_app(services), patient) as port:
        alone = acknowledged(port, 0)
        with SlowCallers(port, SLOW) as slow:
            beside = acknowledged(port, WEBHOOKS)
            assert slow.refused == 0  # all of them are still there
    assert count(services, inbox) == 2 * WEBHOOKS
    # A machine that is busy with other things is slow without slow callers too.
    assert beside[-2] < max(MOST_SECONDS, 5 * alone[-2])
