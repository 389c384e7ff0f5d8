"""The few chunks worth scoring: those that hold a question's rarest words and n-grams.

The same question to both databases: each term gives the chunks that hold it, each with what the
term is worth; the chunks with most are the candidates. SQLite looks terms up in FTS5 tables,
PostgreSQL in GIN indexes; both follow `chunks.stems` (see the migrations). Terms that stand
everywhere tell little and cost most, so a question is asked by its rarest terms until they have
named enough chunks.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, text

from knowledge.bm25 import Question, Term
from knowledge.frequencies import Frequencies

MOST_WORDS = 24
MOST_GRAMS = 8
WORD_POSTINGS = 1_000  # chunks named by words, counted once for each word
GRAM_POSTINGS = 500
EACH = 20  # candidates by words, and as many by n-grams

_WORD = {
    "sqlite": "SELECT rowid AS id, {worth} AS worth FROM chunk_index "
    "WHERE chunk_index MATCH {term}",
    "postgresql": "SELECT id, {worth} AS worth FROM chunks WHERE "
    "to_tsvector('simple', stems) @@ to_tsquery('simple', {term})",
}
_GRAM = {
    "sqlite": "SELECT rowid AS id, {worth} AS worth FROM chunk_index_grams "
    "WHERE chunk_index_grams MATCH {term}",
    "postgresql": "SELECT id, {worth} AS worth FROM chunks "
    "WHERE chunk_grams(stems) @> ARRAY[CAST({term} AS text)]",
}
_BEST = (
    "SELECT * FROM (SELECT chunks.id FROM (SELECT id, sum(worth) AS worth FROM ({all}) named "
    "GROUP BY id) added JOIN chunks ON chunks.id = added.id WHERE chunks.base_id IN :bases{among} "
    "ORDER BY added.worth DESC, length(chunks.stems), chunks.id LIMIT :each) best_{kind}"
)


def candidates(
    connection: Connection,
    base_ids: Sequence[str],
    asked: Question,
    known: Frequencies,
    sources: Sequence[str] = (),
) -> list[int]:
    """The ids of the chunks that hold most of what is asked, in no order; none: nothing does."""
    words = _rarest(asked.words, known, MOST_WORDS, WORD_POSTINGS)
    grams = _rarest(asked.grams, known, MOST_GRAMS, GRAM_POSTINGS)
    if not words and not grams:
        return []
    values: dict[str, Any] = {"bases": list(base_ids), "each": EACH}
    quote = '"{}"'.format if connection.dialect.name == "sqlite" else "{}".format
    for kind, terms in (
        ("w", [word.text.strip() for word in words]),
        ("g", [g.text for g in grams]),
    ):
        values |= {f"{kind}{n}": quote(term) for n, term in enumerate(terms)}
    values |= {f"w{n}_worth": word.idf for n, word in enumerate(words)}
    values |= {f"g{n}_worth": gram.idf for n, gram in enumerate(grams)}
    if sources:
        values["sources"] = list(sources)
    statement = _statement(connection.dialect.name, len(words), len(grams), bool(sources))
    return list(connection.scalars(statement, values))


def _rarest(terms: Sequence[Term], known: Frequencies, most: int, postings: int) -> list[Term]:
    """The rarest of *terms* that stand somewhere: at least one, and while they name few enough."""
    chosen: list[Term] = []
    for term in sorted(terms, key=lambda term: -term.idf):
        documents = known.documents(term.text)
        postings -= int(documents)
        if chosen and (postings < 0 or len(chosen) == most):
            break
        if documents:
            chosen.append(term)
    return chosen


@cache  # built once for each number of terms: building one costs more than running it
def _statement(dialect: str, words: int, grams: int, among: bool) -> Any:
    halves = []
    for kind, each, count in (("w", _WORD[dialect], words), ("g", _GRAM[dialect], grams)):
        named = [
            each.format(term=f":{kind}{n}", worth=f"CAST(:{kind}{n}_worth AS double precision)")
            for n in range(count)
        ]
        if named:
            within = " AND chunks.source_id IN :sources" if among else ""
            halves.append(_BEST.format(all=" UNION ALL ".join(named), among=within, kind=kind))
    lists = ["bases", "sources"] if among else ["bases"]
    whole = text(" UNION ".join(halves))
    return whole.bindparams(*(bindparam(name, expanding=True) for name in lists))
