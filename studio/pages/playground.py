"""Playground: talk to a draft or a version on the production path, and see why it answers so."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from agent.answer import Answer, Said, Step, Token
from agent.spec import Spec
from agent.store.people import Person
from studio import why
from studio.bubbles import Bubble, thread
from studio.errors import NothingChosen
from studio.markup import Html, tag
from studio.roles import allow
from studio.state import Studio
from studio.widgets import note, place
from studio.wiring import Load, Show, at_address, event

DRAFT = "draft"
LONGEST_TALK = 100


@dataclass(frozen=True)
class Talk:
    """A trial conversation, and what is known about its last answer."""

    said: tuple[Said, ...] = ()
    partial: str | None = None  # what is being written; None: nothing
    cited: Html | None = None
    why: Html | None = None


@dataclass(frozen=True)
class Choice:
    """What can be tried."""

    agents: list[tuple[str, str]]
    agent_id: str
    versions: list[tuple[str, str]]


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Choice:
    """The page opens with the agent in the address, else with the newest."""
    agents = [(agent.name, agent.id) for agent in studio.services.agents.list()]
    known = [agent_id for _, agent_id in agents]
    return _choice(studio, agents, wanted if wanted in known else next(iter(known), ""))


@allow("viewer")
def choose(studio: Studio, person: Person, agent_id: str) -> Choice:
    """Return what can be tried of one agent."""
    return _choice(studio, [], agent_id or "")


def _choice(studio: Studio, agents: list[tuple[str, str]], agent_id: str) -> Choice:
    versions = studio.services.agents.versions(agent_id) if agent_id else []
    listed = [(studio.say("playground.draft"), DRAFT)]
    listed += [(f"v{version.number} · {version.note}"[:60], version.id) for version in versions]
    return Choice(agents, agent_id, listed)


@allow("agent")
def ask(
    studio: Studio, person: Person, said: Sequence[Said], agent_id: str, version_id: str, text: str
) -> Iterator[Talk]:
    """Answer *text* as the worker would, showing it as it is written."""
    text = (text or "").strip()
    if not text or not agent_id:
        raise NothingChosen("playground.write_first" if agent_id else "playground.choose_first")
    spec, label = _spec(studio, agent_id, version_id)
    talk = Talk((*said, Said("customer", text))[-LONGEST_TALK:], partial="")
    yield talk
    trace: list[Step] = []
    started = time.monotonic()
    for happened in studio.answering.runtime.stream(spec, list(said), [text]):
        if isinstance(happened, Token):
            talk = replace(talk, partial=(talk.partial or "") + happened.text)
        elif isinstance(happened, Step):
            trace.append(happened)
            talk = replace(talk, why=why.panel(studio, [one.as_json() for one in trace], {}))
        else:
            seconds = time.monotonic() - started
            talk = _answered(studio, talk, happened, label, seconds)
        yield talk


@allow("viewer")
def reset(studio: Studio, person: Person) -> Talk:
    """Begin again."""
    return Talk()


def _spec(studio: Studio, agent_id: str, version_id: str) -> tuple[Spec, str]:
    agent = studio.services.agents.get(agent_id)
    if version_id in ("", DRAFT, None):
        return agent.draft, f"{agent.name} · {studio.say('playground.draft')}"
    version = studio.services.agents.version(version_id)
    return version.spec, version.label


def _answered(studio: Studio, talk: Talk, answer: Answer, label: str, seconds: float) -> Talk:
    tokens = (answer.usage.input_tokens, answer.usage.output_tokens)
    facts = why.usage(
        studio, label, answer.model, tokens, answer.usage.cost, seconds, answer.outcome
    )
    trace = [step.as_json() for step in answer.trace]
    return Talk(
        said=(*talk.said, Said("agent", answer.text)),
        cited=why.citations([one.as_json() for one in answer.citations]),
        why=why.panel(studio, trace, facts, answer.error, answer.prompt),
    )


def _drawn(studio: Studio, talk: Talk) -> Html:
    bubbles = [Bubble(one.author, one.text) for one in talk.said]
    if bubbles and talk.cited is not None:
        bubbles[-1] = replace(bubbles[-1], below=talk.cited)
    if talk.partial is not None:
        bubbles.append(Bubble("agent", talk.partial or "…"))
    return thread(bubbles) if bubbles else note(studio.say("playground.empty"))


def _shown(studio: Studio, talk: Talk) -> list[Any]:
    reason = talk.why or note(studio.say("playground.why_empty"))
    return [talk.said, _drawn(studio, talk), reason, ""]


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    say = studio.say
    said = gr.State(())
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=6, min_width=380):
            with gr.Row():
                agent = gr.Dropdown([], label=say("playground.agent"), elem_id="try-agent")
                version = gr.Dropdown([], label=say("playground.version"), elem_id="try-version")
            chat = place(elem_id="try-chat", autoscroll=True, elem_classes="as-phone")
            with gr.Row():
                box = gr.Textbox(
                    show_label=False, placeholder=say("playground.placeholder"), scale=8,
                    elem_id="try-box", lines=1, max_lines=4, container=False, max_length=4000,
                )  # fmt: skip
                send = gr.Button(say("send"), variant="primary", scale=1, min_width=90,
                                 elem_id="try-send")  # fmt: skip
                again = gr.Button(say("playground.reset"), scale=1, min_width=130)
        with gr.Column(scale=5, min_width=320):
            place(tag("h3", say("playground.why")))
            reason = place(elem_id="try-why", elem_classes="as-scroll")
    _wire(studio, load, (said, agent, version, chat, box, send, again, reason))


def _wire(studio: Studio, load: Load, parts: tuple[Any, ...]) -> None:
    said, agent, version, chat, box, send, again, reason = parts
    show: Show = partial(_shown, studio)
    out = [said, chat, reason, box]
    load(at_address(studio, first, "agent", _choices), None, [agent, version])
    load(event(studio, reset, show), None, out, show_progress="hidden")
    agent.input(event(studio, choose, _versions), agent, version)
    gr.on([agent.input, version.input, again.click], event(studio, reset, show), None, out)
    gr.on(
        [box.submit, send.click],
        event(studio, ask, show),
        [said, agent, version, box],
        out,
        show_progress="hidden",
        concurrency_limit=8,
    )


def _choices(choice: Choice) -> list[Any]:
    agents = gr.update(choices=choice.agents, value=choice.agent_id or None)
    return [agents, _versions(choice)]


def _versions(choice: Choice) -> Any:
    return gr.update(choices=choice.versions, value=DRAFT)
