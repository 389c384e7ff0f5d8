"""Where somebody is on the guided path: what its pages read."""

from collections.abc import Sequence

from actions.releases import Wish, outlook
from actions.services import Services
from knowledge.base import Source
from knowledge.states import SourceState
from store.agents.agents import Agent
from studio.pages.guide_view import Guided
from studio.state import Studio

TRIAL, LAST = 5, 6  # steps
MOST_TOPICS = 2
TOPIC_WORDS = 7


def opened(studio: Studio, agent_id: str, step: int, complaint: str = "") -> Guided:
    """Read everything the path shows of one agent."""
    if not agent_id:
        return Guided(step=1)
    services = studio.services
    agent = services.store.agents.get(agent_id)
    given = [one for base in agent.draft.knowledge.bases for one in services.sources.list(base)]
    there = services.store.agents.on(*usual_place(services))
    mine = there if there and there.agent_id == agent_id else None
    return Guided(
        agent,
        step,
        given,
        outlook(services, agent, wished(studio, agent)) if step == LAST else None,
        mine,
        services.store.agents.version(mine.version_id).spec if mine else None,
        _topics(studio, given) if step == TRIAL else (),
        complaint,
    )


def usual_place(services: Services) -> tuple[str, str]:
    """Return the channel and the address that the path leads to."""
    return services.usual_channel.name, services.usual_channel.our_address(services.settings)


def wished(studio: Studio, agent: Agent, replaces: str = "") -> Wish:
    """Return the release that the path leads to: the draft on the installation's number."""
    note = studio.say("guide.release.note")
    return Wish(
        agent.id,
        *usual_place(studio.services),
        agent.revision,
        "",
        note,
        replaces,
        despite_warnings=True,
    )


def _topics(studio: Studio, given: Sequence[Source]) -> list[str]:
    """Return what the first sources speak of: their first heading, else their first words."""
    ready = [source for source in given if source.state == SourceState.READY][:MOST_TOPICS]
    first = [studio.services.sources.chunks(source.id, 0, 1) for source in ready]
    return [
        chunk.heading or " ".join(chunk.text.split()[:TOPIC_WORDS])
        for chunks in first
        for chunk in chunks
    ]
