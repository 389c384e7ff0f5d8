"""An answer in statements: sentences and items, each with the passages it cites."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.citations import citations_named, without_marks
from agent.grounding.words import plain, telling
from agent.language import language_of

LANGUAGES = ("es", "en", "pt")  # those that words can be told apart in
_ENDS = re.compile(r"(?<=[.!?…])[\"»”)*_]*\s+(?=[^\w\s]*[A-ZÁÉÍÓÚÑÀÂÃÇÊÔÕ0-9])|\n+")
_AND = re.compile(r";|,? (?:y|e|and|mientras que|while|pero|but|mas|aunque|though) (?=\w)")
_ONLY_MARKS = re.compile(r"^[\s\d.)*•·–-]*$")


@dataclass(frozen=True)
class Statement:
    """One thing that is said."""

    text: str
    cited: tuple[int, ...]
    words: tuple[frozenset[str], ...]  # those that say something
    language: str  # es, en, pt; empty: none of them, or it cannot be told

    @property
    def is_question(self) -> bool:
        """Whether it asks."""
        return self.text.endswith("?")


def statements(reply: str, language: str = "") -> Iterator[Statement]:
    """Yield what *reply* says, in order; *language* is that of the whole, where it is known."""
    usual = language or language_of(reply, LANGUAGES, "")
    told_apart = not usual or usual in LANGUAGES
    for part in filter(None, map(str.strip, _ENDS.split(reply))):
        text = without_marks(part).strip(" \t*_•")
        if plain(text) and not _ONLY_MARKS.match(text):
            cited = tuple(citations_named(part))
            own = language_of(text, LANGUAGES, usual) if told_apart else ""
            yield Statement(text, cited, tuple(telling(text)), own)


def clause_of(text: str, start: int, end: int) -> str:
    """Return the part of *text* around *start* and *end* that is about one thing."""
    found = list(_AND.finditer(text))
    first = max((one.end() for one in found if one.end() <= start), default=0)
    return text[first : min((one.start() for one in found if one.start() >= end), default=None)]
