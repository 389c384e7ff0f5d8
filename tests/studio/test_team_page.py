"""The Team page and the panic button as plain functions."""

import time

import pytest
from sqlalchemy import update

from agent.errors import Invalid
from agent.spec import Spec
from store.people.audit import Audit
from store.people.people import ONE_TIME_HOURS
from store.tables import people as table
from studio import panic
from studio.errors import BadFields, NotAllowed
from studio.pages import team, team_view
from studio.pages.team_view import OneTime, Team
from studio.state import Studio
from tests.studio.conftest import PASSWORD, Caller, House

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def admin() -> Caller:
    return Caller("admin@example.com")


def changed(studio: Studio, caller: Caller, action: str, email: str) -> Team:
    result = team.change(studio, caller, action, email)
    assert isinstance(result, Team)
    return result


def test_an_invited_person_signs_in_with_a_password_shown_once(
    studio: Studio, admin: Caller
) -> None:
    once = team.invite(studio, admin, " Ana@Example.com ", "Ana", "editor")
    assert studio.services.store.people.sign_in("ana@example.com", once.password)
    assert once.password in team_view.told(studio, once)[-1]
    again = "".join(map(str, team_view.shown(studio, team.first(studio, admin))))
    assert "ana@example.com" in again
    assert once.password not in again
    log = studio.services.store.audit.page()
    assert once.password not in repr(log)


def test_an_administrator_lets_somebody_run_notebooks_and_takes_it_back(
    studio: Studio, admin: Caller
) -> None:
    store = studio.services.store.people
    assert "Dejar ejecutar cuadernos" in _people(studio, admin)
    changed(studio, admin, "runs", "editor@example.com")
    assert [one.email for one in store.list() if one.runs_notebooks] == ["editor@example.com"]
    assert "Quitar los cuadernos" in _people(studio, admin)
    with pytest.raises(NotAllowed):
        team.change(studio, Caller("editor@example.com"), "runs", "editor@example.com")
    changed(studio, admin, "runs_not", "editor@example.com")
    assert [one.email for one in store.list() if one.runs_notebooks] == []


@pytest.mark.parametrize(("language", "words"), [("es", "caducó"), ("en", "expired")])
def test_an_invitation_that_nobody_took_up_in_time_is_marked(
    house: House, admin: Caller, language: str, words: str
) -> None:
    studio = house.studio(language)
    once = team.invite(studio, admin, "ana@example.com", "Ana", "editor")
    assert str(ONE_TIME_HOURS) in team_view.told(studio, once)[-1]
    assert words not in _people(studio, admin)
    with house.services.database.write() as tx:
        theirs = update(table).where(table.c.email == "ana@example.com")
        tx.execute(theirs.values(password_expires_at=time.time()))
    assert words in _people(studio, admin)
    team.change(studio, admin, "password", "ana@example.com")
    assert words not in _people(studio, admin)


def _people(studio: Studio, caller: Caller) -> str:
    return str(team_view.shown(studio, team.first(studio, caller))[1])


def test_an_address_that_is_none_is_refused(studio: Studio, admin: Caller) -> None:
    for email in ("", "ana", "@", "a b@c", "@example.com"):
        with pytest.raises((BadFields, Invalid)):
            team.invite(studio, admin, email, "", "viewer")


def test_roles_access_and_passwords_change(studio: Studio, admin: Caller) -> None:
    people, email = studio.services.store.people, "viewer@example.com"
    changed(studio, admin, "editor", email)
    person = people.find(email)
    assert person is not None
    assert person.role == "editor"
    changed(studio, admin, "disable", email)
    assert people.find(email) is None
    changed(studio, admin, "enable", email)
    once = team.change(studio, admin, "password", email)
    assert isinstance(once, OneTime)
    assert people.sign_in(email, once.password)


