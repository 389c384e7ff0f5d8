"""Nothing of one business is in the platform: what a trade calls its things is data.

The sample agents may speak of cars, and so may the migrations, which never change.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.guardrails.checks import folded

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("actions", "agent", "bot", "channels", "jina_service", "jobs", "knowledge", "notebooks"),
    *("simulator", "store", "studio"),
)
KINDS = {".py", ".js", ".css", ".html", ".yaml", ".yml", ".json", ".toml", ".txt", ".sql"}
ALLOWED = ("agent/samples/", "agent/toolkit/migrations/")
MIGRATIONS = "store/db/migrations/"
_ZONE = re.compile(r"\b(?:America|Europe|Atlantic)/\w+")
_MAKES = """nissan chevrolet volkswagen toyota honda mazda hyundai renault suzuki mitsubishi subaru
peugeot porsche ferrari lamborghini tesla chevy infiniti acura"""
_MODELS = "sentra jetta corolla camry civic tiguan aveo tucson versa ibiza yaris duster cx5 rav4"
_THINGS = """autos carro carros coche coches camioneta camionetas sedan hatchback suv pickup
enganche mensualidad kilometraje seminuevo seminuevos homologar homologa homologado homologacion
homologation itv remolque neumatico neumaticos llantas balatas furgoneta mileage dealership
gearbox headlight tyre tyres camper camperizacion"""
_CITIES = """guadalajara monterrey puebla queretaro tijuana cdmx zapopan tlaquepaque toluca merida
hermosillo aguascalientes madrid barcelona sevilla valencia bilbao"""
TELLING = frozenset(f"{_MAKES} {_MODELS} {_THINGS} {_CITIES}".split())


def product_files() -> Iterator[Path]:
    """Every file of ours that runs or is read on a page, and the settings."""
    yield from (ROOT / ".env.sample", ROOT / "docker-compose.yml", ROOT / "pyproject.toml")
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            is_ours = not name.startswith(ALLOWED) and MIGRATIONS not in name
            if path.is_file() and path.suffix in KINDS and is_ours:
                yield path


def told(text: str) -> set[str]:
    """The telling words of *text*; the names of time zones are nobody's business."""
    return TELLING & set(re.split(r"[\s_]+", folded(_ZONE.sub(" ", text))))


def test_no_list_of_one_business_is_in_the_product() -> None:
    found = {
        str(path.relative_to(ROOT)): words
        for path in product_files()
        if (words := told(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_whole_product_is_looked_through() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in product_files()}
    assert len(names) > 300
    assert {"agent/offline/slots.py", "agent/settings.py", "studio/texts/es/form.py"} <= names


@pytest.mark.parametrize(
    "text",
    ['"nissan": "versa"', "¿Cuánto de ENGANCHE?", "# as `homologación` has", "sucursal_puebla"],
)
def test_a_telling_word_would_be_found(text: str) -> None:
    assert told(text)


@pytest.mark.parametrize("text", ["America/Monterrey, Europe/Madrid", "margin: 0 auto", "a carve"])
def test_other_words_tell_nothing(text: str) -> None:
    assert told(text) == set()
