"""Labels: what people, judges and code say of an answer; and blind choices between two answers.

A label is about a turn that a customer had, or about a row of an experiment. Everybody has one of
their own under each name, so two people can look at one answer and their agreement be told.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select

from agent.answer import Outcome
from agent.errors import Invalid, NotFound
from knowledge.tables import AnySelect
from store.conversations.turn_list import ListedTurn, listed, read_listed
from store.db.database import Database
from store.db.dialect import upsert
from store.states import LabelBy, Review, RowState, Subject, Verdict
from store.tables import (
    experiment_rows,
    labels,
    preferences,
    turns,
    versions,
)

LONGEST = 4_000  # characters of a comment, and of a better answer
LONGEST_NAME = 80
MOST_AT_ONCE = 1_000
MINE = "review"  # the name of what people say by themselves


@dataclass(frozen=True)
class NewLabel:
    """What somebody says of one answer; `name` tells several questions about it apart."""

    subject: Subject
    subject_id: str
    verdict: Verdict
    comment: str = ""
    better: str = ""  # what should have been answered
    by: LabelBy = LabelBy.PERSON
    name: str = MINE


@dataclass(frozen=True)
class Label:
    """A label as it is kept."""

    id: int
    subject: Subject
    subject_id: str
    verdict: Verdict
    comment: str
    better: str
    by: LabelBy
    name: str
    person: str
    created_at: float


class Labels:
    """Reads and writes labels."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def keep(self, person: str, given: Iterable[NewLabel]) -> int:
        """Keep labels of one person, each in the place of their last one about the same; return how
        many. Raises NotFound for an answer that is none, and Invalid for texts that are too long.
        """
        given = list(given)
        _check(given)
        with self._database.write() as tx:
            _refuse_unknown(tx, given)
            for one in given:
                values = {**vars(one), "person": person, "created_at": self._clock()}
                statement = upsert(tx, labels).values(values)
                tx.execute(statement.on_conflict_do_update(index_elements=list(_OWN), set_=values))
        return len(given)

    def remove(self, person: str, subject: Subject, subject_id: str, name: str = MINE) -> None:
        """Take one's own label back; one that is gone already is gone."""
        mine = _about(subject, [subject_id]) & (labels.c.person == person) & (labels.c.name == name)
        with self._database.write() as tx:
            tx.execute(delete(labels).where(mine))

    def of(self, subject: Subject, subject_ids: Sequence[str]) -> Sequence[Label]:
        """Return every label of these answers, the oldest first."""
        query = select(*_SHOWN).where(_about(subject, subject_ids)).order_by(labels.c.id)
        return self._read(query)

    def page(
        self, agent_id: str = "", after: int | None = None, limit: int = 50, since: float = 0
    ) -> Sequence[Label]:
        """Return labels of turns (of one agent's), the newest first, behind the id *after*."""
        query = select(*_SHOWN).where(labels.c.created_at >= since)
        if agent_id:
            query = query.where(_of_agent(agent_id))
        if after is not None:
            query = query.where(labels.c.id < after)
        return self._read(query.order_by(labels.c.id.desc()).limit(limit))

    def _read(self, query: AnySelect) -> Sequence[Label]:
        with self._database.read() as tx:
            return [Label(**row._mapping) for row in tx.execute(query)]

    def pairs(self, agent_id: str) -> Sequence[tuple[bool, bool]]:
        """Return how each two people judged one and the same turn of an agent; unsure is left out.

        What `agent.agreement` takes.
        """
        one, other = labels.alias(), labels.alias()
        sure = (Verdict.RIGHT, Verdict.WRONG)
        query = (
            select(one.c.verdict, other.c.verdict)
            .join(
                other,
                and_(
                    one.c.subject == other.c.subject,
                    one.c.subject_id == other.c.subject_id,
                    one.c.name == other.c.name,
                    one.c.person < other.c.person,
                ),
            )
            .join(turns, turns.c.id == one.c.subject_id)
            .join(versions, versions.c.id == turns.c.version_id)
            .where(
                versions.c.agent_id == agent_id,
                one.c.verdict.in_(sure),
                other.c.verdict.in_(sure),
                one.c.by == LabelBy.PERSON,
                other.c.by == LabelBy.PERSON,
            )
        )
        with self._database.read() as tx:
            return [(a == Verdict.RIGHT, b == Verdict.RIGHT) for a, b in tx.execute(query)]

    # --- the queue

    def to_review(
        self, person: str, agent_id: str = "", kind: Review = Review.NEWEST, limit: int = 20
    ) -> list[ListedTurn]:
        """Return turns that *person* has not judged yet: the newest, those that found nothing,
        those over which there is doubt (somebody unsure, or two who disagree), some at random.
        """
        mine = exists().where(
            labels.c.subject == Subject.TURN,
            labels.c.subject_id == turns.c.id,
            labels.c.person == person,
            labels.c.name == MINE,
        )
        query = listed().where(~mine, turns.c.outcome != Outcome.SILENT)
        if agent_id:
            query = query.where(versions.c.agent_id == agent_id)
        if kind is Review.MISSES:
            query = query.where(or_(turns.c.missed != "", turns.c.outcome == Outcome.FALLBACK))
        elif kind is Review.DOUBT:
            query = query.where(_in_doubt())
        order = func.random() if kind is Review.RANDOM else turns.c.finished_at.desc()
        with self._database.read() as tx:
            return read_listed(tx, query.order_by(order).limit(limit))

    # --- blind choices

    def prefer(self, person: str, first: int, second: int, better: int) -> None:
        """Keep which of two rows, as they were shown, a person found better (0: neither).

        Raises NotFound, and Invalid for rows of different cases or experiments.
        """
        with self._database.write() as tx:
            _refuse_unlike(tx, first, second)
            if better not in (0, first, second):
                raise Invalid("Choose one of the two answers, or neither.")
            low, high = sorted((first, second))
            values = {
                "row_a": low,
                "row_b": high,
                "shown_first": first,
                "better": better,
                "person": person,
                "created_at": self._clock(),
            }
            keys = ["row_a", "row_b", "person"]
            statement = upsert(tx, preferences).values(values)
            tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))

    def to_prefer(
        self, person: str, experiment_id: str, one: int, other: int
    ) -> tuple[int, int] | None:
        """Return two answers of two candidates to the same words, at random among those that the
        person has not compared; None when none are left."""
        a, b = experiment_rows.alias(), experiment_rows.alias()
        seen = exists().where(
            preferences.c.person == person,
            or_(
                and_(preferences.c.row_a == a.c.id, preferences.c.row_b == b.c.id),
                and_(preferences.c.row_a == b.c.id, preferences.c.row_b == a.c.id),
            ),
        )
        query = (
            select(a.c.id, b.c.id)
            .join(b, and_(b.c.case_id == a.c.case_id, b.c.repeat == a.c.repeat))
            .where(
                a.c.experiment_id == experiment_id,
                b.c.experiment_id == experiment_id,
                a.c.candidate == one,
                b.c.candidate == other,
                a.c.state == RowState.DONE,
                b.c.state == RowState.DONE,
                ~seen,
            )
            .order_by(func.random())
            .limit(1)
        )
        with self._database.read() as tx:
            row = tx.execute(query).one_or_none()
        return (row[0], row[1]) if row else None

    def preferences(self, experiment_id: str) -> Sequence[tuple[int, int, str]]:
        """Return (candidate shown on one side, the other, which was better as a candidate's place
        or "") of every blind choice in an experiment."""
        a, b = experiment_rows.alias(), experiment_rows.alias()
        query = (
            select(a.c.candidate, b.c.candidate, preferences.c.better, preferences.c.row_a)
            .join(a, a.c.id == preferences.c.row_a)
            .join(b, b.c.id == preferences.c.row_b)
            .where(a.c.experiment_id == experiment_id)
            .order_by(preferences.c.id)
        )
        with self._database.read() as tx:
            rows = tx.execute(query).all()
        return [
            (one, other, "" if not better else str(one if better == row_a else other))
            for one, other, better, row_a in rows
        ]


