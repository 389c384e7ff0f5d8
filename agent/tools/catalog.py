"""The tool that looks cars up in the catalogue staff uploaded: rows in, rows out, nothing made up.

The catalogue is any table in the agent's knowledge with the columns `marca` and `precio`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from agent.errors import Invalid
from agent.lookup import TurnContext
from agent.tools.matching import closest
from knowledge.base import Passage, TableRow

MOST_SHOWN = 5
MOST_NEAR = 3
_REQUIRED = {"marca", "precio"}
COLUMNS = (
    *("id", "marca", "modelo", "version", "anio", "kilometraje", "precio"),
    *("transmision", "combustible", "color", "ciudad", "sucursal"),
)


class CatalogQuery(BaseModel):
    """What the customer wants; leave out what was not said."""

    brand: str = Field("", description="make, e.g. Nissan")
    model: str = Field("", description="model, e.g. Versa")
    price_min: float | None = Field(None, description="lowest price")
    price_max: float | None = Field(None, description="highest price")
    year_min: int | None = Field(None, description="oldest model year")
    year_max: int | None = Field(None, description="newest model year")
    km_max: float | None = Field(None, description="most kilometres driven")
    city: str = Field("", description="city where the car stands")
    transmission: str = Field("", description="as the catalogue says it, e.g. automática, manual")
    order: Literal["price", "newest", "mileage"] = Field(
        "price", description="price: cheapest first; newest: by year; mileage: least driven first"
    )


_WORDS = {"brand": "marca", "model": "modelo", "city": "ciudad", "transmission": "transmision"}
_BOUNDS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "price_min": ("precio", lambda value, bound: value >= bound),
    "price_max": ("precio", lambda value, bound: value <= bound),
    "year_min": ("anio", lambda value, bound: value >= bound),
    "year_max": ("anio", lambda value, bound: value <= bound),
    "km_max": ("kilometraje", lambda value, bound: value <= bound),
}
_WITHOUT_BOUNDS = dict.fromkeys(_BOUNDS)
_ORDER = {"price": ("precio", 1), "newest": ("anio", -1), "mileage": ("kilometraje", 1)}


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
    """Search the catalogue of cars for sale. Use it whenever the customer asks which cars there
    are, for one make or model, or within a price, year, mileage or city. Every car offered to the
    customer must come from here, with its price as given; cite each car's `n` like [1]."""
    query, turn = CatalogQuery(**filters), runtime.context
    cars = [row for row in turn.library.rows(turn.base_ids) if row.fields.keys() >= _REQUIRED]
    if not cars:
        raise Invalid("there is no catalogue in this agent's knowledge.")
    found, unknown = find(cars, query)
    near: list[TableRow] = []
    if not found and not unknown:
        near = find(cars, query.model_copy(update=_WITHOUT_BOUNDS))[0][:MOST_NEAR]
    result = {
        "matches": len(found),
        "cars": _shown(turn, found[:MOST_SHOWN]),
        "near": _shown(turn, near),  # fit everything but the bounds asked for
        "unknown": unknown,
        "source": cars[0].source,
    }
    return json.dumps(result, ensure_ascii=False)


def build() -> BaseTool:
    """Return the tool."""
    return StructuredTool.from_function(
        catalog, name="catalog", description=catalog.__doc__, args_schema=CatalogQuery
    )


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
