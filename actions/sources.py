"""What agents can look up: knowledge bases and their sources."""

from collections.abc import Container

from actions.audited import audited
from actions.services import Services
from agent.actor import Actor


def new_base(services: Services, actor: Actor, name: str) -> str:
    """Make an empty base for the embeddings in force; return its id.

    Raises Forbidden, or NotAccepted for a name that is taken or none.
    """
    with audited(services, actor, "editor") as note:
        embeddings = services.embedders.default()
        base_id = services.sources.create_base(name, actor.name, *embeddings)
        note("base created", base_id, name)
    return base_id


def free_base_name(taken: Container[str], wanted: str) -> str:
    """Return *wanted*, with a number behind it when that name is taken."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    return name
