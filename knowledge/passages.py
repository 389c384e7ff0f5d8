"""The chunks that searches may show, as the database has them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, TextClause, false, select, text

from knowledge.base import Passage, TableRow
from knowledge.tables import chunks, sources

Place = tuple[str, int, int]  # source id, version, position


def shown(connection: Connection, ids: Sequence[int], places: Iterable[Place]) -> list[Row[Any]]:
    """The chunks by these ids and at these places that may be shown, each once."""
    values: dict[str, str | int] = {f"id{n}": number for n, number in enumerate(ids)}
    for n, (source_id, version, position) in enumerate(places):
        values |= {f"s{n}": source_id, f"v{n}": version, f"p{n}": position}
    if not values:
        return []
    return list(connection.execute(_statement(len(ids), (len(values) - len(ids)) // 3), values))


def table_rows(connection: Connection, base_ids: Sequence[str]) -> list[TableRow]:
    """Every row of every table in these bases, in the order of the sources."""
    query = (
        select(
            chunks.c.id, chunks.c.base_id, chunks.c.source_id, sources.c.name.label("source"),
            chunks.c.row, chunks.c.fields,
        )
        .join(sources, sources.c.id == chunks.c.source_id)
        .where(
            chunks.c.base_id.in_(base_ids),
            chunks.c.row.is_not(None),
            sources.c.version == chunks.c.source_version,
            sources.c.state != "removing",
            chunks.c.silenced == false(),
        )
        .order_by(sources.c.created_at, sources.c.id, chunks.c.position)
    )  # fmt: skip
    return [
        TableRow(row.id, row.base_id, row.source_id, row.source, row.row, row.fields)
        for row in connection.execute(query)
        if row.fields
    ]


def passage(row: Row[Any], score: float, found_by: tuple[str, ...]) -> Passage:
    """The passage that *row* is."""
    return Passage(
        chunk_id=row.id,
        base_id=row.base_id,
        source_id=row.source_id,
        source=row.source,
        source_version=row.source_version,
        text=row.text,
        score=round(min(1.0, score), 4),
        page=row.page,
        row=row.row,
        heading=row.heading,
        url=row.url,
        found_by=found_by,
        kind=row.kind,
    )


_SHOWN = (
    "FROM chunks JOIN sources ON sources.id = chunks.source_id "
    "AND sources.version = chunks.source_version "
    "WHERE sources.state <> 'removing' AND NOT chunks.silenced "
)
_WHOLE = (
    "SELECT chunks.id, chunks.base_id, chunks.source_id, chunks.source_version, chunks.position, "
    "chunks.text, chunks.stems, chunks.page, chunks.row, chunks.heading, sources.name AS source, "
    f"sources.url, sources.kind {_SHOWN}"
)


# Statements are built once for each number of values: building one, or having SQLAlchemy spread a
# list over it, costs more than running it.


@cache
def _statement(ids: int, places: int) -> TextClause:
    # Not `(a, b, c) IN (VALUES ...)`: for that SQLite reads the whole table.
    any_of = [
        f"chunks.source_id = :s{n} AND chunks.position = :p{n} AND chunks.source_version = :v{n}"
        for n in range(places)
    ]
    if ids:
        any_of.append(f"chunks.id IN ({', '.join(f':id{n}' for n in range(ids))})")
    return text(f"{_WHOLE} AND ({' OR '.join(any_of)})")
