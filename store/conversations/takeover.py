"""The two changes of hands, each inside the caller's transaction: seize and release.

    seize     the owner is a person (or nobody, for a while); what waits is theirs to answer; what
              the bot still wanted to say is dropped; the turn that is running loses its fence
    release   the bot is the owner; what the customer wrote after the last word of a person, and
              nobody answered, waits again

A part that is `sending` or `unknown` cannot be recalled. It is marked instead: when the provider
turns out not to have taken it, it is not sent again (`Outbox.again`).
"""

from typing import Any

from sqlalchemy import Connection, Update, and_, case, func, or_, select, update

from agent.answer import Author, Outcome
from store.states import FINISHED, OutboxState, Owner, PartKind
from store.tables import channels, conversations, inbox, messages, outbox, turns, versions

TAKEN_OVER = "taken_over"
BY_A_PERSON = "human"  # in inbox.turn_id: a person has it, no turn will answer it
_DROPPED = "A person took over before this was sent."
HOUR = 3600.0


def seize(tx: Connection, conversation_id: int, **owner: Any) -> None:
    """Give the conversation to somebody else than the bot; *owner* are columns to set."""
    here = conversations.c.id == conversation_id
    values = {"owner": Owner.HUMAN, "lease_until": 0, "turn_attempts": 0, **owner}
    # The fence rises first: the row is locked from here, and a running turn is too late.
    tx.execute(update(conversations).where(here).values(fence=conversations.c.fence + 1, **values))
    unanswered = and_(inbox.c.conversation_id == conversation_id, inbox.c.turn_id.is_(None))
    tx.execute(update(inbox).where(unanswered).values(turn_id=BY_A_PERSON))
    tx.execute(_drop(conversation_id))


def release(tx: Connection, conversation_id: int, reason: str) -> bool:
    """Give the conversation back to the bot. False when it was the bot's already.

    A turn that began while a person had it loses its fence: it would stay silent.
    """
    change = (
        update(conversations)
        .where(conversations.c.id == conversation_id, conversations.c.owner != Owner.BOT)
        .values(
            owner=Owner.BOT,
            owner_reason=reason[:200],
            owner_until=0,
            assigned_to="",
            fence=conversations.c.fence + 1,
            lease_until=0,
            turn_attempts=0,
        )
    )
    if tx.execute(change).rowcount != 1:
        return False
    last_word = _last_word(tx, conversation_id)
    tx.execute(_wait_again(conversation_id, last_word))
    tx.execute(_unmark(conversation_id, last_word))
    return True


def usual_end(tx: Connection, conversation_id: int, now: float) -> float:
    """When the agent released there wants a conversation back (seconds since 1970); 0: never."""
    spec = tx.scalar(
        select(versions.c.spec)
        .join(channels, channels.c.version_id == versions.c.id)
        .join(
            conversations,
            and_(
                channels.c.channel == conversations.c.channel,
                channels.c.address == conversations.c.our_address,
            ),
        )
        .where(conversations.c.id == conversation_id)
    )
    hours = float(((spec or {}).get("handoff") or {}).get("hand_back_after_hours") or 0)
    return now + hours * HOUR if hours else 0.0


def _drop(conversation_id: int) -> Update:
    """What the bot has not sent yet is dead; what may be under way is marked.

    Rows of kind `handoff` tell a provider's desk, not the customer: they stay.
    """
    is_pending = outbox.c.state == OutboxState.PENDING
    by_bot = select(messages.c.id).where(
        messages.c.conversation_id == conversation_id, messages.c.author == Author.AGENT
    )
    return (
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.state.not_in(FINISHED),
            outbox.c.kind != PartKind.HANDOFF,
            or_(outbox.c.message_id.in_(by_bot), outbox.c.kind == PartKind.HANDBACK),
        )
        .values(
            error_code=TAKEN_OVER,
            state=case((is_pending, OutboxState.DEAD), else_=outbox.c.state),
            error=case((is_pending, _DROPPED), else_=outbox.c.error),
        )
    )


def _last_word(tx: Connection, conversation_id: int) -> int:
    query = select(func.coalesce(func.max(messages.c.id), 0)).where(
        messages.c.conversation_id == conversation_id, messages.c.author == Author.HUMAN
    )
    return int(tx.scalar(query) or 0)


def _wait_again(conversation_id: int, last_word: int) -> Update:
    """What the customer wrote since *last_word* and neither bot nor person answered."""
    since = select(messages.c.inbox_id).where(
        messages.c.conversation_id == conversation_id,
        messages.c.id > last_word,
        messages.c.inbox_id.is_not(None),
    )
    unsaid = select(outbox.c.turn_id).where(
        outbox.c.conversation_id == conversation_id,
        outbox.c.part == 0,
        outbox.c.state == OutboxState.DEAD,
        outbox.c.error_code == TAKEN_OVER,
    )
    silent = select(turns.c.id).where(
        turns.c.conversation_id == conversation_id,
        turns.c.outcome == Outcome.SILENT,
        turns.c.version_id.is_not(None),  # else nobody would have answered anyway
    )
    return (
        update(inbox)
        .where(
            inbox.c.conversation_id == conversation_id,
            inbox.c.id.in_(since),
            or_(
                inbox.c.turn_id == BY_A_PERSON,
                inbox.c.turn_id.in_(silent),
                inbox.c.turn_id.in_(unsaid),
            ),
        )
        .values(turn_id=None)
    )


def _unmark(conversation_id: int, last_word: int) -> Update:
    """The bot may finish what it had begun to say, unless a person has spoken since."""
    return (
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.state.in_((OutboxState.SENDING, OutboxState.UNKNOWN)),
            outbox.c.error_code == TAKEN_OVER,
            outbox.c.message_id > last_word,
        )
        .values(error_code="")
    )
