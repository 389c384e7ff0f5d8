"""Plain BM25 over Spanish stems, as FTS5 ranks it with the textbook's k1 and b: what to beat."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping

import Stemmer

from knowledge.lexical import fold, words
from knowledge.quality.measure import DEPTH, Asked
from knowledge.quality.pairs import Pair
from knowledge.stopwords import STOP_WORDS

WAYS = {"plain BM25": frozenset[str](), "plain BM25 but stop words": STOP_WORDS}
_SPANISH = Stemmer.Stemmer("spanish")


def measured(
    texts: Mapping[int, str], pairs: Iterable[Pair], answers: Callable[[Pair, int], bool]
) -> dict[str, list[Asked]]:
    """Every question asked of a bare table of *texts*, by way; *answers* says what is right."""
    return {way: list(_asked(texts, pairs, answers, unsaid)) for way, unsaid in WAYS.items()}


def _asked(
    texts: Mapping[int, str],
    pairs: Iterable[Pair],
    answers: Callable[[Pair, int], bool],
    unsaid: frozenset[str],
) -> Iterator[Asked]:
    bare = sqlite3.connect(":memory:")
    bare.execute("CREATE VIRTUAL TABLE bare USING fts5(stems)")
    rows = ((number, " ".join(_stems(text, unsaid))) for number, text in texts.items())
    bare.executemany("INSERT INTO bare(rowid, stems) VALUES (?, ?)", rows)
    query = "SELECT rowid FROM bare WHERE bare MATCH ? ORDER BY rank LIMIT ?"
    for pair in pairs:
        terms = " OR ".join(f'"{stem}"' for stem in dict.fromkeys(_stems(pair.question, unsaid)))
        found = [number for (number,) in bare.execute(query, (terms or '""', DEPTH))]
        places = (place for place, number in enumerate(found, 1) if answers(pair, number))
        yield Asked(pair, next(places, None), len(found), 0.0)


def _stems(text: str, unsaid: frozenset[str]) -> list[str]:
    return [fold(_SPANISH.stemWord(word)) for word in words(text) if fold(word) not in unsaid]
