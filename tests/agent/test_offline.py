"""The built-in model on what customers really write."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.answer import Said, Token
from agent.offline.amounts import amounts
from agent.offline.asking import wanted
from agent.offline.quoting import quotes
from agent.offline.reading import Excerpt, Result, read
from agent.offline.results import in_words
from agent.offline.slots import Frame, frames_in
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import KnowledgeChoice, Spec, Wording
from agent.tools.registry import tables_for, tools_of
from tests.agent.conftest import BASE, passage
from tests.fakes import FakeRetriever, named_tools


@pytest.fixture
def homologation() -> Runtime:
    """A homologation assistant's library: what, documents, prices and times."""
    retriever = FakeRetriever(
        [
            passage(
                1,
                "que-se-homologa.md",
                "Se homologa el cambio de escape cuando no es el original. La bola de remolque "
                "se homologa siempre. Los vinilos no se homologan.",
                heading="Reformas",
            ),
            passage(
                2,
                "documentos.docx",
                "Para homologar el escape necesitamos:\n- Ficha técnica\n- Permiso de "
                "circulación\n- Fotos del escape montado",
                heading="Escape",
            ),
            passage(
                3,
                "precios-y-plazos.xlsx",
                "servicio: Escape. precio: 340. plazo: 12 días. notas: IVA incluido",
                row=1,
            ),
            passage(
                4,
                "precios-y-plazos.xlsx",
                "servicio: Bola de remolque. precio: 220. plazo: 8 días.",
                row=2,
            ),
        ]
    )
    return Runtime(Settings(_env_file=None), retriever)


MARCOS = Spec(
    name="Marcos", brand="Homologa Fácil", knowledge=KnowledgeChoice(bases=(BASE,)), tools=()
)


@pytest.mark.parametrize(
    ("question", "held", "source"),
    [
        ("¿Qué garantía tienen los autos?", "3 meses o 3,000 km", "garantia.pdf, p. 2"),
        ("me cubren los frenos?", "No cubre llantas, frenos ni batería", "garantia.pdf, p. 3"),
        ("puedo regresar el carro si no me gusta?", "7 días o 300 km", "preguntas-frecuentes.html"),
        ("aceptan mi auto a cuenta", "lo valuamos en 30 minutos", "preguntas-frecuentes.html"),
        ("a que hora abren en guadalajara", "10:00 a 20:00", "sucursales.xlsx, fila 4"),
        ("tienen sucursal en puebla??", "Angelópolis", "sucursales.xlsx, fila 3"),
        ("que tasa manejan", "10 %", "financiamiento.docx"),
        (
            "qué documentos piden para el crédito?",
            "- Identificación oficial",
            "financiamiento.docx",
        ),
    ],
)
def test_it_quotes_the_passage_and_names_it(
    offline: Runtime, spec: Spec, question: str, held: str, source: str
) -> None:
    answer = offline.answer(spec, [], [question])
    assert held in answer.text
    assert f"Fuente: {source}" in answer.text
    assert answer.citations[0].source == source.split(",")[0]


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("What warranty do you offer?", "3 meses o 3,000 km"),
        ("Where is your branch in Puebla?", "Angelópolis"),
        ("Can I return the car?", "7 días o 300 km"),
        ("What is the interest rate?", "10 %"),
    ],
)
def test_it_answers_in_english_and_quotes_the_spanish(
    offline: Runtime, spec: Spec, question: str, held: str
) -> None:
    text = offline.answer(spec, [], [question]).text
    assert held in text
    assert "Our documents say" in text
    assert "Fuente" not in text


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("hay que homologar la bola de enganche?", "La bola de remolque se homologa siempre"),
        ("los vinilos se homologan?", "Los vinilos no se homologan"),
        ("q documentos necesito para el escape", "- Ficha técnica"),
        ("cuánto cuesta homologar el escape", "precio: 340"),
        ("how long does the exhaust take?", "plazo: 12 días"),
    ],
)
def test_it_helps_with_homologation(homologation: Runtime, question: str, held: str) -> None:
    assert held in homologation.answer(MARCOS, [], [question]).text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("¿Venden motos acuáticas?", "No encuentro información sobre eso"),
        ("Do you sell helicopters?", "I find nothing about that"),
    ],
)
def test_it_says_plainly_that_it_has_nothing(
    offline: Runtime, spec: Spec, question: str, said: str
) -> None:
    answer = offline.answer(spec, [], [question])
    assert said in answer.text
    assert "demo" in answer.text
    assert answer.citations == ()


