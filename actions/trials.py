"""What a spec would answer, asked of a worker by whoever tries one: nothing is kept or sent."""

from collections.abc import Sequence
from typing import Any

from actions import lookups, queues
from actions.audited import demand
from actions.services import Services
from agent.actor import Actor
from agent.answer import Said
from agent.spec import Spec

MOST_LINES, LONGEST_LINE = 20, 8_000  # of one burst; characters
MOST_HISTORY = 200


def ask(
    services: Services,
    actor: Actor,
    spec: Spec,
    lines: Sequence[str],
    history: Sequence[Said] = (),
    *,
    seconds: float = 120.0,
) -> Any:
    """Return what *spec* answers to *lines* after *history*, as `Answer.as_json` gives it.

    Raises Forbidden, and `lookups.NotLookedUp` when no worker has answered after *seconds*.
    """
    demand(actor, "agent")
    asked = {
        "spec": spec.model_dump(mode="json"),
        "lines": list(lines),
        "history": [{"author": one.author, "text": one.text} for one in history],
    }
    return lookups.put(services, queues.TRIAL, asked, seconds)
