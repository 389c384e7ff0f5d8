"""Picking the sentences of the passages that answer a question.

Each sentence is scored by the words it shares with the question, rare words counting more
(inverse document frequency over the sentences at hand); words in its headings, or in the question
of a question-and-answer page above it, count for it too.
"""

import difflib
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.offline.glossary import in_other_words, topic_words
from agent.offline.reading import Excerpt
from agent.offline.units import Unit, denies, is_row, list_after, units_of
from agent.offline.words import stems

KIND_WEIGHT = 0.9  # of `precio` when the question is how much
TOPIC_WEIGHT = 0.6  # of `devolución` when the question is to give it back
EARLIER_WEIGHT = 0.35
TABLE_OF_PRICES = 1.4  # how much and when are answered by tables that have that column
INHERITED = 0.6  # of a heading's words
CONTRARY = 0.7  # `Qué no cubre` when the question is what is covered, and the other way round
LOOKS_RIGHT, LOOKS_WRONG = 1.25, 0.75
ASKING_WEIGHT = 0.3  # of `dura` in `cuánto dura`
RENAMED = 0.7  # what finding all the other words for the topic counts as coverage
LEAST_COVERAGE = 0.3  # of the question's words, to be an answer at all
CLOSE_SECOND = 0.6  # a sentence this near the best one is quoted with it
CLOSE_ROW = 0.85
MOST_CHARACTERS = 520
MOST_SENTENCES = 3
MOST_ROWS = 4
SHORT_QUOTE = 280  # a lone sentence is followed by its neighbours up to here

# A question of how long is answered by a time, one of how much by an amount.
LOOKS = (
    (
        re.compile(r"\b(?:cu[áa]nto (?:dura|tarda|tiempo)|plazo|how long|how many days)", re.I),
        re.compile(
            r"\d+[^.]{0,12}\b(?:minuto|hora|d[íi]a|semana|mes|a[ñn]o|minute|hour|day|month)", re.I
        ),
    ),
    (
        re.compile(r"\b(?:cu[áa]nto (?:cuesta|vale|sale|cobra)|precio|how much|price)", re.I),
        re.compile(r"(?:[$€]\s?\d|\d\s?(?:€|pesos|euros|MXN)|precio[^.:]{0,20}:\s?\d)", re.I),
    ),
)


@dataclass(frozen=True)
class Quote:
    """Sentences of one passage, in its own order."""

    excerpt: Excerpt
    text: str


@dataclass(frozen=True)
class _Wanted:
    """The question's stems with their weights; `own` are those that have to be found."""

    weights: dict[str, float]
    own: frozenset[str]
    topic: frozenset[str]  # other words for what the question is about
    kind: frozenset[str]  # words for what is asked of it: `precio`, `plazo`, `horario`
    denied: bool = False
    looks_like: re.Pattern[str] | None = None  # what an answer has: a time, an amount


def quotes(
    question: str, excerpts: Sequence[Excerpt], earlier: str = "", translated: bool = False
) -> list[Quote]:
    """Return what the passages say to *question*: one quote, or several rows; [] for nothing.

    *translated* says that the question is in another language than the passages, so that its
    words are looked for through the glossary.
    """
    units = [unit for rank, excerpt in enumerate(excerpts) for unit in units_of(rank, excerpt)]
    vocabulary = {stem for unit in units for stem in unit.own | unit.inherited}
    wanted = _wanted(question, earlier, vocabulary, translated)
    if not wanted.own or not units:
        return []
    _score(units, wanted)
    best = max(units, key=lambda unit: unit.score)
    if best.score <= 0 or best.coverage < LEAST_COVERAGE:
        return []
    if is_row(best.excerpt):
        near = [u for u in units if is_row(u.excerpt) and u.score >= CLOSE_ROW * best.score]
        near.sort(key=lambda unit: -unit.score)
        return [Quote(unit.excerpt, unit.text) for unit in near[:MOST_ROWS]]
    same = [unit for unit in units if unit.excerpt is best.excerpt]
    return [Quote(best.excerpt, _joined(_around(best, same, wanted)))]


