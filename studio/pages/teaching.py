"""The guided path's fourth step: what the agent is given to know."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from actions import sources as acts
from store.people.people import Person
from studio.errors import NothingChosen
from studio.pages.guide_layout import Parts
from studio.pages.guide_view import Guided, sources
from studio.pages.guided import opened
from studio.roles import allow
from studio.state import Studio
from studio.uploads import uploaded
from studio.widgets import note
from studio.wiring import STORED, event

MOST_FILES = 20


@allow("editor")
def upload(studio: Studio, person: Person, agent_id: str, paths: Sequence[str] | None) -> Guided:
    """Give the agent files; one that cannot be added is named and harms no other."""
    done = uploaded(studio, person, _own(agent_id), (paths or ())[:MOST_FILES])
    same = [studio.say("same.here", name=Path(path).name) for path in done.same]
    for path in done.same:
        Path(path).unlink(missing_ok=True)
    return opened(studio, agent_id, 4, " ".join([done.complaint, *same]).strip())


@allow("editor")
def write(studio: Studio, person: Person, agent_id: str, text: str) -> Guided:
    """Give the agent what somebody typed."""
    if not (text or "").strip():
        raise NothingChosen("guide.knowledge.write_first")
    own = _own(agent_id)
    number = len(acts.of_agent(studio.services, agent_id)) + 1
    name = studio.say("guide.knowledge.text_name", number=number)
    acts.add_text(studio.services, person.actor, own, name, text)
    return opened(studio, agent_id, 4)


@allow("editor")
def add_page(studio: Studio, person: Person, agent_id: str, url: str) -> Guided:
    """Give the agent a page of the web."""
    acts.add_url(studio.services, person.actor, _own(agent_id), (url or "").strip())
    return opened(studio, agent_id, 4)


def _own(agent_id: str) -> acts.OwnBase:
    if not agent_id:
        raise NothingChosen("agents.save_first")
    return acts.OwnBase(agent_id)


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
            event(studio, handler, emptied),
            [parts.agent_id, source],
            [*parts.filled, source, given.complaint],
        )
        if source is given.text:
            given_now.success(None, parts.at, js=STORED)
    given.timer.tick(
        event(studio, watch, partial(sources, studio)),
        parts.agent_id,
        given.sources,
        show_progress="hidden",
    )
