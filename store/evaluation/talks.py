"""Conversations that may become cases: whose agent answered there, and what it could not answer."""

from collections.abc import Sequence

from sqlalchemy import select

from agent.answer import Author
from store.db.database import Database
from store.tables import messages, turns, versions


class Talks:
    """Finds conversations for cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def agent_of(self, conversation_id: int) -> str | None:
        """Return the agent that answered last there, if one did."""
        query = (
            select(versions.c.agent_id)
            .join(turns, turns.c.version_id == versions.c.id)
            .where(turns.c.conversation_id == conversation_id)
            .order_by(turns.c.finished_at.desc())
            .limit(1)
        )
        with self._database.read() as tx:
            return tx.scalar(query)

    def answered_by_people(self, agent_id: str, since: float, limit: int) -> Sequence[int]:
        """Return the conversations that the agent passed on, in which a person wrote *since*."""
        passed_on = (
            select(turns.c.conversation_id)
            .join(versions, versions.c.id == turns.c.version_id)
            .where(versions.c.agent_id == agent_id, turns.c.handoff_reason != "")
        )
        query = (
            select(messages.c.conversation_id)
            .where(
                messages.c.author == Author.HUMAN,
                messages.c.created_at >= since,
                messages.c.conversation_id.in_(passed_on),
            )
            .distinct()
            .order_by(messages.c.conversation_id.desc())
            .limit(limit)
        )
        with self._database.read() as tx:
            return list(tx.scalars(query))

    def missed(self, agent_id: str, since: float, limit: int) -> Sequence[tuple[int, str]]:
        """Return (conversation, question) of what nothing was found for *since*, newest first."""
        query = (
            select(turns.c.conversation_id, turns.c.missed)
            .join(versions, versions.c.id == turns.c.version_id)
            .where(
                versions.c.agent_id == agent_id, turns.c.missed != "", turns.c.finished_at >= since
            )
            .order_by(turns.c.finished_at.desc())
            .limit(limit)
        )
        with self._database.read() as tx:
            return [(row.conversation_id, row.missed) for row in tx.execute(query)]
