"""How the Knowledge page looks: its components, and what they show of one base."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from knowledge.base import Base, Passage, Source
from knowledge.ingest.rebuilds import Rebuild
from knowledge.states import READ, UNREAD, Effect, RebuildState, SourceKind, SourceState
from store.agents.agents import Agent
from studio import why
from studio.markup import Html, join, tag
from studio.pages import answers_view, measuring_view, passages_view, ways_view
from studio.state import Studio
from studio.widgets import (
    author,
    badge,
    button,
    card,
    cards,
    clickable,
    looker,
    note,
    place,
    table,
    when,
)
from studio.wiring import knowledge_sentence, notice_sentence

KINDS = {SourceState.READY: "good", SourceState.FAILED: "bad"}


@dataclass(frozen=True)
class Opened:
    """Everything the page shows; `complaint` is what went wrong with some of the files."""

    bases: Sequence[Base]
    base_id: str
    sources: Sequence[Source] = ()
    complaint: str = ""
    same: tuple[str, ...] = ()  # paths of files whose names are there already
    better: str = ""  # the model of new bases, when this one was made with another
    rebuild: Rebuild | None = None  # on its way to another model
    users: Sequence[Agent] = ()  # that look into it


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    base_id: gr.State
    name: gr.Textbox
    create: gr.Button
    rename: gr.Button
    bases: gr.HTML
    ways: ways_view.WaysIn
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


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    base_id, timer = gr.State(""), gr.Timer(2)
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=2, min_width=200):
            bases = clickable(elem_id="base-list")
            name = gr.Textbox(
                label=say("knowledge.new"),
                max_length=120,
                elem_id="base-name",
                placeholder=say("knowledge.new_example"),
            )
            create = gr.Button(say("knowledge.create"), elem_id="base-create")
            rename = gr.Button(say("knowledge.rename_base"), elem_id="base-rename")
        with gr.Column(scale=7, min_width=460), gr.Tabs():
            with gr.Tab(say("knowledge.tab_sources")):
                ways = ways_view.layout(studio)
                complaint = place(elem_id="source-complaint")
                sources = clickable(elem_id="source-list")
                passages = passages_view.layout(studio)
            with gr.Tab(say("knowledge.tab_answers"), elem_id="answers-tab") as answers_tab:
                answers = answers_view.layout(studio, answers_tab)
            with gr.Tab(say("knowledge.tab_measure"), elem_id="measure-tab") as measure_tab:
                measuring = measuring_view.layout(studio, measure_tab)
        with gr.Column(scale=4, min_width=280):
            query = gr.Textbox(
                label=say("knowledge.try"),
                info=say("knowledge.try_help"),
                elem_id="search-box",
                max_length=1000,
            )
            search = gr.Button(say("knowledge.search"), elem_id="search-go")
            found = place(elem_id="search-found", elem_classes="as-scroll as-lower")
    return Parts(
        base_id,
        name,
        create,
        rename,
        bases,
        ways,
        complaint,
        sources,
        passages,
        answers,
        measuring,
        query,
        search,
        found,
        timer,
    )


def shown(studio: Studio, page: Opened) -> list[Any]:
    """Return the values of `Parts.watched`."""
    return [page.base_id, bases_list(studio, page), sources_table(studio, page)]


def bases_list(studio: Studio, page: Opened) -> Html:
    """Return the bases to choose from."""
    entries = [
        card(
            base.name,
            studio.say("knowledge.holds", sources=base.sources, chunks=base.passages),
            _embedded(studio, base),
            action="open",
            subject=base.id,
            chosen=base.id == page.base_id,
        )
        for base in page.bases
    ]
    return cards(entries, studio.say("knowledge.no_bases"))


def _embedded(studio: Studio, base: Base) -> str:
    model = base.model if base.has_vectors else studio.say("strip.words")
    return f"{studio.say('strip.embeddings')}: {model}"


def sources_table(studio: Studio, page: Opened) -> Html:
    """Return the sources of the base with the state of each in words."""
    if not page.base_id:
        return note(studio.say("knowledge.choose_base"))
    return join([rebuild_view(studio, page), _sources(studio, page)])


def rebuild_view(studio: Studio, page: Opened) -> Html | None:
    """Return how far the base is on its way to another model, or that it could go there."""
    now = page.rebuild
    if now is None:
        if not page.better:
            return None
        ask = button(studio.say("rebuild.ask"), "rebuild", page.base_id)
        return note(studio.say("rebuild.better", model=page.better), ask)
    stop = button(studio.say("rebuild.stop"), "stop_rebuild", page.base_id)
    if now.state == RebuildState.FAILED:
        why_not = knowledge_sentence(studio.language, now.error_code, now.error)
        ask = button(studio.say("rebuild.again"), "rebuild", page.base_id)
        return note(studio.say("rebuild.failed"), tag("p", why_not), ask, stop)
    bar = tag("progress", value=now.done, max=max(1, now.total))
    return note(studio.say("rebuild.runs", model=now.model), bar, stop)


def _sources(studio: Studio, page: Opened) -> Html:
    if not page.sources:
        sure = studio.say("knowledge.remove_base_sure") + _lost(studio, page)
        subject = _named(page, page.base_id)
        gone = button(studio.say("knowledge.remove_base"), "remove_base", subject, sure)
        return note(studio.say("knowledge.empty"), gone)
    head = [studio.say(f"knowledge.{key}") for key in ("source", "state")]
    children = {source.id for source in page.sources if source.parent_id}
    ordered = [
        one
        for source in page.sources
        if source.id not in children
        for one in (source, *(part for part in page.sources if part.parent_id == source.id))
    ]
    rows = [_source_row(studio, page, source) for source in ordered]
    return table([*head, ""], rows, "")


def _lost(studio: Studio, page: Opened) -> str:
    """Return whose knowledge it is, for whoever is asked whether it may go."""
    names = ", ".join(agent.name for agent in page.users)
    return " " + studio.say("knowledge.used_by", agents=names) if names else ""


def _named(page: Opened, subject: str) -> str:
    """Return what is to be removed, with the agents that are named beside it."""
    return f"{subject}@{','.join(agent.id for agent in page.users)}"


def _source_row(studio: Studio, page: Opened, source: Source) -> list[Html | str]:
    mark = "↳ " if source.parent_id else ""
    name = tag("span", mark, source.name, class_="as-file", title=source.name)
    sure = studio.say("knowledge.remove_sure", name=source.name) + _lost(studio, page)
    buttons = [
        *_decisions(studio, source),
        looker(studio.say("knowledge.see"), source.id) if source.version else None,
        button(studio.say("knowledge.retry"), "retry", source.id)
        if source.state in READ and source.kind != SourceKind.CURATED
        else None,
        button(studio.say("remove"), "remove", _named(page, source.id), sure)
        if source.state != SourceState.REMOVING and source.kind != SourceKind.CURATED
        else None,
    ]
    added = tag(
        "div", f"{author(studio, source.created_by)} · {when(source.created_at)}", class_="as-quiet"
    )
    return [
        join([name, added, _effect(studio, source)]),
        source_state(studio, source),
        tag("div", buttons, class_="as-buttons"),
    ]


def _effect(studio: Studio, source: Source) -> Html | None:
    """Return when customers are told what the source says, and the button that changes it."""
    if source.parent_id or source.kind == SourceKind.CURATED:
        return None
    other = Effect.RELEASE if source.effect == Effect.AT_ONCE else Effect.AT_ONCE
    sure = studio.say(f"effect.{other}_sure", name=source.name)
    change = button(studio.say(f"effect.{other}_choose"), other, source.id, sure)
    return tag("div", studio.say(f"effect.{source.effect}"), " ", change, class_="as-quiet")


def _decisions(studio: Studio, source: Source) -> list[Html]:
    """Return what a person may do with a reading that waits for one."""
    if source.state != SourceState.HELD:
        return []
    accept = button(studio.say("held.accept"), "let_through", source.id)
    return [accept, button(studio.say("held.refuse"), "turn_down", source.id)]


def source_state(studio: Studio, source: Source) -> Html:
    """Return how far a source has been read, why not further, and what was not kept of it."""
    return join([_progress(studio, source), *notices(studio, source)])


def notices(studio: Studio, source: Source) -> list[Html]:
    """Return what was not kept of the source, a line each."""
    return [
        tag("div", notice_sentence(studio.language, one), class_="as-quiet as-notice")
        for one in source.notices
    ]


def _progress(studio: Studio, source: Source) -> Html:
    pill = badge(studio.say(f"state.{source.state}"), KINDS.get(source.state, "wait"))
    if source.error_code and source.state in READ:
        why_not = knowledge_sentence(studio.language, source.error_code, source.error)
        return join([pill, tag("div", why_not, class_="as-complaint")])
    if source.state in UNREAD and source.total:
        return join(
            [
                pill,
                tag("progress", value=source.done, max=source.total),
                f" {source.done}/{source.total}",
                _expected(studio, source),
            ]
        )
    if source.state == SourceState.HELD:
        return join([pill, tag("div", studio.say("held.why"), class_="as-complaint")])
    if source.gone_at:
        return join([pill, badge(studio.say("state.gone"), "wait")])
    if source.refresh_hours:
        again = studio.say("refresh.every", hours=source.refresh_hours)
        return join([pill, tag("div", again, class_="as-quiet")])
    return pill


def _expected(studio: Studio, source: Source) -> Html | None:
    """Return what is found of it already, and when the rest will be."""
    if not source.by_words:
        return None
    minutes = math.ceil(max(0.0, source.ends_at - time.time()) / 60)
    key = "state.by_words_until" if minutes else "state.by_words"
    return tag("div", studio.say(key, minutes=minutes), class_="as-quiet")


def found(studio: Studio, passages: Sequence[Passage]) -> Html:
    """Return what a search found, best first."""
    if not passages:
        return note(studio.say("knowledge.nothing_found"))
    return join(why.passage(one.place, one.score, one.text, one.heading) for one in passages)
