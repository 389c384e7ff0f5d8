"""Finding passages by their words: the same stems in SQLite's FTS5 and in PostgreSQL.

Words are folded (no case, no accents) and cut to their Spanish and English stems, because neither
database does both: FTS5's own stemmer is English, and PostgreSQL's treat `devolución` and
`devolucion` as two words. The index itself follows the chunks by triggers (see the migration).
"""

import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import Stemmer
from sqlalchemy import Connection, bindparam, text

from knowledge.stopwords import STOP_WORDS

MAX_QUERY_STEMS = 24
# Letters and digits apart, so that `CX-5`, `CX 5` and `cx5` are the same car.
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


def stem(text: str) -> str:
    """The stems of *text* as the index holds them."""
    return " ".join(stems(text))


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


# BM25 over every base; FTS5 gives better matches lower numbers.
_SQLITE = text(
    "SELECT chunks.id FROM chunk_index JOIN chunks ON chunks.id = chunk_index.rowid "
    "JOIN sources ON sources.id = chunks.source_id AND sources.version = chunks.source_version "
    "WHERE chunk_index MATCH :query AND chunks.base_id IN :bases AND sources.state <> 'removing' "
    "ORDER BY bm25(chunk_index), chunks.id LIMIT :most"
).bindparams(bindparam("bases", expanding=True))
# 1: divides by the logarithm of the passage's length.
_POSTGRESQL = text(
    "SELECT chunks.id FROM chunks JOIN sources ON sources.id = chunks.source_id "
    "AND sources.version = chunks.source_version "
    "WHERE to_tsvector('simple', stems) @@ to_tsquery('simple', :query) "
    "AND chunks.base_id IN :bases AND sources.state <> 'removing' "
    "ORDER BY ts_rank_cd(to_tsvector('simple', stems), to_tsquery('simple', :query), 1) DESC, "
    "chunks.id LIMIT :most"
).bindparams(bindparam("bases", expanding=True))


def search(connection: Connection, base_ids: Sequence[str], query: str, limit: int) -> list[int]:
    """The ids of at most *limit* chunks that share stems with *query*, best first."""
    wanted = list(dict.fromkeys(stems(query)))[:MAX_QUERY_STEMS]
    if not wanted or not base_ids:
        return []
    sqlite = connection.dialect.name == "sqlite"
    # Stems are letters and digits; quoting them keeps FTS5's own words (AND, NEAR) words.
    quoted = " OR ".join(f'"{stem}"' for stem in wanted) if sqlite else " | ".join(wanted)
    values = {"query": quoted, "bases": list(base_ids), "most": limit}
    return list(connection.scalars(_SQLITE if sqlite else _POSTGRESQL, values))
