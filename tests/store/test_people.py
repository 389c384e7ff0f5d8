"""People, passwords and logins, on both databases."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event, select, text

from agent.errors import Invalid, WeakPassword, WrongPassword
from agent.settings import Settings
from store.db.database import Database
from store.people.passwords import check_strength, fits, hashed, is_hash
from store.people.people import IDLE_SECONDS, LONGEST_SECONDS, People
from store.tables import logins
from store.tables import people as people_table
from tests.fakes import Clock
from tests.waiting import until

GOOD = "una frase segura 7"


@pytest.fixture
def people(database: Database, clock: Clock) -> People:
    return People(database, clock)


@pytest.fixture
def ana(people: People) -> str:
    first = people.add("Ana@Example.com", "editor", "Ana")
    people.change_password("ana@example.com", first, GOOD)
    return "ana@example.com"


def test_first_run_makes_one_admin_whose_password_works_once(
    people: People, settings: Settings
) -> None:
    password = people.first_run(settings)
    assert people.first_run(settings) is None
    token = people.sign_in(settings.admin_email, password or "")
    person = people.of_token(token)
    assert person is not None
    assert (person.role, person.must_change_password) == ("admin", True)


def test_a_given_hash_makes_the_admin_without_a_one_time_password(
    people: People, settings: Settings
) -> None:
    given = settings.model_copy(update={"admin_password_hash": SecretStr(hashed(GOOD))})
    assert people.first_run(given) is None
    person = people.of_token(people.sign_in(settings.admin_email, GOOD))
    assert person is not None
    assert not person.must_change_password


def test_a_hash_that_is_none_is_refused_before_anybody_is_made(
    people: People, settings: Settings
) -> None:
    given = settings.model_copy(update={"admin_password_hash": SecretStr("hunter2")})
    with pytest.raises(Invalid):
        people.first_run(given)
    assert people.list() == []


def test_an_unknown_person_costs_as_much_as_a_known_one() -> None:
    assert not fits(None, GOOD)
    assert not fits("not a hash", GOOD)
    assert fits(hashed(GOOD), GOOD)


def test_a_login_ends_after_idle_hours_and_after_a_day_s_work(
    people: People, ana: str, clock: Clock
) -> None:
    token = people.sign_in(ana, GOOD)
    clock.now += IDLE_SECONDS + 1
    assert people.of_token(token) is None
    token = people.sign_in(ana, GOOD)
    for _ in range(int(LONGEST_SECONDS // 3600)):
        assert people.of_token(token) is not None
        clock.now += 3600
    clock.now += 1
    assert people.of_token(token) is None


def test_the_database_holds_no_token_and_no_password(
    people: People, ana: str, database: Database
) -> None:
    token = people.sign_in(ana, GOOD)
    with database.read() as tx:
        stored = str(tx.execute(select(logins)).all()) + str(tx.execute(select(people_table)).all())
    assert token not in stored
    assert GOOD not in stored


def test_a_new_password_ends_every_login_and_the_old_password(people: People, ana: str) -> None:
    tokens = [people.sign_in(ana, GOOD) for _ in range(2)]
    people.change_password(ana, GOOD, "otra frase segura 8")
    assert [people.of_token(token) for token in tokens] == [None, None]
    with pytest.raises(WrongPassword):
        people.sign_in(ana, GOOD)


def test_disabling_and_signing_out_work_at_once(people: People, ana: str) -> None:
    token = people.sign_in(ana, GOOD)
    people.sign_out(token)
    assert people.of_token(token) is None
    token = people.sign_in(ana, GOOD)
    people.disable(ana)
    assert people.of_token(token) is None
    assert people.find(ana) is None
    [listed] = [person for person in people.list() if person.email == ana]
    assert not listed.may("viewer")
    with pytest.raises(WrongPassword):
        people.sign_in(ana, GOOD)


def test_each_role_may_do_what_those_before_it_may(people: People, ana: str) -> None:
    person = people.find(ana)
    assert person is not None
    assert [person.may(role) for role in ("viewer", "agent", "editor", "admin")] == [
        True,
        True,
        True,
        False,
    ]
    people.set_role(ana, "viewer")
    demoted = people.find(ana)
    assert demoted is not None
    assert not demoted.may("agent")


def test_the_same_person_is_not_added_twice(people: People, ana: str) -> None:
    with pytest.raises(Invalid):
        people.add("ANA@example.com", "viewer")


@pytest.mark.parametrize(
    "weak",
    ["short", "password1234", "PASSWORD-2026!", "aaaaaaaaaaaaaa", "ana.gomez1234", "qwertyqwerty1"],
)
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(weak, "anagomez@example.com")


def test_only_argon2id_hashes_count_as_hashes() -> None:
    assert is_hash(hashed(GOOD))
    assert not is_hash("$2b$12$abcdefghijklmnopqrstuv")


def test_logins_are_listed_and_can_be_ended(database: Database) -> None:
    people = People(database)
    password = people.add("ana@example.com", "admin")
    token = people.sign_in("ana@example.com", password, "10.0.0.1", "Firefox")
    login = people.logins("ana@example.com")[0]
    assert (login.email, login.address, login.browser) == ("ana@example.com", "10.0.0.1", "Firefox")
    assert token not in repr(login)
    assert not people.end_login(login.id, "luis@example.com")
    assert people.of_token(token) is not None
    assert people.end_login(login.id)
    assert people.of_token(token) is None
    assert people.logins() == []


def test_somebody_stays_an_administrator(database: Database) -> None:
    people = People(database)
    people.add("ana@example.com", "admin")
    for change in (
        lambda: people.disable("ana@example.com"),
        lambda: people.set_role("ana@example.com", "viewer"),
    ):
        with pytest.raises(Invalid):
            change()
    people.add("luis@example.com", "admin")
    people.disable("ana@example.com")
    assert people.find("ana@example.com") is None
    people.enable("ana@example.com")
    assert people.find("ana@example.com") is not None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_administrators_who_put_each_other_out_at_once_leave_one(database: Database) -> None:
    people, pool = People(database), ThreadPoolExecutor(1)
    for email in ("ana@example.com", "luis@example.com"):
        people.add(email, "admin")
    other: list[Future[None]] = []

    def meanwhile(*event_: Any) -> None:
        if event_[2].startswith("UPDATE people") and not other:
            other.append(pool.submit(people.disable, "luis@example.com"))
            until(lambda: other[0].done() or _somebody_waits(database))

    event.listen(database.engine, "before_cursor_execute", meanwhile)
    people.disable("ana@example.com")
    with pytest.raises(Invalid):
        other[0].result(10)
    assert people.find("luis@example.com") is not None


def _somebody_waits(database: Database) -> bool:
    with database.read() as tx:
        return bool(tx.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
