"""Cases out of a CSV file, as spreadsheets write it: one turn a line, under names of columns.

Lines with the same `conversation` are the turns of one case, in their order. In a cell that holds
several pieces they stand on lines of their own, or with ` | ` between them.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from agent.cases import Case
from agent.errors import Invalid

LARGEST = 2_000_000  # characters
MOST_LINES = 5_000
COLUMNS = {
    "question": ("question", "pregunta", "say", "mensaje", "message"),
    "contains": ("contains", "expected", "contiene", "debe decir"),
    "not_contains": ("not_contains", "no contiene", "no debe decir"),
    "number": ("number", "numero"),
    "cites": ("cites", "source", "cita", "fuente"),
    "outcome": ("outcome", "resultado"),
    "language": ("language", "idioma"),
    "most_words": ("most_words", "palabras"),
    "like": ("like", "como"),
    "nothing": ("nothing", "nada"),
    "conversation": ("conversation", "conversacion"),
    "notes": ("notes", "notas"),
}
_SEVERAL = ("contains", "not_contains", "number", "cites")
_YES = ("1", "yes", "true", "si", "x")
_ACCENTS = str.maketrans("áéíóúüñ", "aeiouun")


class NoCases(Invalid):
    """This file holds no cases."""


def read(text: str) -> list[Case]:
    """Return the cases of a file. Raises NoCases, whose words name the line that is wrong."""
    if len(text) > LARGEST:
        raise NoCases("That file is too large: two million characters at most.")
    grouped: dict[str, list[tuple[int, dict[str, str]]]] = {}
    try:
        for number, line in _lines(text):
            key = line.get("conversation") or f"line {number}"
            grouped.setdefault(key, []).append((number, line))
    except csv.Error:
        raise NoCases("That file is no table: a cell has no end, or is too long.") from None
    if not grouped:
        raise NoCases('The first line names the columns; one of them is "question".')
    return [_case(lines) for lines in grouped.values()]


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names: list[str] = []
    for number, row in enumerate(rows, 1):
        if number > MOST_LINES:
            raise NoCases(f"That file has more than {MOST_LINES} lines.")
        if not names:
            names = [_column(name) for name in row]
            if "question" not in names:
                return
            continue
        line = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        if line.get("question"):
            yield number, line


def _column(name: str) -> str:
    plain = " ".join(name.strip().casefold().translate(_ACCENTS).replace("_", " ").split())
    for column, spellings in COLUMNS.items():
        if plain in [one.replace("_", " ") for one in spellings]:
            return column
    return ""


def _case(lines: list[tuple[int, dict[str, str]]]) -> Case:
    notes = next((line["notes"] for _, line in lines if line.get("notes")), "")
    try:
        return Case.model_validate({"turns": [_turn(line) for _, line in lines], "notes": notes})
    except ValidationError as error:
        place = [part for part in error.errors()[0]["loc"] if isinstance(part, str)]
        column = place[-1] if place else "question"
        number = lines[0][0]
        raise NoCases(f'Line {number}: "{column}" cannot be used.') from None


def _turn(line: Mapping[str, str]) -> dict[str, Any]:
    expect: dict[str, Any] = {}
    for name, cell in line.items():
        if not cell or name in ("question", "conversation", "notes"):
            continue
        expect[name] = re.split(r"\s*\n\s*|\s+\|\s+", cell) if name in _SEVERAL else cell
    if "nothing" in expect:
        expect["nothing"] = expect["nothing"].casefold().translate(_ACCENTS) in _YES
    if "handoff" in expect.get("contains", []):
        expect["contains"].remove("handoff")
        expect["outcome"] = "handoff"
    return {"say": [line["question"]], "expect": expect}
