"""What an agent that may answer only from its knowledge says stands in what was found."""

import math
from collections.abc import Sequence
from typing import get_args

import pytest

from agent.answer import Answer, Said, Token
from agent.answering import nearness_by
from agent.grounding.check import Kind, faults
from agent.grounding.nearness import by
from agent.grounding.sources import Grounds, grounds
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import KnowledgeChoice, Spec
from knowledge.base import Embedder
from knowledge.errors import EmbeddingRefused, EmbeddingUnavailable
from knowledge.vectors import e5
from knowledge.vectors.embedders import Embedders
from studio.texts.en.why import TEXTS as TEXTS_EN
from studio.texts.es.why import TEXTS as TEXTS_ES
from tests.agent.conftest import BASE
from tests.fakes import FakeRetriever, ScriptedModel, call

FOUND = [
    (
        "La garantía cubre motor y transmisión durante 3 meses o 3,000 km, lo que ocurra\n"
        "primero. No cubre llantas, frenos ni batería.",
        "Garantía",
        "garantia.pdf, p. 2",
    ),
    (
        "Limpieza dental: 39 euros.\nBlanqueamiento: 55 euros.\nOrtodoncia: desde 1,200 euros.",
        "Precios",
        "precios.docx",
    ),
    (
        "Sucursal: Puebla. Horario: lunes a sábado de 9:00 a 19:00.",
        "",
        "sucursales.xlsx, fila 1",
    ),
    (
        "Sucursal: Guadalajara. Horario: diario de 10:00 a 20:00. Teléfono: 33 5550 0101.",
        "",
        "sucursales.xlsx, fila 2",
    ),
]
TRUE = [
    "La garantía cubre motor y transmisión durante 3 meses o 3,000 km [1].",
    "Tienes tres meses o 3 mil kilómetros de garantía en motor y transmisión.",
    "No, la garantía no cubre llantas ni frenos.",
    "La limpieza dental cuesta 39 € y el blanqueamiento 55 €.",
    "En Puebla abrimos de lunes a sábado, de 9 am a 7 pm.",
    "En Puebla abrimos los martes de 9:00 a 19:00 y en Guadalajara de 10:00 a 20:00.",
    "El teléfono de Guadalajara es 33 5550 0101.",
    "The warranty lasts 3 months or 3,000 km [1].",
    "A limpeza dental custa 39 euros [2].",
]
COURTESY = [
    "¡Hola! Soy Sofía, de Rueda Clara.",
    "Con gusto te explico.",
    "¿Te gustaría agendar una cita?",
    "Si necesitas algo más, aquí estoy para ayudarte.",
    "No tengo información sobre eso, pero puedo pasarte con una persona del equipo.",
    "Sure, I'd be happy to help you with that!",
    "I could not find anything about that in our documents.",
    "I'll pass you to a person of our team.",
    "Não encontrei essa informação nos nossos documentos.",
    "Obrigado pelo contato!",
]
MADE_UP = {
    "La garantía dura doce meses.": "figure",
    "La garantía cubre el motor durante 3 años.": "figure",
    "La limpieza dental cuesta 55 euros.": "figure",
    "En Puebla abrimos hasta las 21:00.": "figure",
    "El teléfono de Guadalajara es 33 5550 0199.": "figure",
    "Tenemos un descuento del 20 % en limpieza dental.": "figure",
    "¿Sabías que la limpieza tiene un 20 % de descuento?": "figure",
    "En Puebla abrimos los domingos.": "",  # a day that the other branch names: not told apart
    "La garantía se renueva en enero.": "date",
    "También hay sucursal en Monterrey con horario de 9:00 a 19:00.": "name",
    "Consulta la garantía en https://garantias.example/todo": "link",
    "La garantía cubre llantas, frenos y batería.": "contrary",
    "La garantía no cubre motor y transmisión.": "contrary",
    "Incluimos lavado y encerado gratis para clientes frecuentes.": "words",
    "You can pay with bitcoin through our mobile app [1].": "words",
    "Estudantes recebem um desconto especial com a carteirinha.": "words",
}


