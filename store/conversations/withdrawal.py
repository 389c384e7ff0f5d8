"""Takes back what some versions wrote and nobody has received yet."""

from collections.abc import Callable, Sequence

from sqlalchemy import select, update

from agent.spec import Spec
from store.db.database import Database
from store.states import FINISHED, OutboxState
from store.tables import conversations, outbox, turns, versions


def withdraw(
    database: Database, unwanted: Callable[[Spec], bool], channels: Sequence[str], reason: str
) -> int:
    """End, with *reason*, unsent replies of *unwanted* versions on *channels*; return how many."""
    with database.read() as tx:
        known = tx.execute(select(versions.c.id, versions.c.spec)).all()
    theirs = [one.id for one in known if unwanted(Spec.model_validate(one.spec))]
    written = select(turns.c.id).where(turns.c.version_id.in_(theirs))
    there = select(conversations.c.id).where(conversations.c.channel.in_(channels))
    ended = (
        update(outbox)
        .where(
            outbox.c.state.not_in(FINISHED),
            outbox.c.turn_id.in_(written),
            outbox.c.conversation_id.in_(there),
        )
        .values(state=OutboxState.DEAD, error=reason)
    )
    with database.write() as tx:
        return tx.execute(ended).rowcount
