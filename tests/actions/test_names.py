"""The same name again asks; sources and bases are renamed, which the audit log says."""

from collections.abc import Callable

import pytest

from actions import names, sources
from actions.services import Services
from actions.sources import OnSame
from agent.actor import Actor
from agent.errors import Forbidden
from knowledge.errors import NotAccepted
from tests.actions.conftest import ANA, VIEWER, lines

OLD, NEW = b"La limpieza cuesta 39.", b"La limpieza cuesta 55."


@pytest.fixture
def base(services: Services) -> str:
    return sources.new_base(services, ANA, "Clínica")


def named(services: Services, base: str) -> list[str]:
    return [source.name for source in services.sources.list(base)]


def test_another_file_of_the_same_name_is_asked_about(services: Services, base: str) -> None:
    first = sources.add_file(services, ANA, base, "precios.txt", OLD)
    assert sources.add_file(services, ANA, base, "precios.txt", OLD) == first  # the very same
    with pytest.raises(NotAccepted) as refused:
        sources.add_file(services, ANA, base, "precios.txt", NEW)
    assert refused.value.code == "same_name"
    assert named(services, base) == ["precios.txt"]
    assert len(list(services.sources.files_dir.iterdir())) == 1


def test_it_takes_the_place_of_the_first(services: Services, base: str) -> None:
    first = sources.add_file(services, ANA, base, "precios.txt", OLD)
    again = sources.add_file(services, ANA, base, "precios.txt", NEW, OnSame.REPLACE)
    assert (again, named(services, base)) == (first, ["precios.txt"])
    [kept] = services.sources.files_dir.iterdir()
    assert kept.read_bytes() == NEW


def test_or_stands_beside_it(services: Services, base: str) -> None:
    sources.add_file(services, ANA, base, "precios.txt", OLD)
    sources.add_file(services, ANA, base, "precios.txt", NEW, OnSame.BOTH)
    assert named(services, base) == ["precios.txt", "precios.txt"]


def test_a_name_in_another_base_is_another_name(services: Services, base: str) -> None:
    other = sources.new_base(services, ANA, "Otra")
    for one in (base, other):
        sources.add_file(services, ANA, one, "precios.txt", NEW)
    assert named(services, other) == ["precios.txt"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Lista de precios", "Lista de precios.txt"),
        ("lista.TXT", "lista.TXT"),
        ("a" * 300, "a" * 296 + ".txt"),
    ],
)
def test_a_file_keeps_its_ending(services: Services, base: str, given: str, name: str) -> None:
    source_id = sources.add_file(services, ANA, base, "precios.txt", OLD)
    names.rename(services, ANA, source_id, given)
    assert named(services, base) == [name]
    assert lines(services)[-1] == (ANA.name, "source renamed")


def test_a_base_is_renamed_unless_the_name_is_taken(services: Services, base: str) -> None:
    names.rename_base(services, ANA, base, " Clínica Sol ")
    assert services.sources.base(base).name == "Clínica Sol"
    other = sources.new_base(services, ANA, "Otra")
    for wrong in ("Clínica Sol", "", "x" * 121):
        with pytest.raises(NotAccepted):
            names.rename_base(services, ANA, other, wrong)
    assert lines(services).count((ANA.name, "base renamed")) == 1


@pytest.mark.parametrize("act", [names.rename, names.rename_base])
def test_viewers_rename_nothing(
    services: Services, base: str, act: Callable[[Services, Actor, str, str], None]
) -> None:
    with pytest.raises(Forbidden):
        act(services, VIEWER, base, "x")
