"""Shares: a version that some of the customers meet goes to all of them, or is withdrawn.

A share begins by `actions.releases`. It ends by hand, by any release to all customers of its
address (so a roll-back there is the end of it), or by itself where that was wished: once enough
customers have met it, it is withdrawn when it does worse or its bar is missed, else it goes to all.
"""

from actions import notifier
from actions.audited import audited
from actions.notifier import News
from actions.releases import KeptBack, Wish, release
from actions.services import Services
from agent.actor import INSTALLATION, Actor
from agent.errors import Invalid, NotFound
from agent.spec import Wording
from store.agents.agents import Version
from store.agents.shares import Share

PAGE = "/studio/es/"


def promote(
    services: Services,
    actor: Actor,
    agent_id: str,
    share_id: int,
    note: str = "",
    override: str = "",
) -> Version:
    """Let its version answer all customers. It is held against its bar as any release.

    Raises Forbidden, NotFound, Invalid when it is over, and KeptBack.
    """
    with audited(services, actor, "editor"):
        share = _running(services, agent_id, share_id)
        wish = Wish(
            agent_id,
            share.channel,
            share.address,
            version_id=share.version_id,
            note=note or share.note,
            override=override,
        )
        return release(services, actor, wish)


def withdraw(services: Services, actor: Actor, agent_id: str, share_id: int) -> None:
    """Let its customers meet again what all others do.

    Raises Forbidden, NotFound, and Invalid when it is over.
    """
    with audited(services, actor, "editor") as note:
        share = _running(services, agent_id, share_id)
        services.store.shares.withdraw(share_id, actor.name)
        note("share withdrawn", share.version_id, f"v{share.number} {share.channel}")


def settle(services: Services, share: Share, is_worse: bool) -> None:
    """End a share that was to settle itself, and tell whoever began it."""
    with audited(services, INSTALLATION, "admin"):
        if not services.store.shares.get(share.id).is_running:
            return
        es, en = _settled(services, share, is_worse)
        news = News(
            kind="bar",
            key=f"share {share.id}",
            subject=Wording(es=f"v{share.number}: {es}", en=f"v{share.number}: {en}"),
            text=Wording(es=es, en=en),
            link=f"{PAGE}?agent={share.agent_id}",
        )
        person = services.store.people.find(share.released_by)
        notifier.alert(services, INSTALLATION, news, [person.email] if person else [])


def _settled(services: Services, share: Share, is_worse: bool) -> tuple[str, str]:
    if is_worse:
        withdraw(services, INSTALLATION, share.agent_id, share.id)
        return WORSE
    try:
        promote(services, INSTALLATION, share.agent_id, share.id)
    except KeptBack:
        withdraw(services, INSTALLATION, share.agent_id, share.id)
        return MISSED
    return PROMOTED


def _running(services: Services, agent_id: str, share_id: int) -> Share:
    services.store.agents.locked(agent_id)
    share = services.store.shares.get(share_id)
    if share.agent_id != agent_id:
        raise NotFound("This agent has no such share.")
    if not share.is_running:
        raise Invalid("That share is over. Look at what answers there now.")
    return share


WORSE = (
    "se retiró: a sus clientes les fue peor que a los demás",
    "withdrawn: its customers did worse than the others",
)
MISSED = (
    "se retiró: no cumple sus exigencias o algo impide publicarla",
    "withdrawn: it misses its bar, or something keeps its release back",
)
PROMOTED = ("ahora atiende a todos los clientes", "it answers all customers now")
