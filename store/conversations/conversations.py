"""Conversations as staff see them: the list, threads, why something was said, and answering."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, case, func, select

from agent.answer import Author
from agent.errors import Invalid, NotFound
from store.conversations import customers
from store.conversations.conversation_list import Filters, Summary, listed, pulse, summaries
from store.conversations.takeover import BY_A_PERSON, seize, usual_end
from store.conversations.threads import ThreadMessage, TurnRecord, read_thread, read_turn
from store.conversations.turns import add_reply
from store.db.database import Database, new_id
from store.db.dialect import upsert
from store.tables import contacts, conversations, inbox, messages

EVERYTHING = Filters()


class Conversations:
    """Reads conversations, and answers in them as a person."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def page(
        self, filters: Filters = EVERYTHING, after: str = "", limit: int = 50
    ) -> Sequence[Summary]:
        """Return a page of conversations, the newest message first.

        *after* is the `key` of the last line of the page before.
        """
        with self._database.read() as tx:
            return [Summary(**row._mapping) for row in tx.execute(listed(filters, after, limit))]

    def pulse(self) -> tuple[float, ...]:
        """Return numbers that differ from before when anything in the Inbox may have changed."""
        with self._database.read() as tx:
            return tuple(tx.execute(pulse()).one())

    def get(self, conversation_id: int) -> Summary:
        """Return one conversation's line. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(summaries().where(conversations.c.id == conversation_id)).one_or_none()
        if row is None:
            raise NotFound("There is no conversation by that number.")
        return Summary(**row._mapping)

    def wrote_since(self, channel: str, our_address: str, seconds: float) -> int:
        """Return how many customers wrote to one of our addresses in the last *seconds*."""
        here = (conversations.c.channel == channel) & (conversations.c.our_address == our_address)
        lately = conversations.c.last_inbound_at > self._clock() - seconds
        with self._database.read() as tx:
            return int(tx.scalar(select(func.count()).where(here, lately)) or 0)

    def thread(
        self, conversation_id: int, *, before: int | None = None, limit: int = 50
    ) -> list[ThreadMessage]:
        """Return the last messages of a conversation (older than id *before*), oldest first."""
        with self._database.read() as tx:
            return read_thread(tx, conversation_id, before, limit)

    def turn(self, turn_id: str) -> TurnRecord:
        """Return one turn with its trace. Raises NotFound."""
        with self._database.read() as tx:
            found = read_turn(tx, turn_id)
        if found is None:
            raise NotFound("There is no turn by that id.")
        return found

    def asked(self, turn_id: str) -> str:
        """Return the customer's words that a turn answered. Raises NotFound."""
        query = (
            select(messages.c.text)
            .join(inbox, inbox.c.id == messages.c.inbox_id)
            .where(inbox.c.turn_id == turn_id)
        )
        turn = self.turn(turn_id)
        within = inbox.c.id.between(turn.inbox_from, turn.inbox_to)
        here = inbox.c.conversation_id == turn.conversation_id
        with self._database.read() as tx:
            return "\n".join(tx.scalars(query.where(here, within).order_by(inbox.c.id)))

    def said(self, turn_id: str) -> str:
        """Return what the agent said in a turn; empty when it was silent."""
        query = select(messages.c.text).where(messages.c.turn_id == turn_id)
        with self._database.read() as tx:
            return tx.scalar(query) or ""

    def reply(self, conversation_id: int, text: str, parts: list[str], person: str) -> int:
        """Store a person's reply for delivery through the outbox; the bot is silent from here."""
        now = self._clock()
        if not parts:
            raise Invalid("Write something first.")
        with self._database.write() as tx:
            seize(
                tx,
                conversation_id,
                owner_reason=person[:200],
                last_message_at=now,
                owner_until=usual_end(tx, conversation_id, now),
                assigned_to=case(
                    (conversations.c.assigned_to == "", person), else_=conversations.c.assigned_to
                ),
            )
            message = {
                "author": Author.HUMAN,
                "author_name": person,
                "text": text,
                "created_at": now,
            }
            return add_reply(tx, conversation_id, new_id(), parts, message)

    def write_first(
        self,
        channel: str,
        our_address: str,
        customer_address: str,
        text: str,
        person: str,
        identity: str = "",
    ) -> int:
        """Store words for somebody who may never have written; return the conversation.

        Nobody is taken over: the agent goes on answering there. *identity*: who the address is,
        where it may be spelled in several ways.
        """
        now = self._clock()
        with self._database.write() as tx:
            number = _conversation(
                tx, (channel, our_address), (customer_address, identity or customer_address), now
            )
            message = {
                "author": Author.HUMAN,
                "author_name": person,
                "text": text,
                "created_at": now,
            }
            add_reply(tx, number, new_id(), [text], message)
            return number

    def reply_to(self, inbox_id: int) -> tuple[str, TurnRecord] | None:
        """Return the reply that answered one inbox row, or None while there is none."""
        query = (
            select(messages.c.text, messages.c.turn_id)
            .join(inbox, inbox.c.turn_id == messages.c.turn_id)
            .where(inbox.c.id == inbox_id)
        )
        with self._database.read() as tx:
            row = tx.execute(query).first()
            turn_id = tx.scalar(select(inbox.c.turn_id).where(inbox.c.id == inbox_id))
        if row is not None:
            return row.text, self.turn(row.turn_id)
        if turn_id and turn_id != BY_A_PERSON:
            return "", self.turn(turn_id)
        return None


def _conversation(
    tx: Connection, ours: tuple[str, str], theirs: tuple[str, str], now: float
) -> int:
    """Return the conversation between one of our addresses and a customer's; made if need be."""
    channel, our_address = ours
    customer, identity = theirs
    new = {"address": customer, "identity": identity, "customer": identity, "created_at": now}
    tx.execute(customers.add(tx.dialect.name), {"channel": channel, **new})
    contact = select(contacts.c.id).where(
        contacts.c.channel == channel, contacts.c.identity == identity
    )
    here = {
        "channel": channel,
        "our_address": our_address,
        "contact_id": tx.execute(contact).scalar_one(),
    }
    tx.execute(
        upsert(tx, conversations)
        .values(**here, last_message_at=now, created_at=now)
        .on_conflict_do_update(index_elements=list(here), set_={"last_message_at": now})
    )
    same = [conversations.c[name] == value for name, value in here.items()]
    return int(tx.execute(select(conversations.c.id).where(*same)).scalar_one())
