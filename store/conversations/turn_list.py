"""The list of turns: filtered, the latest first, a page at a time, with what was asked and said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select, tuple_

from agent.answer import Outcome
from store.conversations.conversation_list import holds
from store.db.database import Database
from store.states import Owner, Subject, Verdict
from store.tables import agents, conversations, inbox, labels, messages, turns, versions

Key = tuple[float, str]  # when a turn ended, and its id


@dataclass(frozen=True)
class TurnFilters:
    """Which turns are listed. What is empty, or None, filters nothing."""

    agent_id: str = ""
    version: int | None = None
    channel: str = ""
    conversation_id: int | None = None
    outcome: Outcome | None = None
    owner: Owner | None = None  # who has the word in the conversation now
    since: float | None = None  # seconds since 1970: when it ended
    until: float | None = None  # the moment itself not included
    cost_from: float | None = None  # US dollars
    cost_to: float | None = None
    text: str = ""  # in what was asked or said, whatever its case and accents
    handed_off: bool | None = None
    missed: bool | None = None  # nothing was found for it
    label: Verdict | None = None  # somebody said so of it
    labelled: bool | None = None  # whether anybody said anything of it


@dataclass(frozen=True)
class ListedTurn:
    """A turn as analysts read it."""

    id: str
    conversation_id: int
    channel: str
    agent_id: str
    agent_name: str
    version: int | None
    version_id: str | None
    question: str
    answer: str
    outcome: Outcome
    owner: Owner
    handoff_reason: str
    missed: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: float
    citations: Sequence[dict[str, Any]]
    error: str
    started_at: float
    finished_at: float

    @property
    def key(self) -> Key:
        """Where the page behind this turn begins."""
        return self.finished_at, self.id


class TurnList:
    """Reads pages of turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, filters: TurnFilters, after: Key | None, limit: int) -> list[ListedTurn]:
        """Return a page behind the key *after*, the latest turn first."""
        query = listed().where(*_chosen(filters))
        if after is not None:
            here = tuple_(turns.c.finished_at, turns.c.id)
            query = query.where(here < tuple_(literal(after[0]), literal(after[1])))
        newest = (turns.c.finished_at.desc(), turns.c.id.desc())
        with self._database.read() as tx:
            return read_listed(tx, query.order_by(*newest).limit(limit))

    def conversations(self, filters: TurnFilters, limit: int) -> list[int]:
        """Return the conversations that have such turns, those with the latest first."""
        newest = func.max(turns.c.finished_at).desc()
        query = (
            listed()
            .where(*_chosen(filters))
            .with_only_columns(turns.c.conversation_id)
            .group_by(turns.c.conversation_id)
        )
        with self._database.read() as tx:
            return list(tx.scalars(query.order_by(newest).limit(limit)))


def read_listed(tx: Connection, query: Select[Any]) -> list[ListedTurn]:
    """Return the turns of *query*, made from `listed`, with what was asked and said."""
    rows = tx.execute(query).all()
    asked, said = _words(tx, [row.id for row in rows])
    return [
        ListedTurn(question=asked.get(row.id, ""), answer=said.get(row.id, ""), **row._mapping)
        for row in rows
    ]


def listed() -> Select[Any]:
    """Return the query of every turn, to be narrowed."""
    own = ("question", "answer", "channel", "owner", "agent_id", "agent_name", "version")
    fields = [turns.c[name] for name in ListedTurn.__dataclass_fields__ if name not in own]
    return (
        select(
            *fields,
            conversations.c.channel,
            conversations.c.owner,
            versions.c.agent_id,
            agents.c.name.label("agent_name"),
            versions.c.number.label("version"),
        )
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .outerjoin(versions, versions.c.id == turns.c.version_id)
        .outerjoin(agents, agents.c.id == versions.c.agent_id)
    )


def _chosen(filters: TurnFilters) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (versions.c.agent_id, filters.agent_id or None),
            (versions.c.number, filters.version),
            (conversations.c.channel, filters.channel or None),
            (turns.c.conversation_id, filters.conversation_id),
            (turns.c.outcome, filters.outcome),
            (conversations.c.owner, filters.owner),
        )
        if value is not None
    ]
    return [*chosen, *_between(filters), *_told(filters)]


def _between(filters: TurnFilters) -> list[ColumnElement[bool]]:
    bounds = (
        (filters.since, turns.c.finished_at >= literal(filters.since)),
        (filters.until, turns.c.finished_at < literal(filters.until)),
        (filters.cost_from, turns.c.cost >= literal(filters.cost_from)),
        (filters.cost_to, turns.c.cost <= literal(filters.cost_to)),
    )
    return [bound for value, bound in bounds if value is not None]


def _told(filters: TurnFilters) -> list[ColumnElement[bool]]:
    found = []
    for column, wanted in (
        (turns.c.handoff_reason, filters.handed_off),
        (turns.c.missed, filters.missed),
    ):
        if wanted is not None:
            found.append(column != "" if wanted else column == "")
    words = filters.text.strip()
    return [*found, *_judged(filters), *([_mentions(words)] if words else [])]


def _judged(filters: TurnFilters) -> Iterator[ColumnElement[bool]]:
    said = select(labels.c.subject_id).where(labels.c.subject == Subject.TURN)
    if filters.label is not None:
        yield turns.c.id.in_(said.where(labels.c.verdict == filters.label))
    if filters.labelled is not None:
        yield turns.c.id.in_(said) if filters.labelled else turns.c.id.not_in(said)


def _mentions(words: str) -> ColumnElement[bool]:
    said = select(messages.c.turn_id).where(holds(messages.c.text, words))
    asked = (
        select(inbox.c.turn_id)
        .join(messages, messages.c.inbox_id == inbox.c.id)
        .where(holds(messages.c.text, words))
    )
    return or_(turns.c.id.in_(said), turns.c.id.in_(asked))


def _words(tx: Connection, ids: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return by turn what the customer asked, and what the agent said."""
    asked = (
        select(turns.c.id, messages.c.text)
        .join(
            inbox,
            (inbox.c.conversation_id == turns.c.conversation_id)
            & inbox.c.id.between(turns.c.inbox_from, turns.c.inbox_to)
            & (inbox.c.turn_id == turns.c.id),
        )
        .join(messages, messages.c.inbox_id == inbox.c.id)
        .where(turns.c.id.in_(ids))
        .order_by(inbox.c.id)
    )
    said = select(messages.c.turn_id, messages.c.text).where(messages.c.turn_id.in_(ids))
    return _joined(tx, asked), _joined(tx, said.order_by(messages.c.id))


def _joined(tx: Connection, query: Select[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for turn_id, text in tx.execute(query):
        found[turn_id] = f"{found[turn_id]}\n{text}" if turn_id in found else text
    return found
