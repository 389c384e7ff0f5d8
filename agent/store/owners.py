"""Who speaks in a conversation: the bot, a person, or nobody until a given time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agent.store.db import Database


@dataclass(frozen=True)
class Echo:
    """A person of the business wrote to the customer outside the studio: that is a take-over."""

    channel: str
    provider_message_id: str
    our_address: str
    customer_address: str
    text: str
    person: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnerChange:
    """The provider's own desk gave the conversation to a person, or back to the bot."""

    channel: str
    our_address: str
    customer_address: str
    owner: str  # bot | human
    reason: str


class Owners:
    """Changes who speaks. After a take-over the bot is silent until it is handed back."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def echo(self, echo: Echo) -> int | None:
        """Store what a person wrote elsewhere; return the conversation, None when unknown."""
        raise NotImplementedError

    def change(self, change: OwnerChange) -> int | None:
        """Follow the provider's own desk; return the conversation, None when unknown."""
        raise NotImplementedError
