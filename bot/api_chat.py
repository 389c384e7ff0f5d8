"""`POST /chat`: the message goes the way of every message, and the caller waits for the reply."""

import hashlib
import threading
import time
import uuid
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from actions import intake
from actions.services import Services
from agent.errors import NotFound, NotReleased
from bot.access import needs
from bot.failures import problem
from bot.schemas import ChatIn, ChatOut, ProblemOut, UsageOut
from store.conversations.inbox import Inbound
from store.conversations.threads import TurnRecord

MOST_WAITING = 8  # of the server's threads; the rest stay free for webhooks
LONGEST_KEY = 200
CHAT = Tag(name="chat", description="Talk to an agent")


def add(blueprint: APIBlueprint, services: Services, wait_seconds: float) -> None:
    """Add the route to *blueprint*."""
    places = threading.BoundedSemaphore(MOST_WAITING)
    problems: Any = dict.fromkeys((409, 503, 504), ProblemOut)

    @blueprint.post("/chat", tags=[CHAT], responses={200: ChatOut, **problems})
    @needs("agent")
    def chat(body: ChatIn) -> Response | dict[str, Any]:
        """Say something to an agent and wait for its reply

        Send the same `Idempotency-Key` header again to repeat a request without saying it twice.
        """
        _check(services, body)
        if not places.acquire(blocking=False):
            return problem(503, "Too many conversations at once. Try again.", Retry_After="5")
        try:
            return _answer(services, body, wait_seconds)
        finally:
            places.release()


def _check(services: Services, body: ChatIn) -> None:
    """Raise NotFound or NotReleased."""
    if services.store.agents.get(body.agent_id).archived:
        raise NotFound("There is no agent by that id.")
    if services.store.agents.answering(body.channel, body.agent_id) is None:
        raise NotReleased(
            "This agent has no released version yet. POST /agents/{id}/release makes one."
        )


def _answer(services: Services, body: ChatIn, wait_seconds: float) -> Response | dict[str, Any]:
    message = _message(body, request.headers.get("Idempotency-Key", "")[:LONGEST_KEY])
    inbox_id = intake.say(services, message)
    found = _await(services, inbox_id, wait_seconds) if inbox_id else None
    if found is None:
        return problem(
            504, "The agent has not answered yet. Ask again with the same Idempotency-Key."
        )
    return _shown(*found, conversation_id=message.customer_address)


def _message(body: ChatIn, key: str) -> Inbound:
    """With a key, everything random is made from it: the same request is the same message."""
    seed = f"{body.agent_id} {body.conversation_id or ''} {key}" if key else uuid.uuid4().hex
    digest = hashlib.sha256(seed.encode(errors="replace")).hexdigest()
    return Inbound(
        channel=body.channel,
        provider_message_id=digest,
        our_address=body.agent_id,
        customer_address=body.conversation_id or digest[:32],
        text=body.message,
    )


def _await(services: Services, inbox_id: int, wait_seconds: float) -> tuple[str, TurnRecord] | None:
    until = time.monotonic() + wait_seconds
    while True:
        found = services.store.conversations.reply_to(inbox_id)
        if found is not None or time.monotonic() >= until:
            return found
        services.replies.wait(inbox_id)


def _shown(reply: str, turn: TurnRecord, conversation_id: str) -> dict[str, Any]:
    usage = UsageOut(
        model=turn.model,
        input_tokens=turn.input_tokens,
        output_tokens=turn.output_tokens,
        cost=turn.cost,
    )
    return ChatOut(
        reply=reply,
        outcome=turn.outcome,
        citations=[dict(citation) for citation in turn.citations],
        version=turn.version,
        usage=usage,
        conversation_id=conversation_id,
    ).model_dump(mode="json")
