"""BM25 over a few candidates, by words and by n-grams, and how much of a question they hold.

BM25 after Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009). `K1` and `B`
are those of Yang, Fang and Lin, "Anserini" (2017): they take less from long passages than the
textbook's 1.2 and 0.75, which on the sample bases prefer a table's short rows to the paragraph
that answers. Scores are divided by what a passage of usual length scores that holds every term
once, so that they can be compared between questions and added to each other.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.lexical import Forms

LENGTH = 3


def ngrams(stems: Sequence[str]) -> list[str]:
    """The pieces of all *stems*, each once, in order; ` ga`, `gar`, `ara` ... of `garant`."""
    found: dict[str, None] = {}
    for stem in stems:
        edged = f" {stem} "
        for start in range(len(edged) - LENGTH + 1):
            found[edged[start : start + LENGTH]] = None
    return list(found)


K1 = 0.9
B = 0.4
# A word that is not there counts as there when so much of its n-grams is: it was misspelled.
MISSPELLED = 0.8
# Of a long message no more is asked than of one with three words nobody has heard of.
MOST_UNHEARD = 3
# A word in the only text of a new base is not common: how rare words are, so few cannot tell.
FEW_TEXTS = 50


class Term(NamedTuple):
    """What is looked for in the indexed text, in any of its forms, and what finding it is worth."""

    forms: Forms
    idf: float


@dataclass(frozen=True)
class Question:
    """What is asked for, as terms."""

    words: tuple[Term, ...]
    grams: tuple[Term, ...]
    words_worth: float  # of all words together, and of all n-grams
    grams_worth: float


def idf(documents: float, total: int) -> float:
    """What a term is worth that stands in *documents* of *total*."""
    total = max(total, FEW_TEXTS)
    return math.log(1 + (total - documents + 0.5) / (documents + 0.5))


def question(asked: Sequence[Forms], total: int, documents: Callable[[str], float]) -> Question:
    """The question that these words ask of *total* texts; *documents* counts those with a form."""

    def worth(*forms: str) -> Term:
        return Term(forms, idf(min(total, max(map(documents, forms))), total))

    words = tuple(worth(*(f" {stem} " for stem in forms)) for forms in asked)
    grams = tuple(map(worth, ngrams(list(chain.from_iterable(asked)))))
    return Question(words, grams, sum(w.idf for w in words), sum(g.idf for g in grams))


def fits(asked: Question, texts: Sequence[str], mean_length: float) -> list[tuple[float, float]]:
    """How well each of *texts* fits by words and by n-grams, each about 0 to 1.

    Texts are stems with a blank before and after each, as the index holds them.
    """
    if not texts or not asked.words:
        return [(0.0, 0.0)] * len(texts)
    lengths = K1 * (1 - B + B * np.array([len(text) for text in texts]) / mean_length)
    words = _times(asked.words, texts)
    grams = occurrences(texts, [gram.forms[0] for gram in asked.grams])
    by_words = _scores(asked.words, words, lengths) / (asked.words_worth or 1.0)
    by_grams = _scores(asked.grams, grams, lengths) / (asked.grams_worth or 1.0)
    return list(zip(by_words.tolist(), by_grams.tolist(), strict=True))


def coverage(asked: Question, text: str, total: int) -> float:
    """The share of the question that *text* (one of *total*) holds, by what its words are worth.

    Words nearly there count in part.
    """
    weight = min(asked.words_worth, MOST_UNHEARD * idf(0, total))
    held = sum(word.idf * _presence(word, text) for word in asked.words)
    return min(1.0, held / weight) if weight else 0.0


def _scores(
    terms: Sequence[Term], times: NDArray[np.intp], lengths: NDArray[np.float64]
) -> NDArray[np.float64]:
    worth = np.array([term.idf for term in terms]) * (K1 + 1)
    scores: NDArray[np.float64] = (times / (times + lengths[:, None])) @ worth
    return scores


def _times(words: Sequence[Term], texts: Sequence[str]) -> NDArray[np.intp]:
    """How often each word stands in each text, in the form that stands there most."""
    forms = [form for word in words for form in word.forms]
    begin = np.cumsum([0, *(len(word.forms) for word in words[:-1])])
    times = np.array([[text.count(form) for form in forms] for text in texts])
    return np.maximum.reduceat(times, begin, axis=1)


def _presence(word: Term, text: str) -> float:
    share = max(_share(form, text) for form in word.forms)
    return share if share >= MISSPELLED else 0.0


def _share(form: str, text: str) -> float:
    """How much of *form* stands in the text."""
    if form in text:
        return 1.0
    grams = ngrams([form.strip()])
    return sum(gram in text for gram in grams) / len(grams)


def occurrences(texts: Sequence[str], grams: Sequence[str]) -> NDArray[np.intp]:
    """One row a text, one column an n-gram.

    Texts begin and end with a blank, so that no n-gram of a question stands across two of them.
    """
    places = _places("".join(texts), grams)
    hits = np.flatnonzero(places.astype(bool))  # ten times as fast as for numbers
    ends = np.cumsum([len(text) for text in texts])
    rows = np.searchsorted(ends, hits, side="right")
    columns = places[hits].astype(np.intp) - 1
    counted = np.bincount(rows * len(grams) + columns, minlength=len(texts) * len(grams))
    return counted.reshape(len(texts), len(grams))


def _places(whole: str, grams: Sequence[str]) -> NDArray[np.unsignedinteger]:
    """For each place of *whole* the n-gram that begins there, counted from 1; 0: none of them."""
    letters = "".join(sorted({letter for gram in grams for letter in gram}))
    base = len(letters) + 1
    numbers = np.zeros(base**LENGTH, dtype=np.min_scalar_type(len(grams)))
    own = _codes(_digits("".join(grams), letters), base)[::LENGTH]
    numbers[own] = np.arange(1, len(grams) + 1)
    return numbers.take(_codes(_digits(whole, letters), base))


def _digits(text: str, letters: str) -> NDArray[np.unsignedinteger]:
    """The place in *letters* of each letter, counted from 1; 0: it is none of them."""
    if letters.isascii():  # nearly always: stems have no accents
        table = bytearray(256)
        for number, letter in enumerate(letters, 1):
            table[ord(letter)] = number
        return np.frombuffer(text.encode("ascii", "replace").translate(table), dtype=np.uint8)
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    alphabet = np.zeros(ord(letters[-1]) + 2, dtype=np.uint32)
    alphabet[[ord(letter) for letter in letters]] = np.arange(1, len(letters) + 1)
    return alphabet[np.minimum(codes, len(alphabet) - 1)]


def _codes(digits: NDArray[np.unsignedinteger], base: int) -> NDArray[np.unsignedinteger]:
    """The number that each LENGTH digits in a row write."""
    wide = digits.astype(np.min_scalar_type(base**LENGTH))
    codes: NDArray[np.unsignedinteger] = (wide[:-2] * base + wide[1:-1]) * base + wide[2:]
    return codes
