"""Signing in, the first password, signing out, and the language."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update

from store.tables import login_attempts
from store.tables import people as table
from studio.request_checks import cookie_name, device_cookie_name
from tests.studio.conftest import PASSWORD, Site


@pytest.fixture(autouse=True)
def forgotten(site: Site) -> Iterator[None]:
    """All tests come from one address: what one of them guesses is not counted against the next."""
    yield
    with site.house.services.database.write() as tx:
        tx.execute(delete(login_attempts))


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    form = {"email": "viewer@example.com", "password": PASSWORD}
    cookie = site.client().post("/login", data=form).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert cookie_name(production=True).startswith("__Host-")


def test_wrong_passwords_are_told_apart_from_too_many(site: Site) -> None:
    client = site.client()
    form = {"email": "nobody@example.com", "password": "wrong"}
    answers = [client.post("/login?language=es", data=form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "no son correctos" in answers[0].text
    assert "Espere" in answers[5].text


def test_what_was_typed_is_never_shown_as_html(site: Site) -> None:
    form = {"email": "<script>alert(1)</script>", "password": "x", "next": '"><script>'}
    answer = site.client().post("/login", data=form)
    assert "<script" not in answer.text


def test_nobody_puts_words_of_theirs_on_the_login_page(site: Site) -> None:
    page = site.client().get("/login?error=Llame+al+900&status=500")
    assert page.status_code == 200
    assert "900" not in page.text


def test_a_wrong_password_does_not_forget_where_the_person_was_going(site: Site) -> None:
    form = {"email": "lost@example.com", "password": "x", "next": "/studio/es/inbox"}
    assert 'value="/studio/es/inbox"' in site.client().post("/login", data=form).text


@pytest.mark.parametrize(
    "back", ["//evil.example/studio/", "https://evil.example", "/studio/\\evil", "/studio//evil"]
)
def test_signing_in_leads_to_no_other_site(site: Site, back: str) -> None:
    form = {"email": "viewer@example.com", "password": PASSWORD, "next": back}
    assert site.client().post("/login", data=form).headers["location"] == "/studio"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(site: Site) -> None:
    client = site.client()
    login = client.get("/studio/es/inbox?conversation=7").headers["location"]
    assert login == "/login?next=%2Fstudio%2Fes%2Finbox%3Fconversation%3D7"
    form = {
        "email": "viewer@example.com",
        "password": PASSWORD,
        "next": "/studio/es/inbox?conversation=7",
    }
    assert client.post("/login", data=form).headers["location"] == form["next"]


def test_a_one_time_password_opens_nothing_but_the_page_that_replaces_it(site: Site) -> None:
    password = site.house.services.store.people.add("nueva@example.com", "admin")
    client = site.client()
    client.post("/login", data={"email": "nueva@example.com", "password": password})
    assert client.get("/studio/es/").headers["location"] == "/password"
    assert client.get("/studio/es/config").status_code == 403
    body = {"data": [], "session_hash": "n"}
    assert client.post("/studio/es/gradio_api/run/agents_blank", json=body).status_code == 403
    weak = client.post("/password", data={"current": password, "new": "corta"})
    assert weak.status_code == 400
    assert "12 caracteres" in weak.text
    done = client.post("/password", data={"current": password, "new": "mi frase nueva 9"})
    assert done.headers["location"] == "/studio"
    assert client.get("/studio/es/config").status_code == 200


def test_signing_out_needs_a_post_and_ends_the_session(site: Site) -> None:
    client = site.client("viewer")
    token = client.cookies["studio"]
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").headers["location"] == "/login"
    assert site.house.services.store.people.of_token(token) is None


def test_the_language_is_remembered_with_the_person(site: Site) -> None:
    client = site.client("agent")
    referer = {"referer": f"{site.url}/studio/es/inbox"}
    answer = client.post("/language", data={"language": "en"}, headers=referer)
    assert answer.headers["location"] == "/studio/en/inbox"
    assert site.client("agent").get("/").headers["location"] == "/studio/en/"
    client.post("/language", data={"language": "es"})


def test_changing_the_language_leads_back_to_what_was_open(site: Site) -> None:
    client = site.client("agent")
    referer = {"referer": f"{site.url}/studio/es/inbox?conversation=7"}
    answer = client.post("/language", data={"language": "es"}, headers=referer)
    assert answer.headers["location"] == "/studio/es/inbox?conversation=7"


def test_a_first_sign_in_goes_on_in_the_language_of_its_page(site: Site) -> None:
    people = site.house.services.store.people
    form = {"email": "mary@example.com", "password": people.add("mary@example.com", "agent")}
    client = site.client()
    client.post("/login?language=en", data=form)
    assert "Choose your password" in client.get("/password").text
    people.disable("mary@example.com")


def test_a_made_up_header_on_this_machine_does_not_defeat_the_limit(site: Site) -> None:
    client, statuses = site.client(), []
    for number in range(22):
        form = {"email": f"made-up-{number}@example.com", "password": "wrong"}
        told = {"x-forwarded-for": f"203.0.113.{number}", "forwarded": f"for=203.0.113.{number}"}
        statuses.append(client.post("/login", data=form, headers=told).status_code)
    assert statuses[-1] == 429
    assert site.client().post("/login", data=form).status_code == 429
    assert "203.0.113" not in repr(site.house.services.store.people.logins())


def test_who_signed_in_here_before_is_let_through_while_strangers_wait(site: Site) -> None:
    known = site.client("editor")
    known.post("/logout")
    form = {"email": "editor@example.com", "password": "wrong"}
    answers = [site.client().post("/login", data=form) for _ in range(30)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    right = form | {"password": PASSWORD}
    assert site.client().post("/login", data=right).status_code == 429
    assert known.post("/login", data=right).status_code == 303


def test_the_cookie_of_a_device_opens_nothing_and_is_out_of_reach(site: Site) -> None:
    answer = site.client().post(
        "/login", data={"email": "viewer@example.com", "password": PASSWORD}
    )
    [device] = [one for one in answer.headers.get_list("set-cookie") if "-device=" in one]
    for part in ("HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={90 * 86_400}"):
        assert part in device
    assert device_cookie_name(production=True).startswith("__Host-")
    name, value = device.split(";")[0].split("=")
    opened = site.client().get("/studio/es/config", headers={"cookie": f"{name}={value}"})
    assert opened.status_code == 401
    stolen = {"cookie": f"studio={value}; {name}={value}"}
    assert site.client().get("/studio/es/config", headers=stolen).status_code == 401


def test_a_session_that_was_planted_is_not_taken_over(site: Site) -> None:
    client = site.client()
    client.cookies.set("studio", "planted")
    client.post("/login", data={"email": "viewer@example.com", "password": PASSWORD})
    assert site.client().get("/studio/es/config", headers={"cookie": "studio=planted"}).is_error
    assert "planted" not in client.cookies.get("studio", domain="127.0.0.1")


def test_signing_in_anew_ends_the_login_that_the_browser_had(site: Site) -> None:
    client = site.client("viewer")
    before = client.cookies["studio"]
    client.post("/login", data={"email": "viewer@example.com", "password": PASSWORD})
    assert site.house.services.store.people.of_token(before) is None
    assert site.house.services.store.people.of_token(client.cookies["studio"]) is not None


def test_a_new_password_ends_the_logins_of_other_browsers_and_keeps_this_one(site: Site) -> None:
    people, email = site.house.services.store.people, "rosa@example.com"
    people.change_password(email, people.add(email, "viewer"), PASSWORD)
    here, there = site.client("rosa"), site.client("rosa")
    for _ in range(25):  # strangers, meanwhile, from the same address
        site.client().post("/login", data={"email": email, "password": "wrong"})
    done = here.post("/password", data={"current": PASSWORD, "new": "mi frase nueva 9"})
    assert done.headers["location"] == "/studio"
    assert here.get("/studio/es/config").status_code == 200
    assert there.get("/studio/es/config").status_code == 401
    people.disable(email)


@pytest.mark.parametrize(("language", "words"), [("es", "ya caducó"), ("en", "has expired")])
def test_an_expired_one_time_password_gets_a_sentence(
    site: Site, language: str, words: str
) -> None:
    people, email = site.house.services.store.people, f"late-{language}@example.com"
    password = people.add(email, "viewer")
    with site.house.services.database.write() as tx:
        theirs = update(table).where(table.c.email == email)
        tx.execute(theirs.values(password_expires_at=time.time()))
    form = {"email": email, "password": password}
    answer = site.client().post(f"/login?language={language}", data=form)
    assert (answer.status_code, words in answer.text) == (401, True)
    wrong = site.client().post("/login?language=es", data=form | {"password": "x"})
    assert "no son correctos" in wrong.text
    people.disable(email)


@pytest.mark.parametrize("email", ["a%00b@example.com", "%ED%A0%80@example.com", "%FF%FE", ""])
@pytest.mark.parametrize("password", ["%00", "%ED%A0%80", "x" * 5_000, ""])
def test_whatever_is_typed_is_answered(site: Site, email: str, password: str) -> None:
    body = f"email={email}&password={password}&next=%00%ED%A0%80"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert site.client().post("/login", content=body, headers=kind).status_code in (401, 429)


def test_the_health_page_is_open(site: Site) -> None:
    assert site.client().get("/healthz").json() == {"status": "up"}
    assert site.client().get("/manifest.json").json() == {"name": "Agent Studio"}
