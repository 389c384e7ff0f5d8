"""Knowledge: bases, what is in them and how far it has been read, its chunks, and a search."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from actions import effects, names
from actions import sources as acts
from actions.services import Services
from agent.actor import Actor
from knowledge.base import Passage
from knowledge.errors import KnowledgeError, UnknownSource
from knowledge.parsing.loaders import read_document
from knowledge.parsing.splitter import split
from knowledge.states import Effect, OnSame
from store.people.people import Person
from studio.errors import NothingChosen
from studio.pages import answers, measuring, passages
from studio.pages.knowledge_view import (
    Opened,
    Parts,
    found,
    layout,
    shown,
)
from studio.pages.ways_view import Previewed, previewed
from studio.roles import allow
from studio.state import Studio
from studio.uploads import uploaded
from studio.widgets import note
from studio.wiring import Load, at_address, event, pick, sentence

MOST_FILES = 20
OF_SOURCES: dict[str, Callable[[Services, Actor, str], None]] = {
    "retry": acts.reread,
    "at_once": partial(effects.set_effect, effect=Effect.AT_ONCE),
    "release": partial(effects.set_effect, effect=Effect.RELEASE),
    "let_through": effects.let_through,
    "turn_down": effects.turn_down,
}
CHANGES = {
    "rebuild": acts.rebuild,
    "stop_rebuild": acts.stop_rebuild,
}


def opened(studio: Studio, base_id: str) -> Opened:
    """Read everything the page shows."""
    sources = studio.services.sources
    bases = sources.bases()
    known = {base.id for base in bases}
    chosen = base_id if base_id in known else next((base.id for base in bases), "")
    if not chosen:
        return Opened(bases, "")
    base = next(base for base in bases if base.id == chosen)
    wanted = studio.services.embedders.default()
    better = "" if wanted == (base.provider, base.model, base.dimension) else wanted[1]
    return Opened(
        bases,
        chosen,
        sources.list(chosen),
        better=better,
        rebuild=studio.services.rebuilds.progress(chosen),
        users=acts.users(studio.services, chosen),
    )


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Opened:
    """The page opens with the base, or the passage's base, in the address; else with the first."""
    number = wanted.removeprefix(passages.CHUNK)
    if number == wanted or not number.isdecimal():
        return opened(studio, wanted)
    sources = studio.services.sources
    try:
        return opened(studio, sources.get(sources.chunk(int(number)).source_id).base_id)
    except UnknownSource:
        return opened(studio, "")


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
    return opened(studio, acts.new_base(studio.services, person.actor, name or ""))


@allow("editor")
def rename(studio: Studio, person: Person, base_id: str, name: str) -> Opened:
    """Call the base something else."""
    names.rename_base(studio.services, person.actor, _base(base_id), name or "")
    return opened(studio, base_id)


@allow("editor")
def upload(studio: Studio, person: Person, base_id: str, paths: Sequence[str] | None) -> Opened:
    """Add files; one that cannot be added is named and harms no other."""
    return _upload(studio, person, base_id, paths, OnSame.ASK)


@allow("editor")
def replace_same(
    studio: Studio, person: Person, base_id: str, paths: Sequence[str] | None
) -> Opened:
    """Put files in the place of those of the same names."""
    return _upload(studio, person, base_id, paths, OnSame.REPLACE)


@allow("editor")
def keep_both(studio: Studio, person: Person, base_id: str, paths: Sequence[str] | None) -> Opened:
    """Add files beside those of the same names."""
    return _upload(studio, person, base_id, paths, OnSame.BOTH)


def _upload(
    studio: Studio, person: Person, base_id: str, paths: Sequence[str] | None, on_same: OnSame
) -> Opened:
    done = uploaded(studio, person, _base(base_id), (paths or ())[:MOST_FILES], on_same)
    return replace(opened(studio, base_id), complaint=done.complaint, same=done.same)


def _asked(page: Opened) -> Previewed:
    """The question what becomes of files whose names are there already."""
    return Previewed(page.same, same=tuple(Path(path).name for path in page.same))


def _preview(studio: Studio, paths: Sequence[str] | None) -> Previewed:
    """Read and divide files without keeping them, so that one sees what would be found."""
    files, complaints, kept = [], [], []
    for path in [Path(one) for one in (paths or ())[:MOST_FILES]]:
        try:
            files.append((path.name, split(read_document(path, path.name))))
            kept.append(str(path))
        except KnowledgeError as error:
            path.unlink(missing_ok=True)
            complaints.append(f"{path.name}: {sentence(studio, error)}")
    return Previewed(tuple(kept), tuple(files), " ".join(complaints))


@allow("editor")
def arrive(
    studio: Studio, person: Person, base_id: str, paths: Sequence[str] | None, look: bool
) -> tuple[Opened, Previewed]:
    """Add files that were just uploaded; or show first what they would be divided into."""
    if look:
        return opened(studio, base_id), _preview(studio, paths)
    page = _upload(studio, person, base_id, paths, OnSame.ASK)
    return page, _asked(page)


