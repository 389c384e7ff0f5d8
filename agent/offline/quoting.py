"""Picking the sentences of the passages that answer a question.

Each sentence is scored by the words it shares with the question, its headings' and its question's
words included; rare words count more (inverse document frequency over the sentences at hand).
"""

import difflib
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.offline.glossary import in_other_words, topic_words
from agent.offline.reading import Excerpt
from agent.offline.sentences import Sentence, denies, is_row, list_after, sentences_of
from agent.offline.words import stems

OTHER_WEIGHT = 0.9  # of `devolución` when the question is to give it back
EARLIER_WEIGHT = 0.35
TABLE_OF_PRICES = 1.4  # how much and when are answered by tables that have that column
CONTRARY = 0.7  # `Qué no cubre` when the question is what is covered, and the other way round
ASKING_WEIGHT = 0.3  # of `dura` in `cuánto dura`
LOOKS_RIGHT, LOOKS_WRONG = 1.25, 0.75
LOOKS = (
    (
        re.compile(r"\b(?:cu[áa]nto (?:dura|tarda|tiempo)|plazo|how long|how many days)", re.I),
        re.compile(r"\d+[^.]{0,12}\b(?:min|h|d[íi]a|semana|mes|a[ñn]o|hour|day|week|month)", re.I),
    ),
    (
        re.compile(r"\b(?:cu[áa]nto (?:cuesta|vale|sale|cobra)|precio|how much|price)", re.I),
        re.compile(r"[$€]\s?\d|\d\s?(?:€|pesos|euros|MXN)|precio[^.:]{0,20}:\s?\d", re.I),
    ),
)
FEW = 4  # words, with which the message before counts too
LEAST_COVERAGE = 0.3  # of the question's words, to be an answer at all
CLOSE_SECOND = 0.6  # a sentence this near the best one is quoted with it
CLOSE_ROW = 0.85
MOST_CHARACTERS = 520
MOST_SENTENCES = 3
MOST_ROWS = 4
SHORT_QUOTE = 280  # a lone sentence is followed by its neighbours up to here


@dataclass(frozen=True)
class Quote:
    """Sentences of one passage, in its own order."""

    excerpt: Excerpt
    text: str


def quotes(
    question: str, excerpts: Sequence[Excerpt], earlier: str = "", translated: bool = False
) -> list[Quote]:
    """Return what the passages say to *question*: one quote, or several rows; [] for nothing.

    *translated* says that the question is in another language than the passages, so that its
    words are looked for through the glossary.
    """
    found = [one for rank, excerpt in enumerate(excerpts) for one in sentences_of(rank, excerpt)]
    vocabulary = {stem for one in found for stem in one.words}
    own = {_as_known(stem, vocabulary) for stem in stems(question)}
    other = set(stems(in_other_words(question)))
    if translated:
        own = (own | other) & vocabulary
    asking = _asking(question) if own - _asking(question) else set()
    own = (own - asking) or other
    before = stems(earlier) if len(own) < FEW else ()
    weights = dict.fromkeys(before, EARLIER_WEIGHT) | dict.fromkeys(other, OTHER_WEIGHT)
    if not own or not found:
        return []
    _score(
        found, own, other, weights | dict.fromkeys(asking, ASKING_WEIGHT) | dict.fromkeys(own, 1.0)
    )
    _weigh(found, question)
    best = max(found, key=lambda one: one.score)
    if best.coverage < LEAST_COVERAGE and not best.words & {*stems(topic_words(question))}:
        return []
    if is_row(best.excerpt):
        rows = [one for one in found if is_row(one.excerpt) and one.score >= CLOSE_ROW * best.score]
        rows.sort(key=lambda one: -one.score)
        return [Quote(one.excerpt, one.text) for one in rows[:MOST_ROWS]]
    same = [one for one in found if one.excerpt is best.excerpt]
    return [Quote(best.excerpt, _joined(_around(best, same, own)))]


def _asking(question: str) -> set[str]:
    """The words that only ask for a time or an amount: `dura` says little in an answer."""
    found = next((match for asks, _ in LOOKS if (match := asks.search(question))), None)
    return set(stems(found[0])) if found else set()


def _weigh(found: Sequence[Sentence], question: str) -> None:
    """Let what denies count less for a question that does not, and what looks like an answer more:
    a time for how long, an amount for how much.
    """
    looks = next((answer for asks, answer in LOOKS if asks.search(question)), None)
    for one in found:
        one.score *= 1.0 if one.denied == denies(question) else CONTRARY
        if looks is not None:
            one.score *= LOOKS_RIGHT if looks.search(one.text) else LOOKS_WRONG


def _as_known(stem: str, vocabulary: set[str]) -> str:
    """A mistyped word becomes the one it resembles."""
    if stem in vocabulary or len(stem) < 5:
        return stem
    near = difflib.get_close_matches(stem, sorted(vocabulary), n=1, cutoff=0.8)
    return near[0] if near else stem


def _score(
    found: Sequence[Sentence], own: set[str], other: set[str], weights: dict[str, float]
) -> None:
    seen = Counter(stem for one in found for stem in one.words)
    worth = {
        stem: weight * (math.log(1 + len(found) / (1 + seen[stem])) + 0.2)
        for stem, weight in weights.items()
    }
    total = sum(weights.values())
    for one in found:
        shared = weights.keys() & one.words
        own_share = len(own & shared) / len(own)
        one.score = sum(worth[stem] for stem in shared) * (0.6 + 0.4 * own_share)
        one.score *= 1 - 0.04 * min(one.rank, 8)
        if is_row(one.excerpt) and other & one.words and own & one.words:
            one.score *= TABLE_OF_PRICES
        one.coverage = max(own_share, sum(weights[stem] for stem in shared) / total)


def _around(best: Sentence, same: list[Sentence], own: set[str]) -> list[Sentence]:
    """The best sentence with its near rivals of the same passage, the whole answer of a question,
    or the list it opens."""
    at = same.index(best)
    if best.answers:
        return [one for one in same if one.answers == best.answers]
    if best.text.endswith(":"):
        return [best, *list_after(same, at)]
    if not own & (best.words - best.heading):  # the heading was asked for: all that is under it
        return [one for one in same if one.heading == best.heading]
    rivals = sorted(same, key=lambda one: -one.score)[:MOST_SENTENCES]
    least = CLOSE_SECOND * best.score
    chosen = [one for one in same if one is best or (one in rivals and one.score >= least)]
    if len(chosen) == 1 and not best.listed:
        return _with_next(same, at)
    return chosen


def _with_next(same: list[Sentence], at: int) -> list[Sentence]:
    """A lone sentence and what follows it under the same heading, while that stays short."""
    chosen = same[at : at + 1]
    for one in same[at + 1 :]:
        length = sum(len(each.text) for each in [*chosen, one])
        if length > SHORT_QUOTE or one.heading != chosen[0].heading or one.listed:
            break
        chosen.append(one)
    return chosen


def _joined(sentences: Sequence[Sentence]) -> str:
    text = ""
    for one in sentences:
        if text and len(text) + len(one.text) > MOST_CHARACTERS:
            break
        text = f"{text}{chr(10) if one.listed else ' '}{one.text}".strip()
    return text
