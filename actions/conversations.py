"""Conversations: who speaks in one, what staff say and note, what is looked at, what is erased.

A conversation is whose name stands on it. Nothing takes it from somebody else unless the caller
names them (`taken_from`), as whoever asks has seen it.
"""

from collections.abc import Mapping
from functools import partial

from actions import queues
from actions.audited import audited
from actions.services import Services
from agent.actor import Actor
from agent.errors import AlreadyTaken, Invalid, NotFound
from channels.parts import split
from store.conversations.attachments import Attachment
from store.conversations.threads import TurnRecord
from store.switches import RETENTION

MOST_PARTS = 10
LONGEST_DAYS = 3_650


# --- who speaks


def take_over(services: Services, actor: Actor, conversation_id: int, taken_from: str = "") -> None:
    """Give the conversation to the actor; the agent falls silent there.

    Raises Forbidden, NotFound, and AlreadyTaken when it is somebody's who is not *taken_from*.
    """
    with audited(services, actor, "agent") as note:
        _ask(services, actor, conversation_id, taken_from)
        services.store.owners.assign(conversation_id, actor.name)
        services.store.owners.take_over(conversation_id, actor.name)
        note("conversation taken over", str(conversation_id), _from(taken_from))


def pause(
    services: Services, actor: Actor, conversation_id: int, until: float, taken_from: str = ""
) -> None:
    """Have nobody answer until *until* (seconds since 1970).

    Raises Forbidden, NotFound, Invalid, and AlreadyTaken as `take_over` does.
    """
    with audited(services, actor, "agent") as note:
        _ask(services, actor, conversation_id, taken_from)
        services.store.owners.pause(conversation_id, until, actor.name)
        note("conversation paused", str(conversation_id), _from(taken_from))


def hand_back(services: Services, actor: Actor, conversation_id: int, taken_from: str = "") -> None:
    """Give the conversation back to the agent, which answers what waited; nothing if it has it.

    Raises Forbidden, NotFound, and AlreadyTaken as `take_over` does.
    """
    with audited(services, actor, "agent") as note:
        _ask(services, actor, conversation_id, taken_from)
        if services.store.owners.hand_back(conversation_id, actor.name):
            note("conversation handed back", str(conversation_id), _from(taken_from))
            _wake(services, queues.TURN, conversation_id)


def assign(
    services: Services, actor: Actor, conversation_id: int, email: str, taken_from: str = ""
) -> None:
    """Put somebody in charge; nobody when *email* is empty. Who speaks stays as it is.

    Raises Forbidden, NotFound when nobody with that address may answer customers, and AlreadyTaken
    as `take_over` does.
    """
    with audited(services, actor, "agent") as note:
        chosen = services.store.people.find(email) if email else None
        if email and (chosen is None or not chosen.may("agent")):
            raise NotFound("There is nobody with that e-mail address.")
        _ask(services, actor, conversation_id, taken_from)
        services.store.owners.assign(conversation_id, chosen.email if chosen else "")
        note("conversation assigned", str(conversation_id), email)


def _ask(services: Services, actor: Actor, conversation_id: int, taken_from: str) -> None:
    holder = services.store.owners.holder(conversation_id)
    if holder not in ("", actor.name, taken_from):
        raise AlreadyTaken(holder)


def _from(taken_from: str) -> str:
    return f"from {taken_from}" if taken_from else ""


def _wake(services: Services, job: str, conversation_id: int) -> None:
    services.database.on_commit(partial(services.wake_up.notify, job, conversation_id))


# --- what staff say


def reply(services: Services, actor: Actor, conversation_id: int, text: str) -> None:
    """Send words to the customer through the outbox; the agent falls silent there.

    Raises Forbidden, NotFound, and Invalid when there are no words.
    """
    words = text.strip()
    with audited(services, actor, "agent") as note:
        channel = services.store.conversations.get(conversation_id).channel
        parts = split(words, services.channels[channel].text_limit, MOST_PARTS)
        services.store.conversations.reply(conversation_id, words, parts, actor.name)
        note("conversation answered", str(conversation_id))
        _wake(services, queues.DELIVERY, conversation_id)


