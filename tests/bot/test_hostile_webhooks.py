"""What strangers, broken proxies and providers' new fields send to the three doors.

2,000 seeded mutations of recorded webhooks a provider, genuinely signed after the mutation, end
in no 5xx; 500 forged requests a provider are refused; 1,000 genuine ones that come again change
nothing.
"""

import copy
import dataclasses
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from actions.services import Services
from bot.app import create_app
from channels.chatwoot.receive import SIGNATURE, TIMESTAMP
from channels.chatwoot.receive import signature as chatwoot_signature
from store.tables import inbox, messages
from tests.bot.conftest import PUBLIC, RememberingWakeUp, count
from tests.bot.conftest import signature as twilio_signature
from tests.standins.meta import SECRET as META_SECRET
from tests.standins.meta import signed as meta_signed

PAYLOADS = Path(__file__).parents[1] / "channels" / "payloads"
CHATWOOT_SECRET = "mZ3kX9sQbT2vLr8nWc5yHd7p"
MUTATIONS, FORGED, REPLAYED = 2_000, 500, 334  # replayed: over the three doors, a thousand
Json = dict[str, Any]
Request = tuple[bytes, dict[str, str]]

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.parametrize("name", ["twilio", "meta", "chatwoot"]),
    pytest.mark.timeout(300),
]
STRANGE: list[Any] = [
    None,
    True,
    0,
    -1,
    2**63,
    1e308,
    "",
    " ",
    "\0",
    "\ud800 alone",
    "😀" * 300,
    "x" * 70_000,
    [],
    {},
    [[]],
    {"id": None},
    [None],
    "../../etc/passwd",
    "{{7*7}}",
    "<script>",
    "‮",
    "9" * 400,
    "1e999",
]


@dataclass(frozen=True)
class Provider:
    """How one provider's requests are made."""

    path: str
    sign: Callable[[Json], Request]
    unique: Callable[[Json, int], Json]
    text: str


def _twilio(form: Json) -> Request:
    fields = {key: str(value) for key, value in form.items()}
    body = urlencode(fields, errors="replace").encode()
    signed = twilio_signature(
        f"{PUBLIC}/webhooks/twilio",
        {
            key.encode(errors="replace").decode(): value.encode(errors="replace").decode()
            for key, value in fields.items()
        },
    )
    kind = "application/x-www-form-urlencoded"
    return body, {"X-Twilio-Signature": signed, "Content-Type": kind}


def _chatwoot(body: Json) -> Request:
    raw, at = json.dumps(body).encode(), int(time.time())
    signed = chatwoot_signature(CHATWOOT_SECRET, at, raw)
    return raw, {SIGNATURE: signed, TIMESTAMP: str(at), "Content-Type": "application/json"}


def _new_meta(body: Json, number: int) -> Json:
    [message] = body["entry"][0]["changes"][0]["value"]["messages"]
    message["id"] = f"wamid.{number}"
    return body


PROVIDERS = {
    "twilio": Provider(
        "/webhooks/twilio",
        _twilio,
        lambda form, n: {**form, "MessageSid": f"SM{n:032x}"},
        "message__text",
    ),
    "meta": Provider("/webhooks/meta", meta_signed, _new_meta, "message__text"),
    "chatwoot": Provider(
        "/webhooks/chatwoot", _chatwoot, lambda body, n: {**body, "id": n}, "message_created__text"
    ),
}


@pytest.fixture
def provider(name: str) -> Provider:
    return PROVIDERS[name]