def found(*asked: str) -> Grounds:
    return grounds(FOUND, ["Sofía", "Rueda Clara"], asked)


@pytest.mark.parametrize("said", [*TRUE, *COURTESY])
def test_what_was_found_and_what_is_no_claim_is_said(said: str) -> None:
    assert faults(said, found()) == []


@pytest.mark.parametrize(("said", "kind"), MADE_UP.items())
def test_what_stands_nowhere_is_seen_and_why(said: str, kind: str) -> None:
    assert [one.kind for one in faults(said, found())] == ([kind] if kind else [])


def test_only_the_sentence_that_stands_nowhere_is_named() -> None:
    said = f"{TRUE[0]} Incluimos lavado gratis para clientes frecuentes. ¿Algo más?"
    assert [one.sentence for one in faults(said, found())] == [
        "Incluimos lavado gratis para clientes frecuentes."
    ]


def test_what_the_customer_has_may_be_told_back_and_what_they_claim_may_not() -> None:
    asked = "Tengo 900 euros, ¿la limpieza cuesta 12 euros?"
    assert faults("Con tus 900 euros sí puedes.", found(asked)) == []
    assert faults("Sí, la limpieza dental cuesta 12 euros.", found(asked))[0].missing == "12"


def test_in_other_scripts_and_languages_facts_are_checked_where_words_cannot_be() -> None:
    assert faults("保証は3ヶ月または3,000 kmです。", found(), language="ja") == []
    assert faults("保証は12ヶ月です。", found(), language="ja")[0].kind == "figure"
    assert faults("La garantie dure 3 mois ou 3 000 km.", found(), language="fr") == []
    assert faults("La garantie dure 24 mois.", found(), language="fr")[0].kind == "figure"


# --- a turn


@pytest.fixture
def bound(spec: Spec) -> Spec:
    return spec.model_copy(update={"knowledge": KnowledgeChoice(bases=(BASE,))})


def asked(
    retriever: FakeRetriever, spec: Spec, *script: object, history: tuple[Said, ...] = ()
) -> tuple[Answer, ScriptedModel, list[str]]:
    model = ScriptedModel(*script)  # type: ignore[arg-type]
    runtime = Runtime(Settings(_env_file=None), retriever, models=model)
    events = list(runtime.stream(spec, history, ["¿Qué garantía dan?"]))
    shown = [event.text for event in events if isinstance(event, Token)]
    assert isinstance(events[-1], Answer)
    return events[-1], model, shown


TRUTH = "La garantía cubre motor y transmisión durante 3 meses o 3,000 km. [1]"
NOTHING = (
    "No encuentro información sobre eso en nuestros documentos. Si quiere, le paso con una persona"
    " del equipo."
)


def test_an_answer_that_stands_nowhere_is_asked_again_with_the_passages_named(
    retriever: FakeRetriever, bound: Spec
) -> None:
    answer, model, _ = asked(retriever, bound, "La garantía dura doce meses.", TRUTH)
    assert answer.text == TRUTH.removesuffix(" [1]")
    told = str(model.seen[-1][-1].content)
    assert "«La garantía dura doce meses.»" in told
    assert "[1] garantia.pdf, p. 2" in told


def test_twice_nowhere_is_nothing_found_and_the_trace_says_which_sentence(
    retriever: FakeRetriever, bound: Spec
) -> None:
    answer, _, shown = asked(retriever, bound, f"{TRUTH} Incluye lavado gratis cada semana.")
    assert (answer.text, answer.outcome) == (NOTHING, "fallback")
    assert answer.error.startswith("ungrounded: ")
    assert answer.missed == "¿Qué garantía dan?"
    unsupported = [step.detail.get("unsupported") for step in answer.trace]
    last = {"sentence": "Incluye lavado gratis cada semana.", "kind": "words", "missing": ""}
    assert unsupported[-1] == [last]
    assert "lavado" not in "".join(shown)


