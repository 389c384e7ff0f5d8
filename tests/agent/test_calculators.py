"""Calculators: records of staff, worked out in decimals, asking for what is missing."""

from decimal import Decimal
from typing import Any, cast

import pytest
from pydantic import ValidationError

from agent.spec import Spec
from agent.toolkit.calculation import calculate, failures, written
from agent.toolkit.records import CalculatorTool
from agent.tools.calculator import schema
from tests.fakes import named_tools

LOAN = cast("CalculatorTool", named_tools("financing")[0])
DELIVERY: dict[str, Any] = {
    "kind": "calculator",
    "name": "delivery",
    "inputs": [
        {"name": "distance", "label": "la distancia", "unit": "km", "least": 1, "most": 80},
        {"name": "boxes", "type": "whole", "label": "las cajas", "least": 1, "default": 1},
        {
            "name": "speed",
            "type": "choice",
            "label": "el servicio",
            "choices": [{"name": "normal", "value": 1}, {"name": "urgente", "value": 1.5}],
        },
    ],
    "results": [{"name": "cost", "formula": "(50 + distance * 3.35 + boxes * 20) * speed"}],
    "sentence": "El envío {speed} de {boxes} cajas a {distance} km cuesta ${cost}.",
    "examples": [{"given": {"distance": 10, "boxes": 2, "speed": 1}, "gives": {"cost": "123.50"}}],
}


def tool(**changes: Any) -> CalculatorTool:
    return CalculatorTool.model_validate(DELIVERY | changes)


def said(given: dict[str, Any], language: str = "es", **changes: Any) -> str:
    return calculate(tool(**changes), given, language).say


@pytest.mark.parametrize(
    ("months", "payment"),
    [(36, "6453.44"), (48, "5072.52"), (60, "4249.41"), (72, "3705.17")],
)
def test_payments_are_exact_to_the_cent(months: int, payment: str) -> None:
    given = {"price": 250_000, "down_payment": 50_000, "months": months}
    (row,) = calculate(LOAN, given, "es").rows
    assert row["monthly"] == Decimal(payment)
    assert row["total"] == row["monthly"] * months


def test_every_value_offered_is_a_line_unless_one_is_said() -> None:
    outcome = calculate(LOAN, {"price": 100, "down_payment": 20}, "en")
    assert [row["months"] for row in outcome.rows] == [36, 48, 60, 72]
    assert outcome.say.count("a month") == 4


def test_what_is_missing_is_asked_for_one_at_a_time() -> None:
    asked = [calculate(LOAN, given, "es") for given in ({}, {"price": 300_000})]
    assert [one.missing for one in asked] == ["price", "down_payment"]
    assert "¿Cuál es el precio?" in asked[0].say
    assert "enganche" not in asked[0].say


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "¿Cuál es la distancia?"),
        ({"distance": 10}, "¿Cuál sería el servicio: normal, urgente?"),
        ({"distance": 90}, "La distancia: de 1 a 80 km. ¿Cuál sería?"),
        ({"distance": 10, "boxes": 0}, "Las cajas: 1 como mínimo. ¿Cuál sería?"),
        ({"distance": 10, "boxes": 1.5}, "Las cajas: tiene que ser un número entero. ¿Cuál sería?"),
        (
            {"distance": 10, "speed": "urgente"},
            "El envío urgente de 1 cajas a 10 km cuesta $155.25.",
        ),
    ],
)
def test_each_input_is_asked_for_or_said_with_its_range(
    given: dict[str, Any], sentence: str
) -> None:
    assert said(given) == sentence


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "diez", [], {}, 1e300])
def test_a_value_that_is_no_figure_is_asked_for(value: Any) -> None:
    assert calculate(tool(), {"distance": value}, "es").missing == "distance"


def test_a_term_out_of_range_is_said_with_the_range() -> None:
    given = {"price": 250_000, "down_payment": 50_000, "months": 12}
    assert calculate(LOAN, given, "es").say == "El plazo: de 36 a 72 meses. ¿Cuál sería?"
    assert "from 36 to 72 months" in calculate(LOAN, given, "en").say


@pytest.mark.parametrize(("price", "down"), [(0, 0), (100, 0), (100, 100), (100, 200), (-5, 1)])
def test_what_cannot_be_is_said(price: int, down: int) -> None:
    assert not calculate(LOAN, {"price": price, "down_payment": down}, "es").rows


@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_a_division_by_nothing_is_said(language: str) -> None:
    results = [{"name": "cost", "formula": "1 / (distance - 10)"}]
    given = {"distance": 10, "speed": "normal"}
    assert "{" not in said(given, language, results=results, examples=[])


@pytest.mark.parametrize(
    ("value", "mark", "text"),
    [
        ("1234567.50", ".", "1,234,567.50"),
        ("1234567.50", ",", "1.234.567,50"),
        ("1000.00", ",", "1.000"),
        ("0.5", ",", "0,5"),
        ("1E+3", ".", "1,000"),
    ],
)
def test_figures_are_written_as_people_read_them(value: str, mark: str, text: str) -> None:
    assert written(Decimal(value), mark) == text


def test_examples_are_the_tests_of_a_calculator() -> None:
    assert list(failures(LOAN)) == []
    assert list(failures(tool())) == []
    wrong = tool(examples=[{"given": {"distance": 10, "speed": 1}, "gives": {"cost": 1}}])
    (failure,) = failures(wrong)
    assert "cost = 103.50" in failure[1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"results": [{"name": "cost", "formula": "distance * price"}]}, "price is neither"),
        ({"sentence": "Cuesta {price}."}, "price is neither"),
        ({"name": "handoff"}, "built-in"),
        ({"name": "Not a name"}, "pattern"),
        ({"inputs": []}, "at least 1"),
        ({"inputs": [{"name": "distance", "least": 9, "most": 1}]}, "Swap them"),
        ({"inputs": [{"name": "distance", "most": 5, "default": 9}]}, "outside"),
        ({"inputs": [{"name": "distance"}, {"name": "distance"}]}, "Two|called distance"),
        ({"inputs": [{"name": "distance", "type": "choice"}]}, "choose from"),
        ({"surprise": 1}, "Extra inputs"),
        ({"results": [{"name": "cost", "formula": "__import__('os')"}]}, "no formula"),
    ],
)
def test_a_record_that_cannot_work_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        tool(**changes)


def test_a_model_may_say_each_input_or_none() -> None:
    fields = schema(tool()).model_json_schema()["properties"]
    assert set(fields) == {"distance", "boxes", "speed"}
    assert schema(tool()).model_validate({}).model_dump(exclude_none=True) == {}


def test_a_spec_with_tools_goes_through_yaml_and_back() -> None:
    spec = Spec(name="Ana", tools=(tool(), *named_tools("catalog", "financing", "handoff")))
    assert Spec.from_yaml(spec.to_yaml()) == spec
    assert hash(Spec.from_yaml(spec.to_yaml())) == hash(spec)
    assert "formula: (50 + distance * 3.35 + boxes * 20) * speed" in spec.to_yaml()


def test_two_tools_have_two_names() -> None:
    with pytest.raises(ValidationError, match="Two tools are called delivery"):
        Spec(name="Ana", tools=(tool(), tool(when="También")))


def test_a_tool_that_is_only_named_is_the_record_it_was() -> None:
    old = Spec.from_yaml("name: Ana\ntools: [catalog, financing, handoff, handoff, knowledge]\n")
    assert [one.kind for one in old.tools] == ["table", "calculator", "handoff", "knowledge"]
    assert Spec.from_yaml(old.to_yaml()) == old