_OWN = ("subject", "subject_id", "person", "name")
_SHOWN = tuple(labels.c[name] for name in Label.__dataclass_fields__)


def _about(subject: Subject, subject_ids: Sequence[str]) -> ColumnElement[bool]:
    return (labels.c.subject == subject) & labels.c.subject_id.in_(subject_ids)


def _of_agent(agent_id: str) -> ColumnElement[bool]:
    theirs = (
        select(turns.c.id)
        .join(versions, versions.c.id == turns.c.version_id)
        .where(versions.c.agent_id == agent_id)
    )
    return and_(labels.c.subject == Subject.TURN, labels.c.subject_id.in_(theirs))


def _in_doubt() -> ColumnElement[bool]:
    about = and_(labels.c.subject == Subject.TURN, labels.c.subject_id == turns.c.id)
    unsure = exists().where(about, labels.c.verdict == Verdict.UNSURE)
    kinds = select(func.count(labels.c.verdict.distinct())).where(about).scalar_subquery()
    return or_(unsure, kinds > 1)


def _check(given: Sequence[NewLabel]) -> None:
    if len(given) > MOST_AT_ONCE:
        raise Invalid(f"Send at most {MOST_AT_ONCE:,} labels at once.")
    for one in given:
        if max(len(one.comment), len(one.better)) > LONGEST:
            raise Invalid(f"A comment or a better answer has at most {LONGEST:,} characters.")
        if not 1 <= len(one.name) <= LONGEST_NAME:
            raise Invalid(f"The name of a label has 1 to {LONGEST_NAME} characters.")


def _refuse_unknown(tx: Connection, given: Sequence[NewLabel]) -> None:
    wanted = {one.subject_id for one in given if one.subject is Subject.TURN}
    known = set(tx.scalars(select(turns.c.id).where(turns.c.id.in_(wanted))))
    rows = {one.subject_id for one in given if one.subject is Subject.ROW}
    numbers = [int(one) for one in rows if one.isdecimal() and len(one) < 19]
    known |= set(
        map(str, tx.scalars(select(experiment_rows.c.id).where(experiment_rows.c.id.in_(numbers))))
    )
    if strangers := (wanted | rows) - known:
        raise NotFound(f"There is no answer by the id {min(strangers)}.")


def _refuse_unlike(tx: Connection, first: int, second: int) -> None:
    query = select(experiment_rows.c.experiment_id, experiment_rows.c.case_id)
    found = tx.execute(query.where(experiment_rows.c.id.in_((first, second)))).all()
    if len(found) < 2 or first == second:
        raise NotFound("There are no two such answers.")
    if found[0] != found[1]:
        raise Invalid("Compare two answers to the same case.")
