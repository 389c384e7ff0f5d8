"""Questions with their answers, as people write them down: marked lines, or two columns.

P: ¿Abren los domingos?            pregunta;respuesta
R: Sí, de diez a tres.             ¿Abren los domingos?;Sí, de diez a tres.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from knowledge.base import Section
from knowledge.parsing.formats.delimited import text_rows
from knowledge.parsing.formats.encodings import decoded

_MARK = re.compile(
    r"^\s*(?:[*_#>-]+\s*)*(?:(?P<question>p|q|pregunta|question)|(?P<answer>r|a|respuesta|answer))"
    r"\s*\d*\s*[.:)\-]\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_QUESTIONS = ("pregunta", "question", "p", "q")
_ANSWERS = ("respuesta", "answer", "r", "a")


def read(path: Path) -> Iterator[Section]:
    """One section a pair, the question as its heading and its first line."""
    for number, (question, answer) in enumerate(parse(decoded(path)), start=1):
        fields = {"Pregunta": question, "Respuesta": answer}
        yield Section(f"{question}\n{answer}", row=number, heading=question, fields=fields)


def parse(text: str) -> list[tuple[str, str]]:
    """(question, answer) pairs; none when the text is of neither form."""
    return _marked(text) or _columns(text)


def _marked(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[list[str], list[str]]] = []
    into: list[str] | None = None
    for line in text.splitlines():
        mark = _MARK.match(line)
        if mark and mark["question"]:
            pairs.append(([mark["rest"]], []))
            into = pairs[-1][0]
        elif mark and pairs:
            into = pairs[-1][1]
            into.append(mark["rest"])
        elif into is not None:
            into.append(line)
    joined = [("\n".join(q).strip(), "\n".join(a).strip()) for q, a in pairs]
    return [(question, answer) for question, answer in joined if question and answer]


def _columns(text: str) -> list[tuple[str, str]]:
    rows = [[cell.strip() for cell in row] for row in text_rows(text)]
    names = [cell.lower().rstrip("s").strip("¿?: ") for cell in rows[0]] if rows else []
    places = [_place(names, _QUESTIONS), _place(names, _ANSWERS)]
    if None in places:
        return []
    question, answer = places[0] or 0, places[1] or 0
    full = [row for row in rows[1:] if len(row) > max(question, answer)]
    return [(row[question], row[answer]) for row in full if row[question] and row[answer]]


def _place(names: list[str], wanted: tuple[str, ...]) -> int | None:
    return next((place for place, name in enumerate(names) if name in wanted), None)
