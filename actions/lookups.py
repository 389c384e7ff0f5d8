"""What has to be looked up with vectors is asked of a worker: a search, a measurement, advice.

The question waits in Redis under an id for as long as somebody waits for its answer, and the job
carries the id alone. Nothing is recorded: a question that is lost is asked again.
"""

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any, Literal

from redis.exceptions import RedisError

from actions import queues
from actions.audited import demand
from actions.services import Services
from agent.actor import Actor, Role
from agent.errors import AgentError, Invalid

Kind = Literal["search", "measure", "advise"]
ROLES: Mapping[Kind, Role] = {"search": "viewer", "measure": "editor", "advise": "editor"}
LONGEST_QUESTION = 1_000  # characters
STEP_SECONDS = 1.0
# A conversation worker searches: a chore worker may be in the middle of a long reading.
JOBS: Mapping[Kind, str] = {
    "search": queues.SEARCH,
    "measure": queues.LOOKUP,
    "advise": queues.LOOKUP,
}


class NotLookedUp(AgentError):
    """No worker has answered yet. Try again in a moment."""


def ask(
    services: Services,
    actor: Actor,
    kind: Kind,
    base_id: str,
    question: str = "",
    *,
    seconds: float = 20.0,
) -> Any:
    """Return what a worker found in a base, as JSON.

    Raises Forbidden, UnknownSource, Invalid in the worker's words, and NotLookedUp after *seconds*.
    """
    demand(actor, ROLES[kind])
    asked = {"kind": kind, "base_id": services.sources.base(base_id).id, "question": question}
    return put(services, JOBS[kind], asked, seconds)


def put(services: Services, job: str, asked: Mapping[str, Any], seconds: float) -> Any:
    """Put a question where whoever does *job* finds it, and return the answer.

    Raises Invalid in the worker's words, and NotLookedUp after *seconds*.
    """
    lookup_id = secrets.randbits(62)
    try:
        services.redis.set(_asked(lookup_id), json.dumps(asked), ex=int(seconds) + 1)
        services.wake_up.notify(job, lookup_id)
        found = _awaited(services, lookup_id, seconds)
    except RedisError:
        raise NotLookedUp from None
    if "refused" in found:
        raise Invalid(found["refused"])
    return found["answer"]


def take(services: Services, lookup_id: int) -> Any:
    """Return what is asked, for the worker that answers; None when nobody waits for it."""
    held = services.redis.getdel(_asked(lookup_id))
    return json.loads(held) if held else None


def tell(services: Services, lookup_id: int, found: Mapping[str, Any]) -> None:
    """Give whoever waits `{"answer": ...}`, or `{"refused": a sentence}`."""
    with services.redis.pipeline(transaction=True) as pipe:
        pipe.rpush(_told(lookup_id), json.dumps(found))
        pipe.expire(_told(lookup_id), 60)
        pipe.execute()


def _awaited(services: Services, lookup_id: int, seconds: float) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        told = services.redis.blpop([_told(lookup_id)], timeout=STEP_SECONDS)
        if told is not None:
            return json.loads(told[1])
    raise NotLookedUp


def _asked(lookup_id: int) -> str:
    return f"lookup:{lookup_id}"


def _told(lookup_id: int) -> str:
    return f"lookup:{lookup_id}:told"
