"""The chunks that searches may show, as the database has them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, false, select, text

from knowledge.base import Passage, TableRow
from knowledge.snapshots import IN_FORCE
from knowledge.tables import IS_THERE, AnyRow, chunks, sources

Place = tuple[str, int, int]  # source id, version, position


def shown(
    connection: Connection, ids: Sequence[int], places: Iterable[Place], snapshot: str = ""
) -> Sequence[AnyRow]:
    """The chunks by these ids and at these places that may be shown, each once; with a *snapshot*
    as it pins them."""
    at = list(places)
    if not ids and not at:
        return []
    dialect = connection.dialect.name
    values: dict[str, Any] = {"ids": list(ids)}
    values |= {name: [place[n] for place in at] for n, name in enumerate(_AT)}
    if dialect == "sqlite":
        values = {"ids": json.dumps(values["ids"]), "places": json.dumps(at)}
    found = connection.execute(_SHOWN_BY[dialect], values | {"snapshot": snapshot}).all()
    return list({row.id: row for row in found}.values())


def table_rows(
    connection: Connection, base_ids: Sequence[str], snapshot: str = ""
) -> list[TableRow]:
    """Every row of every table in these bases, in the order of the sources; with a *snapshot* as
    it pins them."""
    query = (
        select(
            chunks.c.id,
            chunks.c.base_id,
            chunks.c.source_id,
            sources.c.name.label("source"),
            chunks.c.row,
            chunks.c.fields,
        )
        .join(sources, sources.c.id == chunks.c.source_id)
        .where(
            chunks.c.base_id.in_(base_ids),
            chunks.c.row.is_not(None),
            text(f"chunks.source_version = ({IN_FORCE})"),
            IS_THERE,
            chunks.c.silenced == false(),
        )
        .order_by(sources.c.created_at, sources.c.id, chunks.c.position)
    )
    return [
        TableRow(row.id, row.base_id, row.source_id, row.source, row.row, row.fields)
        for row in connection.execute(query, {"snapshot": snapshot})
        if row.fields
    ]


def passage(row: AnyRow, score: float, found_by: tuple[str, ...]) -> Passage:
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


_AT = ("sources", "versions", "positions")
_WHOLE = (
    "SELECT chunks.id, chunks.base_id, chunks.source_id, chunks.source_version, chunks.position, "
    "chunks.text, chunks.stems, chunks.page, chunks.row, chunks.heading, sources.name AS source, "
    "sources.url, sources.kind FROM {asked} JOIN sources ON sources.id = chunks.source_id "
    "AND chunks.source_version = ({in_force}) "
    "WHERE sources.state <> 'removing' AND NOT chunks.silenced"
)
_PLACED = (
    "{asked} CROSS JOIN chunks ON chunks.source_id = {source} "
    "AND chunks.position = {position} AND chunks.source_version = {version}"
)
# The same text whatever the number of values, so that both databases keep it prepared. SQLite
# takes the tables of a `CROSS JOIN` in the order they are written in: what is asked for leads.
_ASKED = {
    "sqlite": (
        "json_each(:ids) asked CROSS JOIN chunks ON chunks.id = asked.value",
        _PLACED.format(
            asked="json_each(:places) asked",
            source="json_extract(asked.value, '$[0]')",
            version="json_extract(asked.value, '$[1]')",
            position="json_extract(asked.value, '$[2]')",
        ),
    ),
    "postgresql": (
        "unnest(CAST(:ids AS bigint[])) AS asked(id) JOIN chunks ON chunks.id = asked.id",
        _PLACED.replace("CROSS JOIN", "JOIN").format(
            asked="unnest(CAST(:sources AS text[]), CAST(:versions AS integer[]), "
            "CAST(:positions AS integer[])) AS asked(source, version, position)",
            source="asked.source",
            version="asked.version",
            position="asked.position",
        ),
    ),
}
_SHOWN_BY = {
    dialect: text(
        " UNION ALL ".join(_WHOLE.format(asked=asked, in_force=IN_FORCE) for asked in both)
    )
    for dialect, both in _ASKED.items()
}
