"""The tool that looks cars up in the catalogue staff uploaded: rows in, rows out, nothing made up.

The catalogue is any table in the agent's knowledge with the columns `marca` and `precio`.
"""

import functools
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import Examples

from agent.errors import Invalid
from agent.lookup import TurnContext
from agent.spec import Wording
from agent.tools.matching import closest
from knowledge.base import Passage, TableRow

MOST_SHOWN = 5
MOST_NEAR = 3
MOST_VALUES = 100  # of a column, that the model is told
_REQUIRED = {"marca", "precio"}
COLUMNS = (
    *("marca", "modelo", "version", "anio", "precio", "kilometraje"),
    *("transmision", "combustible", "color", "ciudad", "sucursal", "id"),
)


class CatalogQuery(BaseModel):
    """What the customer wants; leave out what was not said.

    In parentheses: how customers say it, in descriptions of the tool, its fields and their values.
    """

    brand: str = Field("", description="make (marca, brand)")
    model: str = Field("", description="model (modelo)")
    price_min: float | None = Field(None, description="lowest price (precio, presupuesto, budget)")
    price_max: float | None = Field(None, description="highest price (precio, presupuesto, budget)")
    year_min: int | None = Field(None, description="oldest model year (año)")
    year_max: int | None = Field(None, description="newest model year (año)")
    km_max: float | None = Field(None, description="most kilometres driven (kilometraje, mileage)")
    city: str = Field("", description="city where the car stands (ciudad)")
    transmission: str = Field("", description="gearbox (transmisión, caja)")
    fuel: str = Field("", description="what it burns (combustible)")
    color: str = Field("", description="colour (color)")
    order: Literal["price", "newest", "mileage"] = Field(
        "price",
        description="price: cheapest first (barato, económico, cheapest, cheap); newest: by year"
        " (más nuevo, más reciente, newest); mileage: least driven first (menos kilómetros,"
        " menos km, menor kilometraje, lowest mileage)",
    )


_WORDS = {
    "brand": "marca",
    "model": "modelo",
    "city": "ciudad",
    "transmission": "transmision",
    "fuel": "combustible",
    "color": "color",
}
_BOUNDS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "price_min": ("precio", lambda value, bound: value >= bound),
    "price_max": ("precio", lambda value, bound: value <= bound),
    "year_min": ("anio", lambda value, bound: value >= bound),
    "year_max": ("anio", lambda value, bound: value <= bound),
    "km_max": ("kilometraje", lambda value, bound: value <= bound),
}
_WITHOUT_BOUNDS = dict.fromkeys(_BOUNDS)
_ORDER = {"price": ("precio", 1), "newest": ("anio", -1), "mileage": ("kilometraje", 1)}
_NAMED_BY = ("marca", "modelo", "version", "anio")
_FORMATS = {"precio": "${}", "kilometraje": "{} km"}
_ORDERED = {
    "price": Wording(es="del más económico en adelante", en="cheapest first"),
    "newest": Wording(es="del más nuevo en adelante", en="newest first"),
    "mileage": Wording(es="del menos usado en adelante", en="least driven first"),
}
_ONE = Wording(es="Tenemos 1 auto así:", en="We have 1 car like that:")
_ALL = Wording(es="Tenemos {matches} autos así:", en="We have {matches} cars like that:")
_FIRST = Wording(
    es="Tenemos {matches} autos así; le muestro {shown}, {order}:",
    en="We have {matches} cars like that; here are {shown}, {order}:",
)
_ANY = Wording(
    es="Tenemos {matches} autos en total; le muestro {shown}, {order}. Con una marca, un año o un "
    "presupuesto le busco mejor:",
    en="We have {matches} cars in all; here are {shown}, {order}. Tell me a make, a year or a "
    "budget and I will search better:",
)
_NONE = Wording(es="No tengo ninguno que cumpla todo eso.", en="I have none that fits all of that.")
_NEAR = Wording(
    es="No tengo ninguno que cumpla todo eso. Lo más parecido que tengo:",
    en="I have none that fits all of that. The nearest I have:",
)
_UNKNOWN = Wording(
    es="No encontré «{asked}» en el catálogo. Hay: {there_are}.",
    en="I did not find «{asked}» in the catalogue. There are: {there_are}.",
)
Values = tuple[tuple[str, tuple[str | float, ...]], ...]  # by field


@functools.lru_cache(maxsize=32)
def values(rows: tuple[TableRow, ...]) -> Values:
    """Return what occurs in the catalogue, by field of the query: the commonest words first, or
    the lowest and the highest number."""
    cars = _cars(rows)
    words = {name: _commonest(cars, column) for name, column in _WORDS.items()}
    bounds = {name: _range(cars, column) for name, (column, _) in _BOUNDS.items()}
    return tuple((name, known) for name, known in (words | bounds).items() if known)


def find(
    rows: Sequence[TableRow], query: CatalogQuery
) -> tuple[list[TableRow], list[dict[str, Any]]]:
    """Return every row that fits, in order, and what was asked for that no row has."""
    left, unknown = _by_words(rows, query)
    for name, (column, fits) in _BOUNDS.items():
        bound = getattr(query, name)
        if bound is not None:
            left = [row for row in left if _fits(row, column, fits, bound)]
    column, sign = _ORDER[query.order]
    left.sort(key=lambda row: (sign * (number(row.fields.get(column, "")) or 0), row.chunk_id))
    return left, unknown


