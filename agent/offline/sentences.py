"""Cutting passages into what can be quoted: sentences, list items, table rows, under headings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.offline.reading import Excerpt
from agent.offline.words import stems

_BULLET = re.compile(r"^\s*(?:[-*•·–]|\d{1,2}[.)])\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[«\"¿¡(A-ZÁÉÍÓÚÑ0-9])")
_NOT = re.compile(r"\b(?:no|not|sin|without|não|sem)\b", re.I)
# A line that a page's width broke.
_BROKEN = re.compile(r"(?<=[^.:?!\n])\n(?=[a-záéíóúñ])")


@dataclass
class Sentence:
    """A sentence, list item or row, with the words that speak for it."""

    excerpt: Excerpt
    rank: int  # of its passage
    text: str
    words: frozenset[str]  # its own, those of the question it answers, and of its headings
    heading: frozenset[str]
    listed: bool
    answers: str = ""  # the question it answers, in a page of questions and answers
    denied: bool = False  # its heading says what is *not* so
    score: float = 0.0
    coverage: float = 0.0


def sentences_of(rank: int, excerpt: Excerpt) -> list[Sentence]:
    """Return what can be quoted of *excerpt*."""
    if is_row(excerpt):
        words = frozenset(stems(f"{excerpt.text} {excerpt.place}"))
        return [Sentence(excerpt, rank, excerpt.text.strip(), words, frozenset(), True)]
    above = frozenset(stems(f"{excerpt.heading} {excerpt.place.split('.')[0]}"))
    asked = excerpt.heading.rpartition(" > ")[2]
    heading, denied, found = above, denies(asked), []
    for line in filter(None, map(str.strip, _BROKEN.sub(" ", excerpt.text).splitlines())):
        listed = bool(_BULLET.match(line))
        is_heading = line.startswith("#") or (line.isupper() and not listed)
        if is_heading:
            heading, asked = above | frozenset(stems(line)), line
            denied = denies(line)
        for sentence in [] if is_heading else [line] if listed else _SENTENCE_END.split(line):
            if sentence.endswith("?") and not listed:
                asked = sentence
                continue
            answers = asked if asked.endswith("?") else ""
            words = frozenset(stems(f"{sentence} {answers}")) | heading
            text = _clean(sentence)
            found.append(Sentence(excerpt, rank, text, words, heading, listed, answers, denied))
    return [one for one in found if one.text]


def denies(text: str) -> bool:
    """True when *text* says what is not so: `Qué no cubre`."""
    return bool(_NOT.search(text))


def is_row(excerpt: Excerpt) -> bool:
    """True when the passage is a row of a table."""
    return ", fila " in excerpt.place


def list_after(sentences: Sequence[Sentence], at: int) -> list[Sentence]:
    """Return the list that the one at *at* opens; else the one after it."""
    following = []
    for one in sentences[at + 1 :]:
        if not one.listed:
            break
        following.append(one)
    return following or list(sentences[at + 1 : at + 2])


def _clean(sentence: str) -> str:
    text = re.sub(r"\*\*|__|`", "", sentence).strip()
    return _BULLET.sub("- ", text) if _BULLET.match(text) else text
