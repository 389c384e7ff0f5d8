"""A delivery: the lowest unfinished outbox row of a conversation, until none is due.

The row says `sending` on disk before the request leaves. What cannot be told is looked up at the
provider after its grace time, and only then sent again.
"""

import logging

from agent import consent
from agent.log import about
from channels.base import WINDOW, Channel, Refused, Sent
from channels.errors import ChannelUnavailable
from channels.templates import late
from jobs import may_speak
from jobs.context import WorkerContext
from store.conversations.outbox import LEASE_SECONDS, OutboxMessage
from store.spool import records
from store.states import OutboxState, PartKind

log = logging.getLogger(__name__)

# Back-off of a refused send, after the schedule of Standard Webhooks, within WhatsApp's window.
BACK_OFF = (1, 5, 30, 120, 600, 1800, 3600)
SPOOL_SECONDS = 1.0  # before the spool is looked at again
LONGEST_SPOOLED = 10  # grace times
TOO_LATE = (
    "The customer last wrote more than 24 hours ago, so WhatsApp takes only an approved template."
    " Send one from the provider's console; or name one in {channel}_LATE_TEMPLATE and send this"
    " again; or wait until the customer writes."
)


def send(context: WorkerContext, conversation_id: int) -> float | None:
    """Deliver what is due in one conversation; return when to come back, or None."""
    outbox, switches = context.services.store.outbox, context.services.store.switches
    while True:
        if switches.paused and outbox.is_bots(conversation_id):
            return None  # people's own words still go out; the sweeper rings after the pause
        claimed = outbox.claim(conversation_id)
        if not isinstance(claimed, OutboxMessage):
            return claimed
        channel = context.channels[claimed.channel]
        with about(conversation=conversation_id), context.heartbeat.token(claimed.token):
            if claimed.state == OutboxState.UNKNOWN:
                _resolve(context, channel, claimed)
            else:
                done = _send(context, channel, claimed)
                if done and claimed.is_last:
                    return None  # whoever adds another row rings for it


def _send(context: WorkerContext, channel: Channel, outgoing: OutboxMessage) -> bool:
    """Hand one part over; return whether the provider took it."""
    outbox = context.services.store.outbox
    if _barred(context, channel, outgoing):
        return False
    if context.clock() > outgoing.sending_at + LEASE_SECONDS:
        # This process stood still since it claimed the row; others may have looked for the send.
        outbox.again(outgoing, context.clock(), "Claimed too long ago to be sent now.")
        return False
    with context.waiting():
        result = channel.send(outgoing)
    if isinstance(result, Sent):
        outbox.sent(outgoing, result.provider_message_id, result.status)
    elif isinstance(result, Refused):
        _refused(context, outgoing, result)
    else:
        log.warning("send unknown outbox=%s", outgoing.id)
        outbox.unknown(outgoing, context.clock() + channel.grace_seconds, result.error)
    return isinstance(result, Sent)


def _barred(context: WorkerContext, channel: Channel, outgoing: OutboxMessage) -> bool:
    """Deal with what may not be sent as it is; return whether that was so."""
    if outgoing.kind in (
        PartKind.HANDOFF,
        PartKind.HANDBACK,
    ):  # the provider's desk is told, not the customer
        return False
    if outgoing.opted_out and "consent" not in outgoing.extra:
        context.services.store.outbox.dead(outgoing, consent.REFUSED, consent.OPTED_OUT)
        return True
    if may_speak.refused_part(context, channel, outgoing):
        return True
    window = context.services.channels[outgoing.channel].window_seconds
    if window is None or outgoing.kind == PartKind.TEMPLATE:
        return False
    is_late = context.clock() - outgoing.last_inbound_at > window
    if is_late:
        _late(context, outgoing)
    return is_late


def _late(context: WorkerContext, outgoing: OutboxMessage) -> None:
    """Make a template of a reply that comes after the window, or leave it to staff."""
    services = context.services
    template = late(services.settings, services.channels[outgoing.channel], outgoing.body)
    if template and services.store.outbox.is_whole(outgoing):
        log.info("late reply becomes a template outbox=%s", outgoing.id)
        services.store.outbox.as_template(outgoing, template)
    else:
        told = TOO_LATE.format(channel=outgoing.channel.upper())
        services.store.outbox.dead(outgoing, told, WINDOW)


def _refused(context: WorkerContext, outgoing: OutboxMessage, refused: Refused) -> None:
    log.warning("send refused outbox=%s code=%s", outgoing.id, refused.code or "-")
    if refused.code == WINDOW and outgoing.kind != PartKind.TEMPLATE:
        _late(context, outgoing)
        return
    if refused.code == consent.OPTED_OUT:
        context.services.store.outbox.opted_out(outgoing, refused.error)
        return
    if refused.again_in is None:
        context.services.store.outbox.dead(outgoing, refused.error, refused.code)
        return
    wait = max(refused.again_in, BACK_OFF[min(outgoing.attempts, len(BACK_OFF)) - 1])
    context.services.store.outbox.again(
        outgoing, context.clock() + wait, refused.error, refused.code
    )


def _resolve(context: WorkerContext, channel: Channel, outgoing: OutboxMessage) -> None:
    """Decide a row of which nobody knows whether the provider took it."""
    outbox, now = context.services.store.outbox, context.clock()
    try:
        with context.waiting():
            found = channel.look_up(outgoing)
    except ChannelUnavailable as error:
        outbox.unknown(outgoing, now + channel.grace_seconds, str(error))
        return
    if found is not None:
        log.info("unknown send was taken outbox=%s", outgoing.id)
        outbox.sent(outgoing, found.provider_message_id, found.status)
    elif now < outgoing.sending_at + channel.grace_seconds:
        outbox.unknown(
            outgoing, outgoing.sending_at + channel.grace_seconds, "Looked up; not there yet."
        )
    elif _word_may_wait(context, channel, outgoing):
        outbox.unknown(outgoing, now + SPOOL_SECONDS, "Webhooks wait to be stored; one may tell.")
    else:
        log.info("unknown send was not taken outbox=%s", outgoing.id)
        outbox.again(outgoing, now, "It was not taken; sending again.")


def _word_may_wait(context: WorkerContext, channel: Channel, outgoing: OutboxMessage) -> bool:
    """Whether a callback that was acknowledged may still be on disk, because the database was away.

    Nobody waits for ever: a bot that is down stores nothing, and its customers want an answer.
    """
    patience = LONGEST_SPOOLED * channel.grace_seconds
    if context.clock() > outgoing.sending_at + patience:
        return False
    return bool(records(context.services.settings.data_dir / "spool"))
