"""How far a person has come on the first tour. It is their own: nobody is asked, nothing noted."""

from dataclasses import replace

from actions.services import Services
from store.people.tours import Tour


def advance(services: Services, email: str, agent_id: str, step: str) -> None:
    """Remember that the person has come past *step* with the agent of their tour."""
    tour = services.store.tours.of(email)
    if tour.agent_id in ("", agent_id) and step not in tour.done:
        services.store.tours.keep(email, replace(tour, agent_id=agent_id).after(step))


def hide(services: Services, email: str) -> None:
    """Show the tour no more."""
    tours = services.store.tours
    tours.keep(email, replace(tours.of(email), hidden=True))


def begin_again(services: Services, email: str) -> None:
    """Begin with nothing done."""
    services.store.tours.keep(email, Tour())


def seen(services: Services, email: str) -> Tour:
    """Return the tour as things are: agents are also made, released and put away elsewhere."""
    tours = services.store.tours
    tour = tours.of(email)
    if tour.hidden or not tour.agent_id:
        return tour
    known = {agent.id for agent in services.store.agents.list()}
    if tour.agent_id not in known:
        return Tour()
    if any(one.agent_id == tour.agent_id for one in services.store.agents.channels()):
        tour = tour.after("release")
    if tour.next == "answer" and tours.has_answered(tour.agent_id):
        tour = tour.after("answer")
        tours.keep(email, tour)
    return tour
