"""Sixty calculations as people write them, in three languages: right, or asked for what is missing.

Four calculators of trades that nothing in the platform knows; the built-in model fills them in.
"""

from typing import Any

import pytest

from agent.answer import Author, Said
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import Spec
from tests.fakes import FakeRetriever, named_tools

DELIVERY: dict[str, Any] = {
    "kind": "calculator",
    "name": "delivery",
    "said_as": ["envío", "mandar", "flete", "frete", "shipping", "delivery", "entrega"],
    "inputs": [
        {
            "name": "distance",
            "label": {"es": "la distancia en kilómetros", "en": "the distance in kilometres"},
            "unit": {"es": "kilómetros", "en": "kilometres", "pt": "quilômetros"},
            "said_as": ["distancia", "distance", "distância"],
            "least": 1,
            "most": 500,
        },
        {
            "name": "boxes",
            "type": "whole",
            "label": {"es": "el número de cajas", "en": "the number of boxes", "pt": "caixas"},
            "said_as": ["cajas", "caja", "boxes", "box", "caixas", "caixa"],
            "least": 1,
            "most": 40,
        },
    ],
    "results": [{"name": "cost", "formula": "50 + distance * 3.35 + boxes * 20"}],
    "sentence": {
        "es": "El envío cuesta ${cost}.",
        "en": "Delivery costs ${cost}.",
        "pt": "O frete custa ${cost}.",
    },
}
ROOMS: dict[str, Any] = {
    "kind": "calculator",
    "name": "stay",
    "decimal_mark": ",",
    "said_as": ["estancia", "hospedaje", "hospedarme", "diárias", "hospedagem", "stay"],
    "inputs": [
        {
            "name": "nights",
            "type": "whole",
            "label": {"es": "el número de noches", "en": "the number of nights", "pt": "noites"},
            "said_as": ["noches", "noche", "nights", "night", "noites", "noite"],
            "least": 1,
            "most": 30,
        },
        {
            "name": "people",
            "type": "whole",
            "label": {"es": "las personas", "en": "the people", "pt": "as pessoas"},
            "said_as": ["personas", "persona", "people", "guests", "pessoas", "adultos", "adults"],
            "least": 1,
            "most": 6,
        },
    ],
    "results": [{"name": "total", "formula": "nights * (70.25 + people * 15)"}],
    "sentence": {
        "es": "La estancia cuesta {total} €.",
        "en": "The stay costs {total} €.",
        "pt": "A estadia custa {total} €.",
    },
}
INVOICE: dict[str, Any] = {
    "kind": "calculator",
    "name": "commission",
    "said_as": ["comisión", "comisiones", "commission", "comissão"],
    "inputs": [
        {
            "name": "sales",
            "type": "money",
            "label": {"es": "las ventas", "en": "the sales", "pt": "as vendas"},
            "said_as": ["ventas", "venta", "vendí", "sales", "sold", "vendas", "vendi"],
            "least": 1,
        },
        {
            "name": "rate",
            "type": "percent",
            "label": {"es": "el porcentaje", "en": "the rate", "pt": "a taxa"},
            "said_as": ["tasa", "rate", "taxa", "porcentaje"],
            "least": 1,
            "most": 30,
        },
    ],
    "results": [{"name": "pay", "formula": "sales * rate / 100"}],
    "sentence": {
        "es": "La comisión es de ${pay}.",
        "en": "The commission is ${pay}.",
        "pt": "A comissão é de ${pay}.",
    },
}
RIGHT = [
    # a loan
    ("¿cuánto pagaría al mes por uno de 250 mil con 50 mil de enganche a 48 meses?", "5,072.52"),
    ("mensualidad de un auto de $250,000 con enganche de $50,000 a 4 años", "5,072.52"),
    ("financiamiento: precio 300,000, enganche 60,000, 60 meses", "5,099.29"),
    ("quiero un crédito, precio 300000 enganche 60000 a 60 meses", "5,099.29"),
    ("al mes con 60 mil de enganche, precio de 300 mil, 60 meses", "5,099.29"),
    ("mensualidades de uno de 250 mil, 20% de enganche, 72 meses", "3,705.17"),
    ("¿cuánto al mes? precio 250.000,00 enganche 50.000,00 a 36 meses", "6,453.44"),
    ("crédito precio 250 000 pesos y doy 50 000 pesos a 36 meses", "6,453.44"),
    ("monthly payment for 300000 with 60000 down, 60 months", "5,099.29"),
    ("how much a month for 300k with 60k down over 60 months?", "5,099.29"),
    ("financing a price of $250,000, down payment $50,000, 36 months", "6,453.44"),
    ("loan: price 250,000 and down payment of 20% for 6 years", "3,705.17"),
    ("quanto fica a parcela por mês de 250 mil com 50 mil de entrada em 48 meses?", "5,072.52"),
    ("financiamento: preço 300 mil, entrada 60 mil, 60 meses", "5,099.29"),
    ("mensalidade com entrada de R$ 50.000,00 e preço de R$ 250.000,00 em 36 meses", "6,453.44"),
    # a delivery
    ("¿cuánto cuesta el envío de 3 cajas a 10 km?", "143.50"),
    ("envío a 10 kilómetros, 3 cajas", "143.50"),
    ("mandar 2 cajas, distancia 12,5 km", "131.88"),
    ("mandar 2 cajas, distancia de 12.5", "131.88"),
    ("flete de 40 cajas a 100 km", "1,185"),
    ("shipping for 3 boxes, 10 km", "143.50"),
    ("delivery of 1 box to a distance of 20 kilometres", "137"),
    ("what is the delivery for 12 boxes and 100 kilometers?", "625"),
    ("frete de 3 caixas para 10 km", "143.50"),
    ("entrega: 2 caixas, 12,5 quilômetros", "131.88"),
    # a stay
    ("estancia de 3 noches para 2 personas", "300,75"),
    ("¿cuánto es el hospedaje de 2 personas, 3 noches?", "300,75"),
    ("hospedarme 10 noches con 4 personas", "1.302,50"),
    ("a stay of 3 nights for 2 people", "300,75"),
    ("stay for 2 guests and 3 nights", "300,75"),
    ("hospedagem de 3 noites para 2 pessoas", "300,75"),
    ("diárias: 2 adultos, 10 noites", "1.002,50"),
    # a commission
    ("comisión de ventas por 250 mil al 5%", "12,500"),
    ("¿qué comisión me toca si vendí 1.250,50 con tasa de 10 %?", "125.05"),
    ("comisión: ventas 60k, 12,5 %", "7,500"),
    ("commission on sales of 1.5M at 2%", "30,000"),
    ("what commission for sales of $80,000 at a rate of 7.5 percent", "6,000"),
    ("comissão de 3% sobre vendas de 2 milhões", "60,000"),
    ("comissão: vendi R$ 1.250,50 taxa 10 %", "125.05"),
    ("comisión del 5 por ciento de ventas de 1 millón", "50,000"),
]
ASKED = [
    ("quiero un crédito", "¿Cuál es el precio?"),
    ("tengo 50 mil de enganche, ¿cuánto pagaría al mes?", "¿Cuál es el precio?"),
    ("¿cuánto al mes con un presupuesto de 250 mil?", "¿Cuál es el precio?"),
    ("¿cuánto al mes? tengo 60 mil", "¿Cuál es el precio?"),
    ("crédito de 300 mil y 60 mil", "¿Cuál es el precio?"),
    ("mensualidad de uno de 300 mil", "enganche"),
    ("financing, price 300k", "down payment"),
    ("monthly payment, I have 60k", "What is the price?"),
    ("parcela com entrada de 60 mil", "Qual é o preço?"),
    ("mensualidad: precio 300 mil, enganche 60 mil a 12 meses", "36 a 72 meses"),
    ("financing price 300k down 60k for 10 years", "36 to 72 months"),
    ("financiamento preço 300 mil entrada 60 mil em 80 meses", "36 a 72 meses"),
    ("¿cuánto cuesta el envío?", "kilómetros"),
    ("envío a 900 km de 2 cajas", "1 a 500"),
    ("shipping of 3 boxes", "kilometres"),
    ("frete de 50 caixas a 10 km", "1 a 40"),
    ("estancia para 2 personas", "noches"),
    ("stay of 3 nights for 9 people", "1 to 6"),
    ("comisión de ventas de 250 mil", "porcentaje"),
    ("commission at 5%", "sales"),
]


