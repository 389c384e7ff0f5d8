"""The migrations make exactly the tables that the code describes, from wherever a database stands.

`migrations_landed/` keeps the first two as they were on each day that they were still edited, byte
for byte from the history; a file is named after the commit. Since then none may change.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from agent.cases import plain
from agent.spec import Spec
from knowledge import tables as knowledge_tables
from store import tables
from store.db import migrate as migrating
from store.db.database import Database
from store.db.migrate import migrate
from store.evaluation.datasets import Datasets
from store.evaluation.experiments import Experiments

MIGRATIONS = Path(migrating.__file__).parent / "migrations"
VERSIONS = MIGRATIONS / "versions"
OLD = Path(__file__).parent / "migrations_landed"

# What has landed never changes again. A new migration gets its line here on the day it lands.
LANDED = {
    "0001_first.py": "ad0bebc088a04ecb0cdf551bfcb2149d98f9ab1b3517199f7dfee37a2d8383a3",
    "0002_doors.py": "b1f313f4c1089a46d4cb578d77315631da5afdf7ae03fcdd6d8696411658dcad",
    "0003_healed.py": "049e76c773360df37cf0e139cd471f2400cd8106c886e139e866f17003ab01d6",
    "0004_release_evidence.py": "8246cc2494d145861f0b5289db425bcab1abb46abbb8a3b77b0848eea52ed2dc",
    "0005_sign_in.py": "d4ce55e9ff05c2d46fa328e704e19bc81e128d981689b63649283253a642c502",
    "0006_tokens.py": "44efee586e6fa6761b326bb7fc78ab6752379080804a0a258865a293cc564c7c",
    "0007_notices.py": "50e5e4de215cae8921cb04347b34e836c11a3d1774e3c579bd1286abe6535cd9",
    "0008_evaluation.py": "9813a5990c101c707e8b4aa0151d2b8849b593e8193822dcf2a8841ac55037ba",
    "0009_pointing.py": "048f92959e1aae0063815516297c1ca2e78c782b022fe23540d47edd9ce4c165",
    "0010_alerts.py": "c3c8e6d6ac14ff9e984bc3997354f935660462c456bc81858fb09772c5207d96",
    "0011_customers.py": "7fa70a01f356889cc147f245bbcab5a3338f19773d8ceae3a60c034051f36c91",
    "0012_labels.py": "58134ae4f5ee7a273e6ae1166f935cb5645ca5b264b612341f8930149d44ac62",
    "0013_tests.py": "00bf0d1d032d1b524f4685a4500fd79c8f259e4d907966724582478c40e58d19",
    "0014_notebooks.py": "da00196662a51915c4064013e722d791db3a0a7b02d392b57721f63fd427b853",
    "0015_meaning.py": "1689ec5fa97eb6734dbf34671ac66905b6e72edc700f4d7bd4227e6ba06815c3",
    "0016_tool_records.py": "fa8aa7f3d50c86c9d0db2c0d45ec3fde94b34d5b230f4d9c11d0ab7a5f88f1e0",
    "0017_snapshots.py": "31252971ae73e89a8f12467b26f061574d65845febeeec6eda73be78b4b19e9a",
    "0018_shares.py": "75f861d67145c06198372e9c2875bd7dfde5d8aec0d358c15d7f818a3a4a7798",
    "0019_replay.py": "8dd61982153c2d259749a54416747d6f37b31e93b2927c564671f8239c8d38fe",
}
FIRST = ("first_ab81b05", "first_3a173f1", "first_792080a")
SECOND = (
    "doors_1f57486",
    "doors_122957b",
    "doors_80a3685",
    "doors_a959001",
    "doors_c7915c6",
    "doors_be7b49b",
    "doors_dd8fc91",
)
FORGOTTEN = {"login_attempts"}  # the last hour's wrong passwords: 0005 counts them anew
MOVED = {"cases", "evaluations"}  # 0013 makes datasets and experiments of them
AS_IT_STANDS = {"first": "0001_first", "doors": "0002_doors"}
# What was run, in order: at each commit of those days, and by those who followed from the first.
PATHS = [
    *[(first,) for first in (*FIRST, "0001_first")],
    *[("0001_first", second) for second in (*SECOND, "0002_doors")],
    *[(first, second) for first in FIRST for second in (SECOND[0], "0002_doors")],
]


def _is_ours(change: object) -> bool:
    # The lexical index is made by hand: Alembic does not know virtual tables and GIN expressions.
    return "chunk_index" not in str(change)


def test_the_migrated_schema_is_the_one_in_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        both = [tables.metadata, knowledge_tables.metadata]
        changes = compare_metadata(context, both)  # type: ignore[arg-type]
    assert list(filter(_is_ours, changes)) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = schema(database)
    migrate(database)
    assert schema(database) == before


def test_a_migration_that_has_landed_is_never_edited() -> None:
    now = {path.name: checksum(path) for path in VERSIONS.glob("*.py")}
    assert now == LANDED


def test_the_old_ones_are_those_of_the_history() -> None:
    there = {path.stem for path in OLD.glob("*.py")}
    assert there == {*FIRST, *SECOND}
    assert len({checksum(path) for path in OLD.glob("*.py")}) == len(there)


# --- from each day to today


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database in which nothing was ever made, of each kind."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        _recreate(server, "old")
        url = re.sub(r"/studio\?", "/old?", server)
    database = Database(url, pool_size=2)
    yield database
    database.close()


@pytest.fixture
def fresh(empty: Database, request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """The schema that a new installation gets today, on the same kind of database."""
    name = "sqlite_template" if empty.is_sqlite else "postgres_server"
    where = request.getfixturevalue(name)
    database = Database(f"sqlite:///{where}" if empty.is_sqlite else where, pool_size=1)
    found = schema(database)
    database.close()
    return found


@pytest.mark.parametrize("path", PATHS, ids="-".join)
def test_a_database_of_any_day_becomes_a_fresh_one_and_keeps_its_data(
    empty: Database, fresh: dict[str, Any], path: tuple[str, ...], tmp_path: Path
) -> None:
    migrated_by(path, empty, tmp_path / "then")
    written = write_in_every_table(empty)
    migrate(empty)
    assert schema(empty) == fresh
    assert kept(empty, written) == written
    assert passages(empty) == [1, 2]


def test_one_time_passwords_of_before_work_for_72_hours_more(
    empty: Database, tmp_path: Path
) -> None:
    migrated_by(
        tuple(name.removesuffix(".py") for name in sorted(LANDED)[:4]), empty, tmp_path / "b"
    )
    write_in_every_table(empty)  # the first person has a one-time password, the second has not
    started = time.time()
    migrate(empty)
    end = {one["must_change_password"]: one["password_expires_at"] for one in rows(empty, "people")}
    assert end[False] is None
    assert started <= end[True] - 72 * 3600 <= time.time()


def test_what_an_agent_was_tested_with_and_how_it_did_is_there_in_the_new_form(
    empty: Database, tmp_path: Path
) -> None:
    before = sorted(LANDED)[: sorted(LANDED).index("0013_tests.py")]
    migrated_by(tuple(name.removesuffix(".py") for name in before), empty, tmp_path / "before")
    spec = Spec(name="Sofía", tone="Breve")
    with empty.write() as tx:
        write_tested(tx, spec)
    migrate(empty)
    datasets, experiments = Datasets(empty), Experiments(empty)
    own = datasets.own("sofia")
    assert own is not None
    assert [(one.id, one.case) for one in datasets.cases(own.id)] == [
        ("1", plain("¿Garantía?", "tres meses\n3,000 km", "garantia.pdf")),
        ("2", plain("Quiero hablar", "handoff")),
    ]
    [done] = experiments.on(own.id)  # of the other nobody can tell what was asked
    [candidate] = done.candidates
    assert (candidate.label, candidate.spec, done.created_by) == ("draft", spec, "ana")
    one, other = experiments.rows(done.id)
    assert (one.passed, other.passed) == (False, True)
    assert one.scores["contains"].reason == "3,000 km"


def write_tested(tx: sa.Connection, spec: Spec) -> None:
    """An agent with two cases, and two evaluations: of its draft, and of what is gone."""
    metadata, draft = sa.MetaData(), spec.model_dump(mode="json")
    metadata.reflect(tx, only=["agents", "cases", "evaluations"])
    tables = metadata.tables
    made = {"created_by": "ana", "created_at": 1.0}
    agent = {"id": "sofia", "name": "Sofía", "draft": draft, "revision": 1}
    changed = {"updated_by": "ana", "updated_at": 1.0}
    tx.execute(sa.insert(tables["agents"]).values(**agent, **made, **changed))
    asked = [
        ("Quiero hablar", "handoff", ""),
        ("¿Garantía?", "tres meses\n3,000 km", "garantia.pdf"),
    ]
    for number, one in enumerate(reversed(asked), 1):
        case = dict(zip(("question", "expected", "source"), one, strict=True))
        own = {"id": str(number), "agent_id": "sofia", **made, "created_at": float(number)}
        tx.execute(sa.insert(tables["cases"]).values(**case, **own))
    values = json.dumps({"spec": draft, "cases": asked}, sort_keys=True, ensure_ascii=False)
    went = [
        {"question": "¿Garantía?", "passed": False, "reasons": [["missing", "3,000 km"]]},
        {"question": "Quiero hablar", "passed": True, "reasons": []},
    ]
    result = {"passed": 1, "total": 2, "cost": 0.5, "cases": went}
    for mark in (hashlib.sha256(values.encode()).hexdigest(), "0" * 64):
        row = {"agent_id": "sofia", "fingerprint": mark, "result": result, **made}
        tx.execute(sa.insert(tables["evaluations"]).values(row))


def test_a_healed_database_takes_new_rows(empty: Database, tmp_path: Path) -> None:
    migrated_by((FIRST[0], SECOND[0]), empty, tmp_path / "then")
    migrate(empty)
    write_in_every_table(empty)


def test_who_is_stopped_half_way_leaves_what_there_was(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated_by((FIRST[0], SECOND[0]), empty, tmp_path / "then")
    written, before = write_in_every_table(empty), schema(empty)
    broken = tmp_path / "broken"
    shutil.copytree(MIGRATIONS, broken)
    healing = broken / "versions" / "0003_healed.py"
    healing.write_text(healing.read_text().replace("    lexical_index()\n", "    1 / 0\n", 1))
    with pytest.raises(ZeroDivisionError):
        upgrade(empty, broken)
    assert schema(empty) == before
    assert kept(empty, written) == written


def test_of_two_that_migrate_at_once_the_second_waits(
    empty: Database, fresh: dict[str, Any]
) -> None:
    starts = [subprocess.Popen([sys.executable, "-c", START, empty.url]) for _ in range(2)]
    assert [start.wait() for start in starts] == [0, 0]
    assert schema(empty) == fresh


START = "import sys; from store.db.migrate import *; migrate(Database(sys.argv[1]))"

# --- what was, and what is


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def migrated_by(path: tuple[str, ...], database: Database, folder: Path) -> None:
    """Run the migrations of *path*, as they were, with the tool that runs them today."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("0*.py", "__pycache__"))
    for name in path:
        home = VERSIONS if name.startswith("0") else OLD
        shutil.copy(home / f"{name}.py", folder / "versions")
    upgrade(database, folder)


