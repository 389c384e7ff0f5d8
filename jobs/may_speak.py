"""Whether the bot may speak now: asked of the provider before the model, and before each send.

Where people work at the same conversations as the bot, one of them may have taken over while the
model was thinking, and the webhook that says so may be late or lost.
"""

import logging

from channels.base import Channel, Place
from channels.errors import ChannelUnavailable
from jobs.context import WorkerContext
from store.conversations.outbox import OutboxMessage
from store.conversations.owners import OwnerChange
from store.conversations.takeover import TAKEN_OVER
from store.conversations.work import Work
from store.states import Owner

log = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 5.0


def place_of(work: Work) -> Place:
    """Where a turn takes place."""
    lease, last = work.lease, work.unanswered[-1]
    return Place(
        lease.conversation_id,
        lease.our_address,
        lease.customer_address,
        lease.facts,
        last.provider_message_id,
    )


def refused_turn(context: WorkerContext, channel_name: str, place: Place) -> str:
    """Return why the bot may not answer, or "". While the provider is silent it may try."""
    channel = context.channels[channel_name]
    if not context.services.channels[channel_name].desk:
        return channel.may_speak(place)
    try:
        with context.waiting():
            return channel.may_speak(place)
    except ChannelUnavailable as error:
        log.warning("not asked who speaks: %s", error)
        return ""  # it is asked again before the send


def refused_part(context: WorkerContext, channel: Channel, outgoing: OutboxMessage) -> bool:
    """Ask before a send; return whether the part is dealt with, because it must not go out.

    A person's own words go out whoever speaks.
    """
    has_desk = context.services.channels[outgoing.channel].desk
    if not has_desk or not context.services.store.outbox.is_bots(outgoing.conversation_id):
        return False
    place = Place(
        outgoing.conversation_id, outgoing.our_address, outgoing.customer_address, outgoing.facts
    )
    outbox = context.services.store.outbox
    try:
        with context.waiting():
            reason = channel.may_speak(place)
    except ChannelUnavailable as error:
        outbox.again(outgoing, context.clock() + ASK_AGAIN_SECONDS, str(error))
        return True
    if reason:
        log.info("part not sent, a person speaks outbox=%s", outgoing.id)
        outbox.dead(outgoing, reason, TAKEN_OVER)
        ours, theirs = outgoing.our_address, outgoing.customer_address
        context.services.store.owners.change(
            OwnerChange(channel.name, ours, theirs, Owner.HUMAN, reason)
        )
    return bool(reason)
