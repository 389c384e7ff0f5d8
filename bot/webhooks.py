"""Webhooks: verify, parse, store, commit, ring, and only then 200.

Nothing is acknowledged before it is on disk: in the database or, while that is away, in the spool
(`bot.spool`). Replies go out later, through the outbox.
"""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from agent import queues
from agent.services import Services
from agent.store.inbox import Inbound
from agent.store.owners import Echo, OwnerChange
from bot import late
from bot.channels.base import Call, Door, Event, Report
from bot.metrics import WEBHOOKS
from bot.spool import Spool


def webhooks(services: Services, doors: dict[str, Door], spool: Spool) -> Blueprint:
    """Return the routes that providers call; *doors* by path."""
    blueprint = Blueprint("webhooks", __name__)
    for path, door in doors.items():
        blueprint.add_url_rule(
            path,
            endpoint=path.replace("/", "_"),
            view_func=_view(services, door, spool),
            methods=["POST"],
        )
    return blueprint


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
            services.owners.echo(event)
            WEBHOOKS.labels("echo").inc()
        elif isinstance(event, OwnerChange):
            changed = services.owners.change(event)
            if changed is not None and event.owner == "bot":
                services.doorbell.ring(queues.TURN, changed)  # what came meanwhile
            WEBHOOKS.labels("owner").inc()
    if not events:
        WEBHOOKS.labels("empty").inc()


def _view(services: Services, door: Door, spool: Spool):  # type: ignore[no-untyped-def]
    def view(**_path: str) -> Response:
        spool.take(door.name, door.read(_call(services)))
        body, content_type = door.acknowledgement
        return Response(body, content_type=content_type)

    return view


def _call(services: Services) -> Call:
    raw = request.get_data(cache=True, parse_form_data=False)
    return Call(
        request.method, _address(services), raw, request.form, request.args, request.headers
    )


def _address(services: Services) -> str:
    """The address as the provider was given it: a proxy in between changes what is seen here."""
    base = services.settings.public_base_url or request.host_url.rstrip("/")
    query = request.query_string.decode("latin-1")
    return f"{base}{request.path}" + (f"?{query}" if query else "")


def _accept(services: Services, messages: list[Inbound]) -> None:
    accepted = services.inbox.accept(messages)
    for one in accepted:
        WEBHOOKS.labels("accepted" if one.is_new else "repeated").inc()
    for conversation_id in dict.fromkeys(one.conversation_id for one in accepted if one.is_new):
        services.doorbell.ring(queues.TURN, conversation_id)


def _record(services: Services, channel: str, reports: list[Report]) -> None:
    services.outbox.report_all(channel, reports)
    late.send_again(services, channel, reports)
    WEBHOOKS.labels("status").inc(len(reports))