def test_it_sees_through_a_typo() -> None:
    held = Excerpt(1, "garantia.pdf, p. 2", "", "La garantía dura 3 meses. Los frenos no entran.")
    assert quotes("q garntia dan", [held])[0].text.startswith("La garantía dura 3 meses.")


def test_it_greets_in_the_agents_name(offline: Runtime, spec: Spec) -> None:
    assert "Soy Sofía, de Rueda Clara." in offline.answer(spec, [], ["hola!"]).text
    own = spec.model_copy(update={"greeting": Wording(es="¡Qué onda! Soy Sofi.")})
    assert offline.answer(own, [], ["Buenas tardes"]).text == "¡Qué onda! Soy Sofi."


def test_it_greets_only_once(offline: Runtime, spec: Spec) -> None:
    history = [Said("customer", "hola"), Said("agent", "¡Hola!")]
    text = offline.answer(spec, history, ["hola, qué garantía dan?"]).text
    assert "Soy Sofía" not in text


@pytest.mark.parametrize("words", ["gracias!", "muchas gracias", "ok gracias", "adiós", "vale"])
def test_courtesy_is_not_looked_up(offline: Runtime, spec: Spec, words: str) -> None:
    answer = offline.answer(spec, [], [words])
    assert "No encuentro" not in answer.text
    assert answer.text


def test_it_calls_the_catalogue_and_reads_it_out(offline: Runtime, spec: Spec) -> None:
    answer = offline.answer(spec, [], ["busco un nisan de menos de 250 mil"])
    assert "Nissan Versa 2020: $219,000, 45,000 km, Automática" in answer.text
    assert "Sentra" not in answer.text
    assert {citation.source for citation in answer.citations} == {"catalogo.csv"}


def test_a_wish_that_narrows_nothing_is_asked_for_more(offline: Runtime, spec: Spec) -> None:
    assert "Hay 7 en total" in offline.answer(spec, [], ["¿qué autos tienen?"]).text
    assert "Encontré 3" in offline.answer(spec, [], ["autos en puebla de menos de 270"]).text


def test_a_months_payment_for_a_model_begins_with_its_cars(offline: Runtime, spec: Spec) -> None:
    text = offline.answer(spec, [], ["¿cuánto pagaría al mes por un versa?"]).text
    assert "Nissan Versa 2020: $219,000" in text
    assert text.endswith("¿Cuál es el precio? Con eso le calculo la mensualidad.")


def test_it_offers_the_nearest_when_nothing_fits(offline: Runtime, spec: Spec) -> None:
    text = offline.answer(spec, [], ["tienen mazda de menos de 100 mil?"]).text
    assert "No tengo ninguno que cumpla todo eso." in text
    assert "$265,000" in text


def test_it_never_invents_a_car(offline: Runtime, spec: Spec) -> None:
    assert "No encontré «ferrari»" in offline.answer(spec, [], ["tienen un ferrari?"]).text


def test_it_works_out_a_loan_over_two_turns(offline: Runtime, spec: Spec) -> None:
    first = "¿cuánto pagaría al mes por un auto de 250,000?"
    asked = offline.answer(spec, [], [first])
    assert "enganche" in asked.text
    history = [Said("customer", first), Said("agent", asked.text)]
    text = offline.answer(spec, history, ["50 mil"]).text
    assert "48 meses: $5,072.52 al mes" in text


def test_it_passes_to_a_person_when_asked(offline: Runtime, spec: Spec) -> None:
    answer = offline.answer(spec, [], ["me puede llamar un asesor por favor"])
    assert (answer.outcome, answer.text) == ("handoff", spec.handoff.message.es)


def test_it_calls_no_tool_it_was_not_given(offline: Runtime, spec: Spec) -> None:
    bare = spec.model_copy(update={"tools": ()})
    answer = offline.answer(bare, [], ["busco un nissan", "al mes con 50 mil de enganche?"])
    assert [step.kind for step in answer.trace] == ["passages", "model"]


def test_what_it_streams_is_what_it_answers(offline: Runtime, spec: Spec) -> None:
    events = list(offline.stream(spec, [], ["¿Qué garantía dan?"]))
    streamed = "".join(event.text for event in events if isinstance(event, Token))
    assert streamed.replace(" [1]", "") == offline.answer(spec, [], ["¿Qué garantía dan?"]).text


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("250 mil", 250_000, "money"),
        ("$250,000", 250_000, "money"),
        ("250.000 pesos", 250_000, "money"),
        ("1.5 millones", 1_500_000, "money"),
        ("300k", 300_000, "money"),
        ("20%", 20, "percent"),
        ("48 meses", 48, "months"),
        ("4 años", 4, "years"),
        ("50 mil km", 50_000, "km"),
        ("2019", 2019, "year"),
    ],
)
def test_amounts(text: str, value: float, unit: str) -> None:
    assert [(amount.value, amount.unit) for amount in amounts(text)] == [(value, unit)]