def _wanted(question: str, earlier: str, vocabulary: set[str], translated: bool) -> _Wanted:
    own = [_as_known(stem, vocabulary) for stem in stems(question)]
    other, topic = stems(in_other_words(question)), frozenset(stems(topic_words(question)))
    if translated:
        own = [stem for stem in [*own, *sorted(topic)] if stem in vocabulary]
    weights = dict.fromkeys(stems(earlier), EARLIER_WEIGHT) if len(own) < 4 else {}
    weights |= {stem: TOPIC_WEIGHT if stem in topic else KIND_WEIGHT for stem in other}
    weights |= dict.fromkeys(own, 1.0)
    asking, look = _look(question)
    if set(own) - asking:  # `dura` in the answer says little: the answer gives months
        weights |= {stem: ASKING_WEIGHT for stem in asking & weights.keys()}
        own = [stem for stem in own if stem not in asking]
    kind = frozenset(other) - topic
    return _Wanted(weights, frozenset(own) or frozenset(other), topic, kind, denies(question), look)


def _look(question: str) -> tuple[frozenset[str], re.Pattern[str] | None]:
    """The words that ask for a time or an amount, and what an answer to them looks like."""
    for asks, answer in LOOKS:
        if found := asks.search(question):
            return frozenset(stems(found[0])), answer
    return frozenset(), None


def _as_known(stem: str, vocabulary: set[str]) -> str:
    """A mistyped word becomes the one it resembles."""
    if stem in vocabulary or len(stem) < 5:
        return stem
    near = difflib.get_close_matches(stem, sorted(vocabulary), n=1, cutoff=0.8)
    return near[0] if near else stem


def _score(units: list[Unit], wanted: _Wanted) -> None:
    seen = Counter(stem for unit in units for stem in unit.own | unit.inherited)
    rarity = {stem: math.log(1 + len(units) / (1 + seen[stem])) + 0.2 for stem in wanted.weights}
    total = sum(wanted.weights.values())
    for unit in units:
        shared = {stem: 1.0 for stem in wanted.weights if stem in unit.own}
        for stem in wanted.weights.keys() & unit.inherited - shared.keys():
            shared[stem] = INHERITED
        said = sum(wanted.weights[stem] for stem in shared)
        found = len(wanted.own & shared.keys()) / len(wanted.own)
        raw = sum(wanted.weights[stem] * rarity[stem] * part for stem, part in shared.items())
        unit.score = raw * (0.6 + 0.4 * found) * (1 - 0.04 * min(unit.rank, 8))
        if is_row(unit.excerpt) and wanted.kind & unit.own and wanted.own & unit.own:
            unit.score *= TABLE_OF_PRICES
        if unit.denied != wanted.denied:
            unit.score *= CONTRARY
        if wanted.looks_like:
            unit.score *= LOOKS_RIGHT if wanted.looks_like.search(unit.text) else LOOKS_WRONG
        renamed = len(wanted.topic & shared.keys()) / (len(wanted.topic) or 1)
        unit.coverage = max(said / total, found, RENAMED * renamed)


def _around(best: Unit, same: list[Unit], wanted: _Wanted) -> list[Unit]:
    """The best sentence with its near rivals of the same passage, the whole answer of a question,
    or the list it opens."""
    at = same.index(best)
    if best.answers:
        return [unit for unit in same if unit.answers == best.answers]
    if best.text.endswith(":"):
        return [best, *list_after(same, at)]
    if not wanted.own & best.own:  # the heading was asked for: all that stands under it
        return [unit for unit in same if unit.inherited == best.inherited]
    rivals = sorted(same, key=lambda unit: -unit.score)[:MOST_SENTENCES]
    least = CLOSE_SECOND * best.score
    chosen = [unit for unit in same if unit is best or (unit in rivals and unit.score >= least)]
    if len(chosen) == 1 and not best.listed:
        return _with_next(same, at)
    return chosen


def _with_next(same: list[Unit], at: int) -> list[Unit]:
    """A lone sentence and what follows it under the same heading, while that stays short."""
    chosen = same[at : at + 1]
    for unit in same[at + 1 :]:
        length = sum(len(one.text) for one in [*chosen, unit])
        if length > SHORT_QUOTE or unit.inherited != chosen[0].inherited or unit.listed:
            break
        chosen.append(unit)
    return chosen


def _joined(units: Sequence[Unit]) -> str:
    text = ""
    for unit in units:
        if text and len(text) + len(unit.text) > MOST_CHARACTERS:
            break
        text = f"{text}{chr(10) if unit.listed else ' '}{unit.text}".strip()
    return text
