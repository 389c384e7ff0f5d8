"""What is said around the rows of a table, in the languages of the built-in model."""

import re
from collections.abc import Sequence

from agent.tables.query import Unknown
from agent.tables.table import Held
from agent.wording import Wording

_ONE = Wording(es="Encontré 1:", en="I found 1:", pt="Encontrei 1:")
_ALL = Wording(es="Encontré {matches}:", en="I found {matches}:", pt="Encontrei {matches}:")
_FIRST = Wording(
    es="Encontré {matches}; le muestro {shown}:",
    en="I found {matches}; here are {shown}:",
    pt="Encontrei {matches}; mostro {shown}:",
)
_ANY = Wording(
    es="Hay {matches} en total; le muestro {shown}. Dígame qué busca y le busco mejor:",
    en="There are {matches} in all; here are {shown}. Tell me what you want and I search better:",
    pt="Há {matches} no total; mostro {shown}. Diga o que procura e busco melhor:",
)
_NONE = Wording(
    es="No tengo ninguno que cumpla todo eso.",
    en="I have none that fits all of that.",
    pt="Não tenho nenhum que cumpra tudo isso.",
)
_NEAR = Wording(
    es="No tengo ninguno que cumpla todo eso. Lo más parecido que tengo:",
    en="I have none that fits all of that. The nearest I have:",
    pt="Não tenho nenhum que cumpra tudo isso. O mais parecido que tenho:",
)
_UNKNOWN = Wording(
    es="No encontré «{asked}» en {heading}. Hay: {there_are}.",
    en="I did not find «{asked}» in {heading}. There are: {there_are}.",
    pt="Não encontrei «{asked}» em {heading}. Há: {there_are}.",
)
_COUNT = Wording(es="Hay {matches}.", en="There are {matches}.", pt="Há {matches}.")
_AVERAGE = Wording(
    es="De {matches}, el promedio de {label} es {mean}.",
    en="Of {matches}, the average {label} is {mean}.",
    pt="De {matches}, a média de {label} é {mean}.",
)


def sentence(
    matches: int, unknown: Sequence[Unknown], near: bool, shown: int, asked: bool, language: str
) -> str:
    """Return what is said before the rows."""
    if unknown:
        said = _UNKNOWN.in_language(language)
        return "\n".join(
            said.format(asked=one.asked, heading=one.heading, there_are=", ".join(one.there_are))
            for one in unknown
        )
    if not matches:
        return (_NEAR if near else _NONE).in_language(language)
    wording = _ONE if matches == 1 else _ALL
    if matches > shown:
        wording = _FIRST if asked else _ANY
    return wording.in_language(language).format(matches=matches, shown=shown)


def summary(matches: int, held: Held | None, mean: float | None, language: str) -> str:
    """Return how many there are, or what they come to on average."""
    if held is None or mean is None:
        return _COUNT.in_language(language).format(matches=matches)
    label = held.column.label.in_language(language) or held.column.heading
    figure = _grouped(f"{mean:.2f}".removesuffix(".00"), held.kind.comma)
    figure = _with_unit(held, figure)
    return _AVERAGE.in_language(language).format(matches=matches, label=label, mean=figure)


def shown_value(held: Held, cell: str) -> str:
    """Return a cell as it is told: as it stands, plain digits grouped, with its unit."""
    cell = cell.strip()
    if held.kind.type not in ("money", "number") or held.kind.is_year:
        return cell
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", cell):
        return cell if held.kind.type == "money" or held.kind.unit else _labelled(held, cell)
    text = _grouped(cell, held.kind.comma)
    return (
        _with_unit(held, text)
        if held.kind.unit or held.kind.type == "money"
        else _labelled(held, text)
    )


def _with_unit(held: Held, text: str) -> str:
    if held.kind.type == "money" and len(held.kind.unit) <= 3 and not held.kind.unit.isalpha():
        return f"{text} €" if held.kind.unit == "€" else f"{held.kind.unit}{text}"
    return f"{text} {held.kind.unit}".strip()


def _labelled(held: Held, text: str) -> str:
    return f"{held.column.label.es or held.column.heading} {text}"


def _grouped(text: str, comma: bool) -> str:
    whole, _, cents = text.partition(".")
    if len(whole.lstrip("-")) > 4 or (len(whole) == 4 and not comma):
        whole = f"{int(whole):,}"
    if comma:
        return f"{whole.replace(',', '.')},{cents}" if cents else whole.replace(",", ".")
    return f"{whole}.{cents}" if cents else whole
