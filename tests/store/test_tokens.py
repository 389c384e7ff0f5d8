"""Tokens of people, on both databases: what opens, for how long, and for what."""

import hmac

import pytest
from sqlalchemy import event, select

from actions.bundle import has_secret
from agent.actor import Actor
from agent.errors import Invalid, NotFound
from agent.log import redact
from store.db.database import Database
from store.people.people import People
from store.people.tokens import DAY, FORM, MOST, SEEN_EVERY, Token, Tokens
from store.tables import api_tokens
from tests.fakes import Clock

GOOD = "una frase segura 7"


@pytest.fixture
def people(database: Database, clock: Clock) -> People:
    return People(database, clock)


@pytest.fixture
def tokens(database: Database, clock: Clock) -> Tokens:
    return Tokens(database, clock)


@pytest.fixture
def ana(people: People) -> str:
    return added(people, "ana@example.com", "editor")


def added(people: People, email: str, role: str) -> str:
    people.change_password(email, people.add(email, role), GOOD)
    return email


def found(tokens: Tokens, given: str) -> Token:
    token = tokens.find(given)
    assert token is not None
    return token


def test_a_token_opens_as_its_owner(tokens: Tokens, ana: str) -> None:
    token = found(tokens, tokens.make(ana, "My notebook", "viewer"))
    assert token.actor == Actor(ana, "viewer")
    assert (token.name, token.lame) == ("My notebook", "")


def test_the_table_holds_nothing_that_opens(tokens: Tokens, ana: str, database: Database) -> None:
    given = tokens.make(ana, "one", "editor")
    with database.read() as tx:
        [row] = tx.execute(select(api_tokens)).all()
    _, secret = FORM.fullmatch(given).groups()  # type: ignore[union-attr]
    assert secret not in repr(row)
    assert secret not in repr(tokens.list())


def test_no_two_are_alike_and_none_reaches_a_log_or_a_prompt(tokens: Tokens, ana: str) -> None:
    one, two = (tokens.make(ana, "one", "viewer") for _ in range(2))
    assert one != two
    assert one not in redact(f"error: {one}")
    assert has_secret(f"Use {one} for it")


def wrong(given: str) -> list[str]:
    """What is nearly that token."""
    token_id, secret = FORM.fullmatch(given).groups()  # type: ignore[union-attr]
    other = "A" if secret[0] != "A" else "B"
    return [
        "",
        "as_",
        token_id,
        secret,
        given[:-1],
        given + "A",
        given.upper(),
        f" {given}",
        given + "\n",
        f"as_{'0' * 12}_{secret}",
        f"as_{token_id}_",
        f"as_{token_id}_{other}{secret[1:]}",
        f"as_{token_id}_%",
        f"as__{secret}",
        f"as_{token_id}_{'é' * 43}",
        f"as_{token_id}_\0",
    ]


def test_what_is_nearly_a_token_opens_nothing(tokens: Tokens, ana: str) -> None:
    given = tokens.make(ana, "one", "viewer")
    assert [tokens.find(one) for one in wrong(given)] == [None] * len(wrong(given))


