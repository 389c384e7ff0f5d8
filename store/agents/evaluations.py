"""How specs did on the cases of their agents, so that a release can keep it as evidence."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from agent.evaluation import Asked, Evaluation, fingerprint
from agent.spec import Spec
from store.agents.cases import Cases
from store.db.database import Database
from store.tables import evaluations


class Evaluations:
    """Keeps evaluations."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._cases = Cases(database)
        self._clock = clock

    def keep(
        self, agent_id: str, spec: Spec, cases: Sequence[Asked], evaluation: Evaluation, person: str
    ) -> None:
        """Keep how *spec* did on *cases*."""
        row = {
            "agent_id": agent_id,
            "fingerprint": fingerprint(spec, cases),
            "result": evaluation.as_json(),
            "created_by": person,
            "created_at": self._clock(),
        }
        with self._database.write() as tx:
            tx.execute(insert(evaluations).values(row))

    def latest(self, agent_id: str, spec: Spec) -> Mapping[str, Any]:
        """Return how *spec* did when last asked all that its agent is asked now, with `by` and
        `at`; {} when it never was.
        """
        query = (
            select(evaluations)
            .where(
                evaluations.c.agent_id == agent_id,
                evaluations.c.fingerprint == fingerprint(spec, self._cases.of(agent_id)),
            )
            .order_by(evaluations.c.id.desc())
            .limit(1)
        )
        with self._database.read() as tx:
            row = tx.execute(query).one_or_none()
        return {**row.result, "by": row.created_by, "at": row.created_at} if row else {}