@pytest.fixture
def recorded(name: str) -> list[Json]:
    files = sorted((PAYLOADS / name).glob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


@pytest.fixture
def everywhere(services: Services) -> Services:
    """Services with all three doors open; the disk is not waited for."""
    known = services.settings.model_copy(
        update={
            "meta_app_secret": SecretStr(META_SECRET),
            "meta_phone_number_id": "106540352242922",
            "chatwoot_webhook_secret": SecretStr(CHATWOOT_SECRET),
            "chatwoot_account_id": "3",
        }
    )
    return dataclasses.replace(services, settings=known)


@pytest.fixture
def receiver(everywhere: Services) -> FlaskClient:
    return create_app(everywhere).test_client()


def _post(receiver: FlaskClient, provider: Provider, request: Request) -> int:
    body, headers = request
    return int(receiver.post(provider.path, data=body, headers=headers).status_code)


def test_two_thousand_mutated_webhooks_end_in_no_server_error(
    receiver: FlaskClient, provider: Provider, recorded: list[Json]
) -> None:
    chance = random.Random(20261122)
    answers = [
        _post(receiver, provider, _mutated(provider, chance.choice(recorded), chance))
        for _ in range(MUTATIONS)
    ]
    assert max(answers) < 500
    assert answers.count(200) > MUTATIONS / 4  # else the mutations never came past the door


def test_five_hundred_forged_webhooks_are_refused_and_leave_nothing(
    receiver: FlaskClient,
    provider: Provider,
    recorded: list[Json],
    everywhere: Services,
    wake_up: RememberingWakeUp,
) -> None:
    chance = random.Random(7)
    answers = [
        _post(receiver, provider, _forged(provider.sign(chance.choice(recorded)), chance))
        for _ in range(FORGED)
    ]
    assert set(answers) <= {401, 403}
    assert count(everywhere, inbox) == 0
    assert wake_up.notified == []


def test_genuine_webhooks_that_come_again_change_nothing(
    receiver: FlaskClient,
    provider: Provider,
    name: str,
    everywhere: Services,
    wake_up: RememberingWakeUp,
) -> None:
    text = (PAYLOADS / name / f"{provider.text}.json").read_text(encoding="utf-8")
    bodies = [provider.unique(json.loads(text), number) for number in range(1, REPLAYED + 1)]
    first = [_post(receiver, provider, provider.sign(body)) for body in bodies]
    notified, kept = len(wake_up.notified), count(everywhere, messages)
    again = [_post(receiver, provider, provider.sign(body)) for body in bodies]
    assert set(first) == set(again) == {200}
    assert (kept, notified) == (REPLAYED, REPLAYED)
    assert (count(everywhere, messages), len(wake_up.notified)) == (kept, notified)


def _mutated(provider: Provider, body: Json, chance: random.Random) -> Request:
    """Change a few values somewhere in *body*, and sign what came out."""
    changed = json.loads(json.dumps(body))
    for _ in range(chance.randint(1, 3)):
        _change(changed, chance)
    return provider.sign(changed if isinstance(changed, dict) else {})


def _change(value: Any, chance: random.Random) -> None:
    """Walk down at random and put something strange there, take it away or double it."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        inside = value[key]
        if not isinstance(inside, dict | list) or not inside or chance.random() < 0.1:
            break
        value = inside
    what = chance.random()
    if what < 0.2:
        del value[key]
    elif what < 0.3 and isinstance(value, list):
        value.append(copy.deepcopy(inside))
    elif what < 0.4 and isinstance(value, dict):
        value[str(chance.choice(STRANGE))[:50]] = copy.deepcopy(inside)
    else:
        value[key] = copy.deepcopy(chance.choice(STRANGE))


def _forged(request: Request, chance: random.Random) -> Request:
    """Tamper with a signed request: its body, its signature, or both are not what was signed."""
    body, headers = request
    name = next(header for header in headers if "ignature" in header)
    signature = headers[name]
    kind = chance.randrange(6)
    if kind == 0:
        return body, {key: value for key, value in headers.items() if key != name}
    if kind == 1:
        return body, {**headers, name: ""}
    if kind == 2:
        return body, {**headers, name: signature[:-2] + chance.choice("abcdefg01234=") + "~"}
    if kind == 3:
        return body, {**headers, name: chance.choice(["sha256=", "sha1=", "None", "0", "é"])}
    if kind == 4:
        return body + b"&Body=otra" if b"&" in body else body + b" ", headers
    place = chance.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :], headers