def upgrade(database: Database, folder: Path) -> None:
    config = migrating._config(database.url)
    config.set_main_option("script_location", str(folder))
    command.upgrade(config, "head")


def schema(database: Database) -> dict[str, Any]:
    """Everything that a database is made of, by name; the order of columns means nothing."""
    with database.read() as tx:
        inspector = sa.inspect(tx)
        found: dict[str, Any] = {
            table: {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"], column["default"])
                    for column in inspector.get_columns(table)
                },
                "key": inspector.get_pk_constraint(table),
                "foreign": sorted(map(str, inspector.get_foreign_keys(table))),
                "unique": sorted(map(str, inspector.get_unique_constraints(table))),
            }
            for table in inspector.get_table_names()
        }
        found["made by hand"] = {
            name: " ".join(sql.split()) for name, sql in tx.execute(_OTHERS[database.engine.name])
        }
    return found


_OTHERS = {
    "sqlite": sa.text(
        "SELECT name, replace(sql, '\"', '') FROM sqlite_master WHERE type <> 'table'"
        " AND sql IS NOT NULL OR sql LIKE 'CREATE VIRTUAL%'"
    ),
    "postgresql": sa.text(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
        " SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
    ),
}


def write_in_every_table(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Put two rows into each table as it is; return them."""
    metadata = sa.MetaData()
    with database.write() as tx:
        metadata.reflect(tx, only=lambda name, _: not name.startswith(("alembic", "chunk_index")))
        for table in metadata.sorted_tables:
            tx.execute(sa.insert(table), [row(table, number) for number in (1, 2)])
    lasting = [
        table.name for table in metadata.sorted_tables if table.name not in FORGOTTEN | MOVED
    ]
    return {name: rows(database, name) for name in lasting}


def row(table: sa.Table, number: int) -> dict[str, Any]:
    return {column.name: value(column, number) for column in table.columns}


def value(column: sa.Column[Any], number: int) -> Any:
    if isinstance(column.type, sa.Boolean):
        return bool(number % 2)
    if isinstance(column.type, sa.JSON):
        return {"number": number}
    return f"abc{number}" if isinstance(column.type, sa.String) else number


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.read() as tx:
        found = [dict(one) for one in tx.execute(sa.text(f"SELECT * FROM {table}")).mappings()]
    for one in found:
        one.pop("turn_due_at", None)  # of the first day; nothing ever read it
    return sorted(found, key=str)


def kept(database: Database, written: dict[str, list[dict[str, Any]]]) -> Any:
    """What is there now, in the columns that were *written*."""
    return {
        table: [{name: one[name] for name in before[0]} for one in rows(database, table)]
        for table, before in written.items()
    }


def passages(database: Database) -> list[int]:
    """The passage that is found by its word, and the one that is found by its n-grams."""
    with database.read() as tx:
        return [tx.scalar(sa.text(query)) for query in _FINDING[database.engine.name]]


_FINDING = {
    "sqlite": (
        "SELECT rowid FROM chunk_index WHERE chunk_index MATCH 'abc1'",
        "SELECT rowid FROM chunk_index_grams WHERE chunk_index_grams MATCH 'bc2'",
    ),
    "postgresql": (
        "SELECT id FROM chunks WHERE to_tsvector('simple', stems) @@ 'abc1'",
        "SELECT id FROM chunks WHERE chunk_grams(stems) @> ARRAY['bc2']",
    ),
}


def _recreate(server: str, name: str) -> None:
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())


def test_customers_who_were_known_twice_are_one_from_now_on(
    empty: Database, tmp_path: Path
) -> None:
    names = [name.removesuffix(".py") for name in sorted(LANDED)]
    before = tuple(names[: [name[5:] for name in names].index("customers")])
    migrated_by(before, empty, tmp_path / "twice")
    add = "INSERT INTO contacts (id, channel, address, name, alias, opted_out_at, created_at)"
    with empty.write() as tx:
        for row in (
            "(1, 'meta', '5215512345678', '', '', 5, 1)",
            "(2, 'meta', '525512345678', '', '', NULL, 1)",
            "(3, 'meta', 'MX.7', '', '5215587654321', NULL, 1)",
            "(4, 'web', '5215512345678', '', '', NULL, 1)",
        ):
            tx.exec_driver_sql(f"{add} VALUES {row}")
    migrate(empty)
    names = ("identity", "customer", "alias", "opted_out_at")
    found = {one["id"]: tuple(one[name] for name in names) for one in rows(empty, "contacts")}
    assert found == {
        1: ("former:1", "525512345678", "", 5),
        2: ("525512345678", "525512345678", "", 5),
        3: ("525587654321", "525587654321", "MX.7", None),
        4: ("5215512345678", "5215512345678", "", None),
    }


def test_tools_of_before_are_records_and_answer_as_they_did(
    empty: Database, tmp_path: Path
) -> None:
    at = next(name for name in sorted(LANDED) if name.endswith("_tool_records.py"))
    before = sorted(LANDED)[: sorted(LANDED).index(at)]
    migrated_by(tuple(name.removesuffix(".py") for name in before), empty, tmp_path / "before")
    old = {"name": "Sofía", "tools": ["catalog", "financing", "handoff"]}
    made = {"created_by": "ana", "created_at": 1.0}
    with empty.write() as tx:
        metadata = sa.MetaData()
        metadata.reflect(tx, only=["agents", "versions"])
        agents, versions = metadata.tables["agents"], metadata.tables["versions"]
        agent = {"id": "sofia", "name": "Sofía", "draft": old, "revision": 1, **made}
        tx.execute(sa.insert(agents).values(**agent, updated_by="ana", updated_at=1.0))
        kept = {"agent_id": "sofia", "number": 1, "note": "", "evidence": {}, **made}
        tx.execute(sa.insert(versions).values(id="v1", spec=old, **kept))
    migrate(empty)
    with empty.read() as tx:
        stored = [tx.scalar(sa.select(agents.c.draft)), tx.scalar(sa.select(versions.c.spec))]
    as_read = Spec.model_validate(old)
    assert [[tool["kind"] for tool in one["tools"]] for one in stored] == [
        ["table", "calculator", "handoff"]
    ] * 2
    assert [Spec.model_validate(one) for one in stored] == [as_read] * 2
