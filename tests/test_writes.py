"""Studio and bot change nothing themselves: what changes something is a function of `actions/`."""

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from store.db.database import Database
from store.people.audit import Audit
from store.people.logins import SEEN_EVERY
from store.people.people import People
from tests.fakes import Clock
from tests.writes import ROOT, WATCHED, Types, trees, watch

# Beside the stores themselves: by what names they are known.
NAMING = ("actions/services.py", "studio/state.py", "studio/carry.py", "studio/pages/passages.py")
TYPES = Types(trees("store", "knowledge", *NAMING))


def found(path: str, tree: ast.Module) -> list[str]:
    return [f"{path}:{line} {what}" for line, what in TYPES.found(tree)]


def test_no_page_and_no_route_writes_to_a_store() -> None:
    written = [one for path, tree in trees(*WATCHED).items() for one in found(path, tree)]
    assert written == []


@pytest.mark.parametrize(
    "code",
    [
        "def f(studio: Studio): studio.services.store.owners.hand_back(1, 'x')",
        "def f(services: Services): services.store.audit.note('x', 'y')",
        "def f(services: Services):\n store = services.store\n n, a = 1, store.audit.note",
        "def f(services: Services):\n stores = services.store\n stores.people.disable('x')",
        "class A:\n def __init__(self, one: Services): self._people = one.store.people\n"
        " def f(self): self._people.sign_out('x')",
        "def f(people: People): return map(people.reset_password, [])",
        "def f(services: Services):\n with services.database.write() as tx: pass",
        "from store.conversations.withdrawal import withdraw\nwithdraw(None, None, [], '')",
        "def f(services: Services): Curated(services.database, None, None).remove(1)",
        "def f(services: Services): services.sources.add_url('a', 'b', 'c')",
        "def f(services: Services): services.store.people.prove('a', 'b', 'c', 'd')",
        "def f(services: Services): services.rebuilds.call_off('a')",
        "def f(studio: Studio): curated_of(studio).remove(1)",
    ],
)
def test_a_write_would_be_found(code: str) -> None:
    assert len(found("studio/x.py", ast.parse(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "def f(studio: Studio): studio.services.store.people.list()",
        "def f(services: Services): people.disable(services, None, 'x')",
        "def f(parts: Parts): parts.people.click(None)",
        "def f(people: People): people.of_token('x')",
    ],
)
def test_reading_and_acting_are_no_writes(code: str) -> None:
    assert found("studio/x.py", ast.parse(code)) == []


def test_private_functions_of_one_name_are_told_apart() -> None:
    writes = "def _behind(database: Database):\n with database.write() as tx: pass\n"
    reads = "def _behind(text: str): return text\ndef look(text: str): return _behind(text)\n"
    types = Types({"knowledge/b.py": ast.parse(reads), "store/a.py": ast.parse(writes)})
    page = ast.parse("from knowledge.b import look\ndef f(text: str): return look(text)")
    assert types.found(page) == []


def standing_in(path: str) -> Callable[[Callable[[], object]], None]:
    """A function as the file at *path* might have it: it calls what it is given."""
    made: dict[str, Any] = {}
    exec(compile("def step(call): call()", f"{ROOT}/{path}", "exec"), made)
    step: Callable[[Callable[[], object]], None] = made["step"]
    return step


def test_a_write_is_seen_while_it_runs(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stands nearest to it counts: a page, or an act that a page called."""
    seen = watch(monkeypatch)
    page, route = standing_in("studio/pages/inbox.py"), standing_in("bot/api.py")
    act = standing_in("actions/people.py")
    notes = partial(Audit(database).note, "ana", "did")
    page(lambda: act(notes))
    notes()
    assert seen == []
    page(notes)
    act(lambda: route(notes))
    assert seen == ["studio/pages/inbox.py:1 step", "bot/api.py:1 step"]


def test_that_a_browser_was_here_is_no_act(
    database: Database, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    people = People(database, clock)
    token = people.sign_in("ana@example.com", people.add("ana@example.com", "viewer"))
    clock.now += SEEN_EVERY + 1
    seen = watch(monkeypatch)
    standing_in("studio/request_checks.py")(lambda: people.of_token(token))
    assert people.logins()[0].last_seen_at == clock.now
    assert seen == []
