"""How customers speak of any table: of its columns, of their ends, and of what they were shown."""

from agent.guardrails.checks import folded
from agent.tables.table import Held

PRICE = (
    "precio, precios, cuesta, cuestan, vale, valen, presupuesto, price, budget, cost, preço, custa"
)
YEAR = "año, year, ano"
_LOWEST = (
    "más barato, más barata, más económico, más económica, menos caro, cheapest, least expensive,"
    " mais barato, mais barata"
)
_HIGHEST = "más caro, más cara, most expensive, mais caro, mais cara"
_UP = "más baratos, más baratas, más económicos, más económicas, mais baratos, mais baratas"
_DOWN = "más caros, más caras, mais caros"
_NEWEST = "más nuevo, más nueva, más reciente, newest, latest, mais novo, mais recente"
_OLDEST = "más viejo, más vieja, más antiguo, más antigua, oldest, mais antigo"
SHOWN = {
    "all": "de esos, de esas, de ellos, de ellas, de estos, of those, of these, of them, desses,"
    " dessas",
    "first": "el primero, la primera, the first one, the first, o primeiro, a primeira",
    "second": "el segundo, la segunda, the second one, the second, o segundo, a segunda",
    "third": "el tercero, la tercera, the third one, the third, o terceiro, a terceira",
    "last": "el último, la última, the last one, o último, a última",
}
COUNT = "cuántos, cuántas, cuantos, cuantas, how many, quantos, quantas, número de"
AVERAGE = "promedio, en promedio, media de, precio medio, average, mean, preço médio, em média"


def said_of(held: Held) -> list[str]:
    """Return how customers name the column."""
    said = [*held.column.said_as, *held.column.label.all(), held.column.heading]
    if held.kind.type == "money":
        said += PRICE.split(", ")
    if held.kind.is_year:
        said += YEAR.split(", ")
    if held.kind.unit and held.kind.type == "number":
        said.append(held.kind.unit)
    return list(dict.fromkeys(filter(None, (one.strip(" .:()") for one in said))))


def ends_of(held: Held) -> dict[str, str]:
    """Return how customers ask for one end of the column: the lowest, the highest, in order."""
    if held.kind.type == "money":
        return {"lowest": _LOWEST, "highest": _HIGHEST, "up": _UP, "down": _DOWN}
    if held.kind.is_year or held.kind.type == "date":
        return {"lowest": _OLDEST, "highest": _NEWEST}
    names = [folded(one) for one in said_of(held)]
    lowest = [f"{word} {name}" for name in names for word in ("menos", "menor", "lowest", "least")]
    highest = [f"{word} {name}" for name in names for word in ("más", "mayor", "most", "highest")]
    return {"lowest": ", ".join(lowest), "highest": ", ".join(highest)}
