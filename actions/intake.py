"""What a provider or a program told, stored and rung for.

No role is asked and no audit line left: whoever asks was known by a signature or a token, and the
message is its own record. The sweeper uses it too, for what Chatwoot never told, so nothing here
knows of a web server.
"""

import itertools
from collections.abc import Sequence

from actions import late, queues
from actions.services import Services
from channels.base import Event, Report
from store.conversations.customers import NumberChange
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo, OwnerChange
from store.metrics import WEBHOOKS
from store.states import Owner


def accept(services: Services, channel: str, events: Sequence[Event]) -> None:
    """Store *events* of one webhook and ring for what became new."""
    for is_message, some in itertools.groupby(events, lambda event: isinstance(event, Inbound)):
        if is_message:
            _accept(services, [event for event in some if isinstance(event, Inbound)])
        else:
            _follow(services, [event for event in some if isinstance(event, NumberChange)])
    reports = [event for event in events if isinstance(event, Report)]
    if reports:
        _record(services, channel, reports)
    for event in events:
        if isinstance(event, Echo):
            services.store.owners.echo(event)
            WEBHOOKS.labels("echo").inc()
        elif isinstance(event, OwnerChange):
            changed = services.store.owners.change(event)
            if changed is not None and event.owner == Owner.BOT:
                services.wake_up.notify(queues.TURN, changed)  # what came meanwhile
            WEBHOOKS.labels("owner").inc()
    if not events:
        WEBHOOKS.labels("empty").inc()


def say(services: Services, message: Inbound) -> int | None:
    """Store what a program says in a customer's place and ring for it; return its inbox row.

    A message that is here already is stored no second time. None when its row has been erased.
    """
    [accepted] = services.store.inbox.accept([message])
    services.wake_up.notify(queues.TURN, accepted.conversation_id)
    if accepted.inbox_id:
        return accepted.inbox_id
    return services.store.inbox.find(message.channel, message.provider_message_id)


def _accept(services: Services, messages: list[Inbound]) -> None:
    accepted = services.store.inbox.accept(messages)
    for one in accepted:
        WEBHOOKS.labels("accepted" if one.is_new else "repeated").inc()
    for conversation_id in dict.fromkeys(one.conversation_id for one in accepted if one.is_new):
        services.wake_up.notify(queues.TURN, conversation_id)


def _follow(services: Services, changes: list[NumberChange]) -> None:
    """Carry conversations over to new numbers, in the order in which customers wrote and moved."""
    for change in changes:
        with services.database.write():
            for moved in services.store.customers.follow(change):
                services.store.audit.note(change.channel, "number changed", str(moved))
        WEBHOOKS.labels("moved").inc()


def _record(services: Services, channel: str, reports: list[Report]) -> None:
    services.store.outbox.report_all(channel, reports)
    late.send_again(services, channel, reports)
    WEBHOOKS.labels("status").inc(len(reports))