def test_nobody_shuts_themselves_out(studio: Studio, admin: Caller) -> None:
    for action in ("disable", "viewer", "agent", "editor"):
        with pytest.raises(Invalid):
            team.change(studio, admin, action, "admin@example.com")


def test_others_see_and_end_their_own_sessions_only(
    studio: Studio, house: House, viewer: Caller
) -> None:
    people = house.services.store.people
    mine = people.sign_in("viewer@example.com", PASSWORD, browser="Mozilla/5.0 (Linux) Firefox/1")
    people.sign_in("admin@example.com", PASSWORD)
    shown = team.first(studio, viewer)
    assert {one.email for one in shown.logins} == {"viewer@example.com"}
    assert (shown.people, shown.log) == ((), None)
    theirs = people.logins("admin@example.com")[0].id
    team.end_login(studio, viewer, "end", theirs)
    assert people.logins("admin@example.com")
    team.end_login(studio, viewer, "end", shown.logins[0].id)
    assert people.of_token(mine) is None


def test_the_log_is_paged_and_speaks_the_readers_language(studio: Studio, admin: Caller) -> None:
    audit: Audit = studio.services.store.audit
    for n in range(team.LOG_PAGE + 3):
        audit.note("ana@example.com", "conversation read", str(n))
    page = team.look(studio, admin, "")
    assert page.more
    older = team.turn(studio, admin, "older", str(page.entries[-1].id), [], "")
    assert [entry.subject for entry in older.entries][:3] == ["2", "1", "0"]
    assert "Abrió una conversación" in team_view.listed(studio, older)[0]
    newer = team.turn(studio, admin, "newer", "", list(older.trail), "")
    assert newer.entries == page.entries
    assert team.look(studio, admin, "nobody@example.com").entries == []


def test_retention_is_kept_and_checked(studio: Studio, admin: Caller) -> None:
    assert team.keep(studio, admin, 90, 7, 0).kept_days == {"messages": 90, "media": 7, "audit": 0}
    assert team.first(studio, admin).kept_days["messages"] == 90
    for days in ((-1, 1, 1), (None, 1, 1), (1, 1, 99_999)):
        with pytest.raises(Invalid):
            team.keep(studio, admin, *days)


@pytest.mark.usefixtures("database_url")
def test_browsers_are_named_as_people_know_them() -> None:
    for agent, name in (
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/1 Safari/1 Edg/1", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) Safari/604.1", "Safari · iPhone"),
        ("<script>", "<script>"),
    ):
        assert team_view.browser_name(agent) == name


def test_the_panic_button_stops_every_agent_until_somebody_lets_them_go_on(
    studio: Studio, editor: Caller, viewer: Caller
) -> None:
    switches = studio.services.store.switches
    stopped = panic.switch(studio, editor, "stop", "")
    assert switches.paused
    assert "editor@example.com" in panic.shown(studio, stopped)
    seen = panic.state(studio, viewer)
    assert seen.stopped
    assert "data-pick" not in panic.shown(studio, seen)  # viewers are told, and change nothing
    with pytest.raises(NotAllowed):
        panic.switch(studio, viewer, "resume", "")
    panic.switch(studio, editor, "resume", "")
    assert not switches.paused
    assert panic.shown(studio, panic.state(studio, viewer)) == ""


def test_the_log_names_what_was_touched_and_leads_to_conversations(
    house: House, studio: Studio, admin: Caller
) -> None:
    agent = house.services.store.agents.create(Spec(name="Lucía"), "test")
    for action, subject in (
        ("agent saved", agent),
        ("turn read", "f" * 32),
        ("file seen", "conversation 7"),
    ):
        house.services.store.audit.note("ana@example.com", action, subject)
    drawn = team_view.listed(studio, team.look(studio, admin, "ana@example.com"))[0]
    assert "Lucía" in drawn
    assert agent not in drawn
    assert "f" * 32 not in drawn
    assert "/studio/es/inbox?conversation=7" in drawn