def write_note(services: Services, actor: Actor, conversation_id: int, text: str) -> None:
    """Keep a note among staff. Raises Forbidden, NotFound, and Invalid for none or too long."""
    with audited(services, actor, "agent") as note:
        services.store.conversations.get(conversation_id)
        services.store.notes.add(conversation_id, text, actor.name)
        note("note written", str(conversation_id))


def retry(services: Services, actor: Actor, outbox_id: int) -> None:
    """Have what was not delivered sent again. Raises Forbidden, and NotFound once it is settled."""
    with audited(services, actor, "agent") as note:
        conversation_id = _settled(services.store.dead_letters.retry(outbox_id))
        note("message retried", str(conversation_id))
        _wake(services, queues.DELIVERY, conversation_id)


def dismiss(services: Services, actor: Actor, outbox_id: int) -> None:
    """Note that it need not be delivered. Raises Forbidden, and NotFound once it is settled."""
    with audited(services, actor, "agent") as note:
        conversation_id = _settled(services.store.dead_letters.dismiss(outbox_id))
        note("message dismissed", str(conversation_id))


def _settled(conversation_id: int | None) -> int:
    if conversation_id is None:
        raise NotFound("Somebody has dealt with this already.")
    return conversation_id


# --- what is looked at: nothing changes, and the log says who saw it


def read(services: Services, actor: Actor, conversation_id: int) -> None:
    """Note that a conversation is read. Raises Forbidden, NotFound."""
    with audited(services, actor, "viewer") as note:
        services.store.conversations.get(conversation_id)
        note("conversation read", str(conversation_id))


def read_turn(services: Services, actor: Actor, turn_id: str) -> TurnRecord:
    """Return why an agent said it. Raises Forbidden, NotFound."""
    with audited(services, actor, "viewer") as note:
        turn = services.store.conversations.turn(turn_id)
        note("turn read", turn_id)
    return turn


def read_turns(services: Services, actor: Actor, which: str) -> None:
    """Note that turns are read in a list; *which* says by what filters. Raises Forbidden."""
    with audited(services, actor, "viewer") as note:
        note("turns read", detail=which)


def see_file(services: Services, actor: Actor, attachment_id: str) -> Attachment:
    """Return what is known of a file that a customer sent; it is kept in `Settings.media_dir`.

    Raises Forbidden, NotFound.
    """
    with audited(services, actor, "viewer") as note:
        found = services.store.attachments.get(attachment_id)
        path = services.settings.media_dir / found.stored_name
        if found.state != "kept" or not found.stored_name or not path.is_file():
            raise NotFound("This file is not kept any more.")
        note("file seen", f"conversation {found.conversation_id}")
    return found


def export_figures(services: Services, actor: Actor, since: str, until: str) -> None:
    """Note that the figures of a span leave the house. Raises Forbidden."""
    with audited(services, actor, "viewer") as note:
        note("figures exported", detail=f"{since} – {until}")


# --- what is forgotten


def erase_customer(services: Services, actor: Actor, conversation_id: int) -> None:
    """Erase the customer of a conversation from every store of ours. Raises Forbidden, NotFound."""
    with audited(services, actor, "admin") as note:
        services.store.erasure.customer(conversation_id)
        note("customer erased", str(conversation_id))


def keep_for(services: Services, actor: Actor, days: Mapping[str, int]) -> None:
    """Set for how many days each thing is kept (`store.erasure.DEFAULT_DAYS`); 0 is for good.

    Raises Forbidden, and Invalid for a number that is none.
    """
    if not all(0 <= count <= LONGEST_DAYS for count in days.values()):
        raise Invalid(f"Write how many days to keep things: whole numbers, 0 to {LONGEST_DAYS}.")
    with audited(services, actor, "admin") as note:
        services.store.switches.set(RETENTION, dict(days), actor.name)
        note("retention set", detail=", ".join(f"{name} {count}" for name, count in days.items()))
