"""Any text that people type into the studio is stored and shown again, on both databases."""

import json

import httpx
from hypothesis import HealthCheck, example, given, settings

from agent.spec import Spec
from studio.pages import playground, team
from studio.state import Studio
from studio.talk import Talk
from tests.studio.conftest import PASSWORD, Caller, Site
from tests.studio.test_roles import body, dependencies
from tests.texts import ANY_TEXT, is_storable

SEVERAL = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TYPED = {"textbox"}
ADMIN = Caller("admin@example.com")


@SEVERAL
@given(text=ANY_TEXT)
@example(text="\ud83d\0")
def test_a_name_is_kept(studio: Studio, text: str) -> None:
    email = f"ana{len(studio.services.store.people.list())}@example.com"
    team.invite(studio, ADMIN, email, f"Ana {text}", "viewer")
    person = studio.services.store.people.find(email)
    assert person is not None
    assert person.name.startswith("Ana")
    assert is_storable(person.name)


@SEVERAL
@given(text=ANY_TEXT)
@example(text="\ud83d\0")
def test_a_trial_question_is_answered(studio: Studio, text: str) -> None:
    agent_id = (
        studio.services.store.agents.list()[0].id if studio.services.store.agents.list() else ""
    )
    agent_id = agent_id or studio.services.store.agents.create(Spec(name="Sofía"), "ana")
    said = f"¿Qué garantía dan? {text}"
    *_, last = playground.ask(studio, ADMIN, Talk(), None, agent_id, "draft", "", said)
    assert [line.author for line in last.talk.said] == ["customer", "agent"]
    assert all(is_storable(line.text) for line in last.talk.said)


def test_no_event_stumbles_over_half_a_character(site: Site) -> None:
    text = "a\0b \ud83d \ude00\ud83d"
    client = site.client("admin")
    kinds = {
        part["id"]: part["type"] for part in client.get("/studio/es/config").json()["components"]
    }
    typed = [one for one in dependencies(client) if TYPED & {kinds[part] for part in one["inputs"]}]
    assert len(typed) > 20
    for one in typed:
        data = [
            text if kinds[part] in TYPED else value
            for part, value in zip(one["inputs"], one["data"], strict=True)
        ]
        sent = {**body(one, "halves"), "data": data, "event_data": {"action": text, "id": text}}
        answer = client.post(
            f"/studio/es/gradio_api/run/{one['api_name']}",
            content=json.dumps(sent),
            headers={"Content-Type": "application/json"},
        )
        assert "surrogates" not in answer.text, one["api_name"]
        assert answer.status_code in (200, 500), one["api_name"]  # 500: a sentence of ours
        assert answer.status_code == 200 or answer.json()["error"], one["api_name"]


def test_nobody_signs_in_with_half_a_character_and_nothing_breaks(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        for email in ("a\0@example.com", "%ED%A0%BD@example.com"):
            answer = client.post("/login", data={"email": email, "password": PASSWORD})
            assert answer.status_code in (401, 429)
