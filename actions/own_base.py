"""Knowledge given straight to one agent: a base of its own, made on first use.

The door that offers this (`POST /agents/{id}/knowledge`) may not know the knowledge room, so
what goes wrong there is said in this room's errors.
"""

import contextlib
from collections.abc import Iterator
from typing import BinaryIO

from actions import queues
from actions.services import Services
from agent.errors import EditConflict, Invalid, NotFound
from knowledge.base import Source
from knowledge.errors import KnowledgeError, NotAccepted, UnknownSource

TRIES = 5  # while others change the same draft


class OwnBase:
    """Adds to, and lists, the knowledge of one agent."""

    def __init__(self, services: Services, person: str) -> None:
        self._services = services
        self._person = person

    def add_file(self, agent_id: str, name: str, data: BinaryIO) -> str:
        """Keep a file to be read for the agent; return the source's id."""
        with _said_here():
            source_id = self._services.sources.add_file(
                self._base(agent_id), name, data, self._person
            )
        return self._added(source_id, name)

    def add_url(self, agent_id: str, url: str) -> str:
        """Note a page to be read for the agent; return the source's id."""
        with _said_here():
            source_id = self._services.sources.add_url(self._base(agent_id), url, self._person)
        return self._added(source_id, url)

    def sources(self, agent_id: str) -> list[Source]:
        """Return the sources of every base the agent's draft looks into."""
        bases = self._services.store.agents.get(agent_id).draft.knowledge.bases
        return [source for base in bases for source in self._services.sources.list(base)]

    def _base(self, agent_id: str) -> str:
        """Return the agent's own base; of several who make it at once all get the same one."""
        for _ in range(TRIES):
            with contextlib.suppress(EditConflict, NotAccepted):
                return self._found_or_made(agent_id)
        return self._found_or_made(agent_id)

    def _found_or_made(self, agent_id: str) -> str:
        """Return the agent's own base, made and written into the draft when there is none."""
        agent = self._services.store.agents.get(agent_id)
        mark = f"· {agent.id[:8]}"  # two agents may share a name, and names change
        bases = self._services.sources.bases()
        own = next((base.id for base in bases if base.name.endswith(mark)), "")
        own = own or self._make(f"{agent.name} {mark}")
        if own not in agent.draft.knowledge.bases:
            wider = (*agent.draft.knowledge.bases, own)
            choice = agent.draft.knowledge.model_copy(update={"bases": wider})
            draft = agent.draft.model_copy(update={"knowledge": choice})
            saved = self._services.store.agents.save_draft(
                agent_id, draft, agent.revision, self._person
            )
            self._note("agent saved", agent_id, f"revision {saved}")
        return own

    def _make(self, name: str) -> str:
        provider, model, dimension = self._services.embedders.default()
        made = self._services.sources.create_base(name, self._person, provider, model, dimension)
        self._note("base created", made, name)
        return made

    def _note(self, action: str, subject: str, detail: str) -> None:
        self._services.store.audit.note(self._person, action, subject, detail)

    def _added(self, source_id: str, name: str) -> str:
        self._note("source added", source_id, name)
        self._services.wake_up.notify(queues.INGESTION, source_id)
        return source_id


@contextlib.contextmanager
def _said_here() -> Iterator[None]:
    try:
        yield
    except UnknownSource as error:
        raise NotFound(str(error)) from error
    except KnowledgeError as error:
        raise Invalid(str(error)) from error
