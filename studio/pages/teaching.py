"""The guided path's fourth step: what the agent is given to know."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from actions import queues
from knowledge.errors import KnowledgeError
from store.people.people import Person
from studio.errors import NothingChosen
from studio.pages.guide_layout import Parts
from studio.pages.guide_view import Guided, sources
from studio.pages.guided import opened
from studio.roles import allow
from studio.state import Studio
from studio.widgets import note
from studio.wiring import STORED, event, sentence

MOST_FILES = 20


@allow("editor")
def upload(studio: Studio, person: Person, agent_id: str, paths: Sequence[str] | None) -> Guided:
    """Give the agent files; one that cannot be added is named and harms no other."""
    complaints = []
    for path in [Path(one) for one in (paths or ())[:MOST_FILES]]:
        try:
            with path.open("rb") as data:
                base_id = base_of(studio, person, agent_id)
                _notify(studio, studio.services.sources.add_file(
                    base_id, path.name, data, person.email))  # fmt: skip
        except KnowledgeError as error:
            complaints.append(f"{path.name}: {sentence(studio, error)}")
        finally:
            path.unlink(missing_ok=True)
    return opened(studio, agent_id, 4, " ".join(complaints))


@allow("editor")
def write(studio: Studio, person: Person, agent_id: str, text: str) -> Guided:
    """Give the agent what somebody typed."""
    if not (text or "").strip():
        raise NothingChosen("guide.knowledge.write_first")
    base_id = base_of(studio, person, agent_id)
    named = studio.services.sources.list(base_id)
    name = studio.say("guide.knowledge.text_name", number=len(named) + 1)
    _notify(studio, studio.services.sources.add_text(base_id, name, text, person.email))
    return opened(studio, agent_id, 4)


@allow("editor")
def add_page(studio: Studio, person: Person, agent_id: str, url: str) -> Guided:
    """Give the agent a page of the web."""
    base_id = base_of(studio, person, agent_id)
    _notify(studio, studio.services.sources.add_url(base_id, (url or "").strip(), person.email))
    return opened(studio, agent_id, 4)


def base_of(studio: Studio, person: Person, agent_id: str) -> str:
    """Return the agent's first base; make one named after its brand when it has none."""
    services = studio.services
    if not agent_id:
        raise NothingChosen("agents.save_first")
    agent = services.store.agents.get(agent_id)
    known = {base.id for base in services.sources.bases()}
    mine = [base_id for base_id in agent.draft.knowledge.bases if base_id in known]
    if mine:
        return mine[0]
    taken = {base.name for base in services.sources.bases()}
    wanted = agent.draft.brand or agent.name
    names = [wanted, f"{wanted} · {agent.name}", f"{wanted} · {agent_id[:8]}"]
    name = next(name for name in names if name not in taken)
    made = services.sources.create_base(name, person.email, *services.embedders.default())
    choice = agent.draft.knowledge.model_copy(update={"bases": (made,)})
    draft = agent.draft.model_copy(update={"knowledge": choice})
    services.store.agents.save_draft(agent_id, draft, agent.revision, person.email)
    return made


def _notify(studio: Studio, source_id: str) -> None:
    studio.services.wake_up.notify(queues.INGESTION, source_id)


@allow("viewer")
def watch(studio: Studio, person: Person, agent_id: str) -> Guided:
    """Read again how far everything is."""
    return opened(studio, agent_id, 4)


def wire(studio: Studio, parts: Parts, show: Callable[[Guided], Any]) -> None:
    """Wire the step."""
    given = parts.knowledge

    def emptied(page: Guided) -> list[Any]:
        told = note(page.complaint) if page.complaint else ""
        return [*show(page), None, told]

    for what, handler, source in (
        (given.files.upload, upload, given.files),
        (given.keep.click, write, given.text),
        (given.add.click, add_page, given.url),
    ):
        given_now = what(
            event(studio, handler, emptied), [parts.agent_id, source],
            [*parts.filled, source, given.complaint],
        )  # fmt: skip
        if source is given.text:
            given_now.success(None, parts.at, js=STORED)
    given.timer.tick(
        event(studio, watch, partial(sources, studio)), parts.agent_id, given.sources,
        show_progress="hidden",
    )  # fmt: skip
