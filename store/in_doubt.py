"""After a restore: what the backup shows as waiting may have been done after it was made.

A restored installation cannot know whether those replies were sent and those messages answered, and
nothing may reach a customer twice. So staff decide: the replies are listed as not delivered, the
conversations belong to people.
"""

from dataclasses import dataclass

from sqlalchemy import select, update

from store.conversations.outbox import OPEN
from store.conversations.takeover import seize
from store.db.database import Database
from store.states import OutboxState
from store.tables import inbox, outbox

RESTORED = "restored"  # in outbox.error_code
REASON = "Restored from a backup; it may have been answered since."
SENTENCE = (
    "This waited to be sent when the backup was made, and may have been sent since. Look at the"
    " customer's telephone or the provider's console, then send it again or dismiss it."
)


@dataclass(frozen=True)
class InDoubt:
    """How much staff are to decide."""

    replies: int
    conversations: int


def settle(database: Database) -> InDoubt:
    """Leave to staff what was under way. Nothing is left to do a second time."""
    unanswered = select(inbox.c.conversation_id).where(inbox.c.turn_id.is_(None)).distinct()
    dead = {"state": OutboxState.DEAD, "error_code": RESTORED, "error": SENTENCE, "lease_until": 0}
    with database.write() as tx:
        replies = tx.execute(update(outbox).where(outbox.c.state.in_(OPEN)).values(**dead))
        waiting = list(tx.scalars(unanswered))
        for conversation_id in waiting:
            seize(tx, conversation_id, owner_reason=REASON)
    return InDoubt(replies.rowcount, len(waiting))
