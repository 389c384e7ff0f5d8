"""Channels whose reader fetches replies from the store: the HTTP API and the web chat."""

from channels.base import Location, Place, Sent
from channels.errors import FileRefused
from channels.formatting import in_whatsapp
from channels.record import ChannelRecord
from store.conversations.outbox import OutboxMessage

TEXT_LIMIT = 20_000


class StoredChannel:
    """Delivered by being stored."""

    grace_seconds = 0.0

    def __init__(self, name: str) -> None:
        self.name = name

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
        """A send here cannot be unknown, but a process can die beside it: it was delivered."""
        return self.send(outgoing)


def _record(name: str, title: str) -> ChannelRecord:
    """What both have in common: somebody waits for each answer, and asks an agent by its id."""
    return ChannelRecord(
        name=name,
        title=title,
        live=False,
        one_by_one=True,
        own_addresses=True,
        honours_opt_out=False,
        text_limit=TEXT_LIMIT,
        price=0.0,
        marks=in_whatsapp,
        sender=lambda _settings, _taken: StoredChannel(name),
    )


API = _record("api", "API")
WEB = _record("web", "Web")
