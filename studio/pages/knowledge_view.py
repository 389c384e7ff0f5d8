"""How the Knowledge page looks: its components, and what they show of one base."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from knowledge.base import Base, Chunk, Passage, Source
from knowledge.files import EXTENSIONS
from studio import why
from studio.markup import Html, join, tag
from studio.pages import answers_view, measuring_view, passages_view
from studio.state import Studio
from studio.widgets import badge, button, card, cards, clickable, looker, note, place, table, when
from studio.wiring import knowledge_sentence

KINDS = {"ready": "good", "failed": "bad"}
PREVIEWED = 8  # chunks of a file that are shown before it is kept


@dataclass(frozen=True)
class Opened:
    """Everything the page shows; `complaint` is what went wrong with some of the files."""

    bases: Sequence[Base]
    base_id: str
    sources: Sequence[Source] = ()
    complaint: str = ""


@dataclass(frozen=True)
class Previewed:
    """Files that were read and divided, but are not in the base yet."""

    paths: tuple[str, ...] = ()
    files: tuple[tuple[str, Sequence[Chunk]], ...] = ()  # (name, its chunks)
    complaint: str = ""


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    base_id: gr.State
    name: gr.Textbox
    create: gr.Button
    bases: gr.HTML
    ways: "WaysIn"
    complaint: gr.HTML
    sources: gr.HTML
    passages: passages_view.Parts
    answers: answers_view.Parts
    measuring: measuring_view.Parts
    query: gr.Textbox
    search: gr.Button
    found: gr.HTML
    timer: gr.Timer

    @property
    def watched(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.base_id, self.bases, self.sources]


@dataclass(frozen=True)
class WaysIn:
    """How something comes into a base."""

    files: gr.File
    check: gr.Checkbox
    paths: gr.State
    preview: gr.HTML
    keep: gr.Button
    drop: gr.Button
    url: gr.Textbox
    whole: gr.Checkbox
    pages: gr.Number
    add: gr.Button
    title: gr.Textbox
    text: gr.Textbox
    write: gr.Button
    pairs_title: gr.Textbox
    pairs: gr.Textbox
    pair: gr.Button

    @property
    def previewed(self) -> list[Any]:
        """What `previewed` fills, in its order."""
        return [self.paths, self.preview, self.keep, self.drop]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    base_id, timer = gr.State(""), gr.Timer(2)
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=2, min_width=200):
            bases = clickable(elem_id="base-list")
            name = gr.Textbox(label=say("knowledge.new"), max_length=120, elem_id="base-name",
                              placeholder=say("knowledge.new_example"))  # fmt: skip
            create = gr.Button(say("knowledge.create"), elem_id="base-create")
        with gr.Column(scale=7, min_width=460), gr.Tabs():
            with gr.Tab(say("knowledge.tab_sources")):
                ways = _ways_in(studio)
                complaint = place(elem_id="source-complaint")
                sources = clickable(elem_id="source-list")
                passages = passages_view.layout(studio)
            with gr.Tab(say("knowledge.tab_answers"), elem_id="answers-tab") as answers_tab:
                answers = answers_view.layout(studio, answers_tab)
            with gr.Tab(say("knowledge.tab_measure"), elem_id="measure-tab") as measure_tab:
                measuring = measuring_view.layout(studio, measure_tab)
        with gr.Column(scale=4, min_width=280):
            query = gr.Textbox(label=say("knowledge.try"), info=say("knowledge.try_help"),
                               elem_id="search-box", max_length=1000)  # fmt: skip
            search = gr.Button(say("knowledge.search"), elem_id="search-go")
            found = place(elem_id="search-found", elem_classes="as-scroll as-lower")
    return Parts(base_id, name, create, bases, ways, complaint, sources, passages, answers,
                 measuring, query, search, found, timer)  # fmt: skip


def _ways_in(studio: Studio) -> WaysIn:
    with gr.Tabs(elem_classes="as-ways"):
        with gr.Tab(studio.say("way.files")):
            files = _files(studio)
        with gr.Tab(studio.say("way.page")):
            page = _page(studio)
        with gr.Tab(studio.say("way.text")):
            text = _written(studio, "text")
        with gr.Tab(studio.say("way.pairs")):
            pairs = _written(studio, "pairs")
    return WaysIn(*files, *page, *text, *pairs)


def _files(studio: Studio) -> tuple[Any, ...]:
    say = studio.say
    files = gr.File(
        label=say("knowledge.files"), file_count="multiple", type="filepath",
        file_types=list(EXTENSIONS), height=120, elem_id="source-files",
    )  # fmt: skip
    check = gr.Checkbox(label=say("preview.check"), elem_id="preview-check", container=False)
    paths = gr.State(())
    preview = place(elem_id="preview-chunks")
    with gr.Row(elem_classes="as-turns"):
        drop = gr.Button(say("preview.drop"), visible=False, scale=0, min_width=120)
        keep = gr.Button(say("preview.keep"), visible=False, scale=0, min_width=180,
                         variant="primary", elem_id="preview-keep")  # fmt: skip
    return files, check, paths, preview, keep, drop


def _page(studio: Studio) -> tuple[Any, ...]:
    say = studio.say
    with gr.Group():
        url = gr.Textbox(label=say("knowledge.url"), placeholder="https://", max_length=2000,
                         elem_id="source-url")  # fmt: skip
        with gr.Row():
            whole = gr.Checkbox(label=say("way.whole"), info=say("way.whole_help"),
                                elem_id="source-whole", scale=3)  # fmt: skip
            pages = gr.Number(50, label=say("way.pages"), minimum=1, maximum=500, step=1, scale=1)
    add = gr.Button(say("knowledge.add_url"), elem_id="source-add")
    return url, whole, pages, add


def _written(studio: Studio, kind: str) -> tuple[Any, ...]:
    with gr.Group():
        title = gr.Textbox(label=studio.say("way.name"), max_length=120,
                           placeholder=studio.say(f"way.{kind}_name"))  # fmt: skip
        text = gr.Textbox(
            label=studio.say(f"way.{kind}"), lines=4, max_lines=12, max_length=500_000,
            placeholder=studio.say(f"way.{kind}_example"), elem_id=f"source-{kind}",
        )  # fmt: skip
    add = gr.Button(studio.say("way.add"), elem_id=f"source-{kind}-add")
    return title, text, add


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
    children = {source.id for source in page.sources if source.parent_id}
    ordered = [
        one
        for source in page.sources
        if source.id not in children
        for one in (source, *(part for part in page.sources if part.parent_id == source.id))
    ]
    rows = [_source_row(studio, source) for source in ordered]
    return table([*head, ""], rows, "")


def _source_row(studio: Studio, source: Source) -> list[Html | str]:
    mark = "↳ " if source.parent_id else ""
    name = tag("span", mark, source.name, class_="as-file", title=source.name)
    sure = studio.say("knowledge.remove_sure", name=source.name)
    buttons = [
        looker(studio.say("knowledge.see"), source.id) if source.version else None,
        button(studio.say("knowledge.retry"), "retry", source.id)
        if source.state in ("failed", "ready") and source.kind != "curated" else None,
        button(studio.say("remove"), "remove", source.id, sure)
        if source.state != "removing" and source.kind != "curated" else None,
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
    if source.gone_at:
        return join([pill, badge(studio.say("state.gone"), "wait")])
    if source.refresh_hours:
        again = studio.say("refresh.every", hours=source.refresh_hours)
        return join([pill, tag("div", again, class_="as-quiet")])
    return pill


def previewed(studio: Studio, page: Previewed) -> list[Any]:
    """Return the values of `WaysIn.previewed`."""
    waiting = bool(page.files)
    told = note(page.complaint) if page.complaint else None
    files = [_previewed(studio, name, chunks) for name, chunks in page.files]
    return [page.paths, join([told, *files]), gr.Button(visible=waiting),
            gr.Button(visible=waiting)]  # fmt: skip


def _previewed(studio: Studio, name: str, chunks: Sequence[Chunk]) -> Html:
    rows = [
        tag("div", tag("div", passages_view.place_of(studio, chunk), class_="as-quiet"),
            tag("div", chunk.text, class_="as-passage-text"), class_="as-passage")
        for chunk in chunks[:PREVIEWED]
    ]  # fmt: skip
    title = studio.say("preview.title", name=name, count=len(chunks))
    left = len(chunks) - PREVIEWED
    more = tag("p", studio.say("preview.more", count=left), class_="as-quiet") if left > 0 else None
    return tag("details", tag("summary", title), rows, more, open=True, class_="as-step")


def found(studio: Studio, passages: Sequence[Passage]) -> Html:
    """Return what a search found, best first."""
    if not passages:
        return note(studio.say("knowledge.nothing_found"))
    return join(why.passage(one.place, one.score, one.text, one.heading) for one in passages)
