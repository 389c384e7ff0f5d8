"""Evaluation: datasets of cases, experiments on them, and their rows, which are a queue."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from knowledge.tables import one_of
from store.states import (
    CaseOrigin,
    CaseState,
    ExperimentState,
    LabelBy,
    RowState,
    Subject,
    Verdict,
)
from store.tables.base import Rising, metadata, reference

datasets = Table(
    "datasets",
    metadata,
    Column("id", String(32), primary_key=True),
    reference("agent_id", "agents.id"),
    Column("name", String(80), nullable=False),
    Column("version", Integer, nullable=False),  # rises with each change of its approved cases
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("archived_at", Double),
    UniqueConstraint("agent_id", "name"),
)

dataset_cases = Table(  # a case never changes: a new one comes in its place
    "dataset_cases",
    metadata,
    Column("id", String(32), primary_key=True),
    reference("dataset_id", "datasets.id"),
    Column("added_in", Integer, nullable=False),  # version of the dataset; 0: not yet approved
    Column("removed_in", Integer),  # the first version without it
    Column("body", JSON, nullable=False),  # agent.cases.Case
    Column("origin", one_of(CaseOrigin, 10), nullable=False),
    Column("state", one_of(CaseState, 10), nullable=False),
    Column("conversation_id", BigInteger),  # whose words it holds, where they are a customer's
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_dataset_cases_dataset_id", "dataset_id", "created_at"),
    Index("ix_dataset_cases_conversation_id", "conversation_id"),
)

experiments = Table(
    "experiments",
    metadata,
    Column("id", String(32), primary_key=True),
    reference("agent_id", "agents.id"),
    reference("dataset_id", "datasets.id"),
    Column("dataset_version", Integer, nullable=False),
    Column("name", String(120), nullable=False, default=""),
    Column("candidates", JSON, nullable=False),  # [{label, spec, version_id, model}]
    Column("repeats", Integer, nullable=False, default=1),
    Column("scorers", JSON, nullable=False, default=list),  # besides what the cases expect
    Column("cost_limit", Double, nullable=False, default=0),  # US dollars; 0: none
    Column("cost", Double, nullable=False, default=0),  # so far
    Column("state", one_of(ExperimentState, 12), nullable=False),
    Column("knowledge", JSON, nullable=False, default=dict),  # {base_id: revision}
    Column("comparisons", JSON, nullable=False, default=dict),  # `jobs.comparing`
    Column("compare_at", Double, nullable=False, default=0),  # when it is due; 0: it is up to date
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("finished_at", Double),
    Index("ix_experiments_agent_id", "agent_id", "created_at"),
    Index("ix_experiments_dataset_id", "dataset_id", "dataset_version"),
    Index("ix_experiments_state", "state"),
)

experiment_rows = Table(  # one conversation of one candidate
    "experiment_rows",
    metadata,
    Column("id", Rising, primary_key=True),
    reference("experiment_id", "experiments.id"),
    reference("case_id", "dataset_cases.id"),
    Column("candidate", Integer, nullable=False),  # its place among the experiment's
    Column("repeat", Integer, nullable=False, default=0),
    Column("state", one_of(RowState, 10), nullable=False),
    Column("fence", Integer, nullable=False, default=0),  # rises with each lease
    Column("lease_until", Double, nullable=False, default=0),
    Column("holder", String(32), nullable=False, default=""),  # a worker's name
    Column("answers", JSON, nullable=False, default=list),  # one Answer.as_json() a turn, so far
    Column("scores", JSON, nullable=False, default=dict),  # {name: agent.scoring.Score}
    Column("passed", Boolean),
    Column("seconds", Double, nullable=False, default=0),
    Column("cost", Double, nullable=False, default=0),  # US dollars
    Column("error", Text, nullable=False, default=""),
    Column("key", String(64), nullable=False, default=""),  # of all that makes the answers
    Column("reused", Boolean, nullable=False, default=False),  # nothing was asked: same key
    UniqueConstraint("experiment_id", "case_id", "candidate", "repeat"),
    Index("ix_experiment_rows_state", "state", "lease_until"),
    Index("ix_experiment_rows_case_id", "case_id"),
    Index("ix_experiment_rows_key", "key"),
)

replays = Table(  # recorded conversations, played to a candidate
    "replays",
    metadata,
    Column("id", String(32), primary_key=True),
    reference("agent_id", "agents.id"),
    Column("name", String(120), nullable=False, default=""),
    Column("candidate", JSON, nullable=False),  # {label, spec, version_id, model}
    Column("since", Double, nullable=False),  # what was said before is only remembered
    Column("until", Double, nullable=False),
    Column("cost_limit", Double, nullable=False, default=0),  # US dollars; 0: none
    Column("cost", Double, nullable=False, default=0),  # so far
    Column("state", one_of(ExperimentState, 12), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("finished_at", Double),
    Index("ix_replays_agent_id", "agent_id", "created_at"),
    Index("ix_replays_state", "state"),
)

replay_rows = Table(  # one conversation of a replay
    "replay_rows",
    metadata,
    Column("id", Rising, primary_key=True),
    reference("replay_id", "replays.id"),
    Column("conversation_id", BigInteger, nullable=False),
    Column("state", one_of(RowState, 10), nullable=False),
    Column("fence", Integer, nullable=False, default=0),  # rises with each lease
    Column("lease_until", Double, nullable=False, default=0),
    Column("holder", String(32), nullable=False, default=""),  # a worker's name
    Column("answers", JSON, nullable=False, default=list),  # of the candidate, so far
    Column("stretches", JSON, nullable=False, default=list),  # agent.replayed.Stretch
    Column("changes", Integer, nullable=False, default=0),  # stretches that went otherwise
    Column("cost", Double, nullable=False, default=0),  # US dollars
    Column("error", Text, nullable=False, default=""),
    UniqueConstraint("replay_id", "conversation_id"),
    Index("ix_replay_rows_state", "state", "lease_until"),
    Index("ix_replay_rows_conversation_id", "conversation_id"),
)

labels = Table(  # what somebody says of an answer
    "labels",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("subject", one_of(Subject, 10), nullable=False),
    Column("subject_id", String(40), nullable=False),  # of a turn, or of an experiment's row
    Column("verdict", one_of(Verdict, 10), nullable=False),
    Column("comment", Text, nullable=False, default=""),
    Column("better", Text, nullable=False, default=""),  # what should have been answered
    Column("by", one_of(LabelBy, 10), nullable=False),
    Column("name", String(80), nullable=False),
    Column("person", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("subject", "subject_id", "person", "name"),
)

preferences = Table(  # which of two answers to one case somebody found better, not knowing whose
    "preferences",
    metadata,
    Column("id", Rising, primary_key=True),
    reference("row_a", "experiment_rows.id"),  # the lower id
    reference("row_b", "experiment_rows.id"),
    Column("shown_first", BigInteger, nullable=False),
    Column("better", BigInteger, nullable=False),  # 0: neither
    Column("person", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("row_a", "row_b", "person"),
)
