"""The list of conversations: filtered, newest message first, a page at a time.

A page begins behind a key (the moment and id of the line before it), so the hundredth page costs
what the first does, and a message that comes meanwhile moves nothing twice onto the screen.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)

from knowledge.tables import AnySelect
from store.conversations.takeover import TAKEN_OVER
from store.states import Owner
from store.tables import (
    agents,
    audit,
    channels,
    contacts,
    conversations,
    delivery_states,
    inbox,
    messages,
    notes,
    outbox,
    versions,
)
from store.tables.conversations import UNDELIVERED

SHORTEST_TEXT = 3  # letters of a search that also looks into messages
_ACCENTED = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunaeiouun")


@dataclass(frozen=True)
class Filters:
    """Which conversations are listed. Empty means all."""

    search: str = ""  # in the customer's name and address, and in what was written
    owner: Owner | None = None
    channel: str = ""
    agent_id: str = ""
    assigned_to: str = ""  # an e-mail
    unanswered: bool = False
    undelivered: bool = False


@dataclass(frozen=True)
class Summary:
    """One line of the list of conversations."""

    id: int
    channel: str
    our_address: str
    customer_address: str
    customer_name: str
    owner: Owner
    owner_reason: str
    owner_until: float  # then the bot's again; 0: no end
    assigned_to: str
    opted_out_at: float | None
    agent_name: str  # of the version that answers there now
    last_text: str
    last_author: str
    last_message_at: float
    unanswered: int
    dead: int  # replies that could not be delivered, and nobody has dealt with

    @property
    def key(self) -> str:
        """Where the page behind this line begins."""
        return f"{self.last_message_at!r}:{self.id}"


def listed(filters: Filters, after: str, limit: int) -> AnySelect:
    """The statement for one page of the list; *after* is the key of the line before it."""
    query = _chosen(filters)
    if after:
        moment, _, number = after.partition(":")
        behind = tuple_(conversations.c.last_message_at, conversations.c.id)
        query = query.where(behind < tuple_(literal(float(moment)), literal(int(number))))
    newest = (conversations.c.last_message_at.desc(), conversations.c.id.desc())
    page = query.order_by(*newest).limit(limit).subquery()
    # The page is chosen first: only its own lines pay for counts and last words.
    return (
        summaries()
        .join(page, page.c.id == conversations.c.id)
        .order_by(conversations.c.last_message_at.desc(), conversations.c.id.desc())
    )


def _chosen(filters: Filters) -> Select[int]:
    query = select(conversations.c.id)
    for column, value in (
        (conversations.c.owner, filters.owner),
        (conversations.c.channel, filters.channel),
        (conversations.c.assigned_to, filters.assigned_to),
    ):
        if value:
            query = query.where(column == value)
    if filters.agent_id:
        query = _at_agent(query, filters.agent_id)
    if filters.unanswered:
        query = query.where(
            conversations.c.id.in_(select(inbox.c.conversation_id).where(inbox.c.turn_id.is_(None)))
        )
    if filters.undelivered:
        query = query.where(conversations.c.id.in_(undelivered(outbox.c.conversation_id)))
    words = filters.search.strip()
    return query.where(_mentions(words)) if words else query


def _at_agent(query: Select[int], agent_id: str) -> Select[int]:
    """Where it answers now; on `api` and `web` the address is the agent."""
    theirs = (
        select(channels.c.id)
        .join(versions, versions.c.id == channels.c.version_id)
        .where(
            channels.c.channel == conversations.c.channel,
            channels.c.address == conversations.c.our_address,
            versions.c.agent_id == agent_id,
        )
    )
    return query.where(or_(conversations.c.our_address == agent_id, theirs.exists()))


def undelivered(*columns: ColumnElement[Any]) -> AnySelect:
    """Select *columns* of the outbox rows that wait for a decision of staff."""
    return select(*columns).where(text(UNDELIVERED), outbox.c.error_code != TAKEN_OVER)


def _mentions(words: str) -> ColumnElement[bool]:
    address = contacts.c.address.contains(words, autoescape=True)
    contact = select(contacts.c.id).where(or_(holds(contacts.c.name, words), address))
    found = conversations.c.contact_id.in_(contact)
    if len(words) < SHORTEST_TEXT:
        return found
    said = select(messages.c.conversation_id).where(holds(messages.c.text, words))
    return or_(found, conversations.c.id.in_(said))


def holds(column: ColumnElement[str], words: str) -> ColumnElement[bool]:
    """True where *column* holds *words*, whatever their case and accents.

    A loose pattern is tried first, which is quick; only what fits it is stripped of accents.
    """
    plain = words.lower().translate(_ACCENTED)
    loose = "".join("_" if letter in "aeiounAEIOUN%_\\" else letter for letter in plain)
    bare = func.lower(column)
    for letter, plain_letter in zip("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunaeiouun", strict=True):
        bare = func.replace(bare, letter, plain_letter)
    return and_(column.ilike(f"%{loose}%"), bare.contains(plain, autoescape=True))


def count_unanswered() -> ScalarSelect[int]:
    """How many messages of a conversation nobody has answered."""
    return (
        select(func.count())
        .where(inbox.c.conversation_id == conversations.c.id, inbox.c.turn_id.is_(None))
        .correlate(conversations)
        .scalar_subquery()
    )


@cache
def summaries() -> AnySelect:
    """A line for each conversation."""
    last = (
        select(func.max(messages.c.id))
        .where(messages.c.conversation_id == conversations.c.id)
        .correlate(conversations)
        .scalar_subquery()
    )
    dead = (
        undelivered(func.count())
        .where(outbox.c.conversation_id == conversations.c.id)
        .correlate(conversations)
        .scalar_subquery()
    )
    return (
        select(
            conversations.c.id,
            conversations.c.channel,
            conversations.c.our_address,
            contacts.c.address.label("customer_address"),
            contacts.c.name.label("customer_name"),
            contacts.c.opted_out_at,
            conversations.c.owner,
            conversations.c.owner_reason,
            conversations.c.owner_until,
            conversations.c.assigned_to,
            func.coalesce(agents.c.name, "").label("agent_name"),
            func.coalesce(messages.c.text, "").label("last_text"),
            func.coalesce(cast(messages.c.author, String), "").label("last_author"),
            conversations.c.last_message_at,
            count_unanswered().label("unanswered"),
            dead.label("dead"),
        )
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .outerjoin(messages, messages.c.id == last)
        .outerjoin(
            channels,
            and_(
                channels.c.channel == conversations.c.channel,
                channels.c.address == conversations.c.our_address,
            ),
        )
        .outerjoin(versions, versions.c.id == channels.c.version_id)
        .outerjoin(
            agents,
            or_(agents.c.id == versions.c.agent_id, agents.c.id == conversations.c.our_address),
        )
    )


@cache
def pulse() -> AnySelect:
    """One row that changes whenever anything changed that the Inbox shows; a few index look-ups."""

    def newest(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(select(func.max(column)).scalar_subquery(), 0)

    return select(
        newest(messages.c.id),
        newest(conversations.c.last_message_at),
        newest(delivery_states.c.id),
        newest(audit.c.id),
        newest(notes.c.id),
        undelivered(func.count()).scalar_subquery(),
    )
