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

from sqlalchemy import Connection, TextClause, text

from knowledge.search.bm25 import Question, Term
from knowledge.search.frequencies import Frequencies
from knowledge.snapshots import IN_FORCE

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
    "SELECT * FROM (SELECT added.id, length(chunks.stems) AS long, "
    "count(*) OVER () AS looked_at FROM "
    "(SELECT id, sum(worth) AS worth FROM ({all}) named GROUP BY id "
    "ORDER BY worth DESC, id LIMIT :most) added "
    "LEFT JOIN chunks ON chunks.id = added.id AND chunks.base_id IN ({bases}){among} "
    "AND chunks.source_version = (SELECT {in_force} FROM sources "
    "WHERE sources.id = chunks.source_id AND sources.state <> 'removing') "
    "ORDER BY chunks.id IS NULL, added.worth DESC, length(chunks.stems), added.id LIMIT :each) best"
)


def candidates(
    connection: Connection,
    base_ids: Sequence[str],
    asked: Question,
    known: Frequencies,
    sources: Sequence[str] = (),
    snapshot: str = "",
) -> list[int]:
    """The ids of the chunks that hold most of what is asked, in no order; none: nothing does."""
    if not base_ids:
        return []
    words = _rarest(asked.words, known, MOST_WORDS, WORD_POSTINGS)
    grams = _rarest(asked.grams, known, MOST_GRAMS, GRAM_POSTINGS)
    if not words and not grams:
        return []
    dialect = connection.dialect.name
    values = _values(dialect, words, grams) | _named("b", base_ids) | _named("s", sources)
    values["snapshot"] = snapshot
    statement = _statement(dialect, len(words), len(grams), len(base_ids), len(sources))
    most = LOOKED_AT
    while True:
        named = connection.execute(statement, values | {"most": most, "each": EACH}).all()
        # Those of other bases and other readings come last: where one is named, too few are ours.
        if not any(long is None and looked_at == most for _, long, looked_at in named):
            return list({number for number, long, _ in named if long is not None})
        most *= MORE


def _rarest(terms: Sequence[Term], known: Frequencies, most: int, postings: int) -> list[Term]:
    """The rarest of *terms* that stand somewhere: at least one, and while they name few enough."""
    chosen: list[Term] = []
    for term in sorted(terms, key=lambda term: -term.idf):
        documents = max(map(known.documents, term.forms))
        postings -= int(documents)
        if chosen and (postings < 0 or len(chosen) == most):
            break
        if documents:
            chosen.append(term)
    return chosen


def _values(dialect: str, words: Sequence[Term], grams: Sequence[Term]) -> dict[str, Any]:
    quote, either = ('"{}"'.format, " OR ") if dialect == "sqlite" else ("{}".format, " | ")
    # An n-gram keeps its blanks: they are the edges of a word.
    asked = {
        "w": [tuple(form.strip() for form in word.forms) for word in words],
        "g": [gram.forms for gram in grams],
    }
    values: dict[str, Any] = {}
    for kind, terms in asked.items():
        values |= _named(kind, [either.join(map(quote, forms)) for forms in terms])
    values |= _named("worth_w", [word.idf for word in words])
    return values | _named("worth_g", [gram.idf for gram in grams])


def _named(name: str, values: Sequence[Any]) -> dict[str, Any]:
    return {f"{name}{number}": value for number, value in enumerate(values)}


@cache  # built once for each number of values: building one costs more than running it
def _statement(dialect: str, words: int, grams: int, bases: int, sources: int) -> TextClause:
    halves = []
    for letter, index, count in (("w", _WORD[dialect], words), ("g", _GRAM[dialect], grams)):
        all_of_it = " UNION ALL ".join(_one(index, f"{letter}{n}") for n in range(count))
        if all_of_it:
            among = f" AND chunks.source_id IN ({_list('s', sources)})" if sources else ""
            given = {"all": all_of_it, "bases": _list("b", bases), "among": among}
            given["in_force"] = IN_FORCE
            halves.append(_BEST.format(**given))
    return text(" UNION ALL ".join(halves))


def _one(index: str, name: str) -> str:
    return index.format(term=f":{name}", worth=f"CAST(:worth_{name} AS double precision)")


def _list(name: str, count: int) -> str:
    return ", ".join(f":{name}{number}" for number in range(count))
