"""Cutting passages into what can be quoted: sentences, list items, table rows, under headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.offline.reading import Excerpt
from agent.offline.words import stems

_BULLET = re.compile(r"^\s*(?:[-*•·–]|\d{1,2}[.)])\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[«\"¿¡(A-ZÁÉÍÓÚÑ0-9])")
_NOT = re.compile(r"\b(?:no|not|sin|without)\b", re.I)
_PAGE_MARK = re.compile(r"(?:·|\||-|^)?\s*(?:p[áa]gina|page)\s+\d+(?:\s+(?:de|of)\s+\d+)?", re.I)


@dataclass
class Unit:
    """A sentence, list item or row, with the words that speak for it."""

    excerpt: Excerpt
    rank: int  # of its passage
    text: str
    own: frozenset[str]  # its words, and those of the question it answers
    inherited: frozenset[str]  # words of the headings above it
    listed: bool
    answers: str = ""  # the question it answers, in a page of questions and answers
    denied: bool = False  # its heading says what is *not* so
    score: float = 0.0
    coverage: float = 0.0


def units_of(rank: int, excerpt: Excerpt) -> list[Unit]:
    """Return what can be quoted of *excerpt*."""
    if is_row(excerpt):
        own = frozenset(stems(f"{excerpt.text} {excerpt.place}"))
        return [Unit(excerpt, rank, excerpt.text.strip(), own, frozenset(), True)]
    path, _, last = excerpt.heading.rpartition(" > ")
    above = frozenset(stems(f"{path} {excerpt.place.split('.')[0]} {last}"))
    asked = last if last.endswith("?") else ""
    heading: frozenset[str] = frozenset()
    denied, found = denies(last), []
    for line, is_heading in _lines(excerpt.text):
        if is_heading:
            heading, asked = frozenset(stems(line)), line if line.endswith("?") else ""
            denied = denies(line)
            continue
        listed = bool(_BULLET.match(line))
        for sentence in [line] if listed else _SENTENCE_END.split(line):
            if sentence.endswith("?") and not listed:
                asked = sentence
                continue
            own = frozenset(stems(sentence)) | frozenset(stems(asked))
            text = _clean(sentence)
            found.append(Unit(excerpt, rank, text, own, above | heading, listed, asked, denied))
    return [unit for unit in found if unit.text]


def denies(text: str) -> bool:
    """True when the text says what is not so: `Qué no cubre`."""
    return bool(_NOT.search(text))


def is_row(excerpt: Excerpt) -> bool:
    """True when the passage is a row of a table."""
    return ", fila " in excerpt.place


def list_after(units: Sequence[Unit], at: int) -> list[Unit]:
    """Return the list that the unit at *at* opens; else the unit after it."""
    following = []
    for unit in units[at + 1 :]:
        if not unit.listed:
            break
        following.append(unit)
    return following or list(units[at + 1 : at + 2])


def _lines(text: str) -> list[tuple[str, bool]]:
    """Paragraphs, list items and headings (True): lines broken by a page's width joined again."""
    raw = [part for line in text.splitlines() for part in _parts(line)]
    lines: list[tuple[str, bool]] = []
    open_ended = False
    for line, after in zip(raw, [*raw[1:], ""], strict=True):
        heading = _is_heading(line, after)
        starts = heading or bool(_BULLET.match(line)) or line.startswith("|")
        if line and open_ended and not starts:
            lines[-1] = (f"{lines[-1][0]} {line}", False)
        elif line:
            lines.append((line, heading))
        open_ended = bool(line) and not heading and not line.endswith((".", ":", "?", "!"))
    return lines


def _parts(line: str) -> list[str]:
    """The line without page numbers, a heading IN CAPITALS at its front on its own."""
    line = _PAGE_MARK.sub("", line).strip()
    words = line.split()
    end = 0
    while end < len(words) and words[end].upper() == words[end]:
        end += 1
    capitals = " ".join(words[:end])
    if end < len(words) and sum(sign.isalpha() for sign in capitals) >= 4 and words[end].istitle():
        return [capitals.rstrip(".:"), " ".join(words[end:])]
    return [line]


def _is_heading(line: str, after: str) -> bool:
    if line.startswith("#") or (len(line) > 3 and line.upper() == line and not line[0].isdigit()):
        return not _BULLET.match(line)
    short = 0 < len(line) <= 60 and not _BULLET.match(line) and "|" not in line
    continues = after[:1].islower()
    return short and not continues and line[0].isupper() and not re.search(r"[.:;,!?]$|\d", line)


def _clean(sentence: str) -> str:
    text = re.sub(r"\*\*|__|`", "", sentence).strip()
    return _BULLET.sub("- ", text) if _BULLET.match(text) else text
