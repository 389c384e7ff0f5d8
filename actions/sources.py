"""What agents can look up: knowledge bases and their sources.

Nothing is taken from an agent unnamed: whoever removes a base or a source says which agents are
known to look there, and is refused when there are others (`InUse`).
"""

import contextlib
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from actions import queues
from actions.audited import Note, audited, demand
from actions.services import Services
from agent.actor import Actor
from agent.errors import AgentError, Invalid, NotFound
from knowledge.base import Source
from knowledge.errors import KnowledgeError, NotAccepted, UnknownSource
from knowledge.ingest.sources import Data
from knowledge.quality.pairs import Pair as Pair
from knowledge.search.tuning import Tuning as Tuning
from knowledge.states import OnSame as OnSame
from store.agents.agents import Agent


@dataclass(frozen=True)
class OwnBase:
    """Stands for the base of one agent that no other looks into; made when it has none."""

    agent_id: str


Into = str | OwnBase  # a base by its id, or an agent's own
Add = Callable[[str], str]  # adds to the base of that id; returns the source's id


class InUse(AgentError):
    """Other agents look there. Say that you know of each before you remove it."""

    def __init__(self, agents: Sequence[Agent]) -> None:
        self.agents = agents
        names = ", ".join(agent.name for agent in agents)
        super().__init__(f"This is looked up by {names}. Look at it again before you remove it.")


# --- bases


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


def remove_base(
    services: Services, actor: Actor, base_id: str, known: Collection[str] = ()
) -> None:
    """Remove an empty base. *known*: the ids of the agents that may lose it.

    Raises Forbidden, InUse, UnknownSource, and NotAccepted while it holds anything.
    """
    with audited(services, actor, "editor") as note:
        _refuse_unnamed(services, base_id, known)
        services.sources.remove_base(base_id)
        note("source remove_base", base_id)


def tune(services: Services, actor: Actor, base_id: str, tuning: Tuning) -> None:
    """Have a base searched with *tuning*. Raises Forbidden or UnknownSource."""
    with audited(services, actor, "editor") as note:
        services.sources.tune(base_id, tuning)
        note("base tuned", base_id)


def rebuild(services: Services, actor: Actor, base_id: str) -> None:
    """Have a base embedded by the model in force. Raises Forbidden, NotAccepted, UnknownSource."""
    with audited(services, actor, "editor") as note:
        services.rebuilds.ask(base_id, *services.embedders.default(), actor.name)
        note("base rebuild", base_id)


def rebuild_all(services: Services, actor: Actor) -> list[str]:
    """Have every base embedded by the model in force that is not; return their names.

    Those that are on their way already are left alone. Raises Forbidden.
    """
    wanted, asked = services.embedders.default(), []
    with audited(services, actor, "editor") as note:
        for base in services.sources.bases():
            under_way = services.rebuilds.progress(base.id)
            if (base.provider, base.model, base.dimension) != wanted and under_way is None:
                services.rebuilds.ask(base.id, *wanted, actor.name)
                note("base rebuild", base.id)
                asked.append(base.name)
    return asked


def stop_rebuild(services: Services, actor: Actor, base_id: str) -> None:
    """Stay with the model that a base has. Raises Forbidden or UnknownSource."""
    with audited(services, actor, "editor") as note:
        services.sources.base(base_id)
        services.rebuilds.call_off(base_id)
        note("base stop_rebuild", base_id)


# --- sources


def add_file(
    services: Services,
    actor: Actor,
    into: Into,
    name: str,
    data: Data,
    on_same: OnSame = OnSame.ASK,
) -> str:
    """Keep a file to be read; return the source's id. *on_same* as in `Sources.add_file`.

    Raises Forbidden, and NotAccepted for a type, name or size that is none, UnknownSource, and
    NotFound for no such agent. So do the other ways to add.
    """
    with _stored(services, actor, data) as file:
        add = partial(
            services.sources.add_file, name=name, data=file, person=actor.name, on_same=on_same
        )
        return _added(services, actor, into, name, add)


def add_text(services: Services, actor: Actor, into: Into, name: str, text: str) -> str:
    """Keep a text that was written; return the source's id."""
    add = partial(services.sources.add_text, name=name, text=text, person=actor.name)
    return _added(services, actor, into, name, add)


def add_pairs(services: Services, actor: Actor, into: Into, name: str, text: str) -> str:
    """Keep questions with their answers; return the source's id."""
    add = partial(services.sources.add_pairs, name=name, text=text, person=actor.name)
    return _added(services, actor, into, name, add)


def add_url(services: Services, actor: Actor, into: Into, url: str) -> str:
    """Note a page to be read; return the source's id."""
    add = partial(services.sources.add_url, url=url, person=actor.name)
    return _added(services, actor, into, url, add)


def add_site(services: Services, actor: Actor, into: Into, url: str, pages: int) -> str:
    """Note a site of at most so many pages; return the source's id."""
    add = partial(services.sources.add_site, url=url, person=actor.name, pages=pages)
    return _added(services, actor, into, url, add)


def replace_file(
    services: Services, actor: Actor, source_id: str, name: str, data: Data, over: str = ""
) -> None:
    """Put a file in the place of another; *over* as in `Sources.update_file`.

    Raises Forbidden, NotAccepted, UnknownSource, and EditConflict when it is another by now.
    """
    with _stored(services, actor, data) as file, _changing(services, actor, source_id) as note:
        services.sources.update_file(source_id, name, file, actor.name, over)
        note("source replaced", source_id, name)