def frames(*tools: BaseTool) -> Sequence[Frame]:
    return frames_in([convert_to_openai_tool(tool) for tool in tools])


def asked(text: str, offered: Sequence[Frame], *earlier: str) -> dict[str, dict[str, object]]:
    return {one.frame.tool: one.arguments for one in wanted(text, earlier, offered)}


@pytest.fixture
def shop(retriever: FakeRetriever) -> Sequence[Frame]:
    """The sample's tools as a model sees them: with the values of its catalogue."""
    records = named_tools("catalog", "financing")
    return frames(*tools_of(records, tables_for(records, retriever, [BASE])))


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("autos de menos de 200 mil", {"precio_max": 200_000}),
        ("autos de menos de 200", {"precio_max": 200_000}),
        ("carros entre 150 y 200 mil", {"precio_min": 150_000, "precio_max": 200_000}),
        ("no más de 200 mil en autos", {"precio_max": 200_000}),
        ("tienen versa", {"modelo": "Versa"}),
        ("busco un nisan", {"marca": "Nissan"}),
        ("seat ibiza del 2019 en adelante", {"marca": "Seat", "modelo": "Ibiza", "anio_min": 2019}),
        ("un ibiza 2019", {"modelo": "Ibiza", "anio_min": 2019, "anio_max": 2019}),
        ("nissan entre 2018 y 2020", {"marca": "Nissan", "anio_min": 2018, "anio_max": 2020}),
        ("autos de 2018 a 2020", {"anio_min": 2018, "anio_max": 2020}),
        ("autos desde 2018 hasta 2020", {"anio_min": 2018, "anio_max": 2020}),
        ("mazda 3?", {"modelo": "Mazda 3"}),
        ("busco un mazda3 manual", {"modelo": "Mazda 3", "transmision": "Manual"}),
        ("camionetas con menos de 60 mil km", {"kilometraje_max": 60_000}),
        ("qué autos hay en guadalajara", {"ciudad": "Guadalajara"}),
        ("autos automáticos en cdmx", {"transmision": "Automática", "ciudad": "Ciudad de México"}),
        ("el auto más nuevo", {"order": "anio_highest"}),
        ("do you have cars under 300k", {"precio_max": 300_000}),
        ("what is the cheapest nissan?", {"marca": "Nissan", "order": "precio_lowest"}),
        ("tienen un ferrari?", {"marca": "ferrari"}),
        ("busco un auto familiar", {"marca": "familiar"}),
        ("quiero un carro para mi hija", {}),
        ("¿cuánto cuesta el seguro del auto?", None),
        ("tienen estacionamiento?", None),
        ("¿cuánto pagaría al mes por un versa?", {"modelo": "Versa"}),
        ("¿cuánto al mes por un versa de 250 mil?", None),
        ("¿qué enganche piden por un versa?", None),
        ("qué garantía tienen los autos", None),
        ("dónde hay una sucursal", None),
        ("tienen agencia en Puebla", None),
        ("quiero vender mi carro", None),
        ("tengo 30 años y vivo en Puebla", None),
    ],
)
def test_a_search_is_filled_from_the_values_there_are(
    shop: Sequence[Frame], text: str, filters: dict[str, object] | None
) -> None:
    assert asked(text, shop).get("catalog") == filters


@pytest.mark.parametrize(
    ("first", "then", "filters"),
    [
        ("busco un nissan", "¿y en puebla?", {"marca": "Nissan", "ciudad": "Puebla"}),
        ("tienen kia?", "de menos de 200 mil", {"marca": "Kia", "precio_max": 200_000}),
        ("busco un nissan", "tienen kia?", {"marca": "Kia"}),
    ],
)
def test_a_search_goes_on_where_the_sentence_does(
    shop: Sequence[Frame], first: str, then: str, filters: dict[str, object]
) -> None:
    assert asked(then, shop, first)["catalog"] == filters


