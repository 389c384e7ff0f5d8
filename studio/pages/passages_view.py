"""How a source looks opened: its passages, each to be corrected or silenced, and its changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from knowledge.base import Chunk, Difference, Source, StoredChunk
from knowledge.states import PAGES, SourceKind
from studio.markup import Content, Html, join, tag
from studio.pages import answer_fields
from studio.state import Studio
from studio.widgets import badge, button, clickable, looker, when

A_PAGE = 20
HOURS = (0, 6, 24, 168)  # how often a page or site is read again
LINES_SHOWN = 12  # of what a re-read found changed


@dataclass(frozen=True)
class Passages:
    """A page of a source's passages; `marked` is the one that was come for."""

    source: Source | None = None
    chunks: Sequence[StoredChunk] = ()
    offset: int = 0
    differences: Sequence[Difference] = ()
    marked: int = 0


@dataclass(frozen=True)
class Edit:
    """A passage about to be corrected, or nothing."""

    chunk_id: int = 0
    text: str = ""


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    source_id: gr.State
    chunk_id: gr.State
    listed: gr.HTML
    refresh: gr.Dropdown
    name: gr.Textbox
    rename: gr.Button
    form: gr.Group
    text: gr.Textbox
    save: gr.Button
    cancel: gr.Button

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.source_id, self.refresh, self.name, self.rename, self.listed]

    @property
    def edited(self) -> list[Any]:
        """What `editing` fills, in its order."""
        return [self.form, self.chunk_id, self.text]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    source_id, chunk_id = gr.State(""), gr.State(0)
    with gr.Group(visible=False, elem_id="passage-form") as form:
        text = gr.Textbox(
            label=say("passage.text"),
            info=say("passage.text_help"),
            lines=5,
            max_lines=12,
            max_length=8000,
            elem_id="passage-text",
        )
        cancel, save = answer_fields.cancel_or_save(studio, "passage.save", "passage-save")
    refresh = gr.Dropdown(
        [(say(f"refresh.{hours}"), hours) for hours in HOURS],
        label=say("refresh.title"),
        visible=False,
        filterable=False,
        elem_id="source-refresh",
    )
    with gr.Row(elem_classes="as-turns"):
        name = gr.Textbox(
            label=say("knowledge.rename"),
            info=say("knowledge.rename_help"),
            max_length=300,
            visible=False,
            elem_id="source-name",
        )
        rename = gr.Button(
            say("knowledge.rename_save"), visible=False, scale=0, elem_id="source-rename"
        )
    listed = clickable(elem_id="source-chunks")
    return Parts(source_id, chunk_id, listed, refresh, name, rename, form, text, save, cancel)


def shown(studio: Studio, page: Passages) -> list[Any]:
    """Return the values of `Parts.filled`."""
    source = page.source
    reads_again = source is not None and source.kind in PAGES
    hours = source.refresh_hours if source else 0
    known = hours if hours in HOURS else None
    has_name = source is not None and source.kind != SourceKind.CURATED
    return [
        source.id if source else "",
        gr.Dropdown(visible=reads_again, value=known),
        gr.Textbox(visible=has_name, value=source.name if source else ""),
        gr.Button(visible=has_name),
        passages_view(studio, page),
    ]


def editing(edit: Edit) -> list[Any]:
    """Return the values of `Parts.edited`."""
    return [gr.Group(visible=edit.chunk_id > 0), edit.chunk_id, edit.text]


def passages_view(studio: Studio, page: Passages) -> Html:
    """Return a page of passages, with where each stands and what can be done to it."""
    source, start = page.source, page.offset
    if source is None:
        return Html()
    head = tag("h3", studio.say("knowledge.chunks_of", name=source.name))
    rows = [_passage(studio, source, chunk, page.marked) for chunk in page.chunks]
    turns = [
        looker(studio.say("earlier"), f"{source.id}@{max(0, start - A_PAGE)}") if start else None,
        looker(studio.say("later"), f"{source.id}@{start + A_PAGE}")
        if len(page.chunks) == A_PAGE
        else None,
    ]
    return join([head, differences_view(studio, page.differences), *rows, *turns])


def _passage(studio: Studio, source: Source, chunk: StoredChunk, marked: int) -> Html:
    marks = [
        badge(studio.say("passage.silenced"), "bad") if chunk.silenced else None,
        badge(studio.say("passage.corrected"), "wait")
        if chunk.fingerprint and not chunk.silenced
        else None,
    ]
    buttons = _buttons(studio, chunk) if source.kind != SourceKind.CURATED else []
    kind = "as-passage" + (" marked" if chunk.id == marked else "")
    return tag(
        "div",
        tag(
            "div",
            tag("span", place_of(studio, chunk), " ", marks, class_="as-quiet"),
            tag("span", buttons),
            class_="as-passage-head",
        ),
        tag(
            "div",
            chunk.text,
            class_="as-passage-text gone" if chunk.silenced else "as-passage-text",
        ),
        class_=kind,
    )


def _buttons(studio: Studio, chunk: StoredChunk) -> list[Html]:
    if chunk.silenced:
        return [button(studio.say("passage.restore"), "restore", chunk.id)]
    back = [button(studio.say("passage.restore"), "restore", chunk.id)] if chunk.fingerprint else []
    return [
        button(studio.say("passage.correct"), "edit", chunk.id),
        button(studio.say("passage.silence"), "silence", chunk.id),
        *back,
    ]


def place_of(studio: Studio, chunk: StoredChunk | Chunk) -> str:
    """Return where a passage stands, in words."""
    where = f"#{chunk.position + 1}"
    if chunk.page is not None:
        where += " · " + studio.say("place.page", number=chunk.page)
    if chunk.row is not None:
        where += " · " + studio.say("place.row", number=chunk.row)
    return f"{where} · {chunk.heading}" if chunk.heading else where


def differences_view(studio: Studio, found: Sequence[Difference]) -> Html | None:
    """Return what the last re-read found changed."""
    if not found:
        return None
    last = found[0]
    lines: list[Content] = [tag("del", line) for line in last.removed[:LINES_SHOWN]]
    lines += [tag("ins", line) for line in last.added[:LINES_SHOWN]]
    hidden = max(0, len(last.removed) - LINES_SHOWN) + max(0, len(last.added) - LINES_SHOWN)
    rest = last.more + hidden
    more = studio.say("difference.more", count=rest) if rest else ""
    title = studio.say("difference.title", when=when(last.found_at))
    return tag(
        "details",
        tag("summary", title),
        tag("div", [tag("div", line) for line in lines], more, class_="as-diff"),
        class_="as-step",
    )