def test_an_unknown_id_and_a_wrong_secret_are_the_same_work(
    tokens: Tokens, ana: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    token_id, secret = FORM.fullmatch(tokens.make(ana, "one", "viewer")).groups()  # type: ignore[union-attr]
    work: list[object] = []
    real = hmac.compare_digest
    monkeypatch.setattr(
        hmac, "compare_digest", lambda a, b: work.append((len(a), len(b))) or real(a, b)
    )
    event.listen(database.engine, "before_cursor_execute", lambda *a: work.append(a[2]))
    done = []
    for given in (f"as_{'0' * 12}_{secret}", f"as_{token_id}_{'A' * 43}"):
        work.clear()
        assert tokens.find(given) is None
        done.append(list(work))
    assert done[0] == done[1]
    assert (64, 64) in done[0]


@pytest.mark.parametrize("role", ["admin", "owner", "", "Viewer"])
def test_a_token_may_never_be_made_for_more_than_its_owner(
    tokens: Tokens, ana: str, role: str
) -> None:
    with pytest.raises(Invalid, match="lesser role"):
        tokens.make(ana, "one", role)


@pytest.mark.parametrize(
    ("name", "days"), [("", 7), ("  ", 7), ("x" * 81, 7), ("x", 0), ("x", 8), ("x", 9999)]
)
def test_a_name_and_a_time_are_asked_for(tokens: Tokens, ana: str, name: str, days: int) -> None:
    with pytest.raises(Invalid):
        tokens.make(ana, name, "viewer", days)


def test_nobody_makes_one_for_nobody(tokens: Tokens) -> None:
    with pytest.raises(NotFound):
        tokens.make("nobody@example.com", "one", "viewer")


def test_it_does_what_its_owner_may_now(tokens: Tokens, people: People) -> None:
    added(people, "other@example.com", "admin")
    admin = added(people, "eva@example.com", "admin")
    given = tokens.make(admin, "one", "admin")
    for role in ("viewer", "agent", "admin", "editor"):
        people.set_role(admin, role)
        assert found(tokens, given).role == role
    lesser = tokens.make(admin, "two", "agent")
    people.set_role(admin, "admin")
    assert found(tokens, lesser).role == "agent"


def test_it_expires(tokens: Tokens, ana: str, clock: Clock) -> None:
    given = tokens.make(ana, "one", "viewer", 7)
    clock.pass_seconds(7 * DAY - 1)
    assert found(tokens, given).lame == ""
    clock.pass_seconds(1)
    assert found(tokens, given).lame == "expired"


def test_it_is_dead_while_its_owner_is_shut_out(tokens: Tokens, ana: str, people: People) -> None:
    given = tokens.make(ana, "one", "viewer")
    people.disable(ana)
    assert found(tokens, given).lame == "owner_out"
    people.enable(ana)
    assert found(tokens, given).lame == ""


def test_it_waits_for_its_owner_to_choose_a_password(
    tokens: Tokens, ana: str, people: People
) -> None:
    given = tokens.make(ana, "one", "viewer")
    password = people.reset_password(ana)
    assert found(tokens, given).lame == "password"
    people.change_password(ana, password, GOOD + "8")
    assert found(tokens, given).lame == ""


def test_its_last_use_is_noted_once_a_minute(
    tokens: Tokens, ana: str, clock: Clock, database: Database
) -> None:
    given, start = tokens.make(ana, "one", "viewer"), clock.now
    written: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *a: written.append(a[2]) if a[2].startswith("UPDATE") else None,
    )
    for _ in range(5):
        tokens.find(given)
        clock.pass_seconds(SEEN_EVERY / 5)
    assert len(written) == 1
    assert tokens.list()[0].last_used_at == start
    clock.pass_seconds(1)
    tokens.find(given)
    assert (len(written), tokens.list()[0].last_used_at) == (2, clock.now)


def test_one_that_is_lame_is_not_used(tokens: Tokens, ana: str, people: People) -> None:
    given = tokens.make(ana, "one", "viewer")
    people.disable(ana)
    tokens.find(given)
    assert tokens.list()[0].last_used_at == 0


def test_it_is_revoked_by_its_owner_or_by_who_may_everybodys(
    tokens: Tokens, people: People, ana: str
) -> None:
    bea = added(people, "bea@example.com", "viewer")
    given = tokens.make(ana, "one", "viewer")
    [token] = tokens.list()
    assert tokens.revoke(token.id, bea) is None
    assert found(tokens, given).id == token.id
    assert tokens.revoke(token.id, ana) == "one"
    assert tokens.find(given) is None
    tokens.make(ana, "two", "viewer")
    assert tokens.revoke(tokens.list()[0].id) == "two"
    assert tokens.revoke("nothing") is None


def test_everybody_sees_their_own_the_newest_first(
    tokens: Tokens, people: People, ana: str, clock: Clock
) -> None:
    bea = added(people, "bea@example.com", "viewer")
    for owner, name in ((ana, "one"), (bea, "two"), (ana, "three")):
        tokens.make(owner, name, "viewer")
        clock.pass_seconds(1)
    assert [one.name for one in tokens.list(ana)] == ["three", "one"]
    assert [one.name for one in tokens.list()] == ["three", "two", "one"]


def test_nobody_has_more_than_they_can_look_through(tokens: Tokens, ana: str) -> None:
    for number in range(MOST):
        tokens.make(ana, f"n{number}", "viewer")
    with pytest.raises(Invalid, match="Revoke one"):
        tokens.make(ana, "one more", "viewer")
