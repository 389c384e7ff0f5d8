"""Dividing sections into chunks that are small enough to quote and whole enough to understand.

A chunk never crosses a section, so it keeps one page, row or heading. Inside a section it ends
where a reader would pause: after a paragraph, list item or table row, else a sentence, else a
word. A table that is cut has its header again in each chunk. A row of a spreadsheet is a chunk by
itself. Sizes are tokens, as models count them, by an estimate that needs no download.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.base import Chunk, Section

TOKENS = 240  # a chunk: about 900 letters of Spanish
OVERLAP = 30  # tokens of the chunk before that are said again, in whole sentences
LETTERS_A_TOKEN = 5
DIGITS_A_TOKEN = 3
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+•·–]|\d{1,3}[.)])\s)")
_SENTENCE = re.compile(r"(?<=[.!?…:;])\s+|\n")
_TABLE_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*\|[\s:|-]+\|\s*$")  # | --- | --- |, below a table's header
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """What is never divided, and what joins it to the piece before."""

    joint: str
    text: str
    tokens: int
    header: str = ""  # of the table it is a row of


def tokens(text: str) -> int:
    """About how many tokens *text* is: one for every five letters of a word, every three digits,
    and every sign. Real tokenizers have to be downloaded; for Spanish and English prose they
    count a little less than this.
    """
    return sum(_tokens_of(found) for found in _TOKEN.findall(text))


def split(sections: Sequence[Section], size: int = TOKENS, overlap: int = OVERLAP) -> list[Chunk]:
    """Divide *sections* into chunks of at most *size* tokens, numbered from 0."""
    found: list[Chunk] = []
    for section in sections:
        whole = section.row is not None and tokens(section.text) <= 4 * size
        for text in [section.text.strip()] if whole else _texts(section.text, size, overlap):
            if text:
                found.append(
                    Chunk(
                        text=text,
                        position=len(found),
                        page=section.page,
                        row=section.row,
                        heading=section.heading,
                        fields=section.fields,
                    )
                )
    return found


def preview(text: str, size: int = TOKENS, heading: str = "") -> list[Chunk]:
    """The chunks that *text* would become, for staff to look at before anything is saved."""
    return split([Section(text, heading=heading)], size, min(OVERLAP, size // 4))


def _texts(text: str, size: int, overlap: int) -> Iterator[str]:
    held: list[Piece] = []
    for piece in _pieces(text, size):
        if held and _sum(held) + piece.tokens > size:
            yield _join(held)
            held = _again(held, piece, size, overlap)
        held.append(piece)
    if held:
        yield _join(held)


def _again(held: Sequence[Piece], following: Piece, size: int, overlap: int) -> list[Piece]:
    """What the next chunk begins with: a table's header, else the last whole pieces that fit."""
    if following.header:
        return [Piece("\n", following.header, tokens(following.header))]
    room = min(overlap, size - following.tokens)
    start = len(held)
    while start > 1 and _sum(held[start - 1 :]) <= room and not held[start - 1].header:
        start -= 1
    return list(held[start:])


def _pieces(text: str, size: int) -> Iterator[Piece]:
    for paragraph in filter(None, map(str.strip, _PARAGRAPH.split(text))):
        lines = paragraph.split("\n")
        if len(lines) > 1 and all(map(_TABLE_ROW.match, lines)):
            yield from _rows(lines, size)
            continue
        joint = "\n"
        for sentence in filter(None, map(str.strip, _SENTENCE.split(paragraph))):
            for part, counted in _parts(sentence, size):
                yield Piece(joint, part, counted)
                joint = " "


def _rows(lines: Sequence[str], size: int) -> Iterator[Piece]:
    head = 2 if _RULE.match(lines[1]) else 1
    header = "\n".join(line.strip() for line in lines[:head])
    fits = tokens(header) <= size // 2
    for number, line in enumerate(lines):
        room = size if number < head or not fits else size // 2
        for part, counted in _parts(line.strip(), room):
            own = header if fits and number >= head else ""
            yield Piece("\n", part, counted, own)


def _parts(sentence: str, size: int) -> Iterator[tuple[str, int]]:
    """*sentence*, or its parts of at most *size* tokens, cut between words where there are any.

    Each with its tokens: counting them is much of what dividing costs.
    """
    counted = tokens(sentence)
    while counted > size:
        cut = _cut(sentence, size)
        part = sentence[:cut].rstrip()
        yield part, tokens(part)
        sentence = sentence[cut:].lstrip()
        counted = tokens(sentence)
    if sentence:
        yield sentence, counted


def _cut(sentence: str, size: int) -> int:
    counted = 0
    last_blank = 0
    for found in _TOKEN.finditer(sentence):
        own = _tokens_of(found.group())
        if counted + own > size:
            inside = found.start() + (size - counted) * _width(found.group())
            return last_blank or max(1, inside)
        counted += own
        if sentence[found.end() : found.end() + 1].isspace() and counted > size // 2:
            last_blank = found.end()
    return len(sentence)


@lru_cache(maxsize=100_000)  # a text is made of few different words
def _tokens_of(found: str) -> int:
    return -(-len(found) // _width(found))


def _width(found: str) -> int:
    return DIGITS_A_TOKEN if found.isdecimal() else LETTERS_A_TOKEN


def _sum(held: Sequence[Piece]) -> int:
    return sum(piece.tokens for piece in held)


def _join(held: Sequence[Piece]) -> str:
    return "".join(piece.joint + piece.text for piece in held).strip()
