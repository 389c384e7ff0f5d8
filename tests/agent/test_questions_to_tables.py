"""A hundred and twenty questions over three catalogues nobody prepared: no figure of another row.

Each question says which rows it asks for. Every figure of the reply must stand in one of those, or
be how many there are, or what was asked.
"""

import csv
import io
import re
from collections.abc import Callable

import pytest

from agent.answer import Author, Said
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import Spec
from knowledge.base import TableRow
from tests.fakes import FakeRetriever

CARS = """Marca,Modelo,Año,Precio,Color
Mazda,Mazda 2,2019,"$198,500",rojo
Mazda,Mazda 3,2020,"$271,300",gris
Mazda,Mazda 3,2022,"$322,900",blanco
Nissan,Versa,2018,"$173,400",gris
Nissan,Versa,2021,"$241,700",rojo
Nissan,Sentra,2020,"$287,600",negro
Kia,Rio,2021,"$236,100",blanco
Kia,Forte,2023,"$349,200",negro
Seat,Ibiza,2017,"$164,800",rojo
Toyota,Corolla,2019,"$262,400",gris
"""
PHARMACY = """Producto;Presentación;Laboratorio;Precio;Receta
Paracetamol;500 mg 20 tabletas;Genfar;35,50;No
Paracetamol;750 mg 10 tabletas;Bayer;48,90;No
Ibuprofeno;400 mg 10 cápsulas;Genfar;62,25;No
Ibuprofeno;600 mg 20 cápsulas;Pfizer;118,00;Sí
Amoxicilina;500 mg 15 cápsulas;Sandoz;145,75;Sí
Omeprazol;20 mg 14 cápsulas;Sandoz;89,99;No
Loratadina;10 mg 10 tabletas;Bayer;54,30;No
Metformina;850 mg 30 tabletas;Pfizer;1.072,80;Sí
Aspirina;100 mg 28 tabletas;Bayer;71,15;No
"""
ROOMS = """Habitación,Vista,Capacidad,Tarifa,Desayuno
Sencilla,Jardín,1,65 €,No
Doble,Jardín,2,92 €,Sí
Doble,Mar,2,118 €,Sí
Familiar,Jardín,4,147 €,No
Familiar,Mar,5,189 €,Sí
Suite,Mar,3,275 €,Sí
Ático,Ciudad,2,231 €,No
"""
Row = dict[str, str]
Fits = Callable[[Row], bool]


def read(text: str, mark: str = ",") -> list[Row]:
    return list(csv.DictReader(io.StringIO(text), delimiter=mark))


def money(row: Row, comma: bool = False) -> float:
    cell = re.sub(r"[^\d.,]", "", row.get("Precio") or row["Tarifa"])
    return float(cell.replace(".", "").replace(",", ".") if comma else cell.replace(",", ""))


def cheapest(rows: list[Row], comma: bool = False) -> Fits:
    least = min(money(row, comma) for row in rows)
    return lambda row: money(row, comma) == least


def dearest(rows: list[Row], comma: bool = False) -> Fits:
    most = max(money(row, comma) for row in rows)
    return lambda row: money(row, comma) == most


CAR_ROWS, DRUGS, ROOM_ROWS = read(CARS), read(PHARMACY, ";"), read(ROOMS)


def is_(**cells: str) -> Fits:
    return lambda row: all(row[name] == value for name, value in cells.items())


def cars() -> list[tuple[str, Fits]]:
    asked: list[tuple[str, Fits]] = []
    for make in ("Mazda", "Nissan", "Kia", "Seat", "Toyota"):
        asked += [
            (f"¿tienen {make}?", is_(Marca=make)),
            (f"busco un {make.lower()}", is_(Marca=make)),
        ]
    for model in ("Versa", "Sentra", "Rio", "Forte", "Ibiza", "Corolla", "Mazda 3", "Mazda 2"):
        asked.append((f"¿cuánto cuesta el {model}?", is_(Modelo=model)))
    for make in ("Mazda", "Nissan", "Kia"):
        own = [row for row in CAR_ROWS if row["Marca"] == make]
        fits = cheapest(own)
        asked.append(
            (f"el {make} más barato", lambda row, m=make, f=fits: row["Marca"] == m and f(row))
        )  # type: ignore[misc]
    asked += [
        ("mazda3", is_(Modelo="Mazda 3")),
        ("do you have a Mazda 3?", is_(Modelo="Mazda 3")),
        ("tienen nisan?", is_(Marca="Nissan")),
        ("versa 2021", is_(Modelo="Versa", Año="2021")),
        ("un Mazda 3 del 2022", is_(Modelo="Mazda 3", Año="2022")),
        ("¿cuál es el más barato?", cheapest(CAR_ROWS)),
        ("¿cuál es el más caro?", dearest(CAR_ROWS)),
        ("what is the cheapest?", cheapest(CAR_ROWS)),
        ("¿cuál es el más nuevo?", is_(Año="2023")),
        ("opciones de menos de 200 mil", lambda row: money(row) <= 200_000),
        ("busco uno entre 230 y 250 mil", lambda row: 230_000 <= money(row) <= 250_000),
        ("options under 240k", lambda row: money(row) <= 240_000),
        (
            "mazda de menos de 250 mil",
            lambda row: row["Marca"] == "Mazda" and money(row) <= 250_000,
        ),
        ("nissan rojo", is_(Marca="Nissan", Color="rojo")),
        ("quero um kia preto", lambda row: row["Marca"] == "Kia"),
        ("kia del 2022 en adelante", lambda row: row["Marca"] == "Kia" and row["Año"] >= "2022"),
        ("¿tienen Ferrari?", lambda row: False),
        ("el más caro de los Nissan", is_(Modelo="Sentra")),
        ("the most expensive Mazda", is_(Modelo="Mazda 3", Año="2022")),
        ("seat ibiza", is_(Modelo="Ibiza")),
        ("¿cuánto vale un Forte negro?", is_(Modelo="Forte")),
        ("corola", is_(Modelo="Corolla")),
        ("¿cuántos Mazda hay?", is_(Marca="Mazda")),
        ("how many Nissan do you have?", is_(Marca="Nissan")),
    ]
    return asked


