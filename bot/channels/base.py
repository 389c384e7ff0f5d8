"""What every channel can do, and the three things that can become of a send."""

from dataclasses import dataclass
from typing import Protocol

from agent.store.outbox import Parcel


@dataclass(frozen=True)
class Sent:
    """The provider took it."""

    provider_message_id: str
    status: str = ""


@dataclass(frozen=True)
class Refused:
    """The provider surely did not take it. `again_in` seconds, or None: never."""

    error: str
    code: str = ""
    again_in: float | None = None


@dataclass(frozen=True)
class Unclear:
    """Nobody can tell whether the provider took it."""

    error: str


class Channel(Protocol):
    """One way out to customers."""

    name: str
    text_limit: int  # characters in one part
    grace_seconds: float  # how long the provider's own list may lag behind a send

    def send(self, parcel: Parcel) -> Sent | Refused | Unclear:
        """Hand one part over, once; never retries by itself."""

    def look_up(self, parcel: Parcel) -> Sent | None:
        """Find out whether a part was taken after all. Raises ChannelUnavailable."""
