"""How something comes into a base: files looked at or kept at once, pages, sites, texts, pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from knowledge.base import Chunk
from studio.markup import Html, join, tag
from studio.pages.passages_view import place_of
from studio.state import Studio
from studio.widgets import note, place

PREVIEWED = 8  # chunks of a file that are shown before it is kept


@dataclass(frozen=True)
class Previewed:
    """Files that were read and divided, but are not in the base yet."""

    paths: tuple[str, ...] = ()
    files: tuple[tuple[str, Sequence[Chunk]], ...] = ()  # (name, its chunks)
    complaint: str = ""
    same: tuple[str, ...] = ()  # names that sources of the base have already


@dataclass(frozen=True)
class WaysIn:
    """How something comes into a base."""

    files: gr.File
    check: gr.Checkbox
    paths: gr.State
    preview: gr.HTML
    keep: gr.Button
    drop: gr.Button
    replace: gr.Button
    both: gr.Button
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
        return [self.paths, self.preview, self.keep, self.drop, self.replace, self.both]


def layout(studio: Studio) -> WaysIn:
    """Place the components."""
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
        label=say("knowledge.files"),
        file_count="multiple",
        type="filepath",
        height=140,
        elem_id="source-files",
    )
    check = gr.Checkbox(label=say("preview.check"), elem_id="preview-check", container=False)
    paths = gr.State(())
    preview = place(elem_id="preview-chunks")
    with gr.Row(elem_classes="as-turns"):
        drop = gr.Button(say("preview.drop"), visible=False, scale=0, min_width=120)
        keep = gr.Button(
            say("preview.keep"),
            visible=False,
            scale=0,
            min_width=180,
            variant="primary",
            elem_id="preview-keep",
        )
        both = gr.Button(say("same.both"), visible=False, elem_id="same-both")
        replace = gr.Button(
            say("same.replace"), visible=False, variant="primary", elem_id="same-replace"
        )
    return files, check, paths, preview, keep, drop, replace, both


def _page(studio: Studio) -> tuple[Any, ...]:
    say = studio.say
    with gr.Group():
        url = gr.Textbox(
            label=say("knowledge.url"),
            placeholder="https://",
            max_length=2000,
            elem_id="source-url",
        )
        with gr.Row():
            whole = gr.Checkbox(
                label=say("way.whole"), info=say("way.whole_help"), elem_id="source-whole", scale=3
            )
            pages = gr.Number(50, label=say("way.pages"), minimum=1, maximum=500, step=1, scale=1)
    add = gr.Button(say("knowledge.add_url"), elem_id="source-add")
    return url, whole, pages, add


def _written(studio: Studio, kind: str) -> tuple[Any, ...]:
    with gr.Group():
        title = gr.Textbox(
            label=studio.say("way.name"), max_length=120, placeholder=studio.say(f"way.{kind}_name")
        )
        text = gr.Textbox(
            label=studio.say(f"way.{kind}"),
            lines=4,
            max_lines=12,
            max_length=500_000,
            placeholder=studio.say(f"way.{kind}_example"),
            elem_id=f"source-{kind}",
        )
    add = gr.Button(studio.say("way.add"), elem_id=f"source-{kind}-add")
    return title, text, add


def previewed(studio: Studio, page: Previewed) -> list[Any]:
    """Return the values of `WaysIn.previewed`."""
    waiting, same = bool(page.files), bool(page.same)
    told = note(page.complaint) if page.complaint else None
    files = [_previewed(studio, name, chunks) for name, chunks in page.files]
    asked = [note(studio.say("same.here", name=name)) for name in page.same]
    return [
        page.paths,
        join([told, *asked, *files]),
        gr.Button(visible=waiting),
        gr.Button(visible=waiting or same),
        gr.Button(visible=same),
        gr.Button(visible=same),
    ]


def _previewed(studio: Studio, name: str, chunks: Sequence[Chunk]) -> Html:
    rows = [
        tag(
            "div",
            tag("div", place_of(studio, chunk), class_="as-quiet"),
            tag("div", chunk.text, class_="as-passage-text"),
            class_="as-passage",
        )
        for chunk in chunks[:PREVIEWED]
    ]
    title = studio.say("preview.title", name=name, count=len(chunks))
    left = len(chunks) - PREVIEWED
    more = tag("p", studio.say("preview.more", count=left), class_="as-quiet") if left > 0 else None
    return tag("details", tag("summary", title), rows, more, open=True, class_="as-step")
