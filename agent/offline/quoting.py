"""Picking the sentences of the passages that answer a question.

Each sentence is scored by the words it shares with the question, rare words counting more
(inverse document frequency over the sentences at hand); words in its heading, or in the question
of a question-and-answer page just above it, count for it too.
"""

import difflib
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.offline.glossary import in_other_words
from agent.offline.reading import Excerpt
from agent.offline.words import stems

OTHER_WORDS_WEIGHT = 0.5
EARLIER_WEIGHT = 0.35
INHERITED = 0.6  # of a heading's words
LEAST_COVERAGE = 0.34  # of the question's own words, to be an answer at all
CLOSE_SECOND = 0.6  # a sentence this near the best one is quoted with it
MOST_CHARACTERS = 520
MOST_SENTENCES = 3
MOST_ROWS = 4
_BULLET = re.compile(r"^\s*(?:[-*•·–]|\d{1,2}[.)])\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[«\"¿¡(A-ZÁÉÍÓÚÑ0-9])")


@dataclass(frozen=True)
class Quote:
    """Sentences of one passage, in its own order."""

    excerpt: Excerpt
    text: str


@dataclass
class _Unit:
    excerpt: Excerpt
    rank: int
    text: str
    own: frozenset[str]
    inherited: frozenset[str]
    listed: bool
    score: float = 0.0
    coverage: float = 0.0


@dataclass
class _Wanted:
    """The question's stems with their weights; `own` are those the customer wrote just now."""

    weights: dict[str, float] = field(default_factory=dict)
    own: frozenset[str] = frozenset()


def quotes(question: str, excerpts: Sequence[Excerpt], earlier: str = "") -> list[Quote]:
    """Return what the passages say to *question*: one quote, or several rows; [] for nothing."""
    units = [unit for rank, excerpt in enumerate(excerpts) for unit in _units(rank, excerpt)]
    wanted = _wanted(question, earlier, {stem for unit in units for stem in unit.own})
    if not wanted.own or not units:
        return []
    _score(units, wanted)
    best = max(units, key=lambda unit: unit.score)
    if best.score <= 0 or best.coverage < LEAST_COVERAGE:
        return []
    if _is_row(best.excerpt):
        near = [u for u in units if _is_row(u.excerpt) and u.score >= 0.85 * best.score]
        near.sort(key=lambda unit: -unit.score)
        return [Quote(unit.excerpt, unit.text) for unit in near[:MOST_ROWS]]
    return [_around(best, units)]


def _wanted(question: str, earlier: str, vocabulary: set[str]) -> _Wanted:
    own = [_as_known(stem, vocabulary) for stem in stems(question)]
    other = stems(in_other_words(question))
    weights = dict.fromkeys(stems(earlier), EARLIER_WEIGHT) if len(own) < 4 else {}
    weights |= {stem: max(OTHER_WORDS_WEIGHT, weights.get(stem, 0)) for stem in other}
    weights |= dict.fromkeys(own, 1.0)
    return _Wanted(weights, frozenset(own) or frozenset(other))


def _as_known(stem: str, vocabulary: set[str]) -> str:
    """A mistyped word becomes the one it resembles."""
    if stem in vocabulary or len(stem) < 5:
        return stem
    near = difflib.get_close_matches(stem, sorted(vocabulary), n=1, cutoff=0.8)
    return near[0] if near else stem


def _score(units: list[_Unit], wanted: _Wanted) -> None:
    seen = Counter(stem for unit in units for stem in unit.own | unit.inherited)
    rarity = {stem: math.log(1 + len(units) / (1 + seen[stem])) + 0.2 for stem in wanted.weights}
    total = sum(wanted.weights.values()) or 1
    for unit in units:
        shared = {stem: 1.0 for stem in wanted.weights if stem in unit.own}
        for stem in wanted.weights.keys() & unit.inherited - shared.keys():
            shared[stem] = INHERITED
        raw = sum(wanted.weights[stem] * rarity[stem] * part for stem, part in shared.items())
        unit.score = raw * (1 - 0.05 * min(unit.rank, 8))
        said = sum(wanted.weights[stem] for stem in shared)
        unit.coverage = max(said / total, len(wanted.own & shared.keys()) / len(wanted.own))


def _around(best: _Unit, units: list[_Unit]) -> Quote:
    """The best sentence with its near rivals of the same passage, or the list it opens."""
    same = [unit for unit in units if unit.excerpt is best.excerpt]
    at = same.index(best)
    if best.text.endswith(":"):
        chosen = [best, *_list_after(same, at)]
    else:
        rivals = sorted(same, key=lambda unit: -unit.score)[:MOST_SENTENCES]
        chosen = [
            u for u in same if u is best or (u in rivals and u.score >= CLOSE_SECOND * best.score)
        ]
        if len(chosen) == 1 and len(best.text) < 90:
            chosen = same[at : at + 2]
    text = ""
    for unit in chosen:
        joint = "\n" if unit.listed else " "
        if text and len(text) + len(unit.text) > MOST_CHARACTERS:
            break
        text = f"{text}{joint}{unit.text}".strip()
    return Quote(best.excerpt, text)


def _list_after(same: list[_Unit], at: int) -> list[_Unit]:
    following = []
    for unit in same[at + 1 :]:
        if not unit.listed:
            break
        following.append(unit)
    return following or same[at + 1 : at + 2]


def _is_row(excerpt: Excerpt) -> bool:
    return ", fila " in excerpt.place


def _units(rank: int, excerpt: Excerpt) -> list[_Unit]:
    if _is_row(excerpt):
        own = frozenset(stems(excerpt.text)) | frozenset(stems(excerpt.place))
        return [_Unit(excerpt, rank, excerpt.text.strip(), own, frozenset(), True)]
    above = frozenset(stems(f"{excerpt.heading} {excerpt.place.rsplit('.', 1)[0]}"))
    heading: frozenset[str] = frozenset()
    found = []
    for line, is_heading in _lines(excerpt.text):
        if is_heading:
            heading = frozenset(stems(line))
            continue
        listed = bool(_BULLET.match(line))
        asked: frozenset[str] = frozenset()
        for sentence in [line] if listed else _SENTENCE_END.split(line):
            if sentence.endswith("?"):
                asked = frozenset(stems(sentence))
                continue
            own = frozenset(stems(sentence)) | asked
            found.append(_Unit(excerpt, rank, _clean(sentence), own, above | heading, listed))
        heading |= asked  # a line that is only a question stands above its answer
    return [unit for unit in found if unit.text]


def _lines(text: str) -> list[tuple[str, bool]]:
    """Paragraphs, list items and headings (True): lines broken by a page's width joined again."""
    raw = [line.strip() for line in text.splitlines()]
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


def _is_heading(line: str, after: str) -> bool:
    if line.startswith("#"):
        return True
    short = 0 < len(line) <= 60 and not _BULLET.match(line) and "|" not in line
    continues = after[:1].islower()
    return short and not continues and line[0].isupper() and not re.search(r"[.:;,!?]$|\d", line)


def _clean(sentence: str) -> str:
    text = re.sub(r"\*\*|__|`", "", sentence).strip()
    return _BULLET.sub("- ", text) if _BULLET.match(text) else text
