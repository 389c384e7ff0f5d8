"""Dividing sections into chunks that are small enough to quote and whole enough to understand.

A chunk never crosses a section, so it keeps one page, row or heading. Inside a section it ends
where a reader would pause: after a paragraph or list item, else a sentence, else a word. A table
row is a chunk by itself.
"""

import re
from collections.abc import Iterator, Sequence

from knowledge.base import Chunk, Section

SIZE = 900  # characters: about 200 tokens of Spanish
OVERLAP = 120
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+•·–]|\d{1,3}[.)])\s)")
_SENTENCE = re.compile(r"(?<=[.!?…:;])\s+|\n")


def split(sections: Sequence[Section], size: int = SIZE, overlap: int = OVERLAP) -> list[Chunk]:
    """Divide *sections* into chunks of about *size* characters, numbered from 0."""
    found: list[Chunk] = []
    for section in sections:
        whole = section.row is not None and len(section.text) <= 4 * size
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


def _texts(text: str, size: int, overlap: int) -> Iterator[str]:
    held: list[tuple[str, str]] = []  # (what joins it to the one before, piece)
    for joint, piece in _pieces(text, size):
        if held and _length(held) + len(joint) + len(piece) > size:
            yield _join(held)
            held = _tail(held, min(overlap, size - len(piece) - len(joint)))
        held.append((joint, piece))
    if held:
        yield _join(held)


def _pieces(text: str, size: int) -> Iterator[tuple[str, str]]:
    for paragraph in filter(None, map(str.strip, _PARAGRAPH.split(text))):
        joint = "\n"
        for sentence in filter(None, map(str.strip, _SENTENCE.split(paragraph))):
            for part in _parts(sentence, size):
                yield joint, part
                joint = " "


def _parts(sentence: str, size: int) -> Iterator[str]:
    while len(sentence) > size:
        cut = sentence.rfind(" ", size // 2, size)
        cut = cut if cut > 0 else size
        yield sentence[:cut].rstrip()
        sentence = sentence[cut:].lstrip()
    if sentence:
        yield sentence


def _tail(held: list[tuple[str, str]], room: int) -> list[tuple[str, str]]:
    """The last whole pieces that fit into *room*, to begin the next chunk with."""
    start = len(held)
    while start > 1 and _length(held[start - 1 :]) <= room:
        start -= 1
    return held[start:]


def _length(held: Sequence[tuple[str, str]]) -> int:
    return sum(len(joint) + len(piece) for joint, piece in held)


def _join(held: Sequence[tuple[str, str]]) -> str:
    return "".join(joint + piece for joint, piece in held).strip()
