"""The catalogue, as pure functions."""

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.tools import catalog
from agent.tools.catalog import CatalogQuery, find, number
from agent.tools.matching import closest
from agent.tools.registry import tools_of, values_for
from knowledge.base import TableRow
from knowledge.errors import IndexUnavailable
from tests.fakes import FakeRetriever, named_tools


def names(retriever: FakeRetriever, **filters: object) -> list[str]:
    rows: list[TableRow] = retriever.rows(["base"])
    return [row.fields["modelo"] for row in find(rows, CatalogQuery.model_validate(filters))[0]]


def test_cars_are_found_cheapest_first(retriever: FakeRetriever) -> None:
    assert names(retriever, brand="Nissan") == ["March", "Versa", "Sentra"]


@pytest.mark.parametrize("spelling", ["nissan", "NISSAN", "nisan", "Nisssan", "nissán"])
def test_makes_are_found_however_they_are_spelled(retriever: FakeRetriever, spelling: str) -> None:
    assert len(names(retriever, brand=spelling)) == 3


@pytest.mark.parametrize(
    ("filters", "models"),
    [
        ({"price_max": 200_000}, ["March", "Aveo", "Rio"]),
        ({"price_min": 260_000}, ["Mazda 3", "Sentra"]),
        ({"year_min": 2021}, ["Sentra"]),
        ({"year_max": 2017}, ["March"]),
        ({"km_max": 45_000}, ["Versa", "Sentra"]),
        ({"city": "ciudad de mexico"}, ["Rio"]),
        ({"transmission": "automatica", "city": "Puebla"}, ["Mazda 3", "Sentra"]),
        ({"model": "mazda3"}, ["Mazda 3"]),
        ({"brand": "Nissan", "order": "newest"}, ["Sentra", "Versa", "March"]),
        ({"brand": "Nissan", "order": "mileage"}, ["Sentra", "Versa", "March"]),
    ],
)
def test_filters(retriever: FakeRetriever, filters: dict[str, object], models: list[str]) -> None:
    assert names(retriever, **filters) == models


def test_a_make_there_is_not_is_said_and_nothing_is_invented(retriever: FakeRetriever) -> None:
    found, unknown = find(retriever.rows(["base"]), CatalogQuery(brand="Ferrari"))
    assert found == []
    assert unknown[0]["asked"] == "Ferrari"
    assert "Nissan" in unknown[0]["there_are"]


def test_the_schema_names_what_occurs_the_commonest_first(retriever: FakeRetriever) -> None:
    known = catalog.values(tuple(retriever.rows(["base"])))
    fields = convert_to_openai_tool(catalog.build(known))["function"]["parameters"]["properties"]
    assert fields["brand"]["examples"] == ["Nissan", "Mazda", "Chevrolet", "Kia", "Seat"]
    assert fields["price_max"]["examples"] == [135_000, 289_000]
    assert "examples" not in fields["color"]


def test_a_long_column_is_not_written_out_whole() -> None:
    rows = [
        TableRow(n, "b", "s", "c.csv", n, {"marca": f"Marca {n}", "precio": str(n)})
        for n in range(500)
    ]
    assert len(dict(catalog.values(tuple(rows)))["brand"]) == catalog.MOST_VALUES


def test_a_value_that_is_not_in_the_schema_may_still_be_asked_for(retriever: FakeRetriever) -> None:
    tool = catalog.build(catalog.values(tuple(retriever.rows(["base"]))))
    assert tool.tool_call_schema.model_validate({"brand": "Ferrari"}).brand == "Ferrari"  # type: ignore[union-attr]


def test_a_tool_is_the_same_as_long_as_its_values_are(retriever: FakeRetriever) -> None:
    known = catalog.values(tuple(retriever.rows(["base"])))
    table, loan = named_tools("catalog", "financing")
    assert tools_of((table,), known) == tools_of((table,), known)
    assert tools_of((table,), known)[0] is not tools_of((table,))[0]
    assert tools_of((loan,), known)[0] is tools_of((loan,))[0]


def test_a_table_that_cannot_be_read_keeps_nobody_from_answering() -> None:
    broken = FakeRetriever(error=IndexUnavailable())
    assert values_for(named_tools("catalog"), broken, ["base"]) == ()


def test_a_row_without_a_number_is_left_out_of_a_bound() -> None:
    row = TableRow(1, "b", "s", "c.csv", 1, {"marca": "Kia", "precio": "consultar"})
    assert find([row], CatalogQuery(price_max=1e9))[0] == []
    assert find([row], CatalogQuery())[0] == [row]


@pytest.mark.parametrize(
    ("text", "value"),
    [("245000", 245_000), ("$245,000.50", 245_000.5), ("45 300 km", 45_300), ("n/d", None)],
)
def test_numbers_are_read_as_tables_write_them(text: str, value: float | None) -> None:
    assert number(text) == value


def test_values_are_matched_by_their_words() -> None:
    assert closest("puebla", ["Puebla", "Heroica Puebla de Zaragoza"]) == {"Puebla"}
    assert closest("patria", ["Plaza Patria", "Centro"]) == {"Plaza Patria"}
    assert closest("zzz", ["Puebla"]) == set()
