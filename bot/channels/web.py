"""Channels whose reader fetches replies from the store: the HTTP API and the web chat."""

from agent.store.outbox import Parcel
from bot.channels.base import Sent


class StoredChannel:
    """Delivered by being stored."""

    text_limit = 20_000
    grace_seconds = 0.0

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, parcel: Parcel) -> Sent:
        """There is nobody to hand it to: whoever waits reads it."""
        return Sent(f"{self.name}-{parcel.id}", "delivered")

    def look_up(self, parcel: Parcel) -> Sent | None:
        """A send here cannot be unclear, but a process can die beside it: it was delivered."""
        return self.send(parcel)
