"""A delivery: the lowest unfinished outbox row of a conversation, until none is due.

The row says `sending` on disk before the request leaves. What cannot be told is looked up at the
provider after its grace time, and only then sent again.
"""

import logging

from agent import consent
from agent.log import about
from agent.store.handback import HANDBACK
from agent.store.outbox import LEASE_SECONDS, Parcel
from bot.channels.base import WINDOW, Channel, Refused, Sent
from bot.channels.templates import late
from bot.errors import ChannelUnavailable
from bot.spool import records
from jobs import permission
from jobs.desk import Desk

log = logging.getLogger(__name__)

# Back-off of a refused send, after the schedule of Standard Webhooks, within WhatsApp's window.
BACK_OFF = (1, 5, 30, 120, 600, 1800, 3600)
SPOOL_SECONDS = 1.0  # before the spool is looked at again
LONGEST_SPOOLED = 10  # grace times
TOO_LATE = (
    "The customer last wrote more than 24 hours ago, so WhatsApp takes only an approved template."
    " Send one from the provider's console; or name one in TWILIO_LATE_TEMPLATE,"
    " META_LATE_TEMPLATE or CHATWOOT_LATE_TEMPLATE and send this again; or wait until the customer"
    " writes."
)


def send(desk: Desk, conversation_id: int) -> float | None:
    """Deliver what is due in one conversation; return when to come back, or None."""
    outbox, switches = desk.services.outbox, desk.services.switches
    while True:
        if switches.paused and outbox.is_bots(conversation_id):
            return None  # people's own words still go out; the sweeper rings after the pause
        claimed = outbox.claim(conversation_id)
        if not isinstance(claimed, Parcel):
            return claimed
        channel = desk.channels[claimed.channel]
        with about(conversation=conversation_id), desk.heartbeat.token(claimed.token):
            if claimed.state == "unknown":
                _resolve(desk, channel, claimed)
            else:
                done = _send(desk, channel, claimed)
                if done and claimed.is_last:
                    return None  # whoever adds another row rings for it


def _send(desk: Desk, channel: Channel, parcel: Parcel) -> bool:
    """Hand one part over; return whether the provider took it."""
    outbox = desk.services.outbox
    if _barred(desk, channel, parcel):
        return False
    if desk.clock() > parcel.sending_at + LEASE_SECONDS:
        # This process stood still since it claimed the row; others may have looked for the send.
        outbox.again(parcel, desk.clock(), "Claimed too long ago to be sent now.")
        return False
    with desk.waiting():
        result = channel.send(parcel)
    if isinstance(result, Sent):
        outbox.sent(parcel, result.provider_message_id, result.status)
    elif isinstance(result, Refused):
        _refused(desk, parcel, result)
    else:
        log.warning("send unclear outbox=%s", parcel.id)
        outbox.unknown(parcel, desk.clock() + channel.grace_seconds, result.error)
    return isinstance(result, Sent)


def _barred(desk: Desk, channel: Channel, parcel: Parcel) -> bool:
    """Deal with what may not be sent as it is; return whether that was so."""
    if parcel.kind in ("handoff", HANDBACK):  # the provider's desk is told, not the customer
        return False
    if parcel.opted_out and "consent" not in parcel.extra:
        desk.services.outbox.dead(parcel, consent.REFUSED, consent.OPTED_OUT)
        return True
    if permission.refused_part(desk, channel, parcel):
        return True
    window = channel.window_seconds
    if window is None or parcel.kind == "template":
        return False
    is_late = desk.clock() - parcel.last_inbound_at > window
    if is_late:
        _late(desk, parcel)
    return is_late


def _late(desk: Desk, parcel: Parcel) -> None:
    """Make a template of a reply that comes after the window, or leave it to staff."""
    services = desk.services
    template = late(services.settings, parcel.channel, parcel.body)
    if template and services.outbox.is_whole(parcel):
        log.info("late reply becomes a template outbox=%s", parcel.id)
        services.outbox.as_template(parcel, template)
    else:
        services.outbox.dead(parcel, TOO_LATE, WINDOW)


def _refused(desk: Desk, parcel: Parcel, refused: Refused) -> None:
    log.warning("send refused outbox=%s code=%s", parcel.id, refused.code or "-")
    if refused.code == WINDOW and parcel.kind != "template":
        _late(desk, parcel)
        return
    if refused.code == consent.OPTED_OUT:
        desk.services.outbox.opted_out(parcel, refused.error)
        return
    if refused.again_in is None:
        desk.services.outbox.dead(parcel, refused.error, refused.code)
        return
    wait = max(refused.again_in, BACK_OFF[min(parcel.attempts, len(BACK_OFF)) - 1])
    desk.services.outbox.again(parcel, desk.clock() + wait, refused.error, refused.code)


def _resolve(desk: Desk, channel: Channel, parcel: Parcel) -> None:
    """Decide a row of which nobody knows whether the provider took it."""
    outbox, now = desk.services.outbox, desk.clock()
    try:
        with desk.waiting():
            found = channel.look_up(parcel)
    except ChannelUnavailable as error:
        outbox.unknown(parcel, now + channel.grace_seconds, str(error))
        return
    if found is not None:
        log.info("unclear send was taken outbox=%s", parcel.id)
        outbox.sent(parcel, found.provider_message_id, found.status)
    elif now < parcel.sending_at + channel.grace_seconds:
        outbox.unknown(
            parcel, parcel.sending_at + channel.grace_seconds, "Looked up; not there yet."
        )
    elif _word_may_wait(desk, channel, parcel):
        outbox.unknown(parcel, now + SPOOL_SECONDS, "Webhooks wait to be stored; one may tell.")
    else:
        log.info("unclear send was not taken outbox=%s", parcel.id)
        outbox.again(parcel, now, "It was not taken; sending again.")


def _word_may_wait(desk: Desk, channel: Channel, parcel: Parcel) -> bool:
    """Whether a callback that was acknowledged may still be on disk, because the database was away.

    Nobody waits for ever: a bot that is down stores nothing, and its customers want an answer.
    """
    patience = LONGEST_SPOOLED * channel.grace_seconds
    if desk.clock() > parcel.sending_at + patience:
        return False
    return bool(records(desk.services.settings.data_dir / "spool"))