@pytest.fixture(scope="module")
def spec() -> Spec:
    given = ["financing", DELIVERY, ROOMS, INVOICE]
    tools = [*named_tools("financing"), *given[1:]]
    return Spec.model_validate({"name": "Ana", "languages": ["es", "en", "pt"], "tools": tools})


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime(Settings(_env_file=None), FakeRetriever())


def test_there_are_sixty_of_them() -> None:
    assert len({text for text, _ in [*RIGHT, *ASKED]}) == 60


@pytest.mark.parametrize(("text", "figure"), RIGHT)
def test_a_calculation_is_right(runtime: Runtime, spec: Spec, text: str, figure: str) -> None:
    answer = runtime.answer(spec, [], [text]).text
    assert figure in answer


@pytest.mark.parametrize(("text", "asked"), ASKED)
def test_what_is_missing_or_out_of_range_is_asked_for(
    runtime: Runtime, spec: Spec, text: str, asked: str
) -> None:
    answer = runtime.answer(spec, [], [text]).text
    assert asked in answer


def talk(runtime: Runtime, spec: Spec, *texts: str) -> list[str]:
    history: list[Said] = []
    for text in texts:
        answer = runtime.answer(spec, history, [text]).text
        history += [Said(Author.CUSTOMER, text), Said(Author.AGENT, answer)]
    return [said.text for said in history if said.author == Author.AGENT]


