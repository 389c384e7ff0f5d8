"""Notebooks that the studio keeps, and their runs, which are a queue."""

from sqlalchemy import JSON, Boolean, Column, Double, Index, Integer, String, Table, Text

from knowledge.tables import one_of
from store.states import NotebookOrigin, RunError, RunState
from store.tables.base import metadata, reference

notebooks = Table(
    "notebooks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("origin", one_of(NotebookOrigin, 10), nullable=False),
    Column("body", JSON, nullable=False),  # nbformat 4, without outputs
    Column("revision", Integer, nullable=False, default=1),  # rises with each change of the body
    Column("schedule", JSON(none_as_null=True)),  # agent.schedules.Schedule
    Column("parameters", JSON, nullable=False, default=dict),  # of the runs by schedule
    Column("scheduled_by", String(200), nullable=False, default=""),  # in whose name they run
    Column("scheduled_role", String(10), nullable=False, default=""),
    Column("due_at", Double, nullable=False, default=0),  # the next one; 0: none
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_by", String(200), nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("archived_at", Double),
    Index("ix_notebooks_due_at", "due_at"),
)

notebook_runs = Table(
    "notebook_runs",
    metadata,
    Column("id", String(32), primary_key=True),
    reference("notebook_id", "notebooks.id"),
    Column("revision", Integer, nullable=False),  # of the notebook
    Column("body", JSON, nullable=False),  # as it was when the run was asked for
    Column("person", String(200), nullable=False),  # in whose name it runs
    Column("role", String(10), nullable=False),  # of its token: theirs or less
    Column("parameters", JSON, nullable=False, default=dict),
    Column("scheduled", Boolean, nullable=False, default=False),
    Column("verified", Boolean, nullable=False),  # a worker ran it; else it was handed in
    Column("state", one_of(RunState, 10), nullable=False),
    Column("fence", Integer, nullable=False, default=0),  # rises with each lease
    Column("lease_until", Double, nullable=False, default=0),
    Column("token_id", String(12), nullable=False, default=""),  # lent to the run
    Column("executed", JSON(none_as_null=True)),  # the copy with its outputs
    Column("error", one_of(RunError, 12)),
    Column("cell", Integer),  # the place of the cell that failed
    Column("detail", Text, nullable=False, default=""),  # what it said
    Column("seconds", Double, nullable=False, default=0),
    Column("memory", Double, nullable=False, default=0),  # bytes, at the most
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Index("ix_notebook_runs_notebook_id", "notebook_id", "created_at"),
    Index("ix_notebook_runs_state", "state", "lease_until"),
)
