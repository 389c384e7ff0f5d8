"""Channels whose reader fetches replies from the store: the HTTP API and the web chat."""

from collections.abc import Mapping
from typing import Any

from channels.base import Location, Place, Sent
from channels.errors import FileRefused
from channels.formatting import whatsapp
from store.conversations.outbox import OutboxMessage


class StoredChannel:
    """Delivered by being stored."""

    text_limit = 20_000
    grace_seconds = 0.0
    window_seconds: float | None = None

    def __init__(self, name: str) -> None:
        self.name = name

    def words(self, markdown: str, facts: Mapping[str, Any]) -> str:
        """Return what the caller reads: the same marks as on WhatsApp."""
        return whatsapp(markdown)

    def may_speak(self, place: Place) -> str:
        """Always."""
        return ""

    def typing(self, place: Place) -> None:
        """Whoever waits knows that an answer is being written."""

    def where(self, reference: str) -> Location:
        """No files come this way."""
        raise FileRefused

    def send(self, outgoing: OutboxMessage) -> Sent:
        """There is nobody to hand it to: whoever waits reads it."""
        return Sent(f"{self.name}-{outgoing.id}", "delivered")

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """A send here cannot be unclear, but a process can die beside it: it was delivered."""
        return self.send(outgoing)
