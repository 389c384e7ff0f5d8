"""Channels: whether one works, a first message on one, and silence on all of them."""

from collections.abc import Sequence
from functools import partial

from actions import queues
from actions.audited import audited
from actions.checkup import Checkup, Finding
from actions.services import Services
from agent.actor import Actor
from agent.errors import Forbidden, Invalid
from agent.invented import is_invented
from store.conversations.withdrawal import withdraw
from store.switches import PAUSED

LONGEST_TEST = 500  # characters
HELD_BACK = "A sample agent wrote this on the simulator; no real customer gets it."


def check(services: Services, actor: Actor, channel: str) -> Sequence[Finding]:
    """Ask the bot and the provider whether *channel* works; takes seconds.

    Raises Forbidden, and Invalid for a channel that cannot be asked.
    """
    if not actor.may("editor"):
        raise Forbidden("editor")  # before anybody is asked
    record = services.channels.get(channel)
    if record is None or record.check_up is None:
        raise Invalid("Choose first from which number.")
    found = Checkup(services.settings).examine(record)
    with audited(services, actor, "editor") as note:
        note("channel checked", channel)
    return found


def write_first(
    services: Services, actor: Actor, channel: str, address: str, number: str, text: str
) -> int:
    """Send a test message to a phone number, by the way every reply goes; return its conversation.

    Raises Forbidden, and Invalid for what cannot be written to.
    """
    with audited(services, actor, "editor") as note:
        customer = _customer(services, channel, address, number)
        words = text.strip()[:LONGEST_TEST]
        if not words:
            raise Invalid("Write something first.")
        made = services.store.conversations.write_first(
            channel,
            address,
            customer,
            words,
            actor.name,
            services.channels[channel].identity(customer),
        )
        note("test message sent", str(made))
        services.database.on_commit(partial(services.wake_up.notify, queues.DELIVERY, made))
    return made


def _customer(services: Services, channel: str, address: str, number: str) -> str:
    record = services.channels.get(channel)
    if record is None or not record.writable_first or not address:
        raise Invalid("Choose first from which number.")
    digits = "".join(letter for letter in number if letter.isdecimal())
    if not 8 <= len(digits) <= 15:
        raise Invalid("Write a number of 8 to 15 digits, with the country code.")
    return record.spelled(digits)


def stop_agents(services: Services, actor: Actor) -> None:
    """Silence every agent, everywhere. Raises Forbidden."""
    with audited(services, actor, "editor") as note:
        services.store.switches.set(PAUSED, True, actor.name)
        note("agents stopped")


def resume_agents(services: Services, actor: Actor) -> None:
    """Let the agents speak again. Raises Forbidden."""
    with audited(services, actor, "editor") as note:
        services.store.switches.set(PAUSED, False, actor.name)
        note("agents resumed")


def hold_back_samples(services: Services, actor: Actor) -> None:
    """Give up what samples still had to say where real customers would hear it by now.

    What they are asked from now on is not answered: see `jobs.turn`. Raises Forbidden.
    """
    real = [name for name, one in services.channels.items() if one.is_real(services.settings)]
    with audited(services, actor, "admin") as note:
        count = withdraw(services.database, is_invented, real, HELD_BACK)
        if count:
            note("messages withdrawn", detail=str(count))
