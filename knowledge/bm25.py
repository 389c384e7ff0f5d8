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
from typing import NamedTuple

from knowledge.ngrams import ngrams

K1 = 0.9
B = 0.4
# A word that is not there counts as there when so much of its n-grams is: it was misspelled.
MISSPELLED = 0.8
# Of a long message no more is asked than of one with three words nobody has heard of.
MOST_UNHEARD = 3
# A word in the only text of a new base is not common: how rare words are, so few cannot tell.
FEW_TEXTS = 50


class Term(NamedTuple):
    """A piece of the indexed text, and what finding it is worth."""

    text: str
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


def question(stems: Sequence[str], total: int, documents: Callable[[str], float]) -> Question:
    """The question that *stems* ask of *total* texts; *documents* counts those with a term."""
    once = list(dict.fromkeys(stems))

    def worth(term: str) -> Term:
        return Term(term, idf(min(total, documents(term)), total))

    words = tuple(worth(f" {stem} ") for stem in once)
    grams = tuple(worth(gram) for gram in ngrams(once))
    return Question(words, grams, sum(w.idf for w in words), sum(g.idf for g in grams))


def fit(asked: Question, text: str, mean_length: float) -> tuple[float, float]:
    """How well *text* fits by words and by n-grams, each about 0 to 1.

    *text* is stems with a blank before and after each, as the index holds them.
    """
    length = K1 * (1 - B + B * len(text) / mean_length)
    return (
        _score(asked.words, text, length) / (asked.words_worth or 1.0),
        _score(asked.grams, text, length) / (asked.grams_worth or 1.0),
    )


def coverage(asked: Question, text: str, total: int) -> float:
    """The share of the question that *text* (one of *total*) holds, by what its words are worth.

    Words nearly there count in part.
    """
    weight = min(asked.words_worth, MOST_UNHEARD * idf(0, total))
    held = sum(word.idf * _presence(word.text, text) for word in asked.words)
    return min(1.0, held / weight) if weight else 0.0


def _score(terms: Sequence[Term], text: str, length: float) -> float:
    score = 0.0
    count = text.count
    for term, worth in terms:
        times = count(term)
        if times:
            score += worth * times * (K1 + 1) / (times + length)
    return score


def _presence(word: str, text: str) -> float:
    if word in text:
        return 1.0
    grams = ngrams([word.strip()])
    share = sum(gram in text for gram in grams) / len(grams)
    return share if share >= MISSPELLED else 0.0
