"""Who may use the API: whoever shows a token, wherever the request comes from."""

import dataclasses
import hmac
import io
import json
import logging
import re
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from actions.services import Services
from agent.actor import ROLES
from agent.own_token import own_token
from bot import access
from bot.access import Access
from bot.app import create_app
from serving.pace import MOST, Pace
from store.people.tokens import DAY, Tokens
from tests.bot.conftest import on_one_database
from tests.bot.routes import ROUTES
from tests.fakes import Clock
from tests.parts import changed

FIVE = {"name": "Sofía", "brand": "Kavak"}
LONG, SHORT = "k" * 32, "one"
GOOD = "una frase segura 7"
Make = Callable[..., str]

GUARDED = [*ROUTES, ("GET", "/metrics"), ("HEAD", "/agents"), ("OPTIONS", "/agents")]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def call(
    client: FlaskClient, route: tuple[str, str], token: str = "", agent: str = "a1"
) -> TestResponse:
    method, path = route
    headers = bearer(token) if token else {}
    path = re.sub(r"\{\w+\}", "1", path.replace("{agent_id}", agent))
    return client.open(path, method=method, json=FIVE, headers=headers)


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services, chat_seconds=0.01)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Somebody who has no token of their own."""
    return app.test_client()


@pytest.fixture
def make(services: Services) -> Make:
    """Make a person, and a token of theirs."""

    def made(role: str, email: str = "ana@example.com", owner: str = "", days: int = 7) -> str:
        people = services.store.people
        people.change_password(email, people.add(email, owner or role), GOOD)
        return services.store.tokens.make(email, "test", role, days)

    return made


def with_keys(services: Services, keys: str) -> Services:
    known = services.settings.model_copy(update={"api_keys": SecretStr(keys)})
    return dataclasses.replace(services, settings=known)


def sentence(answer: TestResponse) -> str:
    return str(answer.json["error"]["message"])  # type: ignore[index]


# --- without a token


@on_one_database
@pytest.mark.parametrize("route", GUARDED, ids=" ".join)
@pytest.mark.parametrize("keys", ["", LONG])
@pytest.mark.parametrize("environment", ["development", "production"])
def test_nothing_opens_without_one(
    services: Services, route: tuple[str, str], keys: str, environment: str
) -> None:
    known = with_keys(services, keys) if keys else services
    settings = known.settings.model_copy(update={"environment": environment})
    client = create_app(dataclasses.replace(known, settings=settings)).test_client()
    answer = call(client, route)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@on_one_database
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"environ_base": {"REMOTE_ADDR": "127.0.0.1"}},
        {"environ_base": {"REMOTE_ADDR": "::1"}},
        {"environ_base": {"REMOTE_ADDR": "::ffff:127.0.0.1"}},
        {"environ_base": {"REMOTE_ADDR": "192.168.1.5"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"Host": "localhost"}},
        {"headers": {"Host": "abc.ngrok.app"}},
        {"headers": {"Origin": "http://127.0.0.1:3000"}},
        {"headers": {"X-Api-Key": "anything"}},
        {"query_string": {"token": "anything"}},
    ],
)
def test_no_place_and_no_header_stands_for_a_token(
    stranger: FlaskClient, services: Services, more: dict[str, object]
) -> None:
    answer = stranger.post("/agents", json=FIVE, **more)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert "make token" in sentence(answer)
    assert services.store.agents.list() == []


@on_one_database
def test_a_token_in_the_address_opens_nothing(stranger: FlaskClient, services: Services) -> None:
    token = own_token(services.settings)
    for name in ("token", "access_token", "key", "api_key"):
        assert stranger.get("/agents", query_string={name: token}).status_code == 401


@on_one_database
def test_every_route_is_in_the_table_and_its_page_tells_the_role(stranger: FlaskClient) -> None:
    paths = stranger.get("/openapi.json").json["paths"]  # type: ignore[index]
    told = {
        (method.upper(), path): operation["security"][0]["key"][0]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
    assert told == ROUTES
    assert stranger.get("/docs").text.count("Needs a token with the role") == len(ROUTES)


# --- the installation's own token, and keys


@on_one_database
def test_without_keys_the_installations_own_token_opens_everything(
    stranger: FlaskClient, services: Services
) -> None:
    token = own_token(services.settings)
    assert stranger.post("/agents", json=FIVE, headers=bearer(token)).status_code == 201
    assert stranger.get("/metrics", headers=bearer(token)).status_code == 200


@on_one_database
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_with_keys_each_of_them_opens_everything(services: Services, scheme: str) -> None:
    client = create_app(with_keys(services, f"{SHORT}, {LONG}")).test_client()
    for key in (SHORT, LONG):
        answer = client.get("/agents", headers={"Authorization": f"{scheme} {key}"})
        assert answer.status_code == 200


@on_one_database
def test_with_keys_the_installations_own_token_opens_nothing(services: Services) -> None:
    before = own_token(services.settings)
    client = create_app(with_keys(services, LONG)).test_client()
    assert client.get("/agents", headers=bearer(before)).status_code == 401


WRONG = (
    "",
    "Bearer",
    "Bearer ",
    "Bearer three",
    "Basic one",
    "one",
    "Bearer one, two",
    "Bearer\tone",
    "Bearer \xf1",
    "Bearer as_",
    "Bearer as_000000000000_" + "A" * 43,
)


@on_one_database
@pytest.mark.parametrize("header", WRONG)
def test_what_is_no_token_opens_nothing(services: Services, header: str) -> None:
    client = create_app(with_keys(services, "one, two")).test_client()
    assert client.get("/agents", headers={"Authorization": header}).status_code == 401


@on_one_database
def test_a_wrong_token_is_compared_with_every_key_in_the_same_way(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(with_keys(services, "one, three, " + LONG)).test_client()
    real, compared = hmac.compare_digest, list[tuple[int, int]]()
    monkeypatch.setattr(
        hmac, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or real(a, b)
    )
    for given in ("o", "one", "onf", "x" * 5000):
        compared.clear()
        client.get("/agents", headers=bearer(given))
        assert compared == [(32, 32)] * 3


@on_one_database
def test_a_key_that_can_be_guessed_is_complained_of_and_never_shown(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        Access(with_keys(services, LONG))
        assert caplog.text == ""
        Access(with_keys(services, "hunter2"))
    assert "can be guessed" in caplog.text
    assert "hunter2" not in caplog.text


# --- tokens of people


@on_one_database
@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_call_what_the_table_says(services: Services, make: Make, role: str) -> None:
    # There are more routes than a token may ask for in a minute.
    patient = services.settings.model_copy(update={"api_requests_a_minute": 0})
    stranger = create_app(changed(services, settings=patient), chat_seconds=0.01).test_client()
    token = make(role)
    for route, lowest in ROUTES.items():
        answer = call(stranger, route, token)
        assert answer.status_code != 401
        refused = answer.status_code == 403
        assert refused == (ROLES.index(role) < ROLES.index(lowest)), route
        if refused:
            assert f"needs the role {lowest}" in sentence(answer)
            assert f"has the role {role}" in sentence(answer)


def test_a_token_does_no_more_than_its_owner_may_now(
    stranger: FlaskClient, make: Make, services: Services
) -> None:
    token = make("editor")
    assert call(stranger, ("POST", "/agents"), token).status_code == 201
    services.store.people.set_role("ana@example.com", "viewer")
    assert call(stranger, ("POST", "/agents"), token).status_code == 403
    assert call(stranger, ("GET", "/agents"), token).status_code == 200


@on_one_database
def test_a_lesser_token_of_an_admin_stays_lesser(stranger: FlaskClient, make: Make) -> None:
    token = make("viewer", owner="admin")
    assert call(stranger, ("DELETE", "/agents/{agent_id}"), token).status_code == 403


def test_a_token_that_is_dead_says_why(make: Make, services: Services, clock: Clock) -> None:
    token, email = make("editor"), "ana@example.com"
    store = dataclasses.replace(services.store, tokens=Tokens(services.database, clock))
    later = dataclasses.replace(services, store=store)
    clock.now = time.time() + 8 * DAY
    answer = call(create_app(later).test_client(), ("GET", "/agents"), token)
    assert (answer.status_code, "expired" in sentence(answer)) == (401, True)
    client = create_app(services).test_client()
    services.store.people.reset_password(email)
    assert "choose a password" in sentence(call(client, ("GET", "/agents"), token))
    services.store.people.disable(email)
    assert "shut out" in sentence(call(client, ("GET", "/agents"), token))
    services.store.tokens.revoke(services.store.tokens.list()[0].id)
    answer = call(client, ("GET", "/agents"), token)
    assert (answer.status_code, "opens nothing" in sentence(answer)) == (401, True)


# --- the audit log


def test_every_act_of_the_api_is_in_the_log_under_who_did_it(
    stranger: FlaskClient, make: Make, services: Services
) -> None:
    mine = bearer(make("editor"))
    agent = stranger.post("/agents", json=FIVE, headers=mine).json["id"]  # type: ignore[index]
    here = f"/agents/{agent}"
    stranger.patch(here, json={"tone": "Breve"}, headers=mine)
    file = {"files": (io.BytesIO(b"Abrimos a las 9."), "a.txt")}
    stranger.post(f"{here}/knowledge", data=file, headers=mine)
    stranger.post(f"{here}/knowledge", json={"url": "https://example.com/p"}, headers=mine)
    stranger.post(f"{here}/release", json={"channel": "api", "version": 1}, headers=mine)
    stranger.delete(here, headers=mine)
    log = [(one.person, one.action) for one in reversed(services.store.audit.page())]
    assert log == [
        ("ana@example.com", action)
        for action in (
            "agent created",
            "agent released",
            "agent saved",
            "base created",
            "agent saved",
            "source added",
            "source added",
            "agent rolled back",
            "agent archived",
        )
    ]
    assert services.store.agents.get(agent).created_by == "ana@example.com"


def test_what_keys_and_the_installation_do_is_told_apart(
    stranger: FlaskClient, services: Services
) -> None:
    keyed = with_keys(services, LONG)
    stranger.post("/agents", json=FIVE, headers=bearer(own_token(services.settings)))
    create_app(keyed).test_client().post("/agents", json=FIVE, headers=bearer(LONG))
    people = [one.person for one in services.store.audit.page() if one.action == "agent created"]
    assert people == ["api key", "installation token"]


@on_one_database
def test_what_is_refused_or_only_read_leaves_no_line(
    stranger: FlaskClient, make: Make, services: Services
) -> None:
    token = make("viewer")
    for route in ROUTES:
        call(stranger, route, token)
    looked = {one.action for one in services.store.audit.page()}
    assert looked == {"turns read"}  # customers' words: that they are read is noted


# --- too fast


def slowly(services: Services, clock: Clock, **more: object) -> FlaskClient:
    """A client of an app whose time passes when the test says so."""
    settings = services.settings.model_copy(update=more)
    known = dataclasses.replace(services, settings=settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.Access", lambda services: Access(services, clock))
        return create_app(known, chat_seconds=0.01).test_client()


@on_one_database
def test_a_persons_token_that_asks_too_often_waits(
    services: Services, make: Make, clock: Clock
) -> None:
    client, token = slowly(services, clock, api_requests_a_minute=30), make("viewer")
    other = make("viewer", "bea@example.com")
    for _ in range(30):
        assert call(client, ("GET", "/agents"), token).status_code == 200
    answer = call(client, ("GET", "/agents"), token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert "Wait 2 s" in sentence(answer)
    assert call(client, ("GET", "/agents"), other).status_code == 200
    clock.pass_seconds(int(answer.headers["Retry-After"]))
    assert call(client, ("GET", "/agents"), token).status_code == 200
    assert call(client, ("GET", "/agents"), token).status_code == 429


@on_one_database
def test_0_is_without_limit(services: Services, make: Make, clock: Clock) -> None:
    client, token = slowly(services, clock, api_requests_a_minute=0), make("viewer")
    answers = {call(client, ("GET", "/agents"), token).status_code for _ in range(200)}
    assert answers == {200}


@on_one_database
def test_who_guesses_is_slowed_down_and_who_knows_is_not(
    services: Services, make: Make, clock: Clock
) -> None:
    client, token = slowly(with_keys(services, LONG), clock), make("viewer")
    for number in range(access.GUESSES_A_MINUTE):
        assert call(client, ("GET", "/agents"), f"guess {number}").status_code == 401
    answer = call(client, ("GET", "/agents"), "another guess")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    for known in (token, LONG):  # from the same address: everybody has it behind a proxy
        assert call(client, ("GET", "/agents"), known).status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/agents", headers=bearer("x"), environ_base=elsewhere).status_code == 401
    clock.pass_seconds(3)
    assert call(client, ("GET", "/agents"), "x").status_code == 401


@on_one_database
def test_a_key_so_short_that_guessing_could_find_it_waits_too(
    services: Services, clock: Clock
) -> None:
    client = slowly(with_keys(services, SHORT), clock)
    for number in range(access.GUESSES_A_MINUTE):
        call(client, ("GET", "/agents"), f"guess {number}")
    assert call(client, ("GET", "/agents"), SHORT).status_code == 429
    clock.pass_seconds(3)
    assert call(client, ("GET", "/agents"), SHORT).status_code == 200


@on_one_database
def test_who_shows_nothing_does_not_guess(services: Services, clock: Clock) -> None:
    client = slowly(services, clock)
    answers = {call(client, ("GET", "/agents")).status_code for _ in range(50)}
    assert answers == {401}


@pytest.mark.usefixtures("clock")
def test_a_flood_of_addresses_takes_no_more_memory(clock: Clock) -> None:
    pace = Pace(1, clock)
    for number in range(MOST + 500):
        pace.take(str(number))
    assert len(pace._buckets) == MOST
    assert pace.take(str(MOST)) > 0  # the latest are remembered


# --- what a token may not be seen in


@on_one_database
def test_no_answer_repeats_a_token(stranger: FlaskClient, make: Make) -> None:
    token = make("viewer")
    for route in ROUTES:
        answer = call(stranger, route, token)
        assert token not in answer.text + json.dumps(dict(answer.headers))
