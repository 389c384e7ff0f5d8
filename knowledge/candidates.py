"""The few chunks worth scoring: those that hold a question's rarest words and n-grams.

The same question to both databases: each term gives the chunks that hold it, each with what the
term is worth; the chunks with most are the candidates. SQLite looks terms up in FTS5 tables,
PostgreSQL in GIN indexes; both follow `chunks.stems` (see the migrations). Terms that stand
everywhere tell little and cost most, so a question is asked by its rarest terms until they have
named enough chunks.

Naming a chunk costs far less than reading it, so only the best named are looked at: whether they
are of the bases that are asked, and how long they are, the shorter first where two are worth the
same. Where most of them belong to other bases, more are looked at.
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
LOOKED_AT = 80  # of the chunks that are named by either, at first
MORE = 8  # times as many, when too few of those may be searched

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
    "SELECT added.id, added.worth, length(chunks.stems) AS long FROM "
    "(SELECT id, sum(worth) AS worth FROM ({all}) named GROUP BY id "
    "ORDER BY worth DESC, id LIMIT :most) added "
    "LEFT JOIN chunks ON chunks.id = added.id AND chunks.base_id IN :bases{among}"
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
    among = {"bases": list(base_ids)} | ({"sources": list(sources)} if sources else {})
    by_words = _best(connection, _WORD, [(word.text.strip(), word.idf) for word in words], among)
    by_grams = _best(connection, _GRAM, [(gram.text, gram.idf) for gram in grams], among)
    return list({*by_words, *by_grams})


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


def _best(
    connection: Connection,
    index: dict[str, str],
    terms: Sequence[tuple[str, float]],
    among: dict[str, list[str]],
) -> list[int]:
    """The chunks whose *terms* are worth most together, the shorter ones where that is equal."""
    if not terms:
        return []
    dialect = connection.dialect.name
    quote = '"{}"'.format if dialect == "sqlite" else "{}".format
    values: dict[str, Any] = {f"t{n}": quote(term) for n, (term, _) in enumerate(terms)}
    values |= {f"w{n}": worth for n, (_, worth) in enumerate(terms)} | among
    statement = _statement(index[dialect], len(terms), tuple(among))
    most = LOOKED_AT
    while True:
        named = connection.execute(statement, values | {"most": most}).all()
        ours = [(-worth, long, chunk_id) for chunk_id, worth, long in named if long is not None]
        if len(ours) >= EACH or len(named) < most:
            return [chunk_id for _, _, chunk_id in sorted(ours)[:EACH]]
        most *= MORE


@cache  # built once for each number of terms: building one costs more than running it
def _statement(index: str, terms: int, lists: tuple[str, ...]) -> Any:
    named = " UNION ALL ".join(
        index.format(term=f":t{n}", worth=f"CAST(:w{n} AS double precision)") for n in range(terms)
    )
    among = " AND chunks.source_id IN :sources" if "sources" in lists else ""
    whole = text(_BEST.format(all=named, among=among))
    return whole.bindparams(*(bindparam(name, expanding=True) for name in lists))
