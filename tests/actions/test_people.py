"""Who comes in, and what they may do: each act asks for its role and leaves one line."""

from collections.abc import Callable, Iterator

import pytest

from actions import people
from actions.people import Visit
from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.actor import Actor
from agent.errors import Forbidden, Invalid, NotFound, TooManyAttempts, WrongPassword
from agent.settings import Settings
from store.people.people import PER_ACCOUNT_AND_ADDRESS
from tests.actions.conftest import ANA, EVA, ROOT, VIEWER, lines, refusing_lines

FIRST, NEXT = "una frase segura 7", "otra frase segura 8"
VISIT = Visit("10.0.0.1", "Firefox", language="en")


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    opened = open_services(settings, SilentWakeUp())
    for one in (ROOT, ANA, VIEWER):
        given = opened.store.people.add(one.name, one.role)
        opened.store.people.change_password(one.name, given, FIRST)
    yield opened
    opened.database.close()


def everybody(services: Services) -> list[object]:
    """Everything that is known of people, their logins and tokens."""
    store = services.store
    return [store.people.list(), store.people.logins(), store.tokens.list()]


FOR_ADMINS: dict[str, Callable[[Services, Actor], object]] = {
    "invite": lambda services, who: people.invite(services, who, EVA.name, "editor", "Eva"),
    "change_role": lambda services, who: people.change_role(services, who, VIEWER.name, "agent"),
    "disable": lambda services, who: people.disable(services, who, VIEWER.name),
    "enable": lambda services, who: people.enable(services, who, VIEWER.name),
    "renew_password": lambda services, who: people.renew_password(services, who, VIEWER.name),
}
OF_ONESELF: dict[str, Callable[[Services, Actor], object]] = {
    "sign_in": lambda services, who: people.sign_in(services, who.name, FIRST, VISIT),
    "sign_out": lambda services, who: people.sign_out(services, who, "x"),
    "change_password": lambda services, who: people.change_password(
        services, who, FIRST, NEXT, VISIT
    ),
    "choose_language": lambda services, who: people.choose_language(services, who, "en"),
    "make_token": lambda services, who: people.make_token(services, who, "Panel", "viewer", 7),
}


@pytest.mark.parametrize("act", FOR_ADMINS)
def test_only_administrators_decide_who_comes_in(services: Services, act: str) -> None:
    before = everybody(services)
    for who in (VIEWER, ANA):
        with pytest.raises(Forbidden):
            FOR_ADMINS[act](services, who)
    assert (everybody(services), lines(services)) == (before, [])


@pytest.mark.parametrize("act", [*FOR_ADMINS, *OF_ONESELF])
def test_an_act_leaves_one_line_and_none_without_its_change(services: Services, act: str) -> None:
    do, before = {**FOR_ADMINS, **OF_ONESELF}[act], everybody(services)
    with refusing_lines(services), pytest.raises(OSError, match="no room"):
        do(services, ROOT)
    assert everybody(services) == before
    do(services, ROOT)
    assert [person for person, _ in lines(services)] == [ROOT.name]


def test_nobody_takes_their_own_role_away(services: Services) -> None:
    people.invite(services, ROOT, EVA.name, "admin")  # so that somebody would be left
    with pytest.raises(Invalid):
        people.disable(services, ROOT, ROOT.name)
    with pytest.raises(Invalid):
        people.change_role(services, ROOT, ROOT.name, "editor")
    assert lines(services) == [(ROOT.name, "person invited")]


def test_what_names_nobody_is_said_so(services: Services) -> None:
    for do in (people.disable, people.enable, people.renew_password):
        with pytest.raises(NotFound):
            do(services, ROOT, "nobody@example.com")
    assert lines(services) == []


def test_a_wrong_guess_is_counted_though_nothing_else_is_kept(services: Services) -> None:
    for _ in range(PER_ACCOUNT_AND_ADDRESS):
        with pytest.raises(WrongPassword):
            people.sign_in(services, ANA.name, "wrong", VISIT)
    with pytest.raises(TooManyAttempts):
        people.sign_in(services, ANA.name, FIRST, VISIT)
    with pytest.raises(TooManyAttempts):
        people.change_password(services, ANA, FIRST, NEXT, VISIT)
    assert (lines(services), services.store.people.logins()) == ([], [])


def test_signing_in_ends_the_login_that_the_browser_had(services: Services) -> None:
    first = people.sign_in(services, ANA.name, FIRST, VISIT)
    second = people.sign_in(services, VIEWER.name, FIRST, Visit("10.0.0.1", token=first))
    assert services.store.people.of_token(first) is None
    assert services.store.people.of_token(second) is not None
    assert [person for person, _ in lines(services)] == [ANA.name, VIEWER.name]


def test_only_who_has_not_chosen_a_language_gets_that_of_the_page(services: Services) -> None:
    given = people.invite(services, ROOT, EVA.name, "editor")
    people.sign_in(services, EVA.name, given, VISIT)
    people.sign_in(services, ANA.name, FIRST, VISIT)
    spoken = {one.email: one.language for one in services.store.people.list()}
    assert (spoken[EVA.name], spoken[ANA.name]) == ("en", "es")


def test_a_new_password_ends_every_login(services: Services) -> None:
    token = people.sign_in(services, ANA.name, FIRST, VISIT)
    with pytest.raises(Invalid):
        people.change_password(services, ANA, FIRST, FIRST, VISIT)
    assert services.store.people.of_token(token) is not None
    people.change_password(services, ANA, FIRST, NEXT, VISIT)
    assert services.store.people.of_token(token) is None


def test_a_login_is_ended_by_its_owner_and_by_administrators(services: Services) -> None:
    for _ in range(2):
        people.sign_in(services, ANA.name, FIRST, VISIT)
    first, second = services.store.people.logins(ANA.name)
    before = lines(services)
    people.end_login(services, VIEWER, first.id)
    people.end_login(services, ROOT, "none")
    assert lines(services) == before  # nothing was ended
    people.end_login(services, ANA, first.id)
    people.end_login(services, ROOT, second.id)
    assert services.store.people.logins(ANA.name) == []
    last = services.store.audit.page()[0]
    assert (last.person, last.action, last.subject) == (ROOT.name, "login ended", ANA.name)


def test_a_token_is_revoked_by_its_owner_and_by_administrators(services: Services) -> None:
    made = [people.make_token(services, ANA, name, "editor", 7) for name in ("a", "b")]
    [second, first] = sorted(services.store.tokens.list(), key=lambda one: one.name)[::-1]
    before = lines(services)
    people.revoke_token(services, VIEWER, first.id)
    assert (lines(services), len(services.store.tokens.list())) == (before, 2)
    people.revoke_token(services, ANA, first.id)
    people.revoke_token(services, ROOT, second.id)
    assert [services.store.tokens.find(one) for one in made] == [None, None]
    assert lines(services)[len(before) :] == [
        (ANA.name, "token revoked"),
        (ROOT.name, "token revoked"),
    ]


def test_the_first_administrator_is_made_once_and_noted(settings: Settings) -> None:
    empty = open_services(settings, SilentWakeUp())
    assert people.make_first(empty)
    assert people.make_first(empty) is None
    assert lines(empty) == [("installation", "person invited")]
    empty.database.close()
