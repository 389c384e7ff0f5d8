"""What there is to stand on in one turn: the passages, line by line, and what is given whole."""

import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.grounding.facts import Reading, calendar, readings
from agent.grounding.statements import LANGUAGES
from agent.grounding.words import denies, keys
from agent.language import language_of

# A line that a page's width broke.
_BROKEN = re.compile(r"(?<=[^.:?!\n|])\n(?=[a-záéíóúñàãõç])")
_CELLS = re.compile(r"\w: [^.:]*\. \w+: ")  # a row of a table is one line
_ENDS = re.compile(r"(?<=[.!?…;])\s+(?=[«\"¿¡(A-ZÁÉÍÓÚÑ0-9])")


ROUNDED = 100  # from here on whole numbers will do


@dataclass(frozen=True)
class Line:
    """A sentence, item or row of a passage, with what stands above it."""

    n: int  # the number of its passage
    text: str
    keys: frozenset[str]
    readings: frozenset[Reading]
    above_denies: bool  # what stands above it says what is not so

    def denies(self, clause: str) -> frozenset[bool]:
        """Whether a *clause* of it denies; both may be meant where what stands above does."""
        return frozenset({denies(clause), True} if self.above_denies else {denies(clause)})


@dataclass(frozen=True)
class Passage:
    """A passage with its lines."""

    n: int
    text: str
    keys: frozenset[str]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Grounds:
    """Everything that an answer may be taken from. *given* is staff's, tools' and what was said
    before: it needs no line of its own. *asked* are the customer's words."""

    passages: tuple[Passage, ...]
    given: str
    asked: str

    @functools.cached_property
    def given_keys(self) -> frozenset[str]:
        """The words of what is given."""
        return keys(self.given)

    @functools.cached_property
    def lines(self) -> list[Line]:
        """Every line of every passage."""
        return [line for passage in self.passages for line in passage.lines]

    @functools.cached_property
    def every_key(self) -> frozenset[str]:
        """Every word that stands anywhere."""
        return self.given_keys.union(*(passage.keys for passage in self.passages))

    @functools.cached_property
    def _seen(self) -> Counter[str]:
        return Counter(key for line in self.lines for key in line.keys)

    def worth(self, word: frozenset[str]) -> float:
        """What *word* weighs: the rarer among the lines, the more; in none counts as in one."""
        seen = max(1, *(self._seen[key] for key in word))
        return math.log(1 + (len(self.lines) + 8) / (1 + seen))

    def shared(self, words: Iterable[frozenset[str]], place: frozenset[str]) -> float:
        """What those of *words* weigh that stand in *place*."""
        return sum(self.worth(word) for word in words if word & place)

    def share(self, words: Sequence[frozenset[str]], place: frozenset[str]) -> float:
        """How much of *words*, by weight, stands in *place*: 0 to 1."""
        return self.shared(words, place) / (sum(map(self.worth, words)) or 1.0)

    @functools.cached_property
    def language(self) -> str:
        """That of most of what was found; empty where it cannot be told."""
        return language_of(
            " ".join(passage.text for passage in self.passages)[:4_000], LANGUAGES, ""
        )

    @functools.cached_property
    def figures(self) -> frozenset[Reading]:
        """What is given of figures, also rounded: tools work out cents."""
        given = readings(self.given)
        return given | {
            (unit, float(near))
            for unit, value in given
            if abs(value) >= ROUNDED
            for near in (math.floor(value), math.ceil(value))
        }

    @functools.cached_property
    def calendar(self) -> frozenset[str]:
        """Every day and month that is named anywhere."""
        return calendar(f"{self.given}\n{self.asked}").union(
            *(calendar(passage.text) for passage in self.passages)
        )


def grounds(
    passages: Sequence[tuple[str, str, str]], given: Sequence[str], asked: Sequence[str]
) -> Grounds:
    """Return the grounds: *passages* as (text, heading, place), in the order of their numbers."""
    read = tuple(_passage(n, *one) for n, one in enumerate(passages, 1))
    return Grounds(read, "\n".join(given), "\n".join(asked))


@functools.lru_cache(maxsize=512)
def _passage(n: int, text: str, heading: str, place: str) -> Passage:
    above = f"{heading}\n{place}"
    lines: list[Line] = []
    lead = ""
    for row in filter(None, map(str.strip, _BROKEN.sub(" ", text).splitlines())):
        for one in [row] if _CELLS.search(row) else _ENDS.split(row):
            over = f"{above}\n{lead}"
            above_denies = denies(lead) or denies(heading)
            lines.append(
                Line(n, one, keys(f"{one}\n{over}"), readings(f"{one}\n{over}"), above_denies)
            )
            if one.endswith((":", "?")) or one.isupper() or one.startswith("#"):
                lead = one
    whole = f"{text}\n{above}"
    return Passage(n, whole, keys(whole), tuple(lines))
