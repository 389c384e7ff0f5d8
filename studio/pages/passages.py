"""A source opened: its passages corrected, silenced and restored, and how often it is re-read."""

from functools import partial
from typing import Any

from actions import curated as acts
from actions.names import rename as rename_source
from actions.sources import set_refresh
from knowledge.errors import UnknownSource
from knowledge.ingest.corrections import Corrections
from store.people.people import Person
from studio.carry import aligned
from studio.errors import NothingChosen
from studio.pages.passages_view import A_PAGE, Edit, Parts, Passages, editing, shown
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Handler, Load, at_address, event, pick

CHUNK = "chunk-"  # how an address names a passage
CHANGES = {"silence": acts.silence, "restore": acts.restore}


def opened(studio: Studio, source_id: str, start: int = 0, marked: int = 0) -> Passages:
    """Read one page of a source."""
    sources = studio.services.sources
    return Passages(
        sources.get(source_id),
        sources.chunks(source_id, start, A_PAGE),
        start,
        sources.differences(source_id),
        marked,
    )


@allow("viewer")
def look(studio: Studio, person: Person, action: str, subject: str) -> Passages:
    """Show a source page by page: *subject* is `id` or `id@offset`."""
    source_id, _, offset = subject.partition("@")
    return opened(studio, source_id, int(offset) if offset.isdecimal() else 0)


@allow("viewer")
def at(studio: Studio, person: Person, wanted: str) -> Passages:
    """Show the passage that the page's address names, if it is still there."""
    number = wanted.removeprefix(CHUNK)
    if not wanted.startswith(CHUNK) or not number.isdecimal():
        return Passages()
    try:
        return _around(studio, int(number))
    except UnknownSource:  # read again since: its passages have other numbers
        return Passages()


def _around(studio: Studio, chunk_id: int) -> Passages:
    chunk = studio.services.sources.chunk(chunk_id)
    start = chunk.position // A_PAGE * A_PAGE
    return opened(studio, chunk.source_id, start, chunk_id)


@allow("editor")
def change(studio: Studio, person: Person, action: str, subject: str) -> tuple[Passages, Edit]:
    """Silence or restore a passage, or begin to correct it."""
    if not subject.isdecimal():
        return Passages(), Edit()
    chunk_id = int(subject)
    if action == "edit":
        text = studio.services.sources.chunk(chunk_id).text
        return _around(studio, chunk_id), Edit(chunk_id, text)
    if action in CHANGES:
        CHANGES[action](studio.services, corrections_of(studio), person.actor, chunk_id)
    return _around(studio, chunk_id), Edit()


@allow("editor")
def correct(studio: Studio, person: Person, chunk_id: int, text: str) -> tuple[Passages, Edit]:
    """Have a passage say something else; it does so after the source is read again, too."""
    if not chunk_id:
        raise NothingChosen("passage.choose_first")
    given = (studio.services, corrections_of(studio), person.actor)
    acts.correct(*given, int(chunk_id), text or "")
    return _around(studio, int(chunk_id)), Edit()


@allow("viewer")
def cancel(studio: Studio, person: Person) -> Edit:
    """Leave the passage as it is."""
    return Edit()


@allow("editor")
def refresh(studio: Studio, person: Person, source_id: str, hours: int | None) -> Passages:
    """Have a page or site read again every so many hours; 0 never."""
    if not source_id:
        raise NothingChosen("passage.choose_first")
    set_refresh(studio.services, person.actor, source_id, int(hours or 0))
    return opened(studio, source_id)


@allow("editor")
def rename(studio: Studio, person: Person, source_id: str, name: str) -> Passages:
    """Call a source something else, as citations then say."""
    if not source_id:
        raise NothingChosen("passage.choose_first")
    rename_source(studio.services, person.actor, source_id, name or "")
    return opened(studio, source_id)


def corrections_of(studio: Studio) -> Corrections:
    """Return where corrections are kept."""
    return Corrections(studio.services.database, aligned(studio))


def wire(studio: Studio, load: Load, parts: Parts, sources: Any) -> Handler:
    """Wire the panel below *sources*; return what shows one of them."""
    show = partial(shown, studio)

    def both(found: tuple[Passages, Edit]) -> list[Any]:
        return [*show(found[0]), *editing(found[1])]

    everything = [*parts.filled, *parts.edited]
    load(at_address(studio, at, "base", show), None, parts.filled, show_progress="hidden")
    looking = pick(studio, look, show)
    sources.select(looking, None, parts.filled)
    parts.listed.select(looking, None, parts.filled)
    parts.listed.click(pick(studio, change, both), None, everything)
    parts.save.click(
        event(studio, correct, both, "passage.saved"), [parts.chunk_id, parts.text], everything
    )
    parts.cancel.click(event(studio, cancel, editing), None, parts.edited, show_progress="hidden")
    parts.refresh.input(
        event(studio, refresh, show, "refresh.saved"),
        [parts.source_id, parts.refresh],
        parts.filled,
    )
    parts.rename.click(
        event(studio, rename, show, "refresh.saved"), [parts.source_id, parts.name], parts.filled
    )
    return looking
