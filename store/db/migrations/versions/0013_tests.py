"""The cases of agents and how they did become datasets and experiments

What an agent was tested with keeps its ids. Of the evaluations those are kept that say something
about a draft or a version as it is: of the others nobody can tell any more what was asked.
"""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Row = dict[str, Any]
TABLES = (
    "agents",
    "bases",
    "cases",
    "dataset_cases",
    "datasets",
    "evaluations",
    "experiment_rows",
    "experiments",
    "versions",
)
MOST_PIECES = 50
MOST_CHARACTERS = 300
SCORERS = {"missing": "contains", "source": "cites"}  # the rest is how it ended


def upgrade() -> None:
    """Apply."""
    metadata = sa.MetaData()
    metadata.reflect(op.get_bind(), only=TABLES)
    tables = metadata.tables
    by_agent: dict[str, list[Row]] = defaultdict(list)
    for case in _rows(tables["cases"]):
        by_agent[case["agent_id"]].append(case)
    made = {agent_id: _dataset(tables, agent_id, own) for agent_id, own in by_agent.items()}
    for one in _rows(tables["evaluations"]):
        if one["agent_id"] in made:
            _experiment(tables, made[one["agent_id"]], one, by_agent[one["agent_id"]])
    op.drop_index("ix_evaluations_agent_id_fingerprint", "evaluations")
    op.drop_table("evaluations")
    op.drop_index("ix_cases_agent_id", "cases")
    op.drop_table("cases")


def _rows(table: sa.Table) -> list[Row]:
    order = [table.c[name] for name in ("created_at", "id") if name in table.c]
    return [
        dict(row) for row in op.get_bind().execute(sa.select(table).order_by(*order)).mappings()
    ]


def _dataset(tables: Any, agent_id: str, cases: list[Row]) -> str:
    """Put the cases of an agent into its own dataset, made now if it has none; return its id."""
    datasets, bind = tables["datasets"], op.get_bind()
    own = sa.and_(datasets.c.agent_id == agent_id, datasets.c.name == "Tests")
    there = bind.execute(sa.select(datasets.c.id, datasets.c.version).where(own)).one_or_none()
    dataset_id, version = there or (uuid.uuid4().hex, 1)
    if there is None:
        row = {"id": dataset_id, "agent_id": agent_id, "name": "Tests", "version": version}
        made = {"created_by": cases[0]["created_by"], "created_at": cases[0]["created_at"]}
        bind.execute(sa.insert(datasets).values(**row, **made))
    kept = [
        {
            "id": case["id"],
            "dataset_id": dataset_id,
            "added_in": version + 1,
            "body": _body(case),
            "origin": "staff",
            "state": "approved",
            "created_by": case["created_by"],
            "created_at": case["created_at"],
        }
        for case in cases
    ]
    bind.execute(sa.insert(tables["dataset_cases"]), kept)
    mine = datasets.c.id == dataset_id
    bind.execute(sa.update(datasets).where(mine).values(version=version + 1))
    return str(dataset_id)


def _body(case: Row) -> Row:
    wanted = [line.strip() for line in case["expected"].splitlines() if line.strip()]
    contains = [line for line in wanted if line != "handoff"][:MOST_PIECES]
    source = case["source"].strip()[:MOST_CHARACTERS]
    expect: Row = {"contains": contains} if contains else {}
    if source:
        expect["cites"] = [source]
    if "handoff" in wanted:
        expect["outcome"] = "handoff"
    return {"turns": [{"say": [case["question"]], "expect": expect}]}


def _experiment(tables: Any, dataset_id: str, old: Row, cases: list[Row]) -> None:
    """Keep an evaluation as an experiment that is done, if what was asked is still there."""
    candidate = _candidate(tables, old, cases)
    if candidate is None:
        return
    datasets, bind = tables["datasets"], op.get_bind()
    version = bind.scalar(sa.select(datasets.c.version).where(datasets.c.id == dataset_id))
    result, experiment_id = old["result"], uuid.uuid4().hex
    row = {
        "id": experiment_id,
        "agent_id": old["agent_id"],
        "dataset_id": dataset_id,
        "dataset_version": version,
        "name": "",
        "candidates": [candidate],
        "repeats": 1,
        "scorers": [],
        "cost_limit": 0.0,
        "cost": float(result.get("cost", 0.0)),
        "state": "done",
        "knowledge": _knowledge(tables, candidate["spec"]),
        "comparisons": {},
        "compare_at": old["created_at"],
        "created_by": old["created_by"],
        "created_at": old["created_at"],
        "finished_at": old["created_at"],
    }
    bind.execute(sa.insert(tables["experiments"]).values(row))
    ids = {case["question"]: case["id"] for case in cases}
    rows = [_row(experiment_id, ids[one["question"]], one) for one in result["cases"]]
    bind.execute(sa.insert(tables["experiment_rows"]), rows)


def _row(experiment_id: str, case_id: str, one: Row) -> Row:
    scores = {"outcome": {"value": 1.0, "passed": True, "reason": ""}}
    for code, what in one["reasons"]:
        name = SCORERS.get(code, "outcome")
        scores[name] = {"value": 0.0, "passed": False, "reason": str(what or code)}
    return {
        "experiment_id": experiment_id,
        "case_id": case_id,
        "candidate": 0,
        "repeat": 0,
        "state": "done",
        "fence": 0,
        "lease_until": 0.0,
        "holder": "",
        "answers": [],
        "scores": {name: {**one, "by": "platform", "person": ""} for name, one in scores.items()},
        "passed": bool(one["passed"]),
        "seconds": 0.0,
        "cost": 0.0,
        "error": "",
        "key": "",
        "reused": False,
    }


def _candidate(tables: Any, old: Row, cases: list[Row]) -> Row | None:
    """The draft or version that the evaluation was of, told by the fingerprint of that time."""
    for label, version_id, spec in _specs(tables, old["agent_id"]):
        if _fingerprint(spec, cases) == old["fingerprint"]:
            return {"label": label, "spec": spec, "version_id": version_id, "model": ""}
    return None


def _specs(tables: Any, agent_id: str) -> Iterator[tuple[str, str | None, Row]]:
    agents, versions, bind = tables["agents"], tables["versions"], op.get_bind()
    for draft in bind.scalars(sa.select(agents.c.draft).where(agents.c.id == agent_id)):
        yield "draft", None, draft
    theirs = sa.select(versions).where(versions.c.agent_id == agent_id)
    for row in bind.execute(theirs.order_by(versions.c.number.desc())).mappings():
        yield f"v{row['number']}", row["id"], row["spec"]


def _fingerprint(spec: Row, cases: list[Row]) -> str:
    asked = sorted((case["question"], case["expected"], case["source"]) for case in cases)
    text = json.dumps({"spec": spec, "cases": asked}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _knowledge(tables: Any, spec: Row) -> dict[str, int]:
    """How old the knowledge was nobody wrote down: it counts as it is now."""
    bases = tables["bases"]
    named = spec.get("knowledge", {}).get("bases", [])
    found = op.get_bind().execute(
        sa.select(bases.c.id, bases.c.revision).where(bases.c.id.in_(named))
    )
    return {row.id: row.revision for row in found}
