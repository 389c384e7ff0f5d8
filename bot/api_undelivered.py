"""The API's undelivered: replies that did not arrive, until staff have settled each."""

from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint

from actions import conversations as acts
from actions.services import Services
from bot.access import needs
from bot.api_conversations import CONVERSATIONS
from bot.bodies import Body, Out
from bot.lists import BY_NUMBER, List, Listed, Page
from bot.schemas import number_of


class OutboxPath(Body):
    """The number of what was not delivered, in the address."""

    outbox_id: Annotated[int, number_of("message")]


class UndeliveredOut(Out):
    """A part of a reply that did not arrive."""

    id: int
    conversation_id: int
    channel: str
    customer_name: str
    customer_address: str
    body: str
    error_code: str
    error: str
    attempts: int
    created_at: float


class UndeliveredsOut(Listed):
    """What did not arrive, the newest first."""

    undelivered: list[UndeliveredOut]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""

    @blueprint.get("/undelivered", tags=[CONVERSATIONS], responses={200: UndeliveredsOut})
    @needs("viewer")
    def list_undelivered(query: Page) -> Response:
        """List what did not arrive"""

        def fetch(before: int | None, limit: int) -> Any:
            return services.store.dead_letters.page(before or 0, limit)

        rows = List("undelivered", BY_NUMBER, fetch, lambda one: one.id, UndeliveredOut.of)
        return rows.answer(query)

    @blueprint.post("/undelivered/<outbox_id>/retry", tags=[CONVERSATIONS], responses={204: None})
    @needs("agent")
    def retry_delivery(path: OutboxPath) -> tuple[str, int]:
        """Send it again"""
        acts.retry(services, g.actor, path.outbox_id)
        return "", 204

    @blueprint.post("/undelivered/<outbox_id>/dismiss", tags=[CONVERSATIONS], responses={204: None})
    @needs("agent")
    def dismiss_delivery(path: OutboxPath) -> tuple[str, int]:
        """Say that it need not be sent"""
        acts.dismiss(services, g.actor, path.outbox_id)
        return "", 204