@allow("editor")
def drop(studio: Studio, person: Person, paths: Sequence[str]) -> Previewed:
    """Forget files that were only looked at."""
    for path in paths or ():
        Path(path).unlink(missing_ok=True)
    return Previewed()


@allow("editor")
def add_page(
    studio: Studio, person: Person, base_id: str, url: str, whole: bool = False, pages: float = 50
) -> Opened:
    """Add a page of the web, or the site it begins."""
    given = (studio.services, person.actor, _base(base_id), (url or "").strip())
    if whole:
        acts.add_site(*given, pages=int(pages or 1))
    else:
        acts.add_url(*given)
    return opened(studio, base_id)


@allow("editor")
def write(studio: Studio, person: Person, base_id: str, title: str, text: str) -> Opened:
    """Add a text that was typed or pasted."""
    name = (title or "").strip() or studio.say("way.text_name")
    acts.add_text(studio.services, person.actor, _base(base_id), name, text or "")
    return opened(studio, base_id)


@allow("editor")
def pair(studio: Studio, person: Person, base_id: str, title: str, text: str) -> Opened:
    """Add questions with their answers."""
    name = (title or "").strip() or studio.say("way.pairs_name")
    acts.add_pairs(studio.services, person.actor, _base(base_id), name, text or "")
    return opened(studio, base_id)


@allow("editor")
def change(studio: Studio, person: Person, action: str, subject: str) -> Opened:
    """Change a source or remove it, remove an empty base, or embed a base anew.

    Behind what is to be removed stand the agents that were named beside it: `id@agent,agent`.
    """
    services, (named, _, known) = studio.services, subject.partition("@")
    is_source = action == "remove" or action in OF_SOURCES
    base_id = services.sources.get(named).base_id if is_source else named
    if action == "remove":
        acts.remove(services, person.actor, named, known.split(","))
    elif action == "remove_base":
        acts.remove_base(services, person.actor, named, known.split(","))
    elif action in OF_SOURCES:
        OF_SOURCES[action](services, person.actor, named)
    elif action in CHANGES:
        CHANGES[action](services, person.actor, named)
    return opened(studio, base_id)


@allow("viewer")
def search(studio: Studio, person: Person, base_id: str, query: str) -> list[Passage]:
    """Search as an agent would."""
    if not (query or "").strip():
        raise NothingChosen("knowledge.write_question")
    return studio.answering.retriever.search(query, [_base(base_id)], top_k=6)


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
    parts.rename.click(
        event(studio, rename, lambda page: [*show(page), ""]),
        [parts.base_id, parts.name],
        [*parts.watched, parts.name],
    )
    _wire_sources(studio, parts)
    gr.on(
        [parts.search.click, parts.query.submit],
        event(studio, search, partial(found, studio)),
        [parts.base_id, parts.query],
        parts.found,
    )
    passages.wire(studio, load, parts.passages, parts.sources)
    answers.wire(studio, parts.answers, parts.base_id)
    measuring.wire(studio, parts.measuring, parts.base_id)


def _wire_sources(studio: Studio, parts: Parts) -> None:
    show = partial(shown, studio)

    def arrived(came: tuple[Opened, Previewed]) -> list[Any]:
        page, seen = came
        told = note(page.complaint) if page.complaint else ""
        return [*show(page), None, told, *previewed(studio, seen)]

    def kept(page: Opened) -> list[Any]:
        came = (page, _asked(page))
        return arrived(came)[:3] + arrived(came)[4:]

    ways = parts.ways
    ways.files.upload(
        event(studio, arrive, arrived),
        [parts.base_id, ways.files, ways.check],
        [*parts.watched, ways.files, parts.complaint, *ways.previewed],
    )
    for button, settle in (
        (ways.keep, upload),
        (ways.replace, replace_same),
        (ways.both, keep_both),
    ):
        button.click(
            event(studio, settle, kept),
            [parts.base_id, ways.paths],
            [*parts.watched, parts.complaint, *ways.previewed],
        )
    ways.drop.click(event(studio, drop, partial(previewed, studio)), ways.paths, ways.previewed)
    for clicked, handler, given in (
        (ways.add.click, add_page, [ways.url, ways.whole, ways.pages]),
        (ways.write.click, write, [ways.text, ways.title]),
        (ways.pair.click, pair, [ways.pairs, ways.pairs_title]),
    ):
        values = [given[0], *given[1:]] if handler is add_page else [given[1], given[0]]
        clicked(
            event(studio, handler, lambda page: [*show(page), ""]),
            [parts.base_id, *values],
            [*parts.watched, given[0]],
        )
    # One list, two kinds of buttons: looking is for everybody, changing for editors.
    parts.sources.click(pick(studio, change, show), None, parts.watched)
