"""Where somebody is on the guided path: what its pages read, and the tour it moves on."""

from collections.abc import Sequence
from dataclasses import replace

from agent.checks import Finding, check
from agent.spec import Spec
from agent.store.agents import Release
from agent.store.people import Person
from agent.world import world_of
from knowledge.base import Source
from studio.pages.guide_view import Guided
from studio.state import Studio

CHANNEL = "twilio"
TRIAL, LAST = 5, 6  # steps
MOST_TOPICS = 2
TOPIC_WORDS = 7


def opened(studio: Studio, agent_id: str, step: int, complaint: str = "") -> Guided:
    """Read everything the path shows of one agent."""
    if not agent_id:
        return Guided(step=1)
    services = studio.services
    agent = services.agents.get(agent_id)
    given = [one for base in agent.draft.knowledge.bases for one in services.sources.list(base)]
    there = _answering(studio)
    mine = there if there and there.agent_id == agent_id else None
    return Guided(
        agent, step, given, checked(studio, agent.draft) if step == LAST else None, mine,
        services.agents.version(mine.version_id).spec if mine else None, there,
        _topics(studio, given) if step == TRIAL else (), complaint,
    )  # fmt: skip


def _answering(studio: Studio) -> Release | None:
    """Return what answers now on the number of the installation."""
    here = (CHANNEL, studio.services.settings.twilio_address)
    answering = studio.services.agents.channels()
    return next((one for one in answering if (one.channel, one.address) == here), None)


def _topics(studio: Studio, given: Sequence[Source]) -> list[str]:
    """Return what the first sources speak of: their first heading, else their first words."""
    ready = [source for source in given if source.state == "ready"][:MOST_TOPICS]
    first = [studio.services.sources.chunks(source.id, 0, 1) for source in ready]
    return [chunk.heading or " ".join(chunk.text.split()[:TOPIC_WORDS])
            for chunks in first for chunk in chunks]  # fmt: skip


def checked(studio: Studio, spec: Spec) -> Sequence[Finding]:
    """Return what the check before a release says."""
    return check(spec, world_of(studio.services, studio.answering.library, spec), CHANNEL)


def advance(studio: Studio, person: Person, agent_id: str, step: str) -> None:
    """Remember that the person has come past *step* with the agent of their tour."""
    tours = studio.services.tours
    tour = tours.of(person.email)
    if tour.agent_id in ("", agent_id) and step not in tour.done:
        tours.keep(person.email, replace(tour, agent_id=agent_id).after(step))
