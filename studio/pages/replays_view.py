"""How replays look: how far one is, what went otherwise, then and now side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from actions.replays import Found, Tried, Windows
from agent.burst_windows import Window
from agent.replayed import CHANGES
from store.evaluation.experiments import Progress
from store.evaluation.replays import Replay, ReplayRow, Sums
from studio.markup import Content, Html, join, tag
from studio.state import Studio
from studio.talk import DRAFT
from studio.widgets import author, badge, button, clickable, looker, note, place, table, when

MOST_SHOWN = 50  # conversations, and turns
SIDES = ("then", "now")


@dataclass(frozen=True)
class Opened:
    """What can be chosen."""

    agents: list[tuple[str, str]]
    agent_id: str
    versions: list[tuple[str, str]]


@dataclass(frozen=True)
class Played:
    """A replay, how far it is, and the conversations that went otherwise."""

    replay: Replay
    progress: Progress
    sums: Sums
    rows: Sequence[ReplayRow]


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    agent: gr.Dropdown
    version: gr.Dropdown
    days: gr.Number
    limit: gr.Number
    start: gr.Button
    played: gr.HTML
    past: gr.HTML
    try_windows: gr.Button
    windows: gr.HTML
    words: Sequence[gr.Textbox]
    try_words: gr.Button
    tried: gr.HTML
    replay: gr.State
    timer: gr.Timer

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.agent, self.version]

    @property
    def wish(self) -> list[Any]:
        """What a replay is made of."""
        return [self.agent, self.version, self.days, self.limit]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    place(tag("h1", say("replays.title")))
    place(tag("p", say("replays.help"), class_="as-quiet"))
    wished = _form(studio)
    played = clickable(elem_id="replay-played", elem_classes="as-scroll")
    past = clickable(elem_id="replay-past")
    with gr.Accordion(say("replays.windows"), open=False):
        place(tag("p", say("replays.windows_help"), class_="as-quiet"))
        try_windows = gr.Button(say("replays.try_windows"), elem_id="replay-try-windows")
        windows = place(elem_id="replay-windows")
    with gr.Accordion(say("replays.words"), open=False):
        place(tag("p", say("replays.words_help"), class_="as-quiet"))
        words = _words(studio)
        try_words = gr.Button(say("replays.try_words"), elem_id="replay-try-words")
        tried = place(elem_id="replay-tried")
    return Parts(
        **wished,
        played=played,
        past=past,
        try_windows=try_windows,
        windows=windows,
        words=words,
        try_words=try_words,
        tried=tried,
        replay=gr.State(""),
        timer=gr.Timer(1.5),
    )


def _form(studio: Studio) -> dict[str, Any]:
    say = studio.say
    with gr.Row(equal_height=True, elem_classes="as-form"):
        agent = gr.Dropdown([], label=say("playground.agent"), elem_id="replay-agent")
        version = gr.Dropdown(
            [(say("playground.draft"), DRAFT)],
            value=DRAFT,
            label=say("replays.version"),
            elem_id="replay-version",
        )
        days = gr.Number(7, label=say("replays.days"), minimum=0, elem_id="replay-days")
        limit = gr.Number(0, label=say("evaluate.limit"), minimum=0, elem_id="replay-limit")
    start = gr.Button(say("replays.start"), variant="primary", elem_id="replay-start")
    return {"agent": agent, "version": version, "days": days, "limit": limit, "start": start}


def _words(studio: Studio) -> list[gr.Textbox]:
    with gr.Row(elem_classes="as-form"):
        return [
            gr.Textbox(
                label=studio.say(f"replays.{name}"),
                lines=3,
                max_length=20_000,
                elem_id=f"replay-{name.replace('_', '-')}",
            )
            for name in ("handoff_words", "handoff_topics", "forbidden_topics")
        ]


def shown(studio: Studio, page: Opened) -> list[Any]:
    """Return the values of `Parts.filled`."""
    return [
        gr.update(choices=page.agents, value=page.agent_id or None),
        gr.update(choices=page.versions, value=DRAFT),
    ]


# --- one replay


def played_view(studio: Studio, found: Played | None) -> Html:
    """Return a replay with what it found so far."""
    if found is None:
        return note(studio.say("replays.empty"))
    left = found.sums.changed - len(found.rows)
    return tag(
        "div",
        tag("h3", _title(studio, found.replay)),
        _state(studio, found),
        _sums(studio, found.sums),
        tag("p", _changes(studio, found.sums)),
        [_conversation(studio, row) for row in found.rows],
        tag("p", studio.say("replays.more", count=left), class_="as-quiet") if left > 0 else None,
        class_="as-experiment",
    )


def _title(studio: Studio, replay: Replay) -> str:
    return f"{replay.name or when(replay.created_at)} · {replay.candidate.label}"


def _state(studio: Studio, found: Played) -> Html:
    replay, progress = found.replay, found.progress
    asked = progress.done + progress.failed
    told = [studio.say("replays.played", asked=asked, total=progress.total)]
    told += [studio.say("evaluate.failed", count=progress.failed)] if progress.failed else []
    told.append(studio.say("evaluate.cost", cost=f"US$ {replay.cost:.4f}"))
    going = [
        tag("progress", value=asked, max=max(progress.total, 1)),
        button(studio.say("evaluate.stop"), "stop", replay.id),
    ]
    may_go_on = replay.state in ("stopped", "over_budget")
    resume = button(studio.say("evaluate.resume"), "resume", replay.id)
    return tag(
        "div",
        _badge(studio, replay),
        tag("p", " · ".join(told), class_="as-quiet"),
        None if replay.is_over else tag("div", *going, class_="as-buttons"),
        resume if may_go_on else None,
    )


def _badge(studio: Studio, replay: Replay) -> Html:
    kinds = {"done": "good", "over_budget": "bad", "stopped": "none"}
    return badge(studio.say(f"evaluate.state.{replay.state}"), kinds.get(replay.state, "wait"))


def _sums(studio: Studio, sums: Sums) -> Html:
    rows = [
        [studio.say("replays.turns"), str(sums.turns_then), str(sums.turns_now)],
        [studio.say("replays.handed"), str(sums.handed_then), str(sums.handed_now)],
        [studio.say("replays.cost"), f"US$ {sums.cost_then:.4f}", f"US$ {sums.cost_now:.4f}"],
    ]
    return table(["", *(studio.say(f"replays.{side}") for side in SIDES)], rows, "")


def _changes(studio: Studio, sums: Sums) -> str:
    told = [studio.say("replays.changed", changed=sums.changed, total=sums.conversations)]
    told += [
        f"{studio.say(f'replays.change.{one}')}: {sums.changes[one]}"
        for one in CHANGES
        if sums.changes.get(one)
    ]
    return " · ".join(told)


def _conversation(studio: Studio, row: ReplayRow) -> Html:
    """The pieces of a conversation that went otherwise, then and now."""
    head = studio.say("replays.conversation", number=row.conversation_id, count=row.changes)
    pieces = [_stretch(studio, one) for one in row.stretches if one["changes"]]
    return tag("details", tag("summary", head), pieces)


def _stretch(studio: Studio, one: Mapping[str, Any]) -> Html:
    halves = [
        tag(
            "div",
            tag("h4", studio.say(f"replays.{side}")),
            [_reply(studio, reply) for reply in one[side]] or tag("p", "—"),
            class_="as-half",
        )
        for side in SIDES
    ]
    why = ", ".join(studio.say(f"replays.change.{change}") for change in one["changes"])
    return tag(
        "div",
        [tag("p", line, class_="as-asked") for line in one["asked"]],
        tag("p", why, class_="as-quiet"),
        tag("div", halves, class_="as-halves"),
        class_="as-aside",
    )


def _reply(studio: Studio, reply: Mapping[str, Any]) -> Html:
    outcome = studio.say(f"outcome.{reply['outcome']}")
    reason = f" · {reply['handoff_reason']}" if reply["handoff_reason"] else ""
    return tag(
        "div",
        tag("p", reply["text"] or "—", class_="as-answered"),
        tag("p", outcome + reason, class_="as-quiet"),
        class_="as-row",
    )


def past_view(studio: Studio, replays: Sequence[Replay], shown_id: str) -> Html:
    """Return the latest replays, to look at one again."""
    if not replays:
        return Html()
    rows: list[list[Content]] = [
        [
            _title(studio, one),
            _badge(studio, one),
            f"{author(studio, one.created_by)} · {when(one.created_at)}",
            None if one.id == shown_id else looker(studio.say("evaluate.look"), one.id),
        ]
        for one in replays
    ]
    heads = [studio.say(f"evaluate.past.{key}") for key in ("what", "state", "who")]
    return join([tag("h3", studio.say("replays.past")), table([*heads, ""], rows, "")])


# --- what needs no model


def windows_view(studio: Studio, found: Windows) -> Html:
    """Return what each window would have done, and which one these customers suggest."""
    keys = ("quiet", "turns", "twice", "waited", "cost")
    rows = [_window(one, one.quiet_seconds == found.suggested) for one in found.windows]
    if found.suggested is None:
        told = studio.say("replays.too_few")
    else:
        told = studio.say("replays.suggested", seconds=f"{found.suggested:.0f}")
    heads = [studio.say(f"replays.window.{key}") for key in keys]
    return tag("div", tag("p", told, class_="as-verdict"), table(heads, rows, ""))


def _window(one: Window, is_suggested: bool) -> list[Content]:
    seconds = f"{one.quiet_seconds:.0f} s"
    return [
        tag("b", seconds) if is_suggested else seconds,
        str(one.turns),
        f"{one.answered_twice} ({100 * one.share_twice:.0f} %)",
        f"{one.seconds_a_turn:.1f} s",
        f"US$ {one.cost:.4f}",
    ]


def tried_view(studio: Studio, tried: Tried) -> Html:
    """Return which turns words would have changed."""
    found = tried.found
    told = studio.say("replays.tried", count=len(found), total=tried.turns)
    heads = [studio.say(f"replays.hit.{key}") for key in ("when", "asked", "answered", "effect")]
    rows = [_hit(studio, one) for one in found[:MOST_SHOWN]]
    left = len(found) - MOST_SHOWN
    return tag(
        "div",
        tag("p", told, class_="as-verdict"),
        table(heads, rows, "") if rows else None,
        tag("p", studio.say("replays.more", count=left), class_="as-quiet") if left > 0 else None,
    )


def _hit(studio: Studio, one: Found) -> list[Content]:
    effect = studio.say(f"replays.effect.{one.hit.effect}", word=one.hit.word)
    return [when(one.turn.finished_at), one.turn.question, one.turn.answer or "—", effect]