@pytest.mark.parametrize(
    ("text", "loan"),
    [
        ("auto de 250 mil con 50 mil de enganche", {"price": 250_000, "down_payment": 50_000}),
        (
            "enganche de 60,000 y precio 300,000 a 4 años",
            {"price": 300_000, "down_payment": 60_000, "months": 48},
        ),
        ("uno de 200 mil, 20% de enganche", {"price": 200_000, "down_payment": 40_000}),
        ("con 20% de enganche uno de 200 mil", {"price": 200_000, "down_payment": 40_000}),
        (
            "a car for 300k with 60k down, 48 months",
            {"price": 300_000, "down_payment": 60_000, "months": 48},
        ),
        ("al mes a 60 meses", {"months": 60}),
        ("quiero crédito", {}),
    ],
)
def test_a_calculation_is_filled_by_the_words_beside_its_amounts(
    shop: Sequence[Frame], text: str, loan: dict[str, float]
) -> None:
    assert asked(text, shop)["financing"] == loan


# Another trade's tools: nothing about them is anywhere but in their schemas.
BAKERY: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "cakes",
        "description": "Look cakes up (pastel, pasteles, tarta, cake, cakes).",
        "parameters": {
            "properties": {
                "flavour": {
                    "type": "string",
                    "description": "flavour (sabor)",
                    "examples": ["Chocolate", "Vainilla con fresas", "Zanahoria"],
                },
                "price_max": {
                    "type": "number",
                    "description": "highest price (precio)",
                    "examples": [180, 950],
                },
            }
        },
    },
}
MOVING: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "moving",
        "description": "What moving house costs (mudanza, moving).",
        "parameters": {
            "properties": {
                "distance": {"type": "number", "description": "in kilometres (distancia)"},
                "insured": {"type": "number", "description": "amount insured (seguro, asegurado)"},
            }
        },
    },
}


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("¿tienen pastel de chocolate?", {"cakes": {"flavour": "Chocolate"}}),
        ("busco una tarta de zanaoria", {"cakes": {"flavour": "Zanahoria"}}),
        ("pasteles de menos de 300 pesos", {"cakes": {"price_max": 300}}),
        ("un pastel de fresas", {"cakes": {"flavour": "Vainilla con fresas"}}),
        ("mudanza a 40 km", {"moving": {"distance": 40}}),
        (
            "a moving of 40 km, seguro de 20 mil pesos",
            {"moving": {"distance": 40, "insured": 20_000}},
        ),
        ("¿a qué hora abren?", {}),
    ],
)
def test_any_trades_tools_are_filled_by_their_schema(
    text: str, calls: dict[str, dict[str, object]]
) -> None:
    assert asked(text, frames_in([BAKERY, MOVING])) == calls


def test_a_tools_result_is_read_out_as_the_tool_shapes_it() -> None:
    found = {
        "say": "Hay dos:",
        "rows": [{"n": 1, "cake": "Selva", "price": "1450.5"}, {"n": 2, "cake": "Ópera"}],
        "named_by": ["cake"],
        "formats": {"price": "{} €"},
        "source": "carta.xlsx",
    }
    said = in_words(Result("cakes", json.dumps(found), failed=False), "pt")
    assert said == "Hay dos:\n- Selva: 1,450.50 € [1]\n- Ópera [2]\nFonte: carta.xlsx"


@pytest.mark.parametrize("text", ["no JSON", "[]", "7", ""])
def test_a_result_that_has_no_shape_is_not_read_out(text: str) -> None:
    assert "no puedo consultarlo" in in_words(Result("cakes", text, failed=False), "es")


@pytest.mark.parametrize(
    ("messages", "questions"),
    [
        (("hola", "¿qué cubre", "la garantía?"), ("hola", "¿qué cubre la garantía?")),
        (("y ¿a qué hora abren", "en Guadalajara?"), ("y ¿a qué hora abren en Guadalajara?",)),
        (("what time do you open", "in Madrid?"), ("what time do you open in Madrid?",)),
        (("quanto custa o envio", "para Lisboa"), ("quanto custa o envio para Lisboa",)),
        (("hola", "en Madrid hay tienda?"), ("hola", "en Madrid hay tienda?")),
        (("¿Abren hoy?", "¿Y el lunes?"), ("¿Abren hoy?", "¿Y el lunes?")),
        (("Busco un regalo.", "Con envío"), ("Busco un regalo.", "Con envío")),
    ],
)
def test_one_sentence_sent_in_parts_is_one_question(
    messages: Sequence[str], questions: Sequence[str]
) -> None:
    burst = "".join(f"<message>{text}</message>" for text in messages)
    said = HumanMessage(f'<customer language="es">{burst}</customer>')
    assert read([said]).questions == tuple(questions)
