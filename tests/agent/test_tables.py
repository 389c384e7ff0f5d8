"""Tables among the sources: what their columns hold, and what fits a question."""

import csv
import io
import math
import time
from collections.abc import Sequence
from typing import Any, cast

import pytest

from agent.tables.cells import Kind, figure, kind_of
from agent.tables.matching import closest
from agent.tables.query import Query, ask, average
from agent.tables.table import Table, table_of
from agent.toolkit.records import TableTool
from agent.tools.registry import tables_for, tools_of
from agent.tools.table import build
from knowledge.base import TableRow
from knowledge.errors import IndexUnavailable
from tests.fakes import FakeRetriever, named_tools

CATALOG = cast("TableTool", named_tools("catalog")[0])
ANY = TableTool(name="products")
BASE = "base"
CARS = """Marca,Modelo,Año,Precio
Mazda,Mazda 3,2019,"$265,000"
Mazda,Mazda 2,2020,"$219,500"
Nissan,Versa,2021,"$240,000"
"""


def rows_of(text: str, source: str = "datos.csv", first: int = 1) -> list[TableRow]:
    read = csv.DictReader(io.StringIO(text))
    return [TableRow(first + n, BASE, source, source, n, row) for n, row in enumerate(read, 1)]


def table(text: str, record: TableTool = ANY) -> Table:
    found = table_of(record, rows_of(text))
    assert found is not None
    return found


def names(found: Table, query: Query) -> list[str]:
    return [found.name(int(at)) for at in ask(found, query).rows]


@pytest.fixture
def shop(retriever: FakeRetriever) -> Table:
    found = table_of(CATALOG, retriever.rows([BASE]))
    assert found is not None
    return found


def models(shop: Table, **asked: Any) -> list[str]:
    return [shop.rows[int(at)].fields["modelo"] for at in ask(shop, Query(**asked)).rows]


@pytest.mark.parametrize("spelling", ["nissan", "NISSAN", "nisan", "Nisssan", "nissán"])
def test_values_are_found_however_they_are_spelled(shop: Table, spelling: str) -> None:
    assert len(models(shop, words={"marca": spelling})) == 3


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"most": {"precio": 200_000}}, ["March", "Aveo", "Rio"]),
        ({"least": {"precio": 260_000}}, ["Sentra", "Mazda 3"]),
        ({"least": {"anio": 2021}}, ["Sentra"]),
        ({"words": {"ciudad": "ciudad de mexico"}}, ["Rio"]),
        ({"words": {"transmision": "automatica", "ciudad": "Puebla"}}, ["Sentra", "Mazda 3"]),
        ({"words": {"modelo": "mazda3"}}, ["Mazda 3"]),
        ({"words": {"marca": "Nissan"}, "order": ("precio", "up")}, ["March", "Versa", "Sentra"]),
        ({"words": {"marca": "Nissan"}, "order": ("precio", "lowest")}, ["March"]),
        ({"order": ("anio", "highest")}, ["Sentra"]),
        ({"among": [0, 1], "order": ("precio", "lowest")}, ["Versa"]),
        ({"words": {"marca": "Ferrari"}}, []),
    ],
)
def test_filters_ranges_and_orders(shop: Table, asked: dict[str, Any], found: list[str]) -> None:
    assert models(shop, **asked) == found


def test_what_nobody_has_is_said_with_what_there_is(shop: Table) -> None:
    (unknown,) = ask(shop, Query(words={"marca": "Ferrari"})).unknown
    assert (unknown.asked, "Nissan" in unknown.there_are) == ("Ferrari", True)


def test_a_digit_is_no_typo() -> None:
    cars = table(CARS)
    assert names(cars, Query(words={"Modelo": "Mazda 3"})) == ["Mazda Mazda 3 2019"]
    assert names(cars, Query(words={"Modelo": "mazda2"})) == ["Mazda Mazda 2 2020"]
    assert names(cars, Query(words={"Modelo": "Mazda 4"})) == []
    assert closest("mazda", ["Mazda 2", "Mazda 3"]) == {"Mazda 2", "Mazda 3"}


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("Precio", ["1250", "980"], Kind("money")),
        ("Precio", ["12,50", "1.250,00", "7"], Kind("money", "", comma=True)),
        ("Importe", ["$1,250.50", "$3"], Kind("money", "$")),
        ("Tarifa noche", ["120 €", "95,5 €"], Kind("money", "€", comma=True)),
        ("Cuota", ["R$ 12,50", "R$ 3,00"], Kind("money", "R$", comma=True)),
        ("Kilometraje", ["45 km", "1,200 km"], Kind("number", "km")),
        ("Capacidad", ["2", "4", ""], Kind("number")),
        ("Año", ["2019", "2021"], Kind("number", is_year=True)),
        ("Código", ["1001", "1002"], Kind("text")),
        ("Fecha", ["2026-01-31", "2026-02-01"], Kind("date")),
        ("Caduca", ["31/01/2026", "01/02/2026"], Kind("date")),
        ("Receta", ["Sí", "No", "sí"], Kind("yes_no")),
        ("Modelo", ["Mazda 3", "Versa"], Kind("text")),
        ("Presentación", ["500 mg, 20 tabletas", "250 ml"], Kind("text")),
        ("Vacía", ["", ""], Kind("text")),
    ],
)
def test_what_a_column_holds_is_inferred(heading: str, cells: Sequence[str], kind: Kind) -> None:
    assert kind_of(heading, cells) == kind


