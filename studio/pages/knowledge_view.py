"""How the Knowledge page looks: its components, and what they show of one base."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from knowledge.base import Base, Passage, Source, StoredChunk
from knowledge.files import EXTENSIONS
from studio import why
from studio.markup import Html, join, tag
from studio.state import Studio
from studio.widgets import badge, button, card, cards, clickable, looker, note, place, table, when
from studio.wiring import knowledge_sentence

KINDS = {"ready": "good", "failed": "bad"}
CHUNKS_A_PAGE = 20


@dataclass(frozen=True)
class Opened:
    """Everything the page shows; `complaint` is what went wrong with some of the files."""

    bases: Sequence[Base]
    base_id: str
    sources: Sequence[Source] = ()
    complaint: str = ""


@dataclass(frozen=True)
class Chunks:
    """A page of a source's chunks."""

    source: Source
    chunks: Sequence[StoredChunk]
    offset: int


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    base_id: gr.State
    name: gr.Textbox
    create: gr.Button
    bases: gr.HTML
    files: gr.File
    url: gr.Textbox
    add: gr.Button
    complaint: gr.HTML
    sources: gr.HTML
    chunks: gr.HTML
    query: gr.Textbox
    search: gr.Button
    passages: gr.HTML
    timer: gr.Timer

    @property
    def watched(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.base_id, self.bases, self.sources]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    base_id, timer = gr.State(""), gr.Timer(2)
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=2, min_width=210):
            bases = clickable(elem_id="base-list")
            name = gr.Textbox(label=say("knowledge.new"), max_length=120, elem_id="base-name",
                              placeholder=say("knowledge.new_example"))  # fmt: skip
            create = gr.Button(say("knowledge.create"), elem_id="base-create")
        with gr.Column(scale=7, min_width=460):
            files, url, add = _ways_in(studio)
            complaint = place(elem_id="source-complaint")
            sources = clickable(elem_id="source-list")
            chunks = clickable(elem_id="source-chunks")
        with gr.Column(scale=4, min_width=300):
            query = gr.Textbox(label=say("knowledge.try"), info=say("knowledge.try_help"),
                               elem_id="search-box", max_length=1000)  # fmt: skip
            search = gr.Button(say("knowledge.search"), elem_id="search-go")
            passages = place(elem_id="search-found", elem_classes="as-scroll")
    return Parts(base_id, name, create, bases, files, url, add, complaint, sources, chunks,
                 query, search, passages, timer)  # fmt: skip


def _ways_in(studio: Studio) -> tuple[gr.File, gr.Textbox, gr.Button]:
    with gr.Row():
        files = gr.File(
            label=studio.say("knowledge.files"), file_count="multiple", type="filepath",
            file_types=list(EXTENSIONS), height=130, elem_id="source-files", scale=3,
        )  # fmt: skip
        with gr.Column(scale=2, min_width=200):
            url = gr.Textbox(label=studio.say("knowledge.url"), placeholder="https://",
                             max_length=2000, elem_id="source-url")  # fmt: skip
            add = gr.Button(studio.say("knowledge.add_url"), elem_id="source-add")
    return files, url, add


def shown(studio: Studio, page: Opened) -> list[Any]:
    """Return the values of `Parts.watched`."""
    return [page.base_id, bases_list(studio, page), sources_table(studio, page)]


def bases_list(studio: Studio, page: Opened) -> Html:
    """Return the bases to choose from."""
    entries = [
        card(base.name, studio.say("knowledge.holds", sources=base.sources, chunks=base.passages),
             _embedded(studio, base), action="open", subject=base.id,
             chosen=base.id == page.base_id)
        for base in page.bases
    ]  # fmt: skip
    return cards(entries, studio.say("knowledge.no_bases"))


def _embedded(studio: Studio, base: Base) -> str:
    return studio.say("strip.local") if base.provider == "local" else base.model


def sources_table(studio: Studio, page: Opened) -> Html:
    """Return the sources of the base with the state of each in words."""
    if not page.base_id:
        return note(studio.say("knowledge.choose_base"))
    if not page.sources:
        sure = studio.say("knowledge.remove_base_sure")
        gone = button(studio.say("knowledge.remove_base"), "remove_base", page.base_id, sure)
        return note(studio.say("knowledge.empty"), gone)
    head = [studio.say(f"knowledge.{key}") for key in ("source", "state")]
    rows = [_source_row(studio, source) for source in page.sources]
    return table([*head, ""], rows, "")


def _source_row(studio: Studio, source: Source) -> list[Html | str]:
    name = tag("span", source.name, class_="as-file", title=source.name)
    sure = studio.say("knowledge.remove_sure", name=source.name)
    buttons = [
        looker(studio.say("knowledge.see"), source.id) if source.version else None,
        button(studio.say("knowledge.retry"), "retry", source.id)
        if source.state in ("failed", "ready") else None,
        button(studio.say("remove"), "remove", source.id, sure)
        if source.state != "removing" else None,
    ]  # fmt: skip
    added = tag("div", f"{source.created_by} · {when(source.created_at)}", class_="as-quiet")
    return [
        join([name, added]),
        source_state(studio, source),
        tag("div", buttons, class_="as-buttons"),
    ]


def source_state(studio: Studio, source: Source) -> Html:
    """Return how far a source has been read, and why not further."""
    pill = badge(studio.say(f"state.{source.state}"), KINDS.get(source.state, "wait"))
    if source.error_code and source.state in ("failed", "ready"):
        why_not = knowledge_sentence(studio.language, source.error_code, source.error)
        return join([pill, tag("div", why_not, class_="as-complaint")])
    if source.state in ("reading", "embedding") and source.total:
        return join([pill, tag("progress", value=source.done, max=source.total),
                     f" {source.done}/{source.total}"])  # fmt: skip
    return pill


def chunks_view(studio: Studio, page: Chunks) -> Html:
    """Return a page of chunks, with where each stands."""
    source, start = page.source, page.offset
    head = tag("h3", studio.say("knowledge.chunks_of", name=source.name))
    rows = [tag("div", tag("div", _place(studio, chunk), class_="as-quiet"),
                tag("div", chunk.text, class_="as-passage-text"), class_="as-passage")
            for chunk in page.chunks]  # fmt: skip
    turns = [
        looker(studio.say("earlier"), f"{source.id}@{max(0, start - CHUNKS_A_PAGE)}")
        if start else None,
        looker(studio.say("later"), f"{source.id}@{start + CHUNKS_A_PAGE}")
        if len(page.chunks) == CHUNKS_A_PAGE else None,
    ]  # fmt: skip
    return join([head, *rows, *turns])


def _place(studio: Studio, chunk: StoredChunk) -> str:
    where = f"#{chunk.position + 1}"
    if chunk.page is not None:
        where += " · " + studio.say("place.page", number=chunk.page)
    if chunk.row is not None:
        where += " · " + studio.say("place.row", number=chunk.row)
    return f"{where} · {chunk.heading}" if chunk.heading else where


def found(studio: Studio, passages: Sequence[Passage]) -> Html:
    """Return what a search found, best first."""
    if not passages:
        return note(studio.say("knowledge.nothing_found"))
    return join(why.passage(one.place, one.score, one.text, one.heading) for one in passages)