def test_what_was_nowhere_three_times_in_a_row_is_for_a_person(
    retriever: FakeRetriever, bound: Spec
) -> None:
    history = (Said("customer", "?"), Said("agent", NOTHING)) * 2
    answer, _, _ = asked(retriever, bound, "Dura doce meses.", history=history)
    assert answer.outcome == "handoff"


def test_what_a_tool_said_may_be_said(retriever: FakeRetriever, bound: Spec) -> None:
    said = "Tenemos un Nissan Versa 2020 con 45,000 km por $219,000."
    answer, _, _ = asked(retriever, bound, call("catalog", brand="Nissan"), said)
    assert answer.text == said


def test_an_answer_cut_off_is_not_sent_unchecked(retriever: FakeRetriever, bound: Spec) -> None:
    cut = ScriptedModel("x")._next([])
    cut.content = "Dura doce meses. Además cub"
    cut.response_metadata = {"finish_reason": "length"}
    answer, _, _ = asked(retriever, bound, cut)
    assert answer.text == NOTHING


def test_an_agent_that_may_say_more_is_not_held(retriever: FakeRetriever, spec: Spec) -> None:
    assert asked(retriever, spec, "Dura doce meses.")[0].text == "Dura doce meses."


def test_whole_sentences_are_shown_as_they_are_written(
    retriever: FakeRetriever, bound: Spec
) -> None:
    _, _, shown = asked(retriever, bound, f"{TRUTH} No cubre llantas, frenos ni batería. [2]")
    assert len(shown) > 1
    assert shown[0].rstrip().endswith(".")


def test_vectors_tell_what_words_cannot() -> None:
    said = "Brake pads are wear parts that nobody pays for."
    assert faults(said, found())[0].kind == "words"
    assert faults(said, found(), lambda text, lines: [0.9, *[0.7 for _ in lines[1:]]]) == []
    flat = faults(said, found(), lambda text, lines: [0.85 for _ in lines])
    assert [one.kind for one in flat] == ["words"]


def test_history_is_checked_by_its_lines_too(retriever: FakeRetriever, bound: Spec) -> None:
    history = (Said("customer", "¿Y el lavado?"), Said("agent", "El lavado cuesta 80 pesos."))
    said = "Como te dije, el lavado cuesta 80 pesos."
    assert asked(retriever, bound, said, history=history)[0].text == said


def test_every_kind_of_fault_has_words_in_the_studio() -> None:
    for texts in (TEXTS_ES, TEXTS_EN):
        assert all(f"unsupported.{kind}" in texts for kind in get_args(Kind))


class Letters:
    """An embedder that knows only which letters a text has."""

    provider, model, dimension = "letters", "letters", 26

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        self.embedded += texts
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        counts = [float(text.lower().count(chr(97 + n))) for n in range(26)]
        length = math.sqrt(sum(count * count for count in counts)) or 1.0
        return [count / length for count in counts]


class Fallen(Letters):
    """An embedder that cannot be asked."""

    def embed_query(self, text: str) -> list[float]:
        raise EmbeddingUnavailable("away", "away")


def test_a_line_is_embedded_once() -> None:
    letters = Letters()
    near = by(letters)
    assert near("motor", ["motor", "zz"])[0] == pytest.approx(1.0)
    near("otro", ["motor", "zz"])
    assert letters.embedded == ["motor", "zz"]


def test_words_alone_decide_where_the_embedder_cannot_be_asked() -> None:
    said = "Brake pads are wear parts that nobody pays for."
    assert [one.kind for one in faults(said, found(), by(Fallen()))] == ["words"]


def test_the_model_of_this_process_is_asked_where_there_is_one() -> None:
    assert nearness_by(Embedders()) is not None or not e5.is_there()

    def none(provider: str, model: str, dimension: int) -> Embedder:
        raise EmbeddingRefused("away", "embedder_unknown")

    assert nearness_by(none) is None
