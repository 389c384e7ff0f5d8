"""Finding passages by their words: the same stems in SQLite's FTS5 and in PostgreSQL.

Words are folded (no case, no accents) and cut to their Spanish and English stems, because neither
database does both: FTS5's own stemmer is English, and PostgreSQL's treat `devolución` and
`devolucion` as two words. The index itself follows the chunks by triggers (see the migration).
"""

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

from knowledge.stopwords import STOP_WORDS

MAX_QUERY_WORDS = 24
Forms = tuple[str, ...]
# Letters and digits apart, so that `A-4`, `A 4` and `a4` are the same thing.
_WORD = re.compile(r"\d+(?:[.,]\d+)+|\d+|[^\W\d_]+")
_SPANISH = Stemmer.Stemmer("spanish")
_ENGLISH = Stemmer.Stemmer("english")
_stemming = threading.Lock()  # a Snowball stemmer holds the word it is working on


def words(text: str) -> list[str]:
    """The words of *text* in lower case; `249,000` and `249.000` are both `249000`."""
    normal = unicodedata.normalize("NFC", text).lower()
    return [
        re.sub(r"[.,]", "", word) if word[0].isdigit() else word for word in _WORD.findall(normal)
    ]


def fold(text: str) -> str:
    """*text* without accents."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(letter)
    )


def stems(text: str) -> list[str]:
    """The stems of *text* in order; a word with two different ones gives both."""
    return [stem for word in words(text) for stem in _stems_of(word)]


def asked_words(query: str) -> list[Forms]:
    """Each different word of *query*, the first of a long one: the stems that count as it.

    A word whose Spanish and English stems differ is still one word. Counted as two, as the index
    holds it, it would weigh twice as much as its neighbours by an accident of spelling.
    """
    once = dict.fromkeys(forms for forms in map(_stems_of, words(query)) if forms)
    return list(once)[:MAX_QUERY_WORDS]


def stem(text: str) -> str:
    """The stems of *text* as the index holds them."""
    return " ".join(stems(text))


def indexed(heading: str, text: str) -> str:
    """What the lexical index holds of a chunk: the heading it stands under counts twice."""
    nearest = heading.rpartition(" > ")[2]
    return stem(f"{heading} {nearest} {text}")


@lru_cache(maxsize=100_000)
def _stems_of(word: str) -> tuple[str, ...]:
    folded = fold(word)
    if folded in STOP_WORDS or (len(folded) < 2 and not folded.isdigit()):
        return ()
    if not folded.isalpha() or len(folded) < 4:
        return (folded,)
    with _stemming:
        both = fold(_SPANISH.stemWord(word)), fold(_ENGLISH.stemWord(folded))
    return tuple(dict.fromkeys(both))