def drugs() -> list[tuple[str, Fits]]:
    asked: list[tuple[str, Fits]] = []
    for name in sorted({row["Producto"] for row in DRUGS}):
        asked += [
            (f"¿cuánto cuesta {name.lower()}?", is_(Producto=name)),
            (f"¿tienen {name}?", is_(Producto=name)),
            (f"how much is {name}?", is_(Producto=name)),
        ]
    asked += [
        ("el paracetamol más barato", is_(Producto="Paracetamol", Precio="35,50")),
        ("el ibuprofeno más caro", is_(Producto="Ibuprofeno", Precio="118,00")),
        ("paracetmol", is_(Producto="Paracetamol")),
        ("¿tienen ibuprofeno de Pfizer?", is_(Producto="Ibuprofeno", Laboratorio="Pfizer")),
        ("¿qué hay de Bayer?", is_(Laboratorio="Bayer")),
        ("¿tienen algo de Sandoz?", is_(Laboratorio="Sandoz")),
        ("precio de la metformina", is_(Producto="Metformina")),
        ("quanto custa a amoxicilina?", is_(Producto="Amoxicilina")),
        ("¿cuál es el más barato?", cheapest(DRUGS, comma=True)),
        ("the cheapest paracetamol", is_(Producto="Paracetamol", Precio="35,50")),
        ("¿tienen insulina?", lambda row: False),
        ("opciones de menos de 50 pesos", lambda row: money(row, True) <= 50),
        ("¿cuántos productos de Bayer hay?", is_(Laboratorio="Bayer")),
        (
            "bayer de menos de 60 pesos",
            lambda row: row["Laboratorio"] == "Bayer" and money(row, True) <= 60,
        ),
        ("¿cuánto vale la loratadina?", is_(Producto="Loratadina")),
        ("omeprasol", is_(Producto="Omeprazol")),
        ("aspirina de Bayer", is_(Producto="Aspirina")),
        ("¿cuál es el más caro?", dearest(DRUGS, comma=True)),
    ]
    return asked


def rooms() -> list[tuple[str, Fits]]:
    asked: list[tuple[str, Fits]] = []
    for kind in ("Sencilla", "Doble", "Familiar", "Suite", "Ático"):
        asked += [
            (f"¿tienen habitación {kind.lower()}?", is_(Habitación=kind)),
            (f"¿cuánto cuesta la {kind.lower()}?", is_(Habitación=kind)),
            (f"do you have a {kind}?", is_(Habitación=kind)),
        ]
    asked += [
        ("habitaciones con vista al mar", is_(Vista="Mar")),
        ("¿hay alguna con vista al jardín?", is_(Vista="Jardín")),
        ("una doble con vista al mar", is_(Habitación="Doble", Vista="Mar")),
        ("¿cuál es la más barata?", cheapest(ROOM_ROWS)),
        ("¿cuál es la habitación más cara?", dearest(ROOM_ROWS)),
        ("the cheapest one", cheapest(ROOM_ROWS)),
        ("opciones de menos de 100 euros", lambda row: money(row) <= 100),
        ("habitaciones entre 90 y 150 euros", lambda row: 90 <= money(row) <= 150),
        ("con capacidad de 2", is_(Capacidad="2")),
        ("habitaciones de capacidad 4", is_(Capacidad="4")),
        ("¿cuántas dobles hay?", is_(Habitación="Doble")),
        ("la familiar más barata", is_(Habitación="Familiar", Tarifa="147 €")),
        ("the most expensive one", dearest(ROOM_ROWS)),
        ("um quarto com vista mar", is_(Vista="Mar")),
        ("¿cuánto vale el ático?", is_(Habitación="Ático")),
        ("suite", is_(Habitación="Suite")),
        ("familiar con vista al mar", is_(Habitación="Familiar", Vista="Mar")),
        ("¿tienen una presidencial?", lambda row: False),
        ("la doble más cara", is_(Habitación="Doble", Tarifa="118 €")),
        ("¿qué habitación tiene vista a la ciudad?", is_(Vista="Ciudad")),
        ("habitaciones de menos de 70 euros", lambda row: money(row) <= 70),
    ]
    return asked


