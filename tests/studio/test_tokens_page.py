"""API tokens on the Team page as plain functions."""

import pytest

from agent.actor import ROLES
from agent.errors import Invalid
from store.people import tokens as store
from studio.errors import NotAllowed, NothingChosen
from studio.pages import team, team_view, tokens, tokens_view
from studio.state import Studio
from studio.wiring import sentence
from tests.studio.conftest import Caller, House

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def admin() -> Caller:
    return Caller("admin@example.com")


def drawn(studio: Studio, keyring: tokens_view.Keyring) -> str:
    return "".join(map(str, tokens_view.shown(studio, keyring)[1:]))


def test_a_token_is_shown_once_and_opens_as_its_owner(studio: Studio, editor: Caller) -> None:
    keyring = tokens.make(studio, editor, " Mi cuaderno ", "viewer", 90)
    token = studio.services.store.tokens.find(keyring.made)
    assert token is not None
    assert (token.email, token.role, token.name) == ("editor@example.com", "viewer", "Mi cuaderno")
    assert keyring.made in drawn(studio, keyring)
    again = drawn(studio, tokens.first(studio, editor))
    assert "Mi cuaderno" in again
    assert keyring.made not in again
    assert keyring.made not in repr(studio.services.store.audit.page())


def test_the_log_says_who_made_and_revoked_what(
    studio: Studio, editor: Caller, admin: Caller
) -> None:
    keyring = tokens.make(studio, editor, "Panel", "editor", 7)
    tokens.revoke(studio, admin, "revoke", keyring.tokens[0].id)
    log = [(one.person, one.action, one.subject) for one in studio.services.store.audit.page()]
    assert log == [
        ("admin@example.com", "token revoked", "Panel"),
        ("editor@example.com", "token made", "Panel"),
    ]
    seen = team_view.listed(studio, team.look(studio, admin, ""))[0]
    assert "Creó una clave de la API" in seen


def test_each_sees_and_revokes_their_own_and_an_admin_everybodys(
    studio: Studio, editor: Caller, viewer: Caller, admin: Caller
) -> None:
    made = tokens.make(studio, editor, "de la editora", "viewer", 7).made
    tokens.make(studio, viewer, "de quien mira", "viewer", 7)
    [theirs] = tokens.first(studio, editor).tokens
    assert [one.name for one in tokens.first(studio, viewer).tokens] == ["de quien mira"]
    tokens.revoke(studio, viewer, "revoke", theirs.id)
    assert studio.services.store.tokens.find(made) is not None
    assert len(tokens.first(studio, admin).tokens) == 2
    assert len(tokens.revoke(studio, admin, "revoke", theirs.id).tokens) == 1
    assert studio.services.store.tokens.find(made) is None


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_offered_or_given_more_than_their_own_role(studio: Studio, role: str) -> None:
    caller = Caller(f"{role}@example.com")
    offered = tokens_view.shown(studio, tokens.first(studio, caller))[0]["choices"]
    assert [value for _, value in offered] == list(ROLES[: ROLES.index(role) + 1])
    for above in ROLES[ROLES.index(role) + 1 :]:
        with pytest.raises(Invalid):
            tokens.make(studio, caller, "x", above, 7)


def test_what_cannot_be_used_is_told_in_both_languages(house: House, viewer: Caller) -> None:
    for role, days, name in (("root", 7, "x"), ("viewer", 8, "x"), ("viewer", 7, "x" * 81)):
        for language in ("es", "en"):
            studio = house.studio(language)
            with pytest.raises(Invalid) as caught:
                tokens.make(studio, viewer, name, role, days)
            said = sentence(studio, caught.value)
            assert (said == str(caught.value)) == (language == "en")
    with pytest.raises(NothingChosen):
        tokens.make(house.studio(), viewer, "  ", "viewer", 7)


def test_too_many_are_told_in_spanish(studio: Studio, viewer: Caller) -> None:
    for number in range(store.MOST):
        tokens.make(studio, viewer, str(number), "viewer", 7)
    with pytest.raises(Invalid) as caught:
        tokens.make(studio, viewer, "x", "viewer", 7)
    assert "Retire una" in sentence(studio, caught.value)


def test_strangers_and_people_shut_out_make_none(studio: Studio) -> None:
    studio.services.store.people.disable("viewer@example.com")
    for caller in (Caller(None), Caller("nobody@example.com"), Caller("viewer@example.com")):
        with pytest.raises(NotAllowed):
            tokens.make(studio, caller, "x", "viewer", 7)


def test_a_dead_token_says_why_and_names_are_escaped(studio: Studio, editor: Caller) -> None:
    tokens.make(studio, editor, "<script>x</script>", "editor", 7)
    people = studio.services.store.people
    people.reset_password("editor@example.com")
    seen = drawn(studio, tokens.first(studio, Caller("admin@example.com")))
    assert "elegir contraseña" in seen
    assert "<script>" not in seen


def test_what_programs_do_is_named_in_the_log_in_words(studio: Studio, admin: Caller) -> None:
    for program in ("api key", "installation token", "installation", "api"):
        studio.services.store.audit.note(program, "agent created")
    seen = team_view.listed(studio, team.look(studio, admin, ""))[0]
    assert "clave de API_KEYS" in seen
    assert "clave de esta máquina" in seen
