"""What the guided path shows of an agent on its way: how it sounds, what it was given."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr

from actions.releases import Outlook
from agent.answer import Author
from agent.spec import Spec
from knowledge.base import Source
from store.agents.agents import Agent, Release
from studio.bubbles import Bubble, thread
from studio.findings import findings, unpriced
from studio.markup import Html, join, tag
from studio.pages.knowledge_view import source_state
from studio.pages.releases_view import bar_view, replaces
from studio.request_checks import HOME
from studio.state import Studio
from studio.widgets import note, table

TONES = ("warm", "expert", "brief", "formal")
RULES = ("ask_city", "next_step", "no_promises", "person", "prices")
STEPS = ("brand", "tone", "instructions", "knowledge", "try", "release")
QUESTIONS = ("what", "person")


@dataclass(frozen=True)
class Guided:
    """Where a person is on the path. `step` counts from 1."""

    agent: Agent | None = None
    step: int = 1
    sources: Sequence[Source] = ()
    outlook: Outlook | None = None  # None: not looked at yet
    live: Release | None = None  # where the agent answers now
    live_spec: Spec | None = None  # and as what
    topics: Sequence[str] = ()  # what the knowledge speaks of first
    complaint: str = ""

    @property
    def replaces(self) -> str:
        """The id of the agent that falls silent, as the person was told."""
        replaced = self.outlook.replaced if self.outlook else None
        return replaced.release.agent_id if replaced else ""

    @property
    def is_out(self) -> bool:
        """True when customers meet the draft as it is."""
        return (
            self.live_spec is not None
            and self.agent is not None
            and (self.live_spec == self.agent.draft)
        )


def shown(studio: Studio, page: Guided) -> list[Any]:
    """Return the values of `Parts.filled`."""
    return [
        page.agent.id if page.agent else "",
        page.agent.revision if page.agent else 0,
        f"agent={page.agent.id}@{page.step}" if page.agent else "",
        gr.Walkthrough(selected=page.step),
        sources(studio, page),
        question_list(studio, page.topics),
        release_view(studio, page),
        gr.Button(visible=not page.is_out),
        page.replaces,
    ]


def words(page: Guided) -> list[Any]:
    """Return what staff wrote: name, brand, description, tone, instructions.

    A page without an agent leaves the fields alone: a quick person is typing already.
    """
    if page.agent is None:
        return [gr.skip()] * 5
    draft = page.agent.draft
    return [draft.name, draft.brand, draft.description, draft.tone, draft.instructions]


def hello(studio: Studio, name: str, brand: str) -> Html:
    """Return how the agent will say hello."""
    if not name.strip():
        return note(studio.say("guide.hello_empty"))
    greeting = studio.say("guide.greeting", name=name, brand=brand or "…")
    return thread(
        [
            Bubble(Author.CUSTOMER, studio.say("guide.hello_customer")),
            Bubble(Author.AGENT, greeting, who=name),
        ]
    )


def tone_cards(studio: Studio, chosen: str) -> Html:
    """Return the tones to pick from."""
    return tag(
        "div",
        [
            tag(
                "button",
                tag("b", studio.say(f"tone.{key}.name")),
                tag("span", studio.say(f"tone.{key}")),
                type="button",
                data_pick="tone",
                data_id=key,
                class_="as-tone chosen" if key == chosen else "as-tone",
            )
            for key in TONES
        ],
        class_="as-tones",
    )


def sound(studio: Studio, chosen: str) -> Html:
    """Return the same answer as each tone would give it."""
    if not chosen:
        return note(studio.say("guide.sound_empty"))
    return thread(
        [
            Bubble(Author.CUSTOMER, studio.say("guide.sound_question")),
            Bubble(
                Author.AGENT,
                studio.say(f"tone.{chosen}.sounds"),
                who=studio.say(f"tone.{chosen}.name"),
            ),
        ]
    )


def rule_list(studio: Studio) -> Html:
    """Return instructions to add with one click."""
    rows = [
        tag(
            "button",
            "+ ",
            studio.say(f"rule.{key}"),
            type="button",
            data_pick="rule",
            data_id=key,
            class_="as-rule",
        )
        for key in RULES
    ]
    return tag("div", tag("h3", studio.say("guide.rules")), rows, class_="as-rules")


def question_list(studio: Studio, topics: Sequence[str]) -> Html:
    """Return questions to begin with: some about what the agent was given, some about anything."""
    asked = [studio.say("question.about", topic=topic) for topic in topics]
    asked += [studio.say(f"question.{key}") for key in QUESTIONS]
    rows = [
        tag("button", text, type="button", data_pick="question", data_id=text, class_="as-rule")
        for text in asked
    ]
    return tag("div", rows, class_="as-rules")


def sources(studio: Studio, page: Guided) -> Html:
    """Return what the agent has been given, and how far it has been read."""
    if not page.sources:
        return note(studio.say("guide.knowledge.empty"))
    head = [studio.say("knowledge.source"), studio.say("knowledge.state")]
    rows = [
        [tag("span", one.name, class_="as-file", title=one.name), source_state(studio, one)]
        for one in page.sources
    ]
    return table(head, rows, "")


def release_view(studio: Studio, page: Guided) -> Html:
    """Return what the check found, whom the release would replace, or that it answers."""
    if page.agent is None:
        return note(studio.say("guide.release.first"))
    if page.live and page.is_out:
        return _answers(studio, page.agent, page.live)
    usual, settings = studio.services.usual_channel, studio.services.settings
    address = usual.shown(usual.our_address(settings))
    where = studio.say("guide.release.where", address=address)
    found = page.outlook or Outlook()
    bar = bar_view(studio, [asdict(one) for one in found.bar.results])
    told = [findings(studio, found.findings), bar or "", note(where)]
    told.append(replaces(studio, found.replaced))
    return join([*told, unpriced(studio, page.agent.draft)])


def _answers(studio: Studio, agent: Agent, live: Release) -> Html:
    home = f"{HOME}/{studio.language}"
    links = [
        tag("a", studio.say("guide.done.write"), href=f"{home}/simulator", class_="as-button"),
        tag("a", studio.say("guide.done.edit"), href=f"{home}/?agent={agent.id}", class_="as-link"),
    ]
    told = studio.say(
        "guide.done",
        name=agent.name,
        number=live.number,
        address=studio.address(live.channel, live.address),
    )
    return tag(
        "div",
        tag("h3", told),
        tag("p", studio.say("guide.done.help")),
        tag("div", links, class_="as-links"),
        class_="as-note as-good",
    )