SHOPS: dict[str, tuple[list[Row], list[tuple[str, Fits]]]] = {
    "autos.csv": (CAR_ROWS, cars()),
    "farmacia.csv": (DRUGS, drugs()),
    "habitaciones.csv": (ROOM_ROWS, rooms()),
}
ALL = [(shop, text, fits) for shop, (_, asked) in SHOPS.items() for text, fits in asked]
Asking = Callable[..., str]


@pytest.fixture(scope="module")
def asking() -> Asking:
    spec = Spec.model_validate(
        {
            "name": "Ana",
            "languages": ["es", "en", "pt"],
            "knowledge": {"bases": ["base"]},
            "tools": [{"kind": "table", "name": "catalog"}],
        }
    )
    runtimes = {}
    for shop, (rows, _) in SHOPS.items():
        kept = [TableRow(n, "base", shop, shop, n, row) for n, row in enumerate(rows, 1)]
        runtimes[shop] = Runtime(Settings(_env_file=None), FakeRetriever([], kept))

    def ask(shop: str, *texts: str) -> str:
        history: list[Said] = []
        for text in texts:
            answer = runtimes[shop].answer(spec, history, [text]).text
            history += [Said(Author.CUSTOMER, text), Said(Author.AGENT, answer)]
        return history[-1].text

    return ask


def figures(text: str) -> set[str]:
    """The figures of a text, however their thousands are parted."""
    plain = re.sub(r"\[\d+\]", " ", text)
    return {re.sub(r"[.,]", "", one).rstrip("0") for one in re.findall(r"\d+(?:[.,]\d+)*", plain)}


def strange(reply: str, text: str, rows: list[Row], fits: Fits) -> set[str]:
    wanted = [row for row in rows if fits(row)]
    known = {one for row in wanted for cell in row.values() for one in figures(cell)}
    return figures(reply) - known - figures(text) - figures(str(len(wanted)))


def test_there_are_a_hundred_and_twenty() -> None:
    assert len(ALL) >= 120


@pytest.mark.parametrize(("shop", "text", "fits"), ALL)
def test_every_figure_stands_in_a_row_that_was_asked_for(
    asking: Asking, shop: str, text: str, fits: Fits
) -> None:
    reply = asking(shop, text)
    assert strange(reply, text, SHOPS[shop][0], fits) == set(), reply


def test_most_of_them_are_answered(asking: Asking) -> None:
    told = []
    for shop, text, fits in ALL:
        wanted = [row for row in SHOPS[shop][0] if fits(row)]
        price = {one for row in wanted for one in figures(row.get("Precio") or row["Tarifa"])}
        reply = asking(shop, text)
        counted = "cuánt" in text and str(len(wanted)) in reply
        told.append(not wanted or counted or bool(price & figures(reply)))
    silent = [text for (_, text, _), one in zip(ALL, told, strict=True) if not one]
    assert sum(told) >= 0.9 * len(told), silent


@pytest.mark.parametrize(
    ("shop", "texts", "figure"),
    [
        ("autos.csv", ("¿tienen Nissan?", "¿cuál es el más barato de esos?"), "$173,400"),
        ("autos.csv", ("¿tienen Mazda?", "el segundo"), "$271,300"),
        ("autos.csv", ("do you have Kia?", "the second one"), "$349,200"),
        ("habitaciones.csv", ("habitaciones con vista al mar", "la más barata de esas"), "118 €"),
        ("farmacia.csv", ("¿tienen ibuprofeno?", "el último"), "118,00"),
    ],
)
def test_what_was_shown_before_is_remembered(
    asking: Asking, shop: str, texts: tuple[str, ...], figure: str
) -> None:
    reply = asking(shop, *texts)
    assert figure in reply
    assert reply.count("- ") == 1


@pytest.mark.parametrize(
    ("text", "mean"),
    [
        ("¿cuál es el precio promedio de los Mazda?", "264,233.33"),
        ("what is the average price of the Nissan?", "234,233.33"),
    ],
)
def test_an_average_is_of_the_rows_asked_for(asking: Asking, text: str, mean: str) -> None:
    assert mean in asking("autos.csv", text)


def test_a_row_is_cited(asking: Asking) -> None:
    assert "Fuente: autos.csv" in asking("autos.csv", "¿cuánto cuesta el Corolla?")
