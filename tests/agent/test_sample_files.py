"""The sample agents' files say what their questions expect them to say."""

import csv
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
import trafilatura
import yaml

from agent.spec import Spec
from tests.make_samples import make

SAMPLES = Path(__file__).parents[2] / "agent" / "samples"
NAMES = ("autos", "homologa")
NOT_KNOWLEDGE = {"spec.yaml", "questions.yaml", "unanswerable.yaml"}
NEWEST_YEAR = 2025
COLUMNS = (
    "id,marca,modelo,version,anio,kilometraje,precio,transmision,combustible,color,ciudad,sucursal"
)
Place = tuple[int | None, int | None]  # page, row


def pages(path: Path) -> dict[Place, str]:
    return {(n, None): page.extract_text() for n, page in enumerate(pypdf.PdfReader(path).pages, 1)}


def paragraphs(path: Path) -> dict[Place, str]:
    document = docx.Document(str(path))
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return {(None, None): "\n".join(lines)}


def sheet_rows(path: Path) -> dict[Place, str]:
    first, *others = openpyxl.load_workbook(path).worksheets
    assert not others
    return {
        (None, n): " | ".join(str(cell) for cell in row)
        for n, row in enumerate(first.iter_rows(min_row=2, values_only=True), 1)
    }


def table_rows(path: Path) -> dict[Place, str]:
    return {(None, n): " | ".join(car.values()) for n, car in enumerate(cars(path), 1)}


def article(path: Path) -> dict[Place, str]:
    return {(None, None): trafilatura.extract(path.read_text("utf-8")) or ""}


def whole(path: Path) -> dict[Place, str]:
    return {(None, None): path.read_text("utf-8")}


READERS: dict[str, Callable[[Path], dict[Place, str]]] = {
    ".pdf": pages,
    ".docx": paragraphs,
    ".xlsx": sheet_rows,
    ".csv": table_rows,
    ".html": article,
    ".md": whole,
    ".txt": whole,
}


def cars(path: Path = SAMPLES / "autos" / "catalogo.csv") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def questions(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((SAMPLES / name / "questions.yaml").read_text())
    return loaded


def knowledge(name: str) -> set[str]:
    return {path.name for path in (SAMPLES / name).iterdir()} - NOT_KNOWLEDGE


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_spec_loads_and_round_trips(name: str) -> None:
    spec = Spec.from_yaml((SAMPLES / name / "spec.yaml").read_text("utf-8"))
    assert Spec.from_yaml(spec.to_yaml()) == spec
    assert spec.languages == ("es", "en")
    assert spec.knowledge.bases == ()
    assert all((spec.brand, spec.description, spec.tone, spec.instructions))
    assert all((spec.greeting.es, spec.greeting.en, spec.fallback.es, spec.fallback.en))
    assert spec.name in spec.greeting.es
    assert spec.brand in spec.greeting.es


def test_only_the_car_agent_has_the_catalogue_tools() -> None:
    tools = {
        name: set(Spec.from_yaml((SAMPLES / name / "spec.yaml").read_text("utf-8")).tool_names)
        for name in NAMES
    }
    assert tools["autos"] == {"catalog", "financing", "handoff", "knowledge"}
    assert tools["homologa"] == {"handoff", "knowledge"}


def test_the_made_files_are_those_their_texts_make(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).mkdir()
    make(tmp_path)
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) == 7
    for path in made:
        committed = SAMPLES / path.relative_to(tmp_path)
        assert READERS[path.suffix](path) == READERS[path.suffix](committed), committed


def test_the_catalogue_has_cars_with_their_own_ids_and_sensible_figures() -> None:
    rows = cars()
    assert ",".join(rows[0]) == COLUMNS
    assert len(rows) >= 200
    assert len({car["id"] for car in rows}) == len(rows)
    for car in rows:
        assert all(car.values()), car
        assert 2015 <= int(car["anio"]) <= NEWEST_YEAR, car
        assert 0 < int(car["kilometraje"]) < 120_000, car
        assert 80_000 <= int(car["precio"]) <= 1_200_000, car
        assert car["transmision"] in ("manual", "automática"), car
        assert car["combustible"] in ("gasolina", "diésel", "híbrido", "eléctrico"), car


def test_every_car_stands_in_a_branch_that_sells() -> None:
    book = openpyxl.load_workbook(SAMPLES / "autos" / "sucursales.xlsx")
    _, *rows = book.worksheets[0].iter_rows(values_only=True)
    selling = {(row[0], row[1]) for row in rows if "venta" in str(row[5]).split(", ")}
    assert len(rows) >= 10
    assert {(car["ciudad"], car["sucursal"]) for car in cars()} == selling


def test_the_price_table_has_a_price_and_days_in_every_row() -> None:
    book = openpyxl.load_workbook(SAMPLES / "homologa" / "precios-y-plazos.xlsx")
    _, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert len(rows) >= 20
    assert len({row[:2] for row in rows}) == len(rows)
    assert all(isinstance(row[2], int) and isinstance(row[3], int) for row in rows)


@pytest.mark.parametrize("path", ["autos/garantia.pdf", "homologa/proceso.pdf"])
def test_every_page_of_a_pdf_has_its_own_text(path: str) -> None:
    texts = pages(SAMPLES / path)
    assert len(texts) >= 3
    for (number, _), text in texts.items():
        assert len(text) > 500
        assert f"Página {number}" in text
        assert text.replace("\n", " ").isprintable()


def test_the_example_in_the_financing_guide_is_the_annuity_of_its_own_figures() -> None:
    text = one_line(paragraphs(SAMPLES / "autos" / "financiamiento.docx")[None, None])
    rate = Decimal("0.10") / 12
    for months in (36, 48, 60, 72):
        payment = Decimal(212_500) * rate / (1 - (1 + rate) ** -months)
        shown = f"{payment.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
        assert f"{months} meses {shown} pesos" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_read_without_its_menus(name: str) -> None:
    text = article(SAMPLES / name / "preguntas-frecuentes.html")[None, None]
    assert "cookies" not in text
    assert "Trabaja con nosotros" not in text
    assert "¿Cuál" in text or "¿Cómo" in text


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_questions_in_both_languages_about_every_file(name: str) -> None:
    asked = questions(name)
    allowed = {"question", "language", "source", "page", "row", "expect"}
    assert all(set(each) <= allowed for each in asked)
    assert len({each["question"] for each in asked}) == len(asked)
    english = [each for each in asked if each.get("language") == "en"]
    assert len(english) >= 6
    assert len(asked) - len(english) >= 30
    assert {each["source"] for each in asked} == knowledge(name)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_question_expects_stands_where_it_says(name: str) -> None:
    missing = []
    for each in questions(name):
        path = SAMPLES / name / each["source"]
        text = READERS[path.suffix](path).get((each.get("page"), each.get("row")), "")
        if each["expect"] not in one_line(text):
            missing.append(each)
    assert missing == []
