"""The Tools page as plain functions: tables and calculators without code."""

from typing import Any

import pytest

from agent.spec import KnowledgeChoice, Spec
from agent.toolkit.records import CalculatorTool, TableTool
from studio import tool_forms
from studio.errors import BadFields, NothingChosen
from studio.pages import tools, tools_view
from studio.state import Studio
from tests.fakes import named_tools
from tests.studio.conftest import Caller, House

PRICES = 'Marca,Modelo,Año,Precio\nNorte,N 3,2020,"$271,300"\nNorte,N 2,2019,"$198,500"\n'
TABLE = ["prices", "Cuando pregunten qué hay.", "catálogo, modelos", "", ""]
DELIVERY = [
    "delivery",
    "Cuando pregunten por un envío.",
    "envío, mandar",
    "distance | la distancia | number | km | 1 | 80 | | distancia\n"
    "boxes | las cajas | whole | | 1 | | 1 | cajas, caja",
    "cost = 50 + distance * 3.35 + boxes * 20",
    "El envío cuesta ${cost}.",
    "Delivery costs ${cost}.",
    "distance=10, boxes=2 => cost=123.50",
]


@pytest.fixture
def shop(house: House) -> str:
    """An agent with a base that holds a price list."""
    services = house.services
    base_id = services.sources.create_base("Precios", "test", *services.embedders.default())
    services.sources.add_file(base_id, "precios.csv", PRICES.encode(), "test")
    house.read_sources()
    spec = Spec(name="Ana", knowledge=KnowledgeChoice(bases=(base_id,)))
    return services.store.agents.create(spec, "test")


def drafted(studio: Studio, agent_id: str) -> Spec:
    return studio.services.store.agents.get(agent_id).draft


def test_a_manager_makes_a_table_looks_at_it_and_tries_it(
    studio: Studio, editor: Caller, shop: str
) -> None:
    found, lines = tools.preview(studio, editor, shop, *TABLE)
    assert found is not None
    assert "Precio | | money | $" in lines
    page = str(tools_view.previewed(studio, (found, lines))[0])
    assert "precios.csv: 2 filas" in page
    assert "Precio · dinero $" in page
    tools.keep_table(studio, editor, shop, *TABLE)
    answer = tools.ask(studio, editor, shop, "¿cuál es el más barato?")
    assert "$198,500" in answer.text
    assert "$271,300" not in answer.text
    assert "prices" in tools_view.asked(studio, answer)


def test_a_manager_makes_a_calculator_and_tries_it(
    studio: Studio, editor: Caller, shop: str
) -> None:
    bench = tools.keep_calculator(studio, editor, shop, *DELIVERY)
    assert isinstance(bench.opened, CalculatorTool)
    assert tool_forms.calculator_values(bench.opened) == DELIVERY
    assert "$143.50" in tools.ask(studio, editor, shop, "envío de 3 cajas a 10 km").text
    assert "1 a 80 km" in tools.ask(studio, editor, shop, "¿cuánto cuesta el envío a 200 km?").text


def test_an_example_that_does_not_come_out_is_not_kept(
    studio: Studio, editor: Caller, shop: str
) -> None:
    with pytest.raises(NothingChosen, match="example_fails"):
        tools.keep_calculator(studio, editor, shop, *DELIVERY[:-1], "distance=10 => cost=1")
    assert drafted(studio, shop).tool_names == ("handoff",)


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        (0, "Not a name", "name"),
        (0, "handoff", "name"),
        (3, "", "inputs"),
        (3, "distance | d | number | km | 9 | 1", "inputs"),
        (3, "distance | d | colour", "inputs"),
        (4, "cost = __import__('os')", "results"),
        (4, "cost = unknown * 2", "results"),
        (4, "", "results"),
        (5, "Cuesta {nothing}.", "results"),
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_what_cannot_be_used_is_said_by_its_field(
    house: House, editor: Caller, shop: str, language: str, place: int, value: str, field: str
) -> None:
    values = [*DELIVERY[:place], value, *DELIVERY[place + 1 :]]
    studio = house.studio(language)
    with pytest.raises(BadFields) as caught:
        tools.keep_calculator(studio, editor, shop, *values)
    complaints = {name for name, _, _ in caught.value.fields}
    assert f"tools.{field}" in complaints
    assert all(studio.say(key) for pair in caught.value.fields for key in pair[:2])


def test_staff_correct_the_columns(studio: Studio, editor: Caller, shop: str) -> None:
    lines = "Modelo | modelo | text | | línea\nPrecio | precio | money | $"
    bench = tools.keep_table(studio, editor, shop, *TABLE[:-1], lines)
    assert isinstance(bench.opened, TableTool)
    assert [one.said_as for one in bench.opened.columns] == [("línea",), ()]
    assert tool_forms.table_values(bench.opened)[-1] == lines
    with pytest.raises(BadFields):
        tools.keep_table(studio, editor, shop, *TABLE[:-1], "Modelo | modelo | colour")


def test_a_tool_is_opened_and_taken_away(studio: Studio, editor: Caller, shop: str) -> None:
    tools.keep_table(studio, editor, shop, *TABLE)
    bench = tools.manage(studio, editor, "open", "prices", shop)
    assert bench.opened == drafted(studio, shop).tools[-1]
    assert tools_view.shown(studio, bench)[2] == "prices"
    tools.manage(studio, editor, "remove", "prices", shop)
    assert drafted(studio, shop).tool_names == ("handoff",)


@pytest.mark.parametrize("at", [0, 1])
def test_what_a_form_does_not_show_stays(at: int) -> None:
    record: Any = named_tools("catalog", "financing")[at]
    if record.kind == "table":
        again: Any = tool_forms.table_of(*tool_forms.table_values(record))
    else:
        again = tool_forms.calculator_of(*tool_forms.calculator_values(record))
    assert tool_forms.kept(again, record) == record


def test_without_a_table_the_page_says_what_to_do(studio: Studio, editor: Caller) -> None:
    bare = studio.services.store.agents.create(Spec(name="Ana"), "test")
    with pytest.raises(NothingChosen, match="no_table"):
        tools.preview(studio, editor, bare, *TABLE)
    with pytest.raises(NothingChosen, match="choose_first"):
        tools.keep_table(studio, editor, "", *TABLE)
    with pytest.raises(NothingChosen, match="ask_first"):
        tools.ask(studio, editor, bare, " ")
