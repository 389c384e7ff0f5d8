"""What a provider told, stored and rung for. The sweeper uses it too, for what Chatwoot never told,
so nothing here knows of a web server.
"""

from collections.abc import Sequence

from actions import late, queues
from actions.services import Services
from channels.base import Event, Report
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo, OwnerChange
from store.metrics import WEBHOOKS


def accept(services: Services, channel: str, events: Sequence[Event]) -> None:
    """Store *events* of one webhook and ring for what became new."""
    messages = [event for event in events if isinstance(event, Inbound)]
    if messages:
        _accept(services, messages)
    reports = [event for event in events if isinstance(event, Report)]
    if reports:
        _record(services, channel, reports)
    for event in events:
        if isinstance(event, Echo):
            services.store.owners.echo(event)
            WEBHOOKS.labels("echo").inc()
        elif isinstance(event, OwnerChange):
            changed = services.store.owners.change(event)
            if changed is not None and event.owner == "bot":
                services.wake_up.notify(queues.TURN, changed)  # what came meanwhile
            WEBHOOKS.labels("owner").inc()
    if not events:
        WEBHOOKS.labels("empty").inc()


def _accept(services: Services, messages: list[Inbound]) -> None:
    accepted = services.store.inbox.accept(messages)
    for one in accepted:
        WEBHOOKS.labels("accepted" if one.is_new else "repeated").inc()
    for conversation_id in dict.fromkeys(one.conversation_id for one in accepted if one.is_new):
        services.wake_up.notify(queues.TURN, conversation_id)


def _record(services: Services, channel: str, reports: list[Report]) -> None:
    services.store.outbox.report_all(channel, reports)
    late.send_again(services, channel, reports)
    WEBHOOKS.labels("status").inc(len(reports))
