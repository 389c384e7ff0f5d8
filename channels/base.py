"""What every channel is made of: a receiver, through which events come in, and a way out.

    provider ── Call ──> WebhookReceiver.read ── events ──> actions.intake stores them, notifies
    outbox   ── OutboxMessage ──> Channel.send ──> Sent | Refused | Unknown

A channel is one folder with both and its record (`channels.record`), found by being there;
docs/adding-a-channel.md shows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from store.conversations.events import Event as Event
from store.conversations.outbox import OutboxMessage
from store.conversations.outbox import Report as Report
from store.conversations.window import WINDOW as WINDOW


class Kind(Enum):
    """What to do about it."""

    RETRY = "retry"  # surely not taken, and soon it may be
    WAIT = "wait"  # surely not taken; a quota or a full queue must drain first
    PERMANENT = "permanent"  # it will never be taken as it is
    SETUP = "setup"  # somebody must change a setting first
    UNKNOWN = "unknown"  # the provider itself says that a repetition may send it twice


@dataclass(frozen=True)
class Meaning:
    """One code, for the program and for staff."""

    kind: Kind
    sentence: str


Table = tuple[tuple[Kind, str, tuple[int, ...]], ...]


def by_code(table: Table) -> dict[int, Meaning]:
    """Return the meanings by code."""
    return {code: Meaning(kind, sentence) for kind, sentence, codes in table for code in codes}


@dataclass(frozen=True)
class Choice:
    """One thing to tap; its `id` comes back with the title."""

    id: str
    title: str
    description: str = ""


def choices(extra: Mapping[str, Any]) -> list[Choice]:
    """Return the choices of an outbox row."""
    return [Choice(**one) for one in extra.get("buttons", ())]


def with_choices(body: str, extra: Mapping[str, Any], limit: int) -> str:
    """Return *body* with those choices it does not name as lines below it, if they fit."""
    lines = [f"- {one.title}" for one in choices(extra) if one.title not in body]
    text = "\n\n".join([body, "\n".join(lines)]) if lines else body
    return text if len(text) <= limit else body


if TYPE_CHECKING:  # workers and the sweeper have channels, but no web server
    from werkzeug.datastructures import Headers, MultiDict

XML = "text/xml"
JSON = "application/json"


@dataclass(frozen=True)
class Call:
    """One webhook request, as the provider sent it."""

    method: str
    url: str  # in full, as the provider was given it
    raw: bytes
    form: "MultiDict[str, str]"
    args: "MultiDict[str, str]"
    headers: "Headers"


class WebhookReceiver(Protocol):
    """The way in of one channel."""

    name: str
    acknowledgement: tuple[str, str]  # body and content type of the answer to a webhook

    def read(self, call: Call) -> Sequence[Event]:
        """Verify and parse. Raises BadSignature, Unparseable. Empty: nothing to answer."""


@dataclass(frozen=True)
class Place:
    """Where a conversation takes place, for what is asked of a channel beside sending."""

    conversation_id: int
    our_address: str
    customer_address: str
    facts: Mapping[str, Any] = field(default_factory=dict)  # what the provider said of it
    last_message_id: str = ""  # the provider's id of the customer's newest message


@dataclass(frozen=True)
class Location:
    """Where a customer's file can be fetched. *headers* are for *origin* only, never elsewhere."""

    url: str
    origin: str  # scheme://host[:port] of the provider, as it is configured
    headers: Mapping[str, str] = field(default_factory=dict)


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
class Unknown:
    """Nobody can tell whether the provider took it."""

    error: str


class Channel(Protocol):
    """One way out to customers."""

    name: str
    grace_seconds: float  # how long the provider's own list may lag behind a send

    def send(self, outgoing: OutboxMessage) -> Sent | Refused | Unknown:
        """Hand one part over, once; never retries by itself."""

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Find out whether a part was taken after all. Raises ChannelUnavailable."""

    def may_speak(self, place: Place) -> str:
        """Return "" when the bot may answer here now, else why not. Raises ChannelUnavailable."""

    def where(self, reference: str) -> Location:
        """Return where a file that came with a message is.

        Raises FileRefused for an address that is not the provider's own, ChannelUnavailable.
        """

    def typing(self, place: Place) -> None:
        """Show the customer that an answer is being written, if the channel can; never raises."""
