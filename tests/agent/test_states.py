"""States: a column holds one of the words of its enum, and what is read is a member of it."""

import json
import re

import pytest
from sqlalchemy import Column, Enum, Index, insert, literal_column, select

from knowledge.states import SourceState
from knowledge.tables import bases, sources
from knowledge.tables import metadata as knowledge_metadata
from store.db.database import Database
from store.tables import metadata as store_metadata

TABLES = [*knowledge_metadata.tables.values(), *store_metadata.tables.values()]
STATES = [c for table in TABLES for c in table.columns if isinstance(c.type, Enum)]
PARTIAL = [
    index
    for table in TABLES
    for index in sorted(table.indexes, key=lambda one: str(one.name))
    if index.dialect_options["sqlite"]["where"] is not None
]


def names(columns: list[Column[str]]) -> set[str]:
    return {str(column) for column in columns}


def test_every_state_has_an_enum() -> None:
    assert names(STATES) == {
        "sources.state",
        "sources.kind",
        "sources.effect",
        "rebuilds.state",
        "media.state",
        "conversations.owner",
        "turns.outcome",
        "messages.author",
        "outbox.state",
        "outbox.kind",
        "alerts.way",
        "alerts.state",
        "dataset_cases.origin",
        "dataset_cases.state",
        "experiments.state",
        "experiment_rows.state",
        "replays.state",
        "replay_rows.state",
        "labels.subject",
        "labels.verdict",
        "labels.by",
        "notebooks.origin",
        "shares.state",
        "notebook_runs.state",
        "notebook_runs.error",
    }


@pytest.mark.parametrize("column", STATES, ids=str)
def test_every_word_fits_its_column(column: Column[str]) -> None:
    assert all(len(word) <= column.type.length for word in column.type.enums)


@pytest.mark.parametrize("index", PARTIAL, ids=lambda index: index.name)
def test_a_partial_index_names_words_that_there_are(index: Index) -> None:
    condition = str(index.dialect_options["sqlite"]["where"])
    asked = re.search(r"\bstate (?:NOT IN|=) (\([^)]*\)|'\w+')", condition)
    known = set(index.table.c.state.type.enums) if "state" in index.table.c else set()
    assert set(re.findall(r"\w+", asked[1]) if asked else ()) <= known


def test_what_is_read_is_a_member_and_what_is_kept_is_its_word(database: Database) -> None:
    kept = {"id": "b", "name": "Autos", "provider": "local", "model": "m", "dimension": 1}
    who = {"created_by": "ana", "created_at": 0.0}
    with database.write() as tx:
        tx.execute(insert(bases).values(**kept, **who))
    for state in SourceState:
        row = {"id": state.name, "base_id": "b", "kind": "file", "name": "x", "state": state}
        with database.write() as tx:
            tx.execute(insert(sources).values(**row, **who, updated_at=0.0))
        with database.read() as tx:
            here = sources.c.id == row["id"]
            word = literal_column("CAST(sources.state AS TEXT)").label("word")
            found = tx.execute(select(sources.c.state, word).select_from(sources).where(here)).one()
        assert found.state is state
        assert type(found.word) is str
        assert found.word == state.value
        assert json.dumps({"state": found.state}) == f'{{"state": "{state.value}"}}'
