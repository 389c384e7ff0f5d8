"""What a turn works on, and what it ends in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent import answer
from agent.limits import Allowance
from store.states import Owner


@dataclass(frozen=True)
class Waiting:
    """What can be known of a conversation's unanswered messages without leasing it."""

    conversation_id: int
    channel: str
    our_address: str
    first_at: float  # when the oldest unanswered message came
    last_at: float  # when the newest message came
    busy_until: float  # a worker's lease
    open_at: float  # when the customer's allowance lets the next turn pass
    version_id: str | None  # released on that address


@dataclass(frozen=True)
class Lease:
    """The right to answer one conversation, until somebody else's fence is higher."""

    conversation_id: int
    fence: int
    attempts: int
    channel: str
    our_address: str
    owner: Owner
    language: str
    facts: Mapping[str, Any] = field(hash=False)  # what the provider says of the conversation
    customer_address: str
    allowance: Allowance | None = None  # None: nothing is limited


@dataclass(frozen=True)
class Line:
    """One message as the agent sees it."""

    author: answer.Author
    text: str
    inbox_id: int | None
    media: Sequence[dict[str, str]] = ()
    at: float = 0.0  # when it was stored
    provider_message_id: str = ""  # of an unanswered one
    about: tuple[answer.About, ...] = ()  # what it points to


@dataclass(frozen=True)
class Work:
    """Everything a turn needs, read under a lease."""

    lease: Lease
    unanswered: Sequence[Line]
    history: Sequence[Line]

    @property
    def inbox_ids(self) -> list[int]:
        """The inbox rows this turn answers."""
        return [line.inbox_id for line in self.unanswered if line.inbox_id is not None]


@dataclass(frozen=True)
class Outcome:
    """What a turn decided, ready to be stored. No parts means that nothing is said."""

    outcome: answer.Outcome
    version_id: str | None
    started_at: float
    text: str = ""
    parts: Sequence[str] = ()
    author_name: str = ""
    language: str = ""
    handoff_reason: str = ""  # not empty: a person owns the conversation from here
    owner_until: float = 0.0  # when the bot has it again by itself; 0: never
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced_tokens: int = 0  # of models whose price nobody knows
    citations: list[dict[str, Any]] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    missed: str = ""  # the question nothing was found for
    choices: Sequence[dict[str, str]] = ()  # what the customer may tap under the last part
    briefing: str = ""  # what the provider's own people are told at a hand-off
    told_to_wait: bool = False  # the customer writes faster than is answered, and now knows it


@dataclass(frozen=True)
class Committed:
    """What became of a commit. True when it was stored."""

    stored: bool
    more: bool  # look again: something may wait

    def __bool__(self) -> bool:
        return self.stored
