"""Every store over one database, built once in a process."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.capabilities import Known
from agent.limits import Limits
from store.agents.agents import Agents
from store.agents.shares import Shares
from store.conversations.abandoned import Abandoned
from store.conversations.allowances import Allowances
from store.conversations.attachments import Attachments
from store.conversations.conversations import Conversations
from store.conversations.customers import Customers
from store.conversations.inbox import Inbox
from store.conversations.notes import Notes
from store.conversations.outbox import Outbox
from store.conversations.owners import Owners
from store.conversations.pointed import Pointed
from store.conversations.turn_list import TurnList
from store.conversations.turns import Turns
from store.conversations.undelivered import DeadLetters
from store.db.database import Database
from store.erasure import Erasure
from store.evaluation.datasets import Datasets
from store.evaluation.experiments import Experiments
from store.evaluation.labels import Labels
from store.evaluation.notebook_runs import NotebookRuns
from store.evaluation.notebooks import Notebooks
from store.evaluation.recorded import Recordings
from store.evaluation.replays import Replays
from store.evaluation.rows import Rows
from store.evaluation.talks import Talks
from store.insights.insights import Insights
from store.people.alerts import Alerts
from store.people.audit import Audit
from store.people.people import People
from store.people.tokens import Tokens
from store.people.tours import Tours
from store.switches import Switches


@dataclass(frozen=True)
class Stores:
    """What is kept, by noun."""

    agents: Agents
    shares: Shares
    datasets: Datasets
    experiments: Experiments
    labels: Labels
    rows: Rows
    replays: Replays
    recordings: Recordings
    talks: Talks
    notebooks: Notebooks
    notebook_runs: NotebookRuns
    inbox: Inbox
    customers: Customers
    turns: Turns
    turn_list: TurnList
    abandoned: Abandoned
    allowances: Allowances
    outbox: Outbox
    conversations: Conversations
    notes: Notes
    insights: Insights
    dead_letters: DeadLetters
    owners: Owners
    people: People
    tokens: Tokens
    tours: Tours
    switches: Switches
    alerts: Alerts
    audit: Audit
    erasure: Erasure
    attachments: Attachments
    pointed: Pointed


def open_stores(
    database: Database,
    channels: Known,
    limits: Limits,
    keys: Sequence[str],
    media_dir: Path,
    holder: str,
) -> Stores:
    """Build the stores. *keys*: the secrets that addresses of erased customers are hashed with,
    the one in force first. *holder*: the name that leases are taken under.
    """
    return Stores(
        agents=Agents(database, channels),
        shares=Shares(database),
        datasets=Datasets(database),
        experiments=Experiments(database),
        labels=Labels(database),
        rows=Rows(database, holder=holder),
        replays=Replays(database, holder=holder),
        recordings=Recordings(database),
        talks=Talks(database),
        notebooks=Notebooks(database),
        notebook_runs=NotebookRuns(database),
        inbox=Inbox(database, channels, keys=keys),
        customers=Customers(database, channels),
        turns=Turns(database, limits=limits, holder=holder),
        turn_list=TurnList(database),
        abandoned=Abandoned(database),
        allowances=Allowances(database),
        outbox=Outbox(database),
        conversations=Conversations(database),
        notes=Notes(database),
        insights=Insights(database),
        dead_letters=DeadLetters(database),
        owners=Owners(database, channels),
        people=People(database, key=keys[0]),
        tokens=Tokens(database),
        tours=Tours(database),
        switches=Switches(database),
        alerts=Alerts(database),
        audit=Audit(database),
        erasure=Erasure(database, media_dir, keys[0]),
        attachments=Attachments(database),
        pointed=Pointed(database),
    )
