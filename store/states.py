"""How things of conversations stand: the words that the database keeps, and no others.

Who said something and what a turn ended in are `agent.answer`'s.
"""

from enum import StrEnum


class Owner(StrEnum):
    """Who has the word in a conversation; nobody has it where it is paused."""

    BOT = "bot"
    HUMAN = "human"
    PAUSED = "paused"


class OutboxState(StrEnum):
    """How far a part of a reply is on its way: see `store.conversations.outbox`."""

    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DEAD = "dead"


FINISHED = (OutboxState.SENT, OutboxState.DEAD)


class PartKind(StrEnum):
    """What a part of a reply is; the last two are for a provider's desk, not for the customer."""

    TEXT = "text"
    TEMPLATE = "template"
    BUTTONS = "buttons"
    HANDOFF = "handoff"
    HANDBACK = "handback"


class MediaState(StrEnum):
    """What became of a customer's file: see `store.conversations.attachments`."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"
    GONE = "gone"