@pytest.mark.parametrize(
    ("cell", "comma", "value"),
    [
        ("1.250,50", True, 1250.5),
        ("1.250", True, 1250),
        ("1,250.50", False, 1250.5),
        ("1.250", False, 1250),
        ("12,5", True, 12.5),
        ("0.125", False, 0.125),
        ("-3", False, -3),
        ("$ 45 300 km", False, 45300),
        ("1.250.000", True, 1_250_000),
    ],
)
def test_figures_are_read_as_the_column_writes_them(cell: str, comma: bool, value: float) -> None:
    assert figure(cell, comma) == value


def test_a_cell_without_a_figure_is_in_no_range() -> None:
    assert math.isnan(figure("consultar", False))
    prices = table("Producto,Precio\nA,consultar\nB,3\nC,4\nD,5\nE,6\n")
    assert names(prices, Query(most={"Precio": 9})) == ["B", "C", "D", "E"]
    assert len(names(prices, Query())) == 5


def test_the_table_that_has_the_columns_is_chosen() -> None:
    other = rows_of("Ciudad,Horario\n" + "Puebla,9 a 5\n" * 9, "sucursales.csv", 100)
    found = table_of(CATALOG, [*other, *rows_of("MARCA,Modelo,precio\nKia,Rio,9\n", "autos.csv")])
    assert found is not None
    assert found.source == "autos.csv"
    assert table_of(TableTool(name="x", source="no.csv"), other) is None
    assert table_of(CATALOG, rows_of("Ciudad2,Horario\nA,9\n")) is None


def test_averages_are_of_what_fits() -> None:
    cars = table(CARS)
    found = ask(cars, Query(words={"Marca": "Mazda"})).rows
    assert average(cars.column("Precio"), found) == 242_250
    assert average(cars.column("Precio"), found[:0]) is None


def test_a_model_is_told_what_occurs() -> None:
    fields = build(ANY, table(CARS)).tool_call_schema.model_json_schema()["properties"]  # type: ignore[union-attr]
    assert fields["marca"]["examples"] == ["Mazda", "Nissan"]
    assert fields["precio_max"]["examples"] == [219_500, 265_000]
    assert {"order", "aggregate", "shown", "ano_min"} <= set(fields)


def test_headings_of_any_kind_make_a_schema() -> None:
    strange = "2024,¡!,Order,order,shown,runtime," + "x" * 300 + "\n1,2,3,4,5,6,7\n"
    found = build(ANY, table(strange)).tool_call_schema.model_json_schema()  # type: ignore[union-attr]
    assert all(name.isidentifier() for name in found["properties"])


def test_a_tool_is_the_same_as_long_as_its_rows_are(retriever: FakeRetriever) -> None:
    records = named_tools("catalog", "financing")
    known = tables_for(records, retriever, [BASE])
    assert known == tables_for(records, retriever, [BASE])
    assert tools_of(records, known) == tools_of(records, known)
    assert tools_of(records, known)[0] is not tools_of(records)[0]
    assert tools_of(records, known)[1] is tools_of(records)[1]


def test_a_table_that_cannot_be_read_keeps_nobody_from_answering() -> None:
    broken = FakeRetriever(error=IndexUnavailable())
    assert tables_for(named_tools("catalog"), broken, [BASE]) == ()


def test_a_hundred_thousand_rows_are_asked_at_once() -> None:
    lines = (f"Marca {n % 40},Modelo {n},{2000 + n % 25},{100_000 + n}" for n in range(100_000))
    large = table("Marca,Modelo,Año,Precio\n" + "\n".join(lines) + "\n")
    query = Query({"Marca": "Marca 7"}, {"Año": 2010}, {"Precio": 190_000}, order=("Precio", "up"))
    one = Query({"Modelo": "modelo 99999"})
    mistyped = Query({"Modelo": "modlo 99999"})
    assert len(ask(large, query).rows) > 100
    assert [len(ask(large, each).rows) for each in (one, mistyped)] == [1, 1]
    started = time.thread_time()
    for _ in range(20):
        ask(large, query), ask(large, one)
    assert (time.thread_time() - started) / 20 < 0.05
