"""Whether the bot may speak now: asked of the provider before the model, and before each send.

Where people work at the same conversations as the bot, one of them may have taken over while the
model was thinking, and the webhook that says so may be late or lost.
"""

import logging

from agent.store.handback import WITH_DESKS
from agent.store.outbox import Parcel
from agent.store.owners import OwnerChange
from agent.store.takeover import TAKEN_OVER
from agent.store.turns import Work
from bot.channels.base import Channel, Place
from bot.errors import ChannelUnavailable
from jobs.desk import Desk

log = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 5.0


def place_of(work: Work) -> Place:
    """Where a turn takes place."""
    lease, last = work.lease, work.unanswered[-1]
    return Place(
        lease.conversation_id, lease.our_address, lease.customer_address, lease.facts,
        last.provider_message_id,
    )  # fmt: skip


def refused_turn(desk: Desk, channel: Channel, place: Place) -> str:
    """Return why the bot may not answer, or "". While the provider is silent it may try."""
    if channel.name not in WITH_DESKS:
        return channel.may_speak(place)
    try:
        with desk.waiting():
            return channel.may_speak(place)
    except ChannelUnavailable as error:
        log.warning("not asked who speaks: %s", error)
        return ""  # it is asked again before the send


def refused_part(desk: Desk, channel: Channel, parcel: Parcel) -> bool:
    """Ask before a send; return whether the part is dealt with, because it must not go out.

    A person's own words go out whoever speaks.
    """
    if channel.name not in WITH_DESKS or not desk.services.outbox.is_bots(parcel.conversation_id):
        return False
    place = Place(parcel.conversation_id, parcel.our_address, parcel.customer_address, parcel.facts)
    outbox = desk.services.outbox
    try:
        with desk.waiting():
            reason = channel.may_speak(place)
    except ChannelUnavailable as error:
        outbox.again(parcel, desk.clock() + ASK_AGAIN_SECONDS, str(error))
        return True
    if reason:
        log.info("part not sent, a person speaks outbox=%s", parcel.id)
        outbox.dead(parcel, reason, TAKEN_OVER)
        ours, theirs = parcel.our_address, parcel.customer_address
        desk.services.owners.change(OwnerChange(channel.name, ours, theirs, "human", reason))
    return bool(reason)