@pytest.mark.parametrize(
    "texts",
    [
        ("quiero un crédito", "300 mil", "60 mil", "¿y a 60 meses?"),
        ("quiero un crédito", "300,000", "60,000", "60 meses"),
        ("quiero un crédito de 48 meses", "300000", "60000", "¿y a 60 meses?"),
        ("monthly payment?", "300k", "60k down", "and at 60 months?"),
        (
            "uno de 250 mil con 50 mil de enganche al mes",
            "uno de 300 mil al mes",
            "60 mil",
            "60 meses",
        ),
    ],
)
def test_a_follow_up_keeps_what_was_said(
    runtime: Runtime, spec: Spec, texts: tuple[str, ...]
) -> None:
    assert "5,099.29" in talk(runtime, spec, *texts)[-1]


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        (
            ("uno de 250 mil con 50 mil de enganche al mes", "¿cuánto al mes por uno de 400 mil?"),
            "enganche",
        ),
        (
            ("mi presupuesto es de 250 mil", "¿cuánto pagaría al mes con 50 mil de enganche?"),
            "precio",
        ),
        (("gano 30 mil", "¿mensualidad con 50 mil de enganche?"), "precio"),
        (
            (
                "uno de 250 mil con 50 mil de enganche al mes",
                "¿a qué hora abren?",
                "¿cuánto al mes con 60 mil de enganche?",
            ),
            "precio",
        ),
        (("quiero crédito", "300 mil", "60"), "enganche"),
    ],
)
def test_no_figure_is_taken_from_another_question(
    runtime: Runtime, spec: Spec, texts: tuple[str, ...], asked: str
) -> None:
    last = talk(runtime, spec, *texts)[-1]
    assert asked in last
    assert "al mes," not in last
