"""Signing in, the first password, signing out, and the language."""

import pytest

from studio.guard import cookie_name
from tests.studio.conftest import PASSWORD, Site


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
    password = site.house.services.people.add("nueva@example.com", "admin")
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
    assert site.house.services.people.of_token(token) is None


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
    people = site.house.services.people
    form = {"email": "mary@example.com", "password": people.add("mary@example.com", "agent")}
    client = site.client()
    client.post("/login?language=en", data=form)
    assert "Choose your password" in client.get("/password").text
    people.disable("mary@example.com")


def test_the_health_page_is_open(site: Site) -> None:
    assert site.client().get("/healthz").json() == {"status": "up"}
    assert site.client().get("/manifest.json").json() == {"name": "Agent Studio"}
