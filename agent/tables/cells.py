"""What stands in the cells of a column: its type, its decimal mark, its unit, its figures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import nan

from agent.guardrails.checks import folded
from agent.toolkit.records import ColumnType

MOST = 0.8  # of the cells that say something
_NUMBER = re.compile(r"-?\d+(?:[.,  ']\d+)*")
_SIGN = re.compile(r"r\$|us\$|[$€£]|\b(?:mxn|usd|eur|brl|pesos|euros?|reais)\b", re.I)
_PRICE = re.compile(
    r"\b(?:precio|precios|costo|coste|importe|tarifa|pvp|monto|price|cost|fare|rate|preco|custo"
    r"|valor|total)\b"
)
_CODE = re.compile(r"\b(?:id|clave|codigo|code|sku|folio|ref|referencia|no|num|telefono|phone)\b")
_YEAR = re.compile(r"\b(?:ano|anio|year|modelo ano)\b")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")
_YES, _NO = {"si", "yes", "sim", "true", "verdadero", "x"}, {"no", "nao", "false", "falso"}


@dataclass(frozen=True)
class Kind:
    """What a column holds. `comma`: its decimals stand behind a comma."""

    type: ColumnType
    unit: str = ""
    comma: bool = False
    is_year: bool = False


def kind_of(heading: str, cells: Sequence[str]) -> Kind:
    """Infer what the column *heading* holds from *cells*, those that say something."""
    said, name = [cell.strip() for cell in cells if cell.strip()], folded(heading)
    if not said:
        return Kind("text")
    if {folded(cell) for cell in said} <= _YES | _NO:
        return Kind("yes_no")
    if _share(said, lambda cell: day(cell) is not None):
        return Kind("date")
    bare = [_SIGN.sub("", cell).strip() for cell in said]
    if _CODE.search(name) or not _share(bare, _is_figure):
        return Kind("text")
    comma = _has_comma(bare)
    signs = [match[0] for cell in said if (match := _SIGN.search(cell))]
    if signs or _PRICE.search(name):
        return Kind("money", signs[0] if signs else "", comma)
    return Kind("number", _unit(bare), comma, _is_year(name, bare))


def figure(cell: str, comma: bool) -> float:
    """Return the number of *cell*; nan when there is none."""
    match = _NUMBER.search(cell)
    if match is None:
        return nan
    text = re.sub(r"[  ']", "", match[0])
    whole, mark = (".", ",") if comma else (",", ".")
    if text.count(mark) > 1 or _parts_thousands(text, mark, whole):
        return float(re.sub(r"[.,]", "", text))
    return float(text.replace(whole, "").replace(mark, "."))


def day(cell: str) -> date | None:
    """Return the day that *cell* is."""
    try:
        if match := _ISO.match(cell):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.match(cell):
            return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        pass
    return None


def yes(cell: str) -> bool:
    """Whether *cell* says yes."""
    return folded(cell) in _YES


def _share(cells: Sequence[str], fits: object) -> bool:
    return sum(map(fits, cells)) >= MOST * len(cells)  # type: ignore[call-overload]


def _is_figure(cell: str) -> bool:
    return re.fullmatch(rf"{_NUMBER.pattern}\s*(?:[^\W\d]{{1,12}}[²³2]?|%|°)?\.?", cell) is not None


def _has_comma(cells: Sequence[str]) -> bool:
    """Whether decimals stand behind a comma: the cells say so, or nothing says otherwise."""
    behind_comma = sum(bool(re.search(r",\d{1,2}(?!\d)", cell)) for cell in cells)
    behind_point = sum(bool(re.search(r"\.\d{1,2}(?!\d)", cell)) for cell in cells)
    return behind_comma > behind_point


def _parts_thousands(text: str, mark: str, whole: str) -> bool:
    """`1.250` beside no other decimals is a thousand and more, not one and a quarter."""
    head, _, tail = text.partition(mark)
    return len(tail) == 3 and whole not in text and head.strip("-0") != "" and len(head) <= 3


def _unit(cells: Sequence[str]) -> str:
    units = [match[0] for cell in cells if (match := re.search(r"[^\W\d]+[²³2]?$|%$", cell))]
    return max(set(units), key=units.count) if len(units) >= MOST * len(cells) else ""


def _is_year(name: str, cells: Sequence[str]) -> bool:
    plain = all(re.fullmatch(r"(?:19|20)\d\d", cell) for cell in cells)
    return plain and bool(_YEAR.search(name))
