"""A small used-car agent, its knowledge, and runtimes that answer as it."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import openai
import pytest

from agent.middleware import Patience
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import KnowledgeChoice, Spec
from knowledge.base import Passage, TableRow
from tests.agent.wire import Wire
from tests.fakes import FakeRetriever, named_tools
from tests.standins.openai import KEY, openai_standin
from tests.standins.server import serve

BASE = "base"
CARS = [
    ("Nissan", "Versa", "2020", "45000", "219000", "Automática", "Guadalajara"),
    ("Nissan", "Sentra", "2021", "40000", "289000", "Automática", "Puebla"),
    ("Nissan", "March", "2017", "90000", "135000", "Manual", "Puebla"),
    ("Mazda", "Mazda 3", "2019", "60000", "265000", "Automática", "Puebla"),
    ("Chevrolet", "Aveo", "2018", "80000", "149000", "Manual", "Guadalajara"),
    ("Kia", "Rio", "2020", "50000", "199000", "Manual", "Ciudad de México"),
    ("Seat", "Ibiza", "2019", "61000", "215000", "Manual", "Puebla"),
]


def passage(number: int, source: str, text: str, **where: object) -> Passage:
    """A passage of the agent's base."""
    return Passage(
        chunk_id=number,
        base_id=BASE,
        source_id=f"source-{source}",
        source=source,
        source_version=1,
        text=text,
        score=0.9,
        **where,  # type: ignore[arg-type]
    )


def car(number: int, values: tuple[str, ...]) -> TableRow:
    """A row of the catalogue."""
    names = ("marca", "modelo", "anio", "kilometraje", "precio", "transmision", "ciudad")
    fields = {"id": f"A-{number}", **dict(zip(names, values, strict=True)), "sucursal": "Centro"}
    return TableRow(100 + number, BASE, "source-catalogo.csv", "catalogo.csv", number, fields)


@pytest.fixture
def retriever() -> FakeRetriever:
    """Warranty, returns, branches and financing of a used-car shop, and its cars."""
    passages = [
        passage(
            1,
            "garantia.pdf",
            "La garantía cubre motor y transmisión durante 3 meses o 3,000 km, lo que ocurra\n"
            "primero. Se atiende en cualquier sucursal con cita.",
            page=2,
            heading="Garantía base",
        ),
        passage(2, "garantia.pdf", "No cubre llantas, frenos ni batería.", page=3),
        passage(
            3,
            "preguntas-frecuentes.html",
            "¿Puedo devolver el auto? Sí. Tiene 7 días o 300 km para devolverlo.\n"
            "¿Aceptan mi auto a cuenta? Sí, lo valuamos en 30 minutos.",
        ),
        passage(
            4,
            "sucursales.xlsx",
            "Ciudad: Puebla. Sucursal: Angelópolis. Horario: lunes a sábado de 9:00 a 19:00.",
            row=3,
        ),
        passage(
            5,
            "sucursales.xlsx",
            "Ciudad: Guadalajara. Sucursal: Patria. Horario: diario de 10:00 a 20:00.",
            row=4,
        ),
        passage(
            6,
            "financiamiento.docx",
            "La tasa anual fija es de 10 % y los plazos van de 36 a 72 meses. El enganche mínimo "
            "es del 15 % del precio. Documentos para el crédito:\n- Identificación oficial\n"
            "- Comprobante de domicilio",
            heading="Financiamiento",
        ),
    ]
    return FakeRetriever(passages, [car(n, values) for n, values in enumerate(CARS, 1)])


@pytest.fixture
def spec() -> Spec:
    """Sofía of Rueda Clara, with every tool."""
    return Spec(
        name="Sofía",
        brand="Rueda Clara",
        description="Vende autos seminuevos en México.",
        tone="Cercano y breve.",
        instructions="Ofrezca siempre una prueba de manejo.",
        knowledge=KnowledgeChoice(bases=(BASE,), grounded_only=False),  # models here say anything
        tools=named_tools("catalog", "financing", "handoff", "knowledge"),
    )


@pytest.fixture
def offline(retriever: FakeRetriever) -> Iterator[Runtime]:
    """A runtime of an installation without any key."""
    runtime = Runtime(Settings(_env_file=None), retriever)
    yield runtime
    runtime.close()


@pytest.fixture
def hurried() -> Patience:
    """Three tries, and no waiting between them."""
    return Patience(first_wait=0, sleep=lambda seconds: None)


@pytest.fixture
def wire(retriever: FakeRetriever, hurried: Patience) -> Iterator[Wire]:
    """OpenAI at a stand-in on loopback."""
    app = openai_standin()
    with serve(app) as url:
        settings = Settings(_env_file=None, openai_api_key=KEY, openai_base_url=f"{url}/v1")
        runtime = Runtime(settings, retriever, patience=hurried)
        yield Wire(app, runtime)
        app.release.set()
        runtime.close()


@pytest.fixture
def status_error() -> Callable[[int, Any], openai.APIStatusError]:
    """The error that the client makes of an answer with that status and body."""
    client = openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9")

    def made(status: int, body: Any, **headers: str) -> openai.APIStatusError:
        sent = {"content": body} if isinstance(body, str) else {"json": body}
        request = httpx2.Request("POST", "http://127.0.0.1:9/chat/completions")
        response = httpx2.Response(status, request=request, headers=headers, **sent)
        return client._make_status_error_from_response(response)

    return made
