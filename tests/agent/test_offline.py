"""The built-in model on what customers really write."""

import json

import pytest

from agent.answer import Said, Token
from agent.offline.amounts import amounts
from agent.offline.quoting import quotes
from agent.offline.reading import Excerpt, Result
from agent.offline.results import in_words
from agent.offline.wishes import cars_asked, loan_asked
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import KnowledgeChoice, Spec, Wording
from tests.agent.conftest import BASE, passage
from tests.fakes import FakeLibrary


@pytest.fixture
def homologation() -> Runtime:
    """A homologation assistant's library: what, documents, prices and times."""
    library = FakeLibrary(
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
    return Runtime(Settings(_env_file=None), library)


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


def test_a_wish_that_narrows_nothing_is_asked_for_more() -> None:
    cars = [{"marca": "Kia", "precio": "150000", "n": 1}]
    found = {"unknown": [], "cars": cars, "matches": 240, "source": "catalogo.csv"}
    result = Result("catalog", json.dumps(found), failed=False)
    assert "240 autos en total" in in_words(result, "es", {"order": "newest"})
    assert "240 autos así" in in_words(result, "es", {"brand": "kia"})


def test_a_months_payment_for_a_model_begins_with_its_cars(offline: Runtime, spec: Spec) -> None:
    text = offline.answer(spec, [], ["¿cuánto pagaría al mes por un versa?"]).text
    assert "Nissan Versa 2020: $219,000" in text
    assert text.endswith("Si me dice el precio y el enganche, le calculo la mensualidad.")


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


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("autos de menos de 200 mil", {"price_max": 200_000}),
        ("carros entre 150 y 200 mil", {"price_min": 150_000, "price_max": 200_000}),
        ("tienen versa", {"brand": "nissan", "model": "versa"}),
        (
            "un jetta del 2019 en adelante",
            {"brand": "volkswagen", "model": "jetta", "year_min": 2019},
        ),
        ("camionetas con menos de 60 mil km", {"km_max": 60_000}),
        ("qué autos hay en guadalajara", {"city": "guadalajara"}),
        ("do you have cars under 300k", {"price_max": 300_000}),
        ("¿cuánto pagaría al mes por un versa?", {"brand": "nissan", "model": "versa"}),
        ("¿cuánto al mes por un versa de 250 mil?", None),
        ("¿qué enganche piden por un versa?", None),
        ("qué garantía tienen los autos", None),
        ("dónde hay una sucursal", None),
        ("quiero vender mi carro", None),
    ],
)
def test_catalogue_wishes(text: str, filters: dict[str, object] | None) -> None:
    assert cars_asked(text) == filters


@pytest.mark.parametrize(
    ("text", "loan"),
    [
        ("auto de 250 mil con 50 mil de enganche", {"price": 250_000, "down_payment": 50_000}),
        ("enganche de 60,000 y precio 300,000 a 4 años",
         {"price": 300_000, "down_payment": 60_000, "months": 48}),
        ("uno de 200 mil, 20% de enganche", {"price": 200_000, "down_payment": 40_000}),
        ("a 60 meses", {"months": 60}),
    ],
)  # fmt: skip
def test_loan_wishes(text: str, loan: dict[str, float]) -> None:
    assert loan_asked(text, []) == loan
