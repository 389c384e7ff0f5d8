"""Knowledge: bases, what is in them and how far it has been read, its chunks, and a search."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from agent import queues
from agent.store.people import Person
from knowledge.base import Passage
from knowledge.errors import KnowledgeError
from studio.errors import NothingChosen
from studio.pages.knowledge_view import (
    CHUNKS_A_PAGE,
    Chunks,
    Opened,
    Parts,
    chunks_view,
    found,
    layout,
    shown,
)
from studio.roles import allow
from studio.state import Studio
from studio.widgets import note
from studio.wiring import Load, at_address, event, pick, sentence

MOST_FILES = 20


def opened(studio: Studio, base_id: str) -> Opened:
    """Read everything the page shows."""
    sources = studio.services.sources
    bases = sources.bases()
    known = {base.id for base in bases}
    chosen = base_id if base_id in known else next((base.id for base in bases), "")
    return Opened(bases, chosen, sources.list(chosen) if chosen else ())


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Opened:
    """The page opens with the base in the address, else with the first."""
    return opened(studio, wanted)


@allow("viewer")
def watch(studio: Studio, person: Person, base_id: str) -> Opened:
    """Read again how far everything is."""
    return opened(studio, base_id)


@allow("viewer")
def choose(studio: Studio, person: Person, action: str, base_id: str) -> Opened:
    """Open another base."""
    return opened(studio, base_id)


@allow("editor")
def create(studio: Studio, person: Person, name: str) -> Opened:
    """Make a base for the embeddings in force."""
    embeddings = studio.services.embedders.default()
    made = studio.services.sources.create_base((name or "").strip(), person.email, *embeddings)
    studio.services.audit.note(person.email, "base created", made, name or "")
    return opened(studio, made)


@allow("editor")
def upload(studio: Studio, person: Person, base_id: str, paths: Sequence[str] | None) -> Opened:
    """Add files; one that cannot be added is named and harms no other."""
    complaints = []
    for path in [Path(one) for one in (paths or ())[:MOST_FILES]]:
        try:
            with path.open("rb") as data:
                _added(studio, person, studio.services.sources.add_file(
                    _base(base_id), path.name, data, person.email))  # fmt: skip
        except KnowledgeError as error:
            complaints.append(f"{path.name}: {sentence(studio, error)}")
        finally:
            path.unlink(missing_ok=True)
    return replace(opened(studio, base_id), complaint=" ".join(complaints))


@allow("editor")
def add_page(studio: Studio, person: Person, base_id: str, url: str) -> Opened:
    """Add a page of the web."""
    source_id = studio.services.sources.add_url(_base(base_id), (url or "").strip(), person.email)
    _added(studio, person, source_id)
    return opened(studio, base_id)


def _added(studio: Studio, person: Person, source_id: str) -> None:
    studio.services.doorbell.ring(queues.INGESTION, source_id)
    studio.services.audit.note(person.email, "source added", source_id)


@allow("editor")
def change(studio: Studio, person: Person, action: str, subject: str) -> Opened:
    """Read a source again, remove it, or remove an empty base."""
    sources, ring = studio.services.sources, studio.services.doorbell.ring
    base_id = "" if action == "remove_base" else sources.get(subject).base_id
    if action == "remove":
        sources.mark_removing(subject)
        ring(queues.REMOVAL, subject)
    elif action == "retry":
        sources.retry(subject)
        ring(queues.INGESTION, subject)
    elif action == "remove_base":
        sources.remove_base(subject)
    studio.services.audit.note(person.email, f"source {action}", subject)
    return opened(studio, base_id)


@allow("viewer")
def look(studio: Studio, person: Person, action: str, subject: str) -> Chunks:
    """Show the chunks of a source, page by page: *subject* is `id` or `id@offset`."""
    source_id, _, offset = subject.partition("@")
    start = int(offset) if offset.isdecimal() else 0
    listed = studio.services.sources.chunks(source_id, start, CHUNKS_A_PAGE)
    return Chunks(studio.services.sources.get(source_id), listed, start)


@allow("viewer")
def search(studio: Studio, person: Person, base_id: str, query: str) -> list[Passage]:
    """Search as an agent would."""
    if not (query or "").strip():
        raise NothingChosen("knowledge.write_question")
    return studio.answering.library.search(query, [_base(base_id)], top_k=6)


def _base(base_id: str) -> str:
    if not base_id:
        raise NothingChosen("knowledge.choose_base")
    return base_id


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    load(at_address(studio, first, "base", show), None, parts.watched)
    parts.timer.tick(
        event(studio, watch, show), parts.base_id, parts.watched, show_progress="hidden"
    )
    parts.bases.click(pick(studio, choose, show), None, parts.watched)
    gr.on(
        [parts.create.click, parts.name.submit],
        event(studio, create, lambda page: [*show(page), ""]),
        parts.name,
        [*parts.watched, parts.name],
    )
    _wire_sources(studio, parts)
    gr.on(
        [parts.search.click, parts.query.submit],
        event(studio, search, partial(found, studio)),
        [parts.base_id, parts.query],
        parts.passages,
    )


def _wire_sources(studio: Studio, parts: Parts) -> None:
    show = partial(shown, studio)

    def uploaded(page: Opened) -> list[Any]:
        return [*show(page), None, note(page.complaint) if page.complaint else ""]

    parts.files.upload(
        event(studio, upload, uploaded),
        [parts.base_id, parts.files],
        [*parts.watched, parts.files, parts.complaint],
    )
    parts.add.click(
        event(studio, add_page, lambda page: [*show(page), ""]),
        [parts.base_id, parts.url],
        [*parts.watched, parts.url],
    )
    # One list, two kinds of buttons: looking is for everybody, changing for editors.
    parts.sources.click(pick(studio, change, show), None, parts.watched)
    parts.sources.select(pick(studio, look, partial(chunks_view, studio)), None, parts.chunks)
    parts.chunks.select(pick(studio, look, partial(chunks_view, studio)), None, parts.chunks)
