"""Who is let in while others guess, and how long a one-time password works; on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event, func, select

from agent.devices import DAYS
from agent.errors import AgentError, ExpiredPassword, TooManyAttempts, WrongPassword
from agent.settings import Settings
from store.db.database import Database
from store.people import people as people_module
from store.people import throttle
from store.people.passwords import hashed
from store.people.people import ONE_TIME_HOURS, People
from store.tables import login_attempts
from tests.fakes import Clock

ANA, LUIS = "ana@example.com", "luis@example.com"
GOOD, NEW = "una frase segura 7", "otra frase segura 8"
HERE, THERE = "198.51.100.1", "203.0.113.9"
HOUR = 3600.0


@pytest.fixture
def people(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> People:
    """Ana and Luis, who have passwords of their own. Hashes that cost nothing: many are guessed."""
    monkeypatch.setattr(people_module, "hashed", lambda password: f"hash of {password}")
    monkeypatch.setattr(people_module, "fits", lambda made, given: made == f"hash of {given}")
    monkeypatch.setattr(people_module, "is_outdated", lambda made: False)
    people = People(database, clock, key="the installation's")
    for email in (ANA, LUIS):
        people.change_password(email, people.add(email, "editor"), GOOD)
    return people


def outcome(act: Callable[[], object]) -> type[Exception] | None:
    try:
        act()
    except AgentError as error:
        return type(error)
    return None


def guess(
    people: People, email: str, address: str, times: int, jar: str = ""
) -> list[type[Exception] | None]:
    """What *times* wrong passwords are answered with."""
    return [outcome(lambda: people.sign_in(email, "wrong", address, jar=jar)) for _ in range(times)]


def blocked(people: People, email: str, address: str, jar: str = "") -> float:
    """Seconds that the right password has to wait; 0: it was let in."""
    try:
        people.sign_in(email, GOOD, address, jar=jar)
    except TooManyAttempts as error:
        return error.seconds
    return 0.0


def test_five_wrong_passwords_are_free_and_then_each_waits_twice_as_long(
    people: People, clock: Clock
) -> None:
    assert guess(people, ANA, THERE, 6) == [WrongPassword] * 5 + [TooManyAttempts]
    waits = []
    for _ in range(6):
        waits.append(blocked(people, ANA, THERE))
        clock.pass_seconds(waits[-1])
        assert guess(people, ANA, THERE, 2) == [WrongPassword, TooManyAttempts]
    assert waits == [60, 120, 240, 480, 900, 900]


def test_five_wrong_passwords_from_one_address_keep_nobody_out_elsewhere(people: People) -> None:
    guess(people, ANA, THERE, 50)
    assert blocked(people, ANA, THERE) > 0
    assert blocked(people, ANA, HERE) == 0


def test_many_addresses_guess_no_more_than_ten_times_a_minute_at_one_account(
    people: People, clock: Clock
) -> None:
    answers = [guess(people, ANA, f"203.0.113.{n}", 1)[0] for n in range(200)]
    assert answers.count(WrongPassword) == 10
    assert blocked(people, ANA, HERE) == 60  # a device that nobody knows waits
    right = 0
    for minute in range(60 * 24):
        clock.pass_seconds(60)
        right += guess(people, ANA, f"2001:db8:{minute:x}::1", 1).count(WrongPassword)
    assert right <= 4 * 24 + 10  # in a day


def test_a_device_that_signed_in_before_is_let_through_while_strangers_wait(
    people: People, clock: Clock
) -> None:
    people.sign_in(ANA, GOOD, HERE)
    jar = people.remember(ANA, "")
    for number in range(300):  # from everywhere, its own address too
        guess(people, ANA, HERE if number % 2 else f"203.0.113.{number % 256}", 1)
        clock.pass_seconds(7)
    assert blocked(people, ANA, HERE) > 0
    assert blocked(people, ANA, HERE, jar) == 0
    guess(people, LUIS, HERE, 5)
    assert blocked(people, LUIS, HERE, jar) > 0  # it knows Ana, not Luis


def test_a_known_device_has_a_count_of_its_own(people: People, clock: Clock) -> None:
    people.sign_in(ANA, GOOD, HERE)
    jar, other = people.remember(ANA, ""), people.remember(ANA, "")
    assert guess(people, ANA, HERE, 7, jar) == [WrongPassword] * 5 + [TooManyAttempts] * 2
    assert blocked(people, ANA, HERE, jar) == 60
    assert blocked(people, ANA, HERE, other) == 0
    assert blocked(people, ANA, HERE) == 0  # what it guessed counts for nobody else
    clock.pass_seconds(60)
    assert blocked(people, ANA, HERE, jar) == 0
    assert guess(people, ANA, HERE, 5, jar) == [WrongPassword] * 5  # forgiven


@pytest.mark.parametrize(
    "spoil",
    [
        lambda jar: jar.replace(".", "-"),
        lambda jar: jar[:-1] + ("0" if jar[-1] != "0" else "1"),
        lambda jar: ("0" if jar[0] != "0" else "1") + jar[1:],
        lambda jar: jar.split(".")[0] + ".9999999999." + jar.split(".", 2)[2],
        lambda jar: jar.rsplit(".", 1)[0] + ".",
        lambda jar: "~" * 99 + jar,
        lambda jar: "\x00ñ\ud800" * 5,
        lambda jar: "x" * 100_000,
    ],
)
def test_a_forged_token_is_a_stranger_s(people: People, spoil: Callable[[str], str]) -> None:
    jar = people.remember(ANA, "")
    guess(people, ANA, HERE, 5)
    assert blocked(people, ANA, HERE, spoil(jar)) > 0
    assert blocked(people, ANA, HERE, jar) == 0


def test_a_token_of_another_installation_is_a_stranger_s(
    people: People, database: Database, clock: Clock
) -> None:
    guess(people, ANA, HERE, 5)
    for key in ("another's", ""):
        assert blocked(people, ANA, HERE, People(database, clock, key).remember(ANA, "")) > 0
    same = People(database, clock, "the installation's")
    assert blocked(people, ANA, HERE, same.remember(ANA, "")) == 0


def test_a_token_runs_out(people: People, clock: Clock) -> None:
    jar = people.remember(ANA, "")
    clock.pass_seconds(DAYS * 86_400)
    guess(people, ANA, HERE, 5)
    assert blocked(people, ANA, HERE, jar) > 0


@pytest.mark.parametrize("renewed_by", ["its owner", "an administrator"])
def test_a_new_password_makes_every_token_void(people: People, renewed_by: str) -> None:
    jar = people.remember(ANA, "")
    if renewed_by == "its owner":
        people.change_password(ANA, GOOD, NEW)
    else:
        people.reset_password(ANA)
    guess(people, ANA, HERE, 5)
    assert blocked(people, ANA, HERE, jar) > 0


def test_people_who_share_a_device_are_both_known_there(people: People) -> None:
    jar = people.remember(LUIS, people.remember(ANA, ""))
    for email in (ANA, LUIS):
        guess(people, email, THERE, 20)
        assert blocked(people, email, THERE, jar) == 0


def test_what_a_device_carries_does_not_grow_without_end(people: People) -> None:
    jar = ""
    for number in range(20):
        people.add(f"p{number}@example.com", "viewer")
        jar = people.remember(f"p{number}@example.com", people.remember(ANA, jar))
    assert len(jar.split("~")) == 5
    assert people.remember("nobody@example.com", jar) == jar


def test_a_new_password_begins_with_no_guesses(people: People) -> None:
    for number in range(20):
        guess(people, ANA, f"203.0.113.{number}", 5)
    password = people.reset_password(ANA)
    assert people.sign_in(ANA, password, "203.0.113.200")


def test_one_address_may_not_try_many_people(people: People) -> None:
    tried = [guess(people, f"nobody{n}@example.com", THERE, 1)[0] for n in range(25)]
    assert tried == [WrongPassword] * 20 + [TooManyAttempts] * 5
    assert blocked(people, ANA, HERE) == 0


def test_an_ipv6_network_counts_as_one_address(people: People) -> None:
    tried = [guess(people, f"nobody{n}@example.com", f"2001:db8::{n}", 1)[0] for n in range(25)]
    assert tried.count(TooManyAttempts) == 5
    assert guess(people, "another@example.com", "2001:db8:0:1::1", 1) == [WrongPassword]


def test_signing_in_oneself_gives_no_new_guesses_about_others(people: People) -> None:
    right = 0
    for number in range(60):
        right += guess(people, f"nobody{number}@example.com", THERE, 1).count(WrongPassword)
        outcome(lambda: people.sign_in(LUIS, GOOD, THERE))
    assert right == 20


def test_a_right_password_forgives_one_s_own_wrong_ones_everywhere(people: People) -> None:
    for _ in range(12):
        assert guess(people, ANA, HERE, 4) == [WrongPassword] * 4
        assert blocked(people, ANA, HERE) == 0
    with people._database.read() as tx:
        assert tx.execute(select(login_attempts)).all() == []


def test_a_right_password_does_not_make_others_wait_longer(people: People, clock: Clock) -> None:
    for number in range(20):
        guess(people, f"nobody{number}@example.com", HERE, 1)
    clock.pass_seconds(60)
    assert blocked(people, ANA, HERE) == 0
    assert blocked(people, LUIS, HERE) == 0


def test_guesses_are_forgotten_an_hour_after_the_last(people: People, clock: Clock) -> None:
    guess(people, ANA, THERE, 5)
    clock.pass_seconds(HOUR + 1)
    assert guess(people, ANA, THERE, 6) == [WrongPassword] * 5 + [TooManyAttempts]


def test_a_clock_that_is_put_back_keeps_nobody_out_for_long(people: People, clock: Clock) -> None:
    guess(people, ANA, THERE, 5)
    clock.pass_seconds(-86_400)
    assert blocked(people, ANA, THERE) == 60


def test_fifty_guesses_at_once_are_counted_one_by_one(people: People) -> None:
    def at_once(number: int) -> type[Exception] | None:
        return outcome(lambda: people.sign_in(ANA, f"wrong {number}", f"10.0.1.{number}"))

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(at_once, range(50)))
    assert (outcomes.count(WrongPassword), outcomes.count(TooManyAttempts)) == (10, 40)


def test_nobody_is_answered_as_somebody_is(people: People) -> None:
    """Known, unknown and shut out: the same answers, in the same order, for the same guesses."""
    people.disable(LUIS)
    emails = (ANA, LUIS, "nobody@example.com", "", "a\x00b@x", "ñ\ud800@x")
    answers = [guess(people, email, f"203.0.113.{n}", 7) for n, email in enumerate(emails)]
    assert answers[0] == [WrongPassword] * 5 + [TooManyAttempts] * 2
    assert answers == [answers[0]] * 6


def test_nobody_costs_as_many_statements_as_somebody(people: People, database: Database) -> None:
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for email, address in ((ANA, "203.0.113.1"), ("nobody@example.com", "203.0.113.2")):
        asked.clear()
        guess(people, email, address, 1)
        counts.append(list(asked))
    assert counts[0] == counts[1]


def test_the_table_of_guesses_has_an_end_and_keeps_those_that_matter(
    people: People, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "MOST", 50)
    for number in range(10):
        guess(people, ANA, f"203.0.113.{number}", 1)
    for number in range(100):
        guess(people, f"nobody{number}@example.com", f"198.51.100.{number}", 1)
    with database.read() as tx:
        assert (tx.scalar(select(func.count()).select_from(login_attempts)) or 0) <= 50 + 3
    assert blocked(people, ANA, HERE) == 60


def test_the_table_of_guesses_holds_nothing_that_was_typed(
    people: People, database: Database
) -> None:
    guess(people, "my password by mistake", THERE, 1)
    with database.read() as tx:
        stored = str(tx.execute(select(login_attempts)).all())
    assert stored
    assert "mistake" not in stored
    assert THERE not in stored


# --- one-time passwords


def test_a_one_time_password_works_for_72_hours(people: People, clock: Clock) -> None:
    assert ONE_TIME_HOURS == 72
    invited, late = people.add("eva@example.com", "agent"), people.add("leo@example.com", "agent")
    clock.pass_seconds(72 * HOUR - 1)
    people.change_password("eva@example.com", invited, GOOD)
    clock.pass_seconds(1)
    assert outcome(lambda: people.sign_in("leo@example.com", late)) is ExpiredPassword
    assert outcome(lambda: people.change_password("leo@example.com", late, GOOD)) is ExpiredPassword
    clock.pass_seconds(1e9)
    assert people.sign_in("eva@example.com", GOOD)  # one's own does not run out
    expired = {one.email: one.password_expired for one in people.list()}
    assert expired == {ANA: False, LUIS: False, "eva@example.com": False, "leo@example.com": True}


def test_only_who_has_an_expired_password_hears_that_it_has_expired(
    people: People, clock: Clock
) -> None:
    people.add("leo@example.com", "agent")
    clock.pass_seconds(73 * HOUR)
    assert guess(people, "leo@example.com", HERE, 1) == [WrongPassword]


def test_an_expired_password_is_no_wrong_one(people: People, clock: Clock) -> None:
    late = people.add("leo@example.com", "agent")
    clock.pass_seconds(73 * HOUR)
    tried = [outcome(lambda: people.sign_in("leo@example.com", late, HERE)) for _ in range(9)]
    assert tried == [ExpiredPassword] * 9


def test_a_renewed_password_works_for_72_hours_of_its_own(people: People, clock: Clock) -> None:
    people.add("leo@example.com", "agent")
    clock.pass_seconds(100 * HOUR)
    renewed = people.reset_password("leo@example.com")
    assert not next(one for one in people.list() if one.email == "leo@example.com").password_expired
    clock.pass_seconds(71 * HOUR)
    assert people.sign_in("leo@example.com", renewed)
    clock.pass_seconds(1 * HOUR)
    assert outcome(lambda: people.sign_in("leo@example.com", renewed)) is ExpiredPassword


def test_the_first_one_time_password_expires_too_and_a_given_hash_does_not(
    database: Database, clock: Clock, settings: Settings
) -> None:
    people = People(database, clock)
    first = people.first_run(settings) or ""
    given = settings.model_copy(
        update={"admin_email": "two@x", "admin_password_hash": SecretStr(hashed(GOOD))}
    )
    clock.pass_seconds(72 * HOUR)
    assert outcome(lambda: people.sign_in(settings.admin_email, first)) is ExpiredPassword
    with database.write() as tx:
        tx.execute(people_module.people.delete())
    assert people.first_run(given) is None
    clock.pass_seconds(1000 * HOUR)
    assert people.sign_in("two@x", GOOD)


# --- what ends with a password


def _meanwhile(database: Database, statement: str, act: Callable[[], None]) -> list[Future[None]]:
    """Have another thread *act* just before this thread's first *statement*."""
    pool, here, other = ThreadPoolExecutor(1), threading.get_ident(), []

    def before(*args: Any) -> None:
        if args[2].startswith(statement) and threading.get_ident() == here and not other:
            other.append(pool.submit(act))
            other[0].result(30)

    event.listen(database.engine, "before_cursor_execute", before)
    return other


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("act", ["change", "disable"])
def test_a_sign_in_that_a_new_password_overtakes_opens_nothing(
    people: People, database: Database, act: str
) -> None:
    def overtake() -> None:
        if act == "change":
            people.reset_password(ANA)
        else:
            people.disable(ANA)

    other = _meanwhile(database, "UPDATE people", overtake)
    assert outcome(lambda: people.sign_in(ANA, GOOD, HERE)) is WrongPassword
    assert other[0].exception() is None
    assert people.logins(ANA) == []


def test_a_password_and_its_logins_end_together_or_not_at_all(
    people: People, database: Database
) -> None:
    token = people.sign_in(ANA, GOOD, HERE)

    def fail(*args: Any) -> None:
        if args[2].startswith("DELETE FROM logins"):
            raise OSError("the machine goes down")

    event.listen(database.engine, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="goes down"):
        people.reset_password(ANA)
    event.remove(database.engine, "before_cursor_execute", fail)
    assert people.of_token(token) is not None
    assert people.sign_in(ANA, GOOD, HERE)
