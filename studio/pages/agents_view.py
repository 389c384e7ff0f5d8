"""How the Agents page looks: its components, and what they show of one agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from agent.toolkit.old import BUILT_IN
from knowledge.base import Base
from store.agents.agents import Agent, Release
from studio.agent_form import FIELDS, OFFERED, AgentForm
from studio.markup import Html, join, tag
from studio.pages import fields, handoff_view, releases_view
from studio.pages.releases_view import ReleaseParts
from studio.request_checks import HOME
from studio.state import Studio
from studio.widgets import author, badge, button, card, cards, clickable, looker, note, place, when

WRITTEN = ("es", "en")  # the languages in which staff write fixed texts
TONES = ("warm", "expert", "brief", "formal")


@dataclass(frozen=True)
class Opened:
    """Everything the page shows of one agent; `agent` is None for one that is being made."""

    agents: Sequence[Agent]
    bases: Sequence[Base]
    agent: Agent | None
    form: AgentForm
    live: Sequence[Release]  # where it answers now
    archived: Sequence[Agent] = ()

    @property
    def agent_id(self) -> str:
        """The id of the agent, or nothing."""
        return self.agent.id if self.agent else ""

    @property
    def revision(self) -> int:
        """The revision of the draft on the page."""
        return self.agent.revision if self.agent else 0


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    agent_id: gr.State
    revision: gr.State
    new: gr.Button
    bring: gr.UploadButton
    listed: gr.HTML
    state: gr.HTML
    fields: dict[str, Any]  # by the names of AgentForm, in its order
    tones: gr.Dropdown
    save: gr.Button
    prompt: gr.Textbox
    file: gr.Textbox  # an exported agent, on its way to the browser's downloads
    releases: ReleaseParts

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.agent_id, self.revision, self.listed, self.state, *self.fields.values()]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    agent_id, revision = gr.State(""), gr.State(0)
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=2, min_width=210):
            place(_guided(studio))
            with gr.Row():
                new = gr.Button(say("agents.blank"), elem_id="agent-new", min_width=90, size="sm")
                bring = gr.UploadButton(
                    say("agents.import"),
                    file_types=[".yaml", ".yml"],
                    elem_id="agent-import",
                    min_width=90,
                    size="sm",
                )
            listed = clickable(elem_id="agent-list")
        with gr.Column(scale=6, min_width=420):
            with gr.Row(elem_classes="as-columns as-stays"):
                with gr.Column(scale=5, min_width=260):
                    state = clickable(elem_id="agent-state")
                save = gr.Button(
                    say("agents.save"),
                    variant="primary",
                    elem_id="agent-save",
                    scale=1,
                    min_width=140,
                )
            with gr.Tabs():
                with gr.Tab(say("agents.tab_describe"), elem_classes="as-draft"):
                    tones, placed = _fields(studio)
                with gr.Tab(say("agents.tab_release"), elem_id="agent-release-tab"):
                    releases = releases_view.layout(studio)
        with gr.Column(scale=4, min_width=300, elem_classes="as-stays"):
            prompt = gr.Textbox(
                label=say("agents.prompt"),
                info=say("agents.prompt_help"),
                lines=24,
                max_lines=32,
                interactive=False,
                elem_id="agent-prompt",
                elem_classes="as-mono",
            )
    file = gr.Textbox(visible=False)
    return Parts(
        agent_id, revision, new, bring, listed, state, placed, tones, save, prompt, file, releases
    )


def _guided(studio: Studio) -> Html:
    return tag(
        "a",
        studio.say("agents.new"),
        class_="as-button as-wide",
        id="agent-guided",
        href=f"{HOME}/{studio.language}/new",
    )


def _fields(studio: Studio) -> tuple[gr.Dropdown, dict[str, Any]]:
    with gr.Group():
        with gr.Row():
            name = fields.text(studio, "name", max_length=80)
            brand = fields.text(studio, "brand", max_length=80)
        description = fields.text(studio, "description", lines=2)
        with gr.Row():
            tone = fields.text(studio, "tone", lines=3, scale=3)
            tones = gr.Dropdown(
                [(studio.say(f"tone.{key}.name"), studio.say(f"tone.{key}")) for key in TONES],
                value=None,
                label=studio.say("agents.tones"),
                info=studio.say("agents.tones_help"),
                scale=2,
                elem_id="agent-tones",
                filterable=False,
            )
        instructions = fields.text(studio, "instructions", lines=7, max_lines=18)
    with gr.Group():
        languages = fields.choices(studio, "languages", OFFERED, "language")
        bases = gr.CheckboxGroup(
            [],
            label=studio.say("agent.bases"),
            info=studio.say("agent.bases.help"),
            elem_id="agent-bases",
        )
        grounded = fields.switch(studio, "grounded_only", value=True)
        tools = fields.choices(studio, "tools", BUILT_IN, "tool")
    with gr.Group():
        greeting = fields.wording(studio, "greeting")
    with gr.Group():
        fallback = fields.wording(studio, "fallback")
    with gr.Accordion(studio.say("agents.advanced"), open=False):
        advanced = _advanced(studio)
    words = (name, brand, description, tone, instructions, *greeting, *fallback)
    return tones, fields.by_name((*words, languages, bases, grounded, tools, *advanced), FIELDS)


def _advanced(studio: Studio) -> tuple[Any, ...]:
    with gr.Row():
        model = fields.text(studio, "model", placeholder=studio.services.settings.model_in_force)
        temperature = fields.number(studio, "temperature", 0.2, 0.1)
    with gr.Row():
        quiet = fields.number(studio, "quiet_seconds", 1.5, 0.5)
        parts = fields.number(studio, "max_parts", 5, 1)
    buttons = fields.switch(studio, "buttons", value=False)
    forbidden = fields.text(studio, "forbidden_topics", lines=2, max_lines=8)
    people = handoff_view.section(studio)
    bar = fields.text(studio, "bar", lines=3, max_lines=12)
    return (model, temperature, quiet, parts, buttons, forbidden, *people, bar)


def shown(studio: Studio, page: Opened) -> list[Any]:
    """Return the values of `Parts.filled`."""
    values = dict(zip(FIELDS, page.form.values(), strict=True))
    known = [(f"{base.name} ({base.passages})", base.id) for base in page.bases]
    chosen = [base_id for base_id in page.form.bases if base_id in {base for _, base in known}]
    values["bases"] = gr.update(choices=known, value=chosen)
    built_in = [(studio.say(f"tool.{name}"), name) for name in BUILT_IN]
    own = [(name, name) for name in page.form.tools if name not in BUILT_IN]
    values["tools"] = gr.update(choices=[*built_in, *own], value=list(page.form.tools))
    return [
        page.agent_id,
        page.revision,
        _list(studio, page),
        _state(studio, page),
        *values.values(),
    ]


def beside(studio: Studio, page: Opened) -> list[Any]:
    """Return the list and the title, and leave the form as it is."""
    return [_list(studio, page), _state(studio, page)]


def _list(studio: Studio, page: Opened) -> Html:
    entries = [
        card(
            agent.name,
            agent.draft.brand,
            action="open",
            subject=agent.id,
            chosen=agent.id == page.agent_id,
        )
        for agent in page.agents
    ]
    return join([cards(entries, studio.say("agents.empty")), _archived(studio, page.archived)])


def _archived(studio: Studio, archived: Sequence[Agent]) -> Html | None:
    """Agents that were put away, each to be taken back."""
    if not archived:
        return None
    back = [
        tag("div", agent.name, " ", button(studio.say("agents.unarchive"), "unarchive", agent.id))
        for agent in archived
    ]
    title = studio.say("agents.archived", count=len(archived))
    return tag("details", tag("summary", title), back, class_="as-archived")


def _state(studio: Studio, page: Opened) -> Html:
    if page.agent is None:
        return note(studio.say("agents.new_help"))
    saved = studio.say(
        "agents.saved_by",
        person=author(studio, page.agent.updated_by),
        when=when(page.agent.updated_at),
    )
    live = [badge(f"{studio.channel(one.channel)} · v{one.number}", "good") for one in page.live]
    answers = live or [badge(studio.say("agents.not_released"), "wait")]
    link = tag(
        "a",
        studio.say("agents.try"),
        class_="as-link",
        href=f"{HOME}/{studio.language}/playground?agent={page.agent.id}",
    )
    title = tag("div", tag("h2", page.agent.name), join(answers), link, class_="as-title")
    told = tag("span", saved, class_="as-quiet")
    return join([title, tag("div", _managed(studio, page.agent), told, class_="as-title")])


def _managed(studio: Studio, agent: Agent) -> Html:
    sure = studio.say("agents.archive_sure", name=agent.name)
    return join(
        [
            button(studio.say("agents.reload"), "open", agent.id),
            button(studio.say("agents.duplicate"), "duplicate", agent.id),
            looker(studio.say("agents.export"), agent.id),
            button(studio.say("agents.archive"), "archive", agent.id, confirm=sure),
        ]
    )
