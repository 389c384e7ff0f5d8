"""Test cases of an agent: a question, and what a good answer holds or cites."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from agent.errors import Invalid, NotFound
from store.db.database import Database, new_id
from store.tables import cases

LONGEST_QUESTION = 4_000
LONGEST_EXPECTED = 2_000
MOST_CASES = 500


@dataclass(frozen=True)
class Case:
    """A question; `expected` has one piece of text a line, each of which the answer must hold;
    `source` is the file or page the answer must cite. Either may be empty."""

    id: str
    agent_id: str
    question: str
    expected: str
    source: str
    created_by: str
    created_at: float


class Cases:
    """Reads and writes test cases."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, agent_id: str, question: str, person: str, expected: str = "", source: str = ""
    ) -> str:
        """Keep a case; return its id. Asking the same again replaces what was expected.

        Raises Invalid for a question that is empty or too long, or when there are too many.
        """
        question, expected = question.strip(), expected.strip()
        if not question or len(question) > LONGEST_QUESTION or len(expected) > LONGEST_EXPECTED:
            raise Invalid("A test case needs a question of at most 4,000 characters.")
        known = self.of(agent_id)
        if len(known) >= MOST_CASES:
            raise Invalid("There are 500 test cases already. Remove some first.")
        row = {
            "id": new_id(),
            "agent_id": agent_id,
            "question": question,
            "expected": expected,
            "source": source.strip()[:300],
            "created_by": person,
            "created_at": self._clock(),
        }
        same = (cases.c.agent_id == agent_id) & (cases.c.question == question)
        with self._database.write() as tx:
            tx.execute(delete(cases).where(same))
            tx.execute(insert(cases).values(row))
        return str(row["id"])

    def of(self, agent_id: str) -> Sequence[Case]:
        """Return the cases of one agent, oldest first."""
        query = select(cases).where(cases.c.agent_id == agent_id)
        with self._database.read() as tx:
            rows = tx.execute(query.order_by(cases.c.created_at, cases.c.id))
            return [Case(**row._mapping) for row in rows]

    def get(self, case_id: str) -> Case:
        """Return one case. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
        if row is None:
            raise NotFound("There is no test case by that id.")
        return Case(**row._mapping)

    def remove(self, case_id: str) -> None:
        """Remove a case; one that is gone already is gone."""
        with self._database.write() as tx:
            tx.execute(delete(cases).where(cases.c.id == case_id))