def _by_words(
    rows: Sequence[TableRow], query: CatalogQuery
) -> tuple[list[TableRow], list[dict[str, Any]]]:
    left, unknown = list(rows), []
    for name, column in _WORDS.items():
        wanted = getattr(query, name)
        if wanted and left:
            values = sorted({row.fields.get(column, "") for row in left} - {""})
            chosen = closest(wanted, values)
            if not chosen:
                unknown.append({"column": column, "asked": wanted, "there_are": values[:15]})
            left = [row for row in left if row.fields.get(column, "") in chosen]
    return left, unknown


def catalog(runtime: ToolRuntime[TurnContext], **filters: Any) -> str:
    """Search the catalogue of cars for sale (auto, carro, coche, camioneta, vehículo, seminuevo,
    catálogo, inventario, sedanes, suv, hatchback, pick up, car, cars, vehicles, trucks).
    Use it whenever the customer asks which there are, for one make or model, or within a price,
    year, mileage or city. Every car offered to the customer must come from here, with its price as
    given; cite each car's `n` like [1]."""
    query, turn = CatalogQuery(**filters), runtime.context
    cars = _cars(turn.retriever.rows(turn.base_ids))
    if not cars:
        raise Invalid("there is no catalogue in this agent's knowledge.")
    found, unknown = find(cars, query)
    near: list[TableRow] = []
    if not found and not unknown:
        near = find(cars, query.model_copy(update=_WITHOUT_BOUNDS))[0][:MOST_NEAR]
    result = {
        "say": _sentence(query, len(found), near, unknown, turn.language),
        "matches": len(found),
        "rows": _shown(turn, found[:MOST_SHOWN] or near),
        "unknown": unknown,
        "named_by": _NAMED_BY,
        "formats": _FORMATS,
        "source": cars[0].source,
    }
    return json.dumps(result, ensure_ascii=False)


def build(known: Values = ()) -> BaseTool:
    """Return the tool; its fields show the values that are *known* to occur."""
    fields: Any = {name: _field(name, some) for name, some in known}
    schema = create_model("CatalogQuery", __base__=CatalogQuery, **fields)
    return StructuredTool.from_function(
        catalog, name="catalog", description=catalog.__doc__, args_schema=schema
    )


def _field(name: str, some: Sequence[str | float]) -> tuple[Any, Any]:
    """The same field with examples, where LangChain keeps them: beside the type."""
    field = CatalogQuery.model_fields[name]
    return Annotated[field.annotation, Examples(list(some))], field


def _cars(rows: Sequence[TableRow]) -> list[TableRow]:
    return [row for row in rows if row.fields.keys() >= _REQUIRED]


def _commonest(cars: Sequence[TableRow], column: str) -> tuple[str, ...]:
    found = Counter(car.fields[column] for car in cars if car.fields.get(column))
    return tuple(value for value, _ in found.most_common(MOST_VALUES))


def _range(cars: Sequence[TableRow], column: str) -> tuple[float, ...]:
    found = [value for car in cars if (value := number(car.fields.get(column, ""))) is not None]
    return (min(found), max(found)) if found else ()


def _sentence(
    query: CatalogQuery,
    matches: int,
    near: Sequence[TableRow],
    unknown: Sequence[Mapping[str, Any]],
    language: str,
) -> str:
    if unknown:
        said = _UNKNOWN.in_language(language)
        return "\n".join(
            said.format(asked=one["asked"], there_are=", ".join(one["there_are"]))
            for one in unknown
        )
    wording = _wording(query, matches, bool(near))
    order = _ORDERED[query.order].in_language(language)
    shown = min(matches, MOST_SHOWN)
    return wording.in_language(language).format(matches=matches, shown=shown, order=order)


def _wording(query: CatalogQuery, matches: int, near: bool) -> Wording:
    if matches == 0:
        return _NEAR if near else _NONE
    if matches <= MOST_SHOWN:
        return _ONE if matches == 1 else _ALL
    asked = query.model_dump(exclude_defaults=True).keys() - {"order"}
    return _FIRST if asked else _ANY


def number(text: str) -> float | None:
    """Read `245,000`, `$245,000.00` or `245000 km`; None when there is no number."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", text.replace(" ", ""))
    return float(match[0].replace(",", "")) if match else None


def _fits(row: TableRow, column: str, fits: Callable[[float, float], bool], bound: float) -> bool:
    value = number(row.fields.get(column, ""))
    return value is not None and fits(value, bound)


def _shown(turn: TurnContext, rows: Sequence[TableRow]) -> list[dict[str, Any]]:
    numbered = turn.number([_passage(row) for row in rows])
    return [{"n": n} | _columns(row.fields) for (n, _), row in zip(numbered, rows, strict=True)]


def _columns(fields: Mapping[str, str]) -> dict[str, str]:
    return {column: fields[column] for column in COLUMNS if fields.get(column)}


def _passage(row: TableRow) -> Passage:
    text = ". ".join(f"{column}: {value}" for column, value in row.fields.items() if value)
    return Passage(
        chunk_id=row.chunk_id,
        base_id=row.base_id,
        source_id=row.source_id,
        source=row.source,
        source_version=0,  # rows do not carry it; the chunk says which one it was
        text=text,
        score=1.0,
        row=row.row,
        found_by=("catalog",),
    )