def replace_text(
    services: Services, actor: Actor, source_id: str, name: str, text: str, over: str = ""
) -> None:
    """Put another text, or other pairs, in the place of one that was written."""
    with _changing(services, actor, source_id) as note:
        services.sources.update_text(source_id, name, text, actor.name, over)
        note("source replaced", source_id, name)


def reread(services: Services, actor: Actor, source_id: str) -> None:
    """Have a source read again. Raises Forbidden or UnknownSource."""
    with _changing(services, actor, source_id) as note:
        services.sources.retry(source_id)
        note("source retry", source_id)


def set_refresh(services: Services, actor: Actor, source_id: str, hours: int) -> None:
    """Have a page or site read again every so many hours; 0 never. Raises as `reread` does, and
    NotAccepted for another kind of source, or for hours that are none."""
    with audited(services, actor, "editor") as note:
        services.sources.set_refresh(source_id, hours)
        note("source refresh", source_id, str(hours))


def remove(services: Services, actor: Actor, source_id: str, known: Collection[str] = ()) -> None:
    """Take a source out of every search at once; what is kept of it goes afterwards.

    *known*: the ids of the agents that may lose it. Raises Forbidden, InUse or UnknownSource.
    """
    with audited(services, actor, "editor") as note:
        _refuse_unnamed(services, services.sources.get(source_id).base_id, known)
        services.sources.mark_removing(source_id)
        note("source remove", source_id)
        _wake(services, queues.REMOVAL, source_id)


# --- questions that a base is measured by


def add_pair(services: Services, actor: Actor, base_id: str, pair: Pair) -> int:
    """Keep a question with the place of its answer; return its id.

    Raises Forbidden, NotAccepted or UnknownSource.
    """
    with audited(services, actor, "editor") as note:
        made = services.pairs.add(base_id, pair, actor.name)
        note("question added", base_id)
    return made


def remove_pair(services: Services, actor: Actor, pair_id: int) -> None:
    """Forget a question. Raises Forbidden or UnknownSource."""
    with audited(services, actor, "editor") as note:
        services.pairs.remove(pair_id)
        note("question removed", str(pair_id))


# --- whose a base is


def of_agent(services: Services, agent_id: str) -> list[Source]:
    """Return the sources of every base that the agent's draft looks into. Raises NotFound."""
    bases = services.store.agents.get(agent_id).draft.knowledge.bases
    return [source for base in bases for source in services.sources.list(base)]


def users(services: Services, base_id: str) -> list[Agent]:
    """Return the agents whose draft, or a version that answers now, looks into a base."""
    store = services.store.agents
    live = {
        one.agent_id
        for one in store.channels()
        if base_id in store.version(one.version_id).spec.knowledge.bases
    }
    return [
        agent
        for agent in store.list()
        if agent.id in live or base_id in agent.draft.knowledge.bases
    ]


@contextlib.contextmanager
def in_plain_errors() -> Iterator[None]:
    """Raise NotFound or Invalid instead of knowledge's own errors, for who may not know those."""
    try:
        yield
    except UnknownSource as error:
        raise NotFound(str(error)) from error
    except KnowledgeError as error:
        raise Invalid(str(error)) from error


def _own_base(services: Services, actor: Actor, agent_id: str) -> str:
    """Return the agent's own base; of several who make it at once all get the same one."""
    with audited(services, actor, "editor") as note:
        agent = services.store.agents.locked(agent_id)
        names = {base.id: base.name for base in services.sources.bases()}
        chosen = agent.draft.knowledge
        for base_id in chosen.bases:
            if base_id in names and {one.id for one in users(services, base_id)} == {agent.id}:
                return base_id
        made = _make_own(services, actor, agent, names.values())
        wider = chosen.model_copy(update={"bases": (*chosen.bases, made)})
        draft = agent.draft.model_copy(update={"knowledge": wider})
        saved = services.store.agents.save_draft(agent_id, draft, agent.revision, actor.name)
        note("agent saved", agent_id, f"revision {saved}")
    return made


def _make_own(services: Services, actor: Actor, agent: Agent, taken: Collection[str]) -> str:
    """Make a base that bears the agent's brand, and its name where there is one of the brand."""
    brand = agent.draft.brand or agent.name
    wanted = f"{brand} · {agent.name}"[:100] if brand in taken else brand
    try:
        return new_base(services, actor, free_base_name(taken, wanted))
    except NotAccepted:  # another agent has just taken the name
        return new_base(services, actor, f"{brand} · {agent.id[:8]}")


def _refuse_unnamed(services: Services, base_id: str, known: Collection[str]) -> None:
    unnamed = [agent for agent in users(services, base_id) if agent.id not in known]
    if unnamed:
        raise InUse(unnamed)


# --- what the acts share


@contextlib.contextmanager
def _stored(services: Services, actor: Actor, data: Data) -> Iterator[Data]:
    """Store a file before the transaction is begun: others wait for that one."""
    demand(actor, "editor")
    with services.sources.incoming(data) as file:
        yield file


def _added(services: Services, actor: Actor, into: Into, name: str, add: Add) -> str:
    with audited(services, actor, "editor") as note:
        if isinstance(into, OwnBase):
            into = _own_base(services, actor, into.agent_id)
        source_id = add(into)
        note("source added", source_id, name)
        _wake(services, queues.INGESTION, source_id)
    return source_id


@contextlib.contextmanager
def _changing(services: Services, actor: Actor, source_id: str) -> Iterator[Note]:
    with audited(services, actor, "editor") as note:
        yield note
        _wake(services, queues.INGESTION, source_id)


def _wake(services: Services, job: str, source_id: str) -> None:
    services.database.on_commit(partial(services.wake_up.notify, job, source_id))
