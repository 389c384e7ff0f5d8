"""What sources and bases are called: citations and customers read it."""

from actions.audited import audited
from actions.services import Services
from agent.actor import Actor


def rename(services: Services, actor: Actor, source_id: str, name: str) -> None:
    """Have a source called *name*. Raises Forbidden, NotAccepted or UnknownSource."""
    with audited(services, actor, "editor") as note:
        services.sources.rename(source_id, name)
        note("source renamed", source_id, name)


def rename_base(services: Services, actor: Actor, base_id: str, name: str) -> None:
    """Have a base called *name*. Raises Forbidden, NotAccepted or UnknownSource."""
    with audited(services, actor, "editor") as note:
        services.sources.rename_base(base_id, name)
        note("base renamed", base_id, name)
